"""The reference: a plain python-socketio relay on the very same store.

What a competent engineer writes in an afternoon: rooms, `emit` to the room, ack
after the durable write. It has no authorisation, quota, bounds or slow-reader
care, which only makes it cheaper. Started as
`python -m load_tests.stock_relay PORT DATABASE_URL MEMBERS_JSON`, where the last
names a file {token: [device, [conversation, …]]}.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import socketio  # type: ignore[import-untyped]
from aiohttp import web

from mentalverse_server.clock import SystemClock, to_millis
from mentalverse_server.store.engine import open_database
from mentalverse_server.store.writer import MessageRow, Writer
from mentalverse_signaling.ids import DeviceId

PING_INTERVAL_SECONDS = 25


def build(database_url: str, members: dict[str, Any]) -> web.Application:
    """The relay as an aiohttp application."""
    sio = socketio.AsyncServer(
        async_mode="aiohttp",
        serializer="msgpack",
        transports=["websocket"],
        cors_allowed_origins="*",
        ping_interval=PING_INTERVAL_SECONDS,
    )
    app = web.Application()
    sio.attach(app)
    devices: dict[str, DeviceId] = {}

    async def open_store(app: web.Application) -> Any:
        database = open_database(database_url)
        writer = Writer(database, SystemClock(), on_committed=lambda facts: None)
        await writer.start()
        app["writer"] = writer
        yield
        await writer.close()
        database.close()

    @sio.event  # type: ignore[untyped-decorator]
    async def connect(sid: str, environ: Any, auth: dict[str, str]) -> None:
        device, conversations = members[auth["token"]]
        devices[sid] = device
        for conversation in conversations:
            await sio.enter_room(sid, conversation)

    @sio.on("message.send")  # type: ignore[untyped-decorator]
    async def on_send(sid: str, data: dict[str, Any]) -> dict[str, Any]:
        conversation, payload = data["conversation"], data["payload"]
        row = MessageRow(
            conversation=conversation,
            device=devices[sid],
            client_id=data["client_id"],
            payload=payload,
        )
        appended = await app["writer"].append(row)
        accepted = {"seq": appended.seq, "at": to_millis(appended.at)}
        await sio.emit(
            "message.sent",
            {"conversation": conversation, "payload": payload, **accepted},
            room=conversation,
            skip_sid=sid,
        )
        return {"ok": True, "data": accepted}

    async def ready(request: web.Request) -> web.Response:
        return web.Response(text="ready")

    app.cleanup_ctx.append(open_store)
    app.router.add_get("/readyz", ready)
    return app


def main() -> None:
    """Serve on loopback until terminated."""
    port, database_url, members = sys.argv[1:4]
    import uvloop

    uvloop.install()
    app = build(database_url, json.loads(Path(members).read_text("utf-8")))
    web.run_app(app, host="127.0.0.1", port=int(port), print=None, access_log=None)


if __name__ == "__main__":
    main()
