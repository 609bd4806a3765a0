"""The calls of a server that carries none: whoever asks is told so at once."""

from __future__ import annotations

from collections.abc import Mapping

from mentalverse_signaling.errors import NotFound
from mentalverse_signaling.events import COMMANDS, Empty, Payload
from mentalverse_signaling.quota import Lane

from ..router import Handler
from ..transport.connections import Connection


def handlers() -> Mapping[str, Handler]:
    """A refusal for every command of calls."""

    async def refuse(c: Connection, payload: Payload) -> Empty:
        raise NotFound("this server carries no calls")

    return {c.name: refuse for c in COMMANDS.values() if c.lane is Lane.CALL}
