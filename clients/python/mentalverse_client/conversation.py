"""A conversation as a program uses it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from mentalverse_crypto import content as contents
from mentalverse_crypto import group
from mentalverse_crypto.identity import (
    AccountIdentity,
    circle_code,
    grouped,
    pair_safety_number,
)
from mentalverse_signaling.conversation import ConversationKind, Seat
from mentalverse_signaling.events import ConversationLeave, Empty
from mentalverse_signaling.ids import AccountId, BlobId, id_bytes

from .account.suites import in_words
from .account.trust import contact
from .engine import Engine
from .errors import NotAllowed, PeerChanged, UnknownMessage
from .files.blobs import Progress
from .groups import fresh, people
from .groups.room import Room
from .line.connection import ConnectionState
from .reading import unread
from .reporting import NO_WORDINGS, Reported, Shown
from .safety_plan import SafetyPlan, Screenings
from .session_page import SessionPage
from .store import read_by, records
from .store.messages import SPOKEN, Message, Origin, changed, named, opened, quoted
from .store.records import Outgoing, Standing, Task


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a conversation."""

    account: str
    handle: str
    seat: Seat
    devices: int
    """How many of their devices can read along."""
    verified: bool
    """Whether safety numbers were compared on this device."""
    me: bool
    undecided: bool = False
    """Whether the key of somebody whose number was compared has changed: nothing is
    sent until `set_verified` or `accept_key` says what to do."""


@dataclass(frozen=True, slots=True)
class EncryptionState:
    """How a conversation stands, for people to look at."""

    suite: str
    suite_in_words: str
    """Among others whether it withstands quantum computers: "hybrid post-quantum …"."""
    epoch: int
    """Rises with every change of the group's keys (RFC 9420 §8)."""
    standing: Standing
    cause: str
    """Why the standing is not `active`, in plain words; else empty."""
    devices: int
    verified: bool
    """Whether every other member is verified."""
    check_needed: str = ""
    """Whose keys could not be checked, in plain words: until they are, what is written
    here waits. Empty if nothing waits for that."""
    frozen: str = ""
    """Why what is written waits for a fresh group, in plain words; else empty."""


class Conversation:
    """A conversation of an open client. Get one from the client."""

    def __init__(self, engine: Engine, room: Room) -> None:
        self._engine = engine
        self._room = room
        self._device = engine.device
        self._vault = engine.device.profile.vault

    # --- looking ---

    @property
    def id(self) -> str:
        """Its id."""
        return self._room.id

    @property
    def kind(self) -> ConversationKind:
        """Direct, a circle, or one of somebody in a crisis and those who help."""
        return self._room.record.kind

    @property
    def title(self) -> str:
        """The other members' handles."""
        others = [member.handle for member in self.members() if not member.me]
        return ", ".join(others) or "nobody else"

    @property
    def session_page(self) -> SessionPage:
        """When to meet, goals and notes, which everybody here can change."""
        return SessionPage(self._engine, self._room)

    @property
    def safety_plan(self) -> SafetyPlan:
        """What helps somebody through a crisis, which everybody here can change."""
        return SafetyPlan(self._engine, self._room)

    @property
    def screenings(self) -> Screenings:
        """Answers to screening questions, which the server never sees."""
        return Screenings(self._engine, self._room)

    @property
    def epoch(self) -> int:
        """The group's current epoch."""
        return self._room.state.epoch

    @property
    def encryption_state(self) -> EncryptionState:
        """How the encryption stands on this device."""
        others = [member for member in self.members() if not member.me]
        return EncryptionState(
            suite=self._room.state.suite.name,
            suite_in_words=in_words(self._room.state.suite),
            epoch=self.epoch,
            standing=self._room.record.standing,
            cause=self._room.record.cause,
            devices=len(self._room.leaves),
            verified=bool(others) and all(member.verified for member in others),
            check_needed=self._room.check_needed,
            frozen=fresh.reason(self._room),
        )

    def members(self) -> list[Member]:
        """Who is in the group, by the group itself; ordered by handle."""
        own = self._device.profile.identity.account
        devices = [account for account, _ in self._room.leaves]
        members = [
            Member(
                account=account,
                handle=people.handle_of(self._device, account),
                seat=self._room.record.seats.get(account, Seat.PARTICIPANT),
                devices=devices.count(account),
                verified=self._is_verified(account),
                me=account == own,
                undecided=self._is_undecided(account),
            )
            for account in self._room.accounts
        ]
        return sorted(members, key=lambda member: (member.handle, member.account))

    def device_ids(self) -> list[str]:
        """Every device in the group."""
        return sorted(device for _, device in self._room.leaves)

    def safety_number(self) -> str:
        """What people compare, in groups of five digits.

        Between two: 60 digits over both accounts' keys, the same on every device
        for as long as the accounts keep their keys. In a circle: 30 digits that are
        equal for all members and change with every epoch (RFC 9420 §8.7).
        """
        others = [member for member in self.members() if not member.me]
        if self.kind is ConversationKind.CIRCLE or len(others) != 1:
            return grouped(circle_code(group.epoch_authenticator(self._room.state)))
        profile = self._device.profile
        mine = AccountIdentity(
            id_bytes(profile.identity.account), profile.account_key.public
        )
        return grouped(pair_safety_number(mine, self._identity_of(others[0].account)))

    def set_verified(self, handle: str, verified: bool = True) -> None:
        """Note that a member's safety number was compared, or was not after all."""
        for member in self.members():
            if member.handle == handle and not member.me:
                account = AccountId(member.account)
                people.set_verified(self._device, account, verified)
                self._engine.look_at_groups_of(account)
        self._engine.changed(self._room)

    def accept_key(self, handle: str) -> None:
        """Go on with somebody whose key has changed, without comparing numbers."""
        for member in self.members():
            if member.handle == handle and member.undecided:
                self.set_verified(handle, False)

    def history(self, limit: int = 50, before: int | None = None) -> list[Message]:
        """The last messages, oldest first, and after them what waits to be sent.

        Args:
            limit: How many at most, without the waiting ones.
            before: Only messages of rows before this `Message.seq`.
        """
        stored = records.latest_messages(
            self._vault, self.id, limit=limit, before=before
        )
        waiting = self._waiting() if before is None else []
        return [self._named(message) for message in (*stored, *waiting)]

    def message(self, message_id: str) -> Message:
        """One message of the history.

        Raises:
            UnknownMessage: it is not there, or not sent yet.
        """
        found = records.message_by_id(self._vault, self.id, message_id)
        if found is None:
            raise UnknownMessage("there is no such message in this conversation")
        return self._named(found)

    def unread(self, limit: int) -> list[Message]:
        """The first messages of every kind after what was read."""
        after = self._room.record.read
        stored = records.messages(self._vault, self.id, after=after, limit=limit)
        return [self._named(message) for message in stored]

    def mark_read(self, message: Message) -> None:
        """Count this message and all before it as read."""
        if message.seq > self._room.record.read:
            self._room.update_record(read=message.seq)

    def read_by(self) -> dict[str, int]:
        """By handle, how far others told that they have read: a `Message.seq`."""
        own = self._device.profile.identity.account
        return {
            people.handle_of(self._device, AccountId(account)): seq
            for account, seq in read_by.read_by(self._vault, self.id).items()
            if account != own
        }

    def writing(self) -> list[str]:
        """Handles of those who write at this moment."""
        accounts = self._room.signs.writing(self._device.now())
        return sorted(
            people.handle_of(self._device, AccountId(each)) for each in accounts
        )

    async def messages(self) -> AsyncGenerator[Message, None]:
        """Every text and file from others, once, in order; waits for more.

        Begins with what arrived since a program last read here, also while it was
        not running. A message counts as read when the next one is asked for, so
        after a crash the one being worked on comes again.
        """
        async for message in unread(self._engine, lambda: [self]):
            yield message

    # --- writing: durable when it returns, sent when there is a connection ---

    async def send(self, text: str) -> str:
        """Send a text; its message id."""
        return self._write(contents.Text(text))

    async def reply(self, message_id: str, text: str) -> str:
        """Answer a message; the answer's id."""
        target = self._text(message_id)
        quote = quoted(target, contents.MAX_QUOTE_CHARACTERS)
        return self._write(contents.Reply(text, quote))

    async def send_file(self, path: str | Path, *, keep_metadata: bool = False) -> str:
        """Send a file; its message id. It is encrypted here before this returns.

        What cameras write into pictures (JPEG, PNG, WebP) is left out: place, time,
        device. It is uploaded in the background, `Client.transfers` says how far.

        Raises:
            FileNotSendable: too large, not readable, or a picture that cannot be
                cleaned; such a one can be sent with `keep_metadata`.
        """
        return await self._engine.files.send(self._room, Path(path), keep_metadata)

    async def save_file(
        self,
        message_id: str,
        path: str | Path = ".",
        progress: Progress | None = None,
    ) -> Path:
        """Fetch the file of a message; the path at which it is.

        Args:
            message_id: Of a message with a `file`.
            path: Where nothing is, or a folder: there it gets the name that its
                sender gave it.
            progress: Called with the octets that are here and those there are.

        Raises:
            UnknownMessage: there is no such message, or it has no file.
            FileGone: the server does not keep it any more.
            FileNotSaved, BlobDamaged, NotConnected, SignalingError.
        """
        message = self.message(message_id)
        return await self._engine.saving.save(message, Path(path), progress)

    async def tell_read(self, message: Message) -> None:
        """Tell the others that this message and all before it were read.

        Also one's own other devices: there they count as read. Told once; ask at most
        every few seconds, for each is a row of the log.
        """
        self.mark_read(message)
        own = self._device.profile.identity.account
        if message.seq > read_by.read_by(self._vault, self.id).get(own, 0):
            self._write(contents.Receipt(message.seq, contents.ReceiptKind.READ))

    async def tell_writing(self) -> None:
        """Tell the others that one is writing; call it with every key.

        They are told at most every five seconds, when there is a connection, and when
        somebody was there within the last five minutes.
        """
        is_online = self._engine.connection.state is ConnectionState.ONLINE
        is_active = self._room.record.standing is Standing.ACTIVE
        is_active = is_active and not self._room.waits_for_somebody
        if is_online and is_active and self._room.signs.is_due(self._device.now()):
            self._write(contents.Typing(on=True))

    def report_preview(
        self,
        message_ids: Iterable[str],
        wordings: Mapping[str, Collection[int]] = NO_WORDINGS,
    ) -> list[Shown]:
        """What a report of these messages would show to the safety team.

        Args:
            message_ids: What to show.
            wordings: Of messages that were edited, by id: the numbers of wordings,
                from 1, that are shown also if not all of them fit.

        Raises:
            UnknownMessage: one of them is not in this conversation.
            NotReportable: one of them has no proof here, or not any more, or they are
                too much for one report.
        """
        messages = [self.message(message_id) for message_id in message_ids]
        return self._engine.reporting.preview(messages, wordings)

    async def report(
        self,
        message_ids: Iterable[str],
        reason: str,
        *,
        keep_files: bool = False,
        wordings: Mapping[str, Collection[int]] = NO_WORDINGS,
    ) -> Reported:
        """Show messages to the safety team, and nothing else.

        What is reported can be proven to come from its sender, one's own messages
        too. `report_preview` tells what the team will see.

        Args:
            message_ids: What to show, deleted messages of others too.
            reason: Why, in the person's words; may be empty.
            keep_files: Name their files to the server, which then keeps them until
                the case is closed, for 180 days at most. It learns which of the files
                it stores these are, and not what is in them.
            wordings: As of `report_preview`; what is sent is what it shows.

        Raises:
            UnknownMessage, NotReportable: as `report_preview`, or nobody takes
                reports on this server.
            NotProven: the safety team's key is not the one in the log.
            NotConnected, SignalingError: it was not taken.
        """
        messages = [self.message(message_id) for message_id in message_ids]
        return await self._engine.reporting.send(
            self._room, messages, reason, keep_files=keep_files, wordings=wordings
        )

    async def react(self, message_id: str, emoji: str, on: bool = True) -> None:
        """Put an emoji on a message, or take it off."""
        target = UUID(self._text(message_id).id)
        self._write(contents.Reaction(target, emoji, on), f"reacted {emoji}")

    async def edit(self, message_id: str, text: str) -> None:
        """Replace the text of one's own message, within a day."""
        self._write_change(message_id, contents.Edit(UUID(message_id), text))

    async def delete(self, message_id: str) -> None:
        """Take back one's own message. Peers may have kept a copy.

        Their devices keep what proves it, unseen, for 30 days: until then they can
        report it, or `forget` it. A file goes from the server as well; one that still
        waits is not sent at all.
        """
        waiting = self._waiting_file(message_id)
        if waiting is not None:
            self._engine.files.take_back(self._room, *waiting)
            return
        file = self._text(message_id).file
        self._write_change(message_id, contents.Delete(UUID(message_id)))
        if file is not None:
            self._engine.files.forget(BlobId(file.reference.blob.hex()))

    def forget(self, message_id: str) -> None:
        """Keep nothing that proves what a message was which its sender deleted.

        It cannot be reported any more from this device.

        Raises:
            UnknownMessage: there is no such message, or nothing of it is kept.
        """
        self._engine.withdrawn.forget(self.message(message_id))
        self._engine.message_changed(self._room, message_id)

    async def add(self, accounts: Iterable[str], staff: Iterable[str] = ()) -> None:
        """Add accounts by id; returns when the group has accepted it.

        Raises:
            SignalingError: not allowed, no free seat, or no device to add.
        """
        helping = [AccountId(account) for account in staff]
        joining = [AccountId(account) for account in accounts]
        position = self._room.plan_change(add=[*joining, *helping], staff=helping)
        await self._change(position)

    async def remove(self, account: str) -> None:
        """Remove every device of an account; it cannot read what follows."""
        await self._change(self._room.plan_change(remove=[AccountId(account)]))

    async def leave(self) -> None:
        """Ask to be let go; done once another member's device has committed it."""
        request = ConversationLeave(self._room.id)
        await self._engine.call("conversation.leave", request, Empty)

    # --- within ---

    def _write(self, body: contents.Body, fallback: str | None = None) -> str:
        identity = self._room.write(body, fallback)
        self._engine.adopt(self._room)
        self._engine.changed(self._room)
        return str(identity)

    def _write_change(self, message_id: str, body: contents.Body) -> None:
        own = self._device.profile.identity.account
        at = self._device.now()
        origin = Origin(self.id, 0, at, own, mine=True)
        if changed(self._text(message_id), body, origin) is None:
            raise NotAllowed("only your own messages, and edits only within a day")
        self._write(body)

    async def _change(self, position: int) -> None:
        self._engine.adopt(self._room)
        await self._engine.courier(self._room).settled(position)

    def _text(self, message_id: str) -> Message:
        message = self.message(message_id)
        if message.kind not in SPOKEN or message.deleted:
            raise UnknownMessage("this message cannot be answered or changed")
        return message

    def _named(self, message: Message) -> Message:
        return named(message, lambda account: people.handle_of(self._device, account))

    def _waiting(self) -> list[Message]:
        entries = records.outbox(self._vault, self.id)
        found = (self._as_message(entry) for _, entry in entries)
        return [message for message in found if message is not None]

    def _waiting_file(self, message_id: str) -> tuple[int, Outgoing] | None:
        for position, entry in records.outbox(self._vault, self.id):
            message = self._as_message(entry)
            if entry.task is Task.FILE and message and message.id == message_id:
                return position, entry
        return None

    def _as_message(self, entry: Outgoing) -> Message | None:
        if entry.task not in (Task.MESSAGE, Task.FILE):
            return None
        at = datetime.fromtimestamp(entry.written_at_ms / 1000, UTC)
        own = self._device.profile.identity.account
        origin = Origin(self.id, 0, at, own, mine=True)
        message = opened(contents.decode(entry.content), origin)
        if message is None or not entry.failed:
            return message
        return replace(message, failed=entry.failed)

    def _is_verified(self, account: str) -> bool:
        known = contact(self._vault, account)
        return known is not None and known.verified

    def _is_undecided(self, account: str) -> bool:
        known = contact(self._vault, account)
        return known is not None and known.undecided

    def _identity_of(self, account: str) -> AccountIdentity:
        known = contact(self._vault, account)
        if known is None:
            raise PeerChanged("this member's account key is not known")
        return AccountIdentity(id_bytes(account), known.account_pub)
