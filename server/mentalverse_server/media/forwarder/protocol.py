"""What the server and the forwarder say to each other over a private Unix socket.

A frame is its length (4 bytes, big endian) and a msgpack value of at most
`MAX_FRAME_BYTES`. The server sends `Request`s, each with an id and the time it waits;
the forwarder answers each once with a `Reply`, in any order, and tells what happens in
between with `Happened`. Whatever cannot be read as one of these ends the line.
"""

from __future__ import annotations

import asyncio

import msgspec

from ..driver import MAX_SDP_BYTES

VERSION = 1
"""Of this protocol: a forwarder of another version is ended and started anew."""
MAX_FRAME_BYTES = MAX_SDP_BYTES + 16 * 1024
MAX_REQUESTS = 128
"""Open at the same time; more are refused with `overloaded`."""
_LENGTH_BYTES = 4


class Operation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=True):
    """What the server may ask for."""


class Hello(Operation, frozen=True):
    """Who is there? → `Welcome`."""


class CreateRoom(Operation, frozen=True):
    """`seats` planned."""

    room: str
    seats: int
    screen: bool


class DestroyRoom(Operation, frozen=True):
    """End a room."""

    room: str


class Publish(Operation, frozen=True):
    """→ the answer's SDP."""

    room: str
    feed: str
    sdp: str


class Unpublish(Operation, frozen=True):
    """Close a feed's connection."""

    room: str
    feed: str


class Subscribe(Operation, frozen=True):
    """→ the offer's SDP, or "" if nothing changed."""

    room: str
    seat: str
    add: list[str]
    drop: list[str]


class Answer(Operation, frozen=True):
    """Of a subscriber to the last offer."""

    room: str
    seat: str
    sdp: str


class Mids(Operation, frozen=True):
    """→ from each MID of the last offer to its feed."""

    room: str
    seat: str


class Resume(Operation, frozen=True):
    """Let feeds flow to a subscriber."""

    room: str
    seat: str
    feeds: list[str]


class Replace(Operation, frozen=True):
    """Close a seat's subscription: the next one begins anew."""

    room: str
    seat: str


class Prefer(Operation, frozen=True):
    """Which feeds a subscriber would miss most: 0 is the first to go."""

    room: str
    seat: str
    feed: str
    rank: int


class Pause(Operation, frozen=True):
    """Stop a feed for everybody, or let it go on."""

    room: str
    feed: str
    paused: bool


class Kick(Operation, frozen=True):
    """Close everything of a seat."""

    room: str
    seat: str


class Stats(Operation, frozen=True):
    """→ `RoomCounts`."""

    room: str


class End(Operation, frozen=True):
    """End the process."""


InRoom = (
    Publish
    | Unpublish
    | Subscribe
    | Answer
    | Mids
    | Resume
    | Replace
    | Prefer
    | Pause
    | Kick
    | Stats
)
AnyOperation = Hello | CreateRoom | DestroyRoom | InRoom | End


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`id` is the server's, unique among those open on this line."""

    id: int
    wait_ms: int
    op: AnyOperation


class Welcome(msgspec.Struct, frozen=True):
    """Who the forwarder is. `unfit` says why it serves nobody; "" if it does."""

    version: int
    unfit: str
    rooms: list[str]


class FeedCounts(msgspec.Struct, frozen=True):
    """`FeedStats` on the line."""

    feed: str
    packets: int
    bytes: int
    lost: int


class RoomCounts(msgspec.Struct, frozen=True):
    """`RoomStats` on the line."""

    publishers: int
    subscribers: int
    transports: int
    packets_in: int
    packets_out: int
    bytes_out: int
    filtered: int
    """Datagrams from addresses that had passed no check."""
    sent_again: int
    feeds: list[FeedCounts]


class Reply(msgspec.Struct, frozen=True, tag=True):
    """`error` is "" or a code of `driver`; `value` is as the operation says."""

    id: int
    value: msgspec.Raw = msgspec.Raw(b"\xc0")
    error: str = ""
    detail: str = ""


class Happened(msgspec.Struct, frozen=True, tag=True):
    """`what`: `up` and `down` of a seat's connection, `gone` of a feed."""

    what: str
    room: str
    name: str
    direction: str = ""


_reply: msgspec.msgpack.Decoder[Reply | Happened] = msgspec.msgpack.Decoder(
    Reply | Happened
)
_request = msgspec.msgpack.Decoder(Request)
_encoder = msgspec.msgpack.Encoder()


class BadFrame(Exception):
    """The other side does not speak this protocol; the line is of no more use."""


def encode(value: Request | Reply | Happened) -> bytes:
    """A frame."""
    body = _encoder.encode(value)
    if len(body) > MAX_FRAME_BYTES:
        raise BadFrame(f"{len(body)} bytes")
    return len(body).to_bytes(_LENGTH_BYTES, "big") + body


def raw(value: object) -> msgspec.Raw:
    """`value` as the value of a `Reply`."""
    return msgspec.Raw(_encoder.encode(value))


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """The next request; None at the end of the line. Raises `BadFrame`."""
    body = await _body(reader)
    if body is None:
        return None
    try:
        return _request.decode(body)
    except msgspec.DecodeError as error:
        raise BadFrame(str(error)) from None


async def read_reply(reader: asyncio.StreamReader) -> Reply | Happened | None:
    """The next thing the forwarder says; None at the end. Raises `BadFrame`."""
    body = await _body(reader)
    if body is None:
        return None
    try:
        return _reply.decode(body)
    except msgspec.DecodeError as error:
        raise BadFrame(str(error)) from None


async def _body(reader: asyncio.StreamReader) -> bytes | None:
    try:
        head = await reader.readexactly(_LENGTH_BYTES)
        length = int.from_bytes(head, "big")
        if length > MAX_FRAME_BYTES:
            raise BadFrame(f"{length} bytes")
        return await reader.readexactly(length)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
