"""One connection to Janus: requests with their answers, and what comes by itself.

A request and its answer share a transaction. Some are answered at once, some by an
`ack` now and the answer later; for a few the `ack` is all there is. Every request ends:
by its answer, after `DEADLINE_SECONDS`, or with the connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count

import aiohttp
import msgspec
import structlog

from ..driver import EngineLost
from .messages import MAX_MESSAGE_BYTES, BadMessage, Message, failure, read_message

DEADLINE_SECONDS = 5.0
CONNECT_SECONDS = 2.0
MAX_OPEN_REQUESTS = 512
"""Ten rooms of ten seats ask for less, all at once."""
PLUGIN = "janus.plugin.videoroom"
_PROTOCOL = "janus-protocol"
_HEARTBEAT_SECONDS = 10.0
"""Pings of the WebSocket: a process that hangs closes nothing."""
_ACK_IS_ALL = frozenset({"keepalive", "trickle"})

_Answer = asyncio.Future[Message]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An open request; `ack_is_all`: no answer follows the `ack`."""

    answer: _Answer
    ack_is_all: bool


class Line:
    """An open connection. `on_event` gets what nobody asked for, in its order."""

    def __init__(
        self,
        socket: aiohttp.ClientWebSocketResponse,
        api_secret: str,
        on_event: Callable[[Message], None],
    ):
        self._socket = socket
        self._api_secret = api_secret
        self._on_event = on_event
        self._open: dict[str, _Waiting] = {}
        self._numbers = count(1)
        self._ended = False

    async def run(self) -> None:
        """Read until the connection ends; whoever waits then gets `EngineLost`."""
        try:
            async for frame in self._socket:
                if frame.type is not aiohttp.WSMsgType.TEXT:
                    break
                self._take(frame.data)
        finally:
            self._ended = True
            for waiting in self._open.values():
                if not waiting.answer.done():
                    waiting.answer.set_exception(
                        EngineLost("the line to Janus is lost")
                    )
            self._open.clear()

    async def close(self) -> None:
        """End the connection; `run` returns."""
        await self._socket.close()

    async def ask(self, kind: str, **fields: object) -> Message:
        """The answer to a request of Janus itself.

        Raises:
            EngineLost: no answer in time, or the connection is gone.
            SfuError: refused, see `messages.failure`.
        """
        if self._ended or len(self._open) >= MAX_OPEN_REQUESTS:
            raise EngineLost("no line to Janus" if self._ended else "Janus is behind")
        transaction = str(next(self._numbers))
        waiting: _Answer = asyncio.get_running_loop().create_future()
        self._open[transaction] = _Waiting(waiting, kind in _ACK_IS_ALL)
        request = {"janus": kind, "transaction": transaction, **fields}
        document = msgspec.json.encode(request | {"apisecret": self._api_secret})
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                await self._socket.send_str(document.decode())
                answer = await waiting
        except (TimeoutError, aiohttp.ClientError, ConnectionError):
            raise EngineLost(f"Janus did not answer {kind}") from None
        finally:
            self._open.pop(transaction, None)
        refused = failure(answer)
        if refused is not None:
            raise refused
        return answer

    async def tell_room(
        self,
        session: int,
        handle: int,
        body: Mapping[str, object],
        jsep: Mapping[str, object] | None = None,
    ) -> Message:
        """The video room's answer to one of its requests; raises as `ask` does."""
        described = {} if jsep is None else {"jsep": jsep}
        return await self.ask(
            "message", session_id=session, handle_id=handle, body=body, **described
        )

    def _take(self, document: str) -> None:
        try:
            message = read_message(document)
        except BadMessage as error:
            log.warning("janus_message_unread", problem=str(error))
            return
        waiting = self._open.get(message.transaction)
        if waiting is None:
            self._on_event(message)
        elif message.janus == "ack" and not waiting.ack_is_all:
            return
        elif not waiting.answer.done():
            waiting.answer.set_result(message)


async def connect(
    http: aiohttp.ClientSession, url: str
) -> aiohttp.ClientWebSocketResponse:
    """An open socket. Raises `OSError`, refused or late, and `aiohttp.ClientError`."""
    async with asyncio.timeout(CONNECT_SECONDS):
        return await http.ws_connect(
            url,
            protocols=(_PROTOCOL,),
            heartbeat=_HEARTBEAT_SECONDS,
            max_msg_size=MAX_MESSAGE_BYTES,
        )
