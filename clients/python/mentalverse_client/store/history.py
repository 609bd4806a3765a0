"""What the rows of a log add to the stored history."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID, uuid5

from mentalverse_crypto import content as contents
from mentalverse_crypto.carried import LocationKey, LogHead
from mentalverse_crypto.content import (
    Content,
    Receipt,
    ReceiptKind,
    Typing,
    Unknown,
)
from mentalverse_crypto.history_piece import HistoryMessage
from mentalverse_signaling.ids import id_text

from . import evidence, read_by, session_page, withdrawn
from .location_halves import note_half
from .messages import Message, Origin, changed, opened, target_of
from .planned import sentence
from .records import message_by_id, save_message
from .vault import Transaction, Vault

_PLACES = UUID("6f0b6a3e-5a0d-4d1c-9d53-0c1b1f4a7e20")


@dataclass(slots=True)
class Additions:
    """The messages that came and those that changed, in order."""

    arrived: list[Message] = field(default_factory=list)
    changed: list[Message] = field(default_factory=list)
    heads: list[LogHead] = field(default_factory=list)
    """Heads of the transparency log that others sent."""
    signs: list[Sign] = field(default_factory=list)
    """Who told that they write, read or received, in order."""
    read: int = 0
    """Up to which row the person has read, as their other devices told."""


@dataclass(frozen=True, slots=True)
class Sign:
    """A receipt of somebody else, or a sign that they write."""

    account: str
    at: datetime
    """By the log or by the sender's clock, whichever is earlier."""
    body: Receipt | Typing


@dataclass(frozen=True, slots=True)
class History:
    """Adds to the history within one transaction, and notes what it added."""

    vault: Vault
    write: Transaction
    additions: Additions

    def deliver(self, conversation: str, said: HistoryMessage, *, mine: bool) -> None:
        """Store what a row says, or fold it into the message it is about.

        What leaves no trace in the history is not kept with its proof either.

        Raises:
            ContentError: what it says is in no form of ours.
        """
        content = contents.decode(said.content)
        at = datetime.fromtimestamp(said.at_ms / 1000, UTC)
        account = id_text(said.account)
        origin = Origin(conversation, said.seq, at, account, mine)
        if not isinstance(content, Unknown):
            self._note(content, origin)
        data = said.content
        if self._change(content, origin) or self._begin(content, data, origin):
            evidence.keep(self.vault, self.write, conversation, said)

    def add(self, message: Message) -> None:
        """Store a message of its own."""
        known = message_by_id(self.vault, message.conversation, message.id)
        if known is not None and known.seq != message.seq:
            # Somebody used an id again: the first message keeps it, and this one
            # gets another that can be named, the same on every device.
            message = replace(message, id=str(_id_of_place(message)))
        save_message(self.write, message)
        self.additions.arrived.append(message)

    def _note(self, content: Content, origin: Origin) -> None:
        body = content.body
        if isinstance(body, Receipt) and body.kind is ReceiptKind.READ:
            # Nobody has read what was not there yet.
            up_to = min(body.up_to, origin.seq)
            read_by.note(
                self.vault, self.write, origin.conversation, origin.account, up_to
            )
            if origin.mine:
                self.additions.read = max(self.additions.read, up_to)
        if origin.mine:
            return
        if isinstance(body, LocationKey):
            note_half(self.vault, self.write, origin.conversation, body)
        if isinstance(body, LogHead):
            self.additions.heads.append(body)
        if isinstance(body, Receipt | Typing):
            at = min(origin.at, _moment(content.at_ms, origin.at))
            self.additions.signs.append(Sign(origin.account, at, body))

    def _begin(self, content: Content | Unknown, data: bytes, origin: Origin) -> bool:
        message = opened(content, origin)
        if message is None:
            return False
        body = session_page.planned(content)
        if body is not None:
            before = session_page.take(self.vault, self.write, body, data, origin)
            message = replace(message, text=sentence(body, before))
        self.add(message)
        return True

    def _change(self, content: Content | Unknown, origin: Origin) -> bool:
        target = target_of(content)
        if target is None or isinstance(content, Unknown):
            return False
        earlier = message_by_id(self.vault, origin.conversation, target)
        later = earlier and changed(earlier, content.body, origin)
        if earlier is None or later is None:
            return False
        forgotten = set(earlier.rows).difference(later.rows)
        evidence.forget(self.write, earlier.conversation, forgotten)
        if later.reportable_until is not None:
            withdrawn.note(self.write, later)
        save_message(self.write, later)
        self.additions.changed.append(later)
        return True


def _moment(at_ms: int, otherwise: datetime) -> datetime:
    try:
        return datetime.fromtimestamp(at_ms / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return otherwise  # no clock says this


def _id_of_place(message: Message) -> UUID:
    return uuid5(_PLACES, f"{message.conversation}/{message.seq}")
