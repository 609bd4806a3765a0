"""Socket.IO packets as msgpack, and the WebSocket frames that carry them.

One binary WebSocket message is one Engine.IO MESSAGE is one Socket.IO packet, a
map `{type, nsp, data, id?}` (Socket.IO protocol revision 5 with the msgpack
parser). Clients may send three of its seven types. Attachments do not exist in
this encoding, so the binary types are refused with the rest.

Frames from a server are not masked (RFC 6455 §5.1): the bytes of one push are
the same for every recipient, and are put together once.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import Any

import msgspec

from mentalverse_signaling.envelope import failure
from mentalverse_signaling.errors import SignalingError
from mentalverse_signaling.events import Fact

NAMESPACE = "/"
_TEXT, _BINARY, _CLOSE = 0x81, 0x82, 0x88
_EMPTY_PAYLOAD = msgspec.Raw(b"\x80")
"""An empty msgpack map: what an event without an argument means."""
_MAX_ACK_ID = 2**53 - 1


class MalformedFrame(Exception):  # noqa: N818
    """The peer does not speak the protocol. Carries nothing of what it sent."""


class PacketType(IntEnum):
    """Socket.IO packet types used here."""

    CONNECT = 0
    DISCONNECT = 1
    EVENT = 2
    ACK = 3


class Frame(msgspec.Struct, frozen=True, gc=False):
    """A packet as it arrives. Unknown keys are the parser's own, and ignored."""

    type: int
    nsp: str
    id: int | None = None
    data: msgspec.Raw = msgspec.Raw(b"\xc0")


class Push(msgspec.Struct, frozen=True, gc=False):
    """An encoded packet: `packet` alone and inside a WebSocket frame."""

    packet: bytes
    frame: bytes


_frames = msgspec.msgpack.Decoder(Frame)
_items = msgspec.msgpack.Decoder(list[msgspec.Raw])
_names = msgspec.msgpack.Decoder(str)
_auth = msgspec.msgpack.Decoder(dict[str, Any])
_encode = msgspec.msgpack.Encoder().encode
_BAD = (
    msgspec.DecodeError,
    ValueError,
    TypeError,
    RecursionError,
)


def decode_frame(message: object) -> Frame:
    """The packet in one WebSocket message, else `MalformedFrame`."""
    try:
        frame = _frames.decode(message)  # type: ignore[arg-type]
    except _BAD:
        raise MalformedFrame from None
    if frame.nsp != NAMESPACE:
        raise MalformedFrame
    if frame.id is not None and not 0 <= frame.id <= _MAX_ACK_ID:
        raise MalformedFrame
    return frame


def event_of(frame: Frame) -> tuple[str, msgspec.Raw]:
    """Name and undecoded payload of an EVENT, else `MalformedFrame`."""
    try:
        items = _items.decode(frame.data)
        if not 1 <= len(items) <= 2:
            raise MalformedFrame
        return _names.decode(items[0]), items[1] if len(items) == 2 else _EMPTY_PAYLOAD
    except _BAD:
        raise MalformedFrame from None


def auth_of(frame: Frame) -> dict[str, Any]:
    """The authentication map of a CONNECT, else `MalformedFrame`."""
    try:
        return _auth.decode(frame.data)
    except _BAD:
        raise MalformedFrame from None


def encode_push(event: str, fact: Fact) -> Push:
    """Encode and frame an event once, for any number of recipients."""
    return framed(_encode({"type": 2, "data": (event, fact), "nsp": NAMESPACE}))


def encode_success(ack_id: int, fact: Fact) -> Push:
    """The acknowledgement of a call that worked."""
    answer = {"ok": True, "data": fact}
    return framed(
        _encode({"type": 3, "data": (answer,), "nsp": NAMESPACE, "id": ack_id})
    )


def encode_failure(ack_id: int, error: SignalingError) -> Push:
    """The acknowledgement of a call that did not."""
    packet = {
        "type": 3,
        "data": (failure(error),),
        "nsp": NAMESPACE,
        "id": ack_id,
    }
    return framed(_encode(packet))


def framed(packet: bytes) -> Push:
    """`packet` with its binary frame (RFC 6455 §5.2)."""
    return Push(packet, _header(_BINARY, len(packet)) + packet)


def text_frame(text: str) -> bytes:
    """A text frame: Engine.IO's own packets (open, ping, close)."""
    payload = text.encode()
    return _header(_TEXT, len(payload)) + payload


def close_frame(code: int, reason: str) -> bytes:
    """A close frame (RFC 6455 §5.5.1); `reason` is at most 123 bytes."""
    payload = code.to_bytes(2) + reason.encode()
    return _header(_CLOSE, len(payload)) + payload


def _header(first_byte: int, size: int) -> bytes:
    if size < 126:
        return bytes((first_byte, size))
    if size < 65536:
        return struct.pack("!BBH", first_byte, 126, size)
    return struct.pack("!BBQ", first_byte, 127, size)
