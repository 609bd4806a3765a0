"""Strict decoding of payloads: types, sizes, depth and counts, in one place.

A payload is decoded from its raw msgpack bytes, without a dict in between. msgspec
checks types, lengths and ranges, and builds nothing that the schema does not describe,
so no payload is deeper or wider than its type. What it skips it may recurse into,
hence the guard for RecursionError.
"""

from __future__ import annotations

from functools import cache
from typing import TypeVar

import msgspec

from .envelope import MAX_EVENT_NAME_CHARS, RESERVED_EVENTS
from .errors import BadRequest, UnknownEvent
from .events import COMMANDS, NOTICES, Command, Fact, Notice, Payload

_F = TypeVar("_F", bound=Fact)

_DECODE_ERRORS = (
    msgspec.DecodeError,
    msgspec.ValidationError,
    ValueError,
    TypeError,
    RecursionError,
)


def command_for(name: object) -> Command:
    """The registry entry of a client's event; `UnknownEvent` for anything else."""
    if (
        not isinstance(name, str)
        or len(name) > MAX_EVENT_NAME_CHARS
        or name in RESERVED_EVENTS
    ):
        raise UnknownEvent("no such event")
    command = COMMANDS.get(name)
    if command is None:
        raise UnknownEvent("no such event")
    return command


def notice_for(name: str) -> Notice | None:
    """The registry entry of a server's event; None for a newer server's."""
    return NOTICES.get(name)


@cache
def _decoder(payload: type[Payload]) -> msgspec.msgpack.Decoder[Payload]:
    return msgspec.msgpack.Decoder(payload)


def decode_payload(command: Command, raw: bytes | msgspec.Raw) -> Payload:
    """The payload of `command` from its msgpack bytes, else `BadRequest`."""
    try:
        return _decoder(command.payload).decode(raw)
    except _DECODE_ERRORS:
        raise BadRequest("the payload does not fit the event's schema") from None


def convert_fact(fact: type[_F], value: object) -> _F:
    """A server's payload or answer on the client side, else `BadRequest`."""
    try:
        # Without `builtin_types` a string is taken for base64 where bytes belong.
        return msgspec.convert(value, fact, strict=True, builtin_types=(bytes,))
    except _DECODE_ERRORS:
        raise BadRequest("the server sent a payload of another shape") from None
