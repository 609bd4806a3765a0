"""Strict decoding of payloads: types, sizes, depth and counts, in one place.

Two doors with one result. `decode_payload` takes the raw msgpack bytes of a
payload, without a dict in between: the server's only way. `convert_payload` takes
values that another decoder produced, and is what the tests hold the first against.

msgspec checks types, lengths and ranges. It does not bound nesting before it
recurses, hence the guard for RecursionError, and the depth check on values that
no schema describes.
"""

from __future__ import annotations

from functools import cache
from typing import TypeVar

import msgspec

from .envelope import MAX_DEPTH, MAX_EVENT_NAME_CHARS, MAX_ITEMS, RESERVED_EVENTS
from .errors import BadRequest, UnknownEvent
from .events import COMMANDS, NOTICES, Command, Fact, Notice, Payload

_F = TypeVar("_F", bound=Fact)
_S = TypeVar("_S", bound=msgspec.Struct)

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


def convert_payload(command: Command, value: object) -> Payload:
    """The payload of `command` from already decoded values, else `BadRequest`."""
    check_bounds(value)
    try:
        return _convert(value, command.payload)
    except _DECODE_ERRORS:
        raise BadRequest("the payload does not fit the event's schema") from None


def _convert(value: object, shape: type[_S]) -> _S:
    # Without `builtin_types` a string is taken for base64 where bytes belong.
    return msgspec.convert(value, shape, strict=True, builtin_types=(bytes,))


def convert_fact(fact: type[_F], value: object) -> _F:
    """A server's payload or answer on the client side, else `BadRequest`."""
    try:
        return _convert(value, fact)
    except _DECODE_ERRORS:
        raise BadRequest("the server sent a payload of another shape") from None


def check_bounds(value: object) -> None:
    """Depth ≤ 8 and ≤ 1,000 items per container, without recursion.

    Raises `BadRequest`.
    """
    level: list[object] = [value]
    for _ in range(MAX_DEPTH + 1):
        below: list[object] = []
        for item in level:
            if isinstance(item, dict | list | tuple):
                if len(item) > MAX_ITEMS:
                    raise BadRequest("a container has too many items")
                below.extend(item.values() if isinstance(item, dict) else item)
        if not below:
            return
        level = below
    raise BadRequest("the payload is nested too deeply")
