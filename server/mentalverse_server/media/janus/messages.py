"""What Janus says, read strictly in what is used and blind to the rest.

Janus answers a request by `success`, `error` or `ack`, and what takes longer by an
`event` with the same transaction after the `ack`. `webrtcup`, `hangup`, `detached` and
`timeout` come by themselves. The video room puts its own part into `plugindata`, and
its own errors into that part of an answer which Janus itself calls a success.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from ..driver import (
    BadSdp,
    E2eeRequired,
    EngineLost,
    NoSuchRoom,
    RoomFull,
    SfuError,
    WrongState,
)

MAX_MESSAGE_BYTES = 512 * 1024
"""Of one message: a description of 24 streams is below 48 KiB."""


class BadMessage(Exception):
    """Janus said what it does not say; the text names the place."""


class Refusal(msgspec.Struct, frozen=True):
    """Why Janus itself did not do something."""

    code: int
    reason: str = ""


class Identity(msgspec.Struct, frozen=True):
    """The id of what was made: a session, a handle."""

    id: int


class Description(msgspec.Struct, frozen=True):
    """`jsep`: a session description."""

    type: Literal["offer", "answer"]
    sdp: str


class Stream(msgspec.Struct, frozen=True):
    """One m-line: of a publisher, or of a subscription with whose feed it carries."""

    mid: str = ""
    type: str = ""
    active: bool = True
    feed_id: str = ""


class Participant(msgspec.Struct, frozen=True):
    """Somebody in a room, who publishes or does not yet."""

    id: str
    publisher: bool = False


class Said(msgspec.Struct, frozen=True):
    """The video room's part of a message."""

    videoroom: str = ""
    room: str = ""
    error_code: int = 0
    error: str = ""
    streams: tuple[Stream, ...] = ()
    participants: tuple[Participant, ...] = ()


class PluginData(msgspec.Struct, frozen=True):
    """Where the video room's part stands."""

    data: Said = Said()


class Message(msgspec.Struct, frozen=True):
    """One message of Janus. 0 and "" stand for what it did not name."""

    janus: str
    transaction: str = ""
    session_id: int = 0
    sender: int = 0
    """The handle that it is about."""
    data: Identity | None = None
    plugindata: PluginData = PluginData()
    jsep: Description | None = None
    error: Refusal | None = None
    reason: str = ""
    server_name: str = msgspec.field(default="", name="server-name")
    version: int = 0
    """1102 for 1.1.2."""
    version_string: str = ""
    plugins: dict[str, object] = {}

    @property
    def said(self) -> Said:
        """The video room's part."""
        return self.plugindata.data

    @property
    def made(self) -> int:
        """The id of what was made. Raises `EngineLost`."""
        if self.data is None:
            raise EngineLost("Janus made something without an id")
        return self.data.id


_decoder = msgspec.json.Decoder(Message)


def read_message(document: str | bytes) -> Message:
    """The message. Raises `BadMessage`, and nothing else."""
    try:
        return _decoder.decode(document)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise BadMessage(str(error)) from None


def failure(message: Message) -> SfuError | None:
    """What a driver raises for an answer that is a refusal; None if it is not one."""
    if message.error is not None:
        return _error(message.error.code, _CORE)
    if message.said.error_code:
        return _error(message.said.error_code, _ROOM)
    if message.janus == "error":
        return EngineLost("refused without a code")
    return None


def _error(code: int, table: dict[int, type[SfuError]]) -> SfuError:
    return table.get(code, SfuError)(f"Janus {code}")


_CORE: dict[int, type[SfuError]] = {
    403: EngineLost,  # another start of it, with other secrets
    458: NoSuchRoom,  # no such session: reaped, or of another start
    459: NoSuchRoom,  # no such handle
    464: BadSdp,  # type of the description unknown
    465: BadSdp,
    466: BadSdp,  # a candidate that is none
    469: WrongState,  # a description that does not fit what was agreed
}
"""Janus' own codes (`apierror.h`)."""
_ROOM: dict[int, type[SfuError]] = {
    424: WrongState,
    425: WrongState,
    426: NoSuchRoom,
    428: NoSuchRoom,  # no such feed, or not connected yet
    431: BadSdp,
    432: RoomFull,
    433: E2eeRequired,
    434: WrongState,
    435: WrongState,
    436: WrongState,  # the id is still taken by a connection before
    437: BadSdp,
}
"""Codes of the video room."""
