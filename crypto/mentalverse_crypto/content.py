"""What an application message says: versioned JSON, read strictly, kept whole.

The plaintext of every application message is one JSON object (see `ijson`)

    {"v": 1, "t": type, "id": uuid, "at": ms, "b": {…}, "fb": "plain text"}

``id`` is a canonical lower-case UUID, ``at`` the sender's clock in Unix
milliseconds, ``fb`` (optional) what a client too old for the type shows instead.
Who sent it, in which order and when it was recorded come from MLS and the log,
never from the JSON: everything in here is the sender's claim.

| ``t``    | ``b``                                                              |
|----------|--------------------------------------------------------------------|
| text     | ``text``, ``lang``? (BCP 47 tag)                                   |
| reply    | ``text``, ``to`` = {``id``, ``quote``? (its first 80 characters)}  |
| edit     | ``of``, ``text``                                                   |
| reaction | ``of``, ``emoji``, ``on``                                          |
| delete   | ``of``                                                             |
| receipt  | ``up_to`` (log sequence number), ``kind`` delivered / read         |
| typing   | ``on``                                                             |
| system   | ``code``, ``args``: made locally from a commit, never accepted     |

and file, voice, history.key, location.key, log.head as `carried` describes them,
agenda, goal and note as `session_page` does, safety.plan as `safety_plan`, screening as
`screening`, rtc.signal as `rtc_signal`, caption as `caption`, credential.ask and
credential.shown as `shown_credential`.

What this module does not know stays intact: an unknown ``t`` or a higher ``v``
is returned with its bytes, unknown members of a known type are kept and written
back. A type never changes its meaning; a new meaning is a new ``t``. What people
wrote is left out of every ``repr``, so that no log line can carry it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import StrEnum
from typing import ClassVar, TypeAlias
from uuid import UUID

from . import base64url
from .caption import Caption, read_caption
from .carried import (
    File,
    HistoryKey,
    LocationKey,
    LogHead,
    Voice,
    attachment_members,
    read_file,
    read_history_key,
    read_location_key,
    read_log_head,
    read_voice,
)
from .errors import (
    ContentError,
    ContentInvalid,
    ContentLocalOnly,
    ContentUnsendable,
)
from .ijson import Json, Members, parse, unknown_members
from .rtc_signal import RtcSignal, read_rtc_signal
from .safety_plan import PlanChange, read_plan_change
from .screening import Screening, read_screening
from .session_page import Agenda, Goal, Note, read_agenda, read_goal, read_note
from .shown_credential import (
    CredentialAsk,
    CredentialShown,
    read_credential_ask,
    read_credential_shown,
)

VERSION = 1
"""The only ``v`` whose members this module reads."""
MAX_QUOTE_CHARACTERS = 80
"""Longest ``quote`` of a reply, in Unicode code points."""
MAX_EMOJI_CHARACTERS = 32
"""Longest ``emoji``, in code points: joined sequences take more than ten."""
MAX_TAG_CHARACTERS = 64
"""Longest ``t``, ``lang`` or ``code``."""


class ReceiptKind(StrEnum):
    """How far a message got on the receiving side."""

    DELIVERED = "delivered"
    READ = "read"


@dataclass(frozen=True, slots=True)
class Text:
    """Plain text without markup."""

    type: ClassVar[str] = "text"
    text: str = field(repr=False)
    lang: str | None = None
    """BCP 47 tag, when the sender stated one."""
    extra: Mapping[str, Json] = unknown_members()


@dataclass(frozen=True, slots=True)
class Quoted:
    """What a reply answers."""

    id: UUID
    quote: str | None = field(default=None, repr=False)
    """At most its first 80 characters, so that a reply stands without its target."""
    extra: Mapping[str, Json] = unknown_members()


@dataclass(frozen=True, slots=True)
class Reply:
    """Plain text that answers an earlier message."""

    type: ClassVar[str] = "reply"
    text: str = field(repr=False)
    to: Quoted
    extra: Mapping[str, Json] = unknown_members()


@dataclass(frozen=True, slots=True)
class Edit:
    """A new text for the sender's own earlier message."""

    type: ClassVar[str] = "edit"
    of: UUID
    text: str = field(repr=False)
    extra: Mapping[str, Json] = unknown_members()


@dataclass(frozen=True, slots=True)
class Reaction:
    """An emoji set on, or taken from, a message."""

    type: ClassVar[str] = "reaction"
    of: UUID
    emoji: str = field(repr=False)
    on: bool
    extra: Mapping[str, Json] = unknown_members()


@dataclass(frozen=True, slots=True)
class Delete:
    """The sender asks peers to drop the sender's own earlier message."""

    type: ClassVar[str] = "delete"
    of: UUID
    extra: Mapping[str, Json] = unknown_members()


@dataclass(frozen=True, slots=True)
class Receipt:
    """Everything up to a sequence number of the log was delivered or read."""

    type: ClassVar[str] = "receipt"
    up_to: int
    kind: ReceiptKind
    extra: Mapping[str, Json] = unknown_members()


@dataclass(frozen=True, slots=True)
class Typing:
    """The sender started or stopped typing."""

    type: ClassVar[str] = "typing"
    on: bool
    extra: Mapping[str, Json] = unknown_members()


@dataclass(frozen=True, slots=True)
class System:
    """A line of the conversation that this device made itself from a commit."""

    type: ClassVar[str] = "system"
    code: str
    args: Mapping[str, Json] = unknown_members()
    extra: Mapping[str, Json] = unknown_members()


Body: TypeAlias = (
    Text
    | Reply
    | Edit
    | Reaction
    | Delete
    | Receipt
    | Typing
    | System
    | File
    | Voice
    | HistoryKey
    | LocationKey
    | LogHead
    | Agenda
    | Goal
    | Note
    | PlanChange
    | Screening
    | RtcSignal
    | Caption
    | CredentialAsk
    | CredentialShown
)
"""The body of every type known here."""


@dataclass(frozen=True, slots=True)
class Content:
    """One message of a known type."""

    id: UUID
    at_ms: int
    """The sender's clock, Unix milliseconds: shown, never trusted for order."""
    body: Body
    fallback: str | None = field(default=None, repr=False)
    """``fb``: what a client that does not know the type shows as plain text."""
    extra: Mapping[str, Json] = unknown_members()


@dataclass(frozen=True, slots=True)
class Unknown:
    """One message that needs another client: keep it, show ``fallback``, do nothing."""

    raw: bytes = field(repr=False)
    """The plaintext as it was received."""
    type: str
    version: int
    fallback: str | None = field(default=None, repr=False)


def decode(data: bytes, *, local: bool = False) -> Content | Unknown:
    """The message that a plaintext holds.

    Args:
        data: The plaintext of an application message.
        local: Whether this device wrote it: only then a ``system`` line is read.

    Raises:
        ContentTooLarge: more than `ijson.MAX_CONTENT_BYTES`.
        ContentMalformed: not JSON within the limits of `ijson`.
        ContentInvalid: a member is missing, of the wrong type or out of bounds.
        ContentLocalOnly: a peer sent a ``system`` line.
    """
    envelope = Members(parse(data), "message")
    version = envelope.integer("v", least=1)
    type_name = envelope.text("t", MAX_TAG_CHARACTERS)
    fallback = envelope.optional_text("fb")
    read = _READERS.get(type_name)
    if version > VERSION or read is None:
        return Unknown(data, type_name, version, fallback)
    if type_name == System.type and not local:
        raise ContentLocalOnly("system lines are made on the device that shows them")
    message_id, at_ms = envelope.uuid("id"), envelope.integer("at")
    body = read(envelope.object("b"))
    return Content(message_id, at_ms, body, fallback, envelope.rest())


def wakes(data: bytes) -> bool:
    """Whether whoever is away may be woken for this content of our own.

    For something new to read, hear or see and for an appointment that is planned,
    moved or cancelled, and for nothing else.
    """
    content = decode(data, local=True)
    return isinstance(content, Content) and isinstance(
        content.body, Text | Reply | File | Voice | Agenda
    )


def encode(content: Content | Unknown, *, local: bool = False) -> bytes:
    """The plaintext of a message; an unknown one is its own bytes.

    The result has been read back by `decode`, so what this device sends is what
    its peers accept.

    Raises:
        ContentUnsendable: a receiver would refuse the message or read another one.
    """
    if isinstance(content, Unknown):
        return content.raw
    try:
        data = _write(_envelope(content))
        same = decode(data, local=local) == content
    except ContentError as error:
        raise ContentUnsendable(f"receivers would refuse it: {error}") from None
    except (TypeError, ValueError, RecursionError):
        raise ContentUnsendable("a member has no JSON form") from None
    if not same:
        raise ContentUnsendable("receivers would read something else")
    return data


def _envelope(content: Content) -> dict[str, object]:
    envelope: dict[str, object] = {
        **content.extra,
        "v": VERSION,
        "t": content.body.type,
        "id": content.id,
        "at": content.at_ms,
        "b": content.body,
    }
    if content.fallback is not None:
        envelope["fb"] = content.fallback
    return envelope


def _write(envelope: dict[str, object]) -> bytes:
    text = json.dumps(
        envelope,
        ensure_ascii=False,
        allow_nan=False,
        separators=(",", ":"),
        default=_plain,
    )
    return text.encode()


def _plain(value: object) -> object:
    """What stands in JSON for a value that JSON does not know.

    A body is its members by their names, a reference lies flat among them.
    """
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes):
        return base64url.encode(value)
    if not is_dataclass(value):
        raise TypeError
    members = {item.name: getattr(value, item.name) for item in fields(value)}
    known = {name: member for name, member in members.items() if member is not None}
    if isinstance(value, File | Voice):
        known = {**attachment_members(known.pop("attachment")), **known}
    return {**known.pop("extra"), **known}


def _read_kind(body: Members) -> ReceiptKind:
    try:
        return ReceiptKind(body.text("kind"))
    except ValueError:
        raise ContentInvalid("kind is neither delivered nor read") from None


def _read_reply(body: Members) -> Reply:
    to = body.object("to")
    quote = to.optional_text("quote", MAX_QUOTE_CHARACTERS)
    return Reply(
        body.text("text"), Quoted(to.uuid("id"), quote, to.rest()), body.rest()
    )


def _read_reaction(body: Members) -> Reaction:
    emoji = body.text("emoji", MAX_EMOJI_CHARACTERS)
    return Reaction(body.uuid("of"), emoji, body.flag("on"), body.rest())


def _read_system(body: Members) -> System:
    code = body.text("code", MAX_TAG_CHARACTERS)
    return System(code, body.object("args").rest(), body.rest())


_READERS: Mapping[str, Callable[[Members], Body]] = {
    Text.type: lambda b: Text(
        b.text("text"), b.optional_text("lang", MAX_TAG_CHARACTERS), b.rest()
    ),
    Reply.type: _read_reply,
    Edit.type: lambda b: Edit(b.uuid("of"), b.text("text"), b.rest()),
    Reaction.type: _read_reaction,
    Delete.type: lambda b: Delete(b.uuid("of"), b.rest()),
    Receipt.type: lambda b: Receipt(b.integer("up_to"), _read_kind(b), b.rest()),
    Typing.type: lambda b: Typing(b.flag("on"), b.rest()),
    System.type: _read_system,
    File.type: read_file,
    Voice.type: read_voice,
    HistoryKey.type: read_history_key,
    LocationKey.type: read_location_key,
    LogHead.type: read_log_head,
    Agenda.type: read_agenda,
    Goal.type: read_goal,
    Note.type: read_note,
    PlanChange.type: read_plan_change,
    Screening.type: read_screening,
    RtcSignal.type: read_rtc_signal,
    Caption.type: read_caption,
    CredentialAsk.type: read_credential_ask,
    CredentialShown.type: read_credential_shown,
}
