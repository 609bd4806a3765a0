"""What people see: messages, and how later contents change earlier ones.

A conversation's log holds contents in order; some of them (edits, reactions,
deletions) are about an earlier message. They are folded into it when they arrive,
so that reading history is reading rows. The rules are those every client applies
to the same log, hence everyone ends with the same picture:

* only the sender's account may edit or delete a message, and edit it only within
  a day, by the log's clock;
* a message is edited at most 48 times: what is kept to prove it has a bound;
* a deleted message stays as a tombstone: its place and sender remain. What proves it
  is kept for 30 days on the devices of everybody but its sender, unseen, so that
  nobody can threaten somebody and take the proof away;
* a person's reaction with one emoji is either on or off.

Pure: no I/O, no clock.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from mentalverse_crypto.attachments import AttachmentReference
from mentalverse_crypto.carried import File, Voice
from mentalverse_crypto.content import (
    Body,
    Content,
    Delete,
    Edit,
    Quoted,
    Reaction,
    Reply,
    Text,
    Unknown,
)
from mentalverse_signaling.conversation import Leaf

from .planned import PLANNED, sentence

_ACCOUNT = re.compile(r"\{([0-9a-f]{32})\}")
EDIT_WINDOW = timedelta(hours=24)
"""How long a message may be edited after the server recorded it."""
MAX_EDITS = 48
"""Later ones change nothing. A report shows as many wordings as fit (`wordings`)."""
REPORTABLE_AFTER_DELETION = timedelta(days=30)
"""How long a message can be reported after its sender took it back."""
MAX_REACTIONS = 64
"""Different emoji kept per message: a flood of them must not grow a record."""
NEEDS_NEWER = "This message needs a newer version."


class MessageKind(StrEnum):
    """What a row of the history is."""

    TEXT = "text"
    FILE = "file"
    """A file or a recording; `text` is its name."""
    NOTICE = "notice"
    """Made on this device from a membership change: "ada joined"."""
    PLANNED = "planned"
    """Somebody changed the session page; `text` is what they did, after their name."""
    UNKNOWN = "unknown"
    """Of a type this version does not know; `text` is the sender's fallback."""
    UNREADABLE = "unreadable"
    """Could not be read; `text` names the cause."""


SPOKEN = frozenset({MessageKind.TEXT, MessageKind.FILE})
"""What people answer, react to and take back."""
_SHOWN = SPOKEN | {MessageKind.PLANNED, MessageKind.UNKNOWN}
"""What shows somebody's words, and can be reported."""


@dataclass(frozen=True, slots=True)
class FileInfo:
    """The file of a message, as its sender describes it."""

    name: str = field(repr=False)
    """To be read by people; safe as the name of a file, but any name."""
    size: int
    """Octets."""
    media_type: str
    """Such as `image/png`. Nothing ensures that it is true."""
    reference: AttachmentReference = field(repr=False)
    """Where it is and what opens it."""
    ms: int | None = None
    """Of a recording: how long it plays."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it stands after every edit, reaction and deletion so far."""

    id: str
    """Names the message in replies, reactions, edits and deletions."""
    conversation: str
    seq: int
    """Place in the conversation's log; 0 while it waits in the outbox."""
    at: datetime
    """When the server recorded it; while it waits, when it was written. UTC."""
    account: str
    """The sender's account id, proven by the sender's signature."""
    sender: str
    """The sender's handle, by the server's word; empty in stored messages."""
    mine: bool
    kind: MessageKind
    text: str = field(repr=False)
    file: FileInfo | None = None
    reply_to: str | None = None
    quote: str | None = field(default=None, repr=False)
    edits: tuple[int, ...] = ()
    """Rows of the log that changed the text, in order."""
    deleted: bool = False
    reportable_until: datetime | None = None
    """Of a message that its sender took back: until when what proves it is kept."""
    reactions: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    """Account ids by emoji, in the order they reacted."""
    failed: str | None = None
    """The code with which the server refused it for good; it will not be sent."""

    @property
    def edited(self) -> bool:
        """Whether its sender has changed the text."""
        return bool(self.edits) and not self.deleted

    @property
    def rows(self) -> tuple[int, ...]:
        """The rows of the log that hold what its sender wrote, edits included."""
        is_gone = self.deleted and self.reportable_until is None
        return () if is_gone else (self.seq, *self.edits)

    @property
    def is_reportable(self) -> bool:
        """Whether it holds, or held, somebody's words that can still be proven."""
        return self.kind in _SHOWN and self.seq > 0 and bool(self.rows)

    @property
    def pending(self) -> bool:
        """Whether it still waits for the server."""
        return self.seq == 0 and self.failed is None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a content came from, as MLS and the log prove it."""

    conversation: str
    seq: int
    at: datetime
    account: str
    mine: bool


def opened(content: Content | Unknown, origin: Origin) -> Message | None:
    """The message a content begins; None if it is about another message."""
    if isinstance(content, Unknown):
        text = content.fallback or NEEDS_NEWER
        return _message(str(origin.seq), MessageKind.UNKNOWN, text, origin)
    identity = str(content.id)
    match content.body:
        case Text(text=text):
            return _message(identity, MessageKind.TEXT, text, origin)
        case Reply(text=text, to=Quoted(id=target, quote=quote)):
            message = _message(identity, MessageKind.TEXT, text, origin)
            return replace(message, reply_to=str(target), quote=quote)
        case File(attachment=reference):
            return _file(identity, reference, None, origin)
        case Voice(attachment=reference, ms=ms):
            return _file(identity, reference, ms, origin)
        case body if isinstance(body, PLANNED):
            return _message(identity, MessageKind.PLANNED, sentence(body), origin)
        case _:
            return None


def notice(text: str, origin: Origin) -> Message:
    """A line made here, from what a commit did."""
    return _message(str(origin.seq), MessageKind.NOTICE, text, origin)


def unreadable(cause: str, origin: Origin) -> Message:
    """The place of a row that could not be read, and why."""
    return _message(str(origin.seq), MessageKind.UNREADABLE, cause, origin)


def describe_change(
    before: frozenset[Leaf],
    after: frozenset[Leaf],
    returned: frozenset[Leaf] = frozenset(),
) -> str:
    """What a commit did to the members; accounts stand as `{id}`; "" for nothing.

    `returned` are leaves that came from outside (RFC 9420 §12.4.3.2).
    """
    were, are = {a for a, _ in before}, {a for a, _ in after}
    lists = (
        ("joined", are - were),
        ("left", were - are),
        ("added a device", {a for a, _ in after - before} & were & are),
        ("removed a device", {a for a, _ in before - after} & were & are),
        ("came back on a device", {a for a, _ in returned & before & after}),
    )
    return "; ".join(
        " and ".join(f"{{{account}}}" for account in sorted(accounts)) + f" {verb}"
        for verb, accounts in lists
        if accounts
    )


def named(message: Message, handle_of: Callable[[str], str]) -> Message:
    """`message` with handles in place of account ids.

    Stored messages hold ids only: what an account is called may become known
    later than what it did.
    """
    text = message.text
    if message.kind is MessageKind.NOTICE:
        text = _ACCOUNT.sub(lambda found: handle_of(found[1]), text)
    return replace(message, sender=handle_of(message.account), text=text)


def target_of(content: Content | Unknown) -> str | None:
    """The id of the message that a content changes; None if it changes none."""
    if isinstance(content, Unknown):
        return None
    match content.body:
        case Edit(of=target) | Delete(of=target) | Reaction(of=target):
            return str(target)
        case _:
            return None


def changed(message: Message, body: Body, origin: Origin) -> Message | None:
    """`message` after a later content about it; None if that may not, or does not."""
    if message.deleted or message.kind not in SPOKEN:
        return None
    own = origin.account == message.account
    is_text = message.kind is MessageKind.TEXT
    soon = origin.at - message.at <= EDIT_WINDOW
    match body:
        case Edit(text=text) if own and is_text and soon:
            if len(message.edits) >= MAX_EDITS:
                return None
            return replace(message, text=text, edits=(*message.edits, origin.seq))
        case Delete() if own:
            until = None if origin.mine else origin.at + REPORTABLE_AFTER_DELETION
            return _emptied(message, until)
        case Reaction(emoji=emoji, on=on):
            return _reacted(message, emoji, on, origin.account)
        case _:
            return None


def quoted(message: Message, characters: int) -> Quoted:
    """The reference with which a reply names `message`."""
    return Quoted(UUID(message.id), message.text[:characters] or None)


def _reacted(message: Message, emoji: str, on: bool, who: str) -> Message | None:
    there = message.reactions.get(emoji, ())
    if (who in there) is on:
        return None
    if (
        on
        and emoji not in message.reactions
        and len(message.reactions) >= (MAX_REACTIONS)
    ):
        return None
    people = (*there, who) if on else tuple(name for name in there if name != who)
    reactions = {**message.reactions, emoji: people}
    return replace(message, reactions={e: p for e, p in reactions.items() if p})


def without_proof(message: Message) -> Message:
    """A deleted message when nothing proves any more what it was."""
    return replace(message, edits=(), reportable_until=None)


def _emptied(message: Message, reportable_until: datetime | None) -> Message:
    return replace(
        message,
        text="",
        quote=None,
        file=None,
        edits=message.edits if reportable_until else (),
        deleted=True,
        reportable_until=reportable_until,
        reactions={},
    )


def _file(
    identity: str, reference: AttachmentReference, ms: int | None, origin: Origin
) -> Message:
    info = FileInfo(reference.name, reference.size, reference.media_type, reference, ms)
    message = _message(identity, MessageKind.FILE, reference.name, origin)
    return replace(message, file=info)


def _message(identity: str, kind: MessageKind, text: str, origin: Origin) -> Message:
    return Message(
        id=identity,
        conversation=origin.conversation,
        seq=origin.seq,
        at=origin.at,
        account=origin.account,
        sender="",
        mine=origin.mine,
        kind=kind,
        text=text,
    )
