"""A node of the chain in memory, asked over HTTP like any other."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

from web3 import Web3
from web3.types import RPCEndpoint


@contextmanager
def node(web3: Web3) -> Iterator[str]:
    """Its address, as long as the block runs."""
    ask = web3.provider.request_func(web3, web3.middleware_onion)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            asked = json.loads(self.rfile.read(length))
            answer: dict[str, object] = {"jsonrpc": "2.0", "id": asked["id"]}
            try:
                found = ask(RPCEndpoint(asked["method"]), asked["params"])
                answer["result"] = found["result"]
            except Exception as error:
                answer["error"] = {"code": -32000, "message": str(error)}
            octets = json.dumps(answer, default=_plain).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(octets)))
            self.end_headers()
            self.wfile.write(octets)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _plain(value: object) -> object:
    return f"0x{value.hex()}" if isinstance(value, bytes) else dict(value)  # type: ignore[call-overload]
