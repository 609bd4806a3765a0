"""One conversation on this device: its state in memory, and every durable step.

Everything that moves the group's ratchet goes through here, as one synchronous
method each: decide, write in one transaction, and only then change the values in
memory. There is no `await` in this module, so a cancelled task or a crash leaves
either the step before or the step after, never bytes that left without a record.

An outbox entry lives like this; the arrows are transactions:

    written ──seal──▶ sealed ──sent, acknowledged──▶ accepted ──row seen──▶ history
       ▲                │                                                   (gone)
       └──stale epoch───┘            refused for good ──▶ failed, shown as such

`sealed` is what a crash finds: the same bytes are sent again, under the same client
id, and the server answers with the row they already have, if they have one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import partial
from uuid import UUID

import msgspec

from mentalverse_crypto import content as contents
from mentalverse_crypto import declared, group, persist
from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.credential import client_of
from mentalverse_crypto.key_package import KeyPackage
from mentalverse_crypto.state import GroupState
from mentalverse_signaling.conversation import ConversationKind, Leaf
from mentalverse_signaling.events import LogRow, MessageAccepted
from mentalverse_signaling.freeze_events import FrozenView
from mentalverse_signaling.ids import (
    AccountId,
    ClientId,
    ConversationId,
    DeviceId,
    id_bytes,
    new_id,
)

from ..account.device import Device
from ..account.suites import choose
from ..errors import NotAMember, NotReadable
from ..store import session_page
from ..store.records import (
    ConversationRecord,
    Outgoing,
    Staged,
    Standing,
    Task,
    append_outgoing,
    load,
    load_group,
    outbox,
    replace_record,
    save,
    save_conversation,
    save_outgoing,
)
from .bundle import carried
from .change import Outstanding, declare, outstanding, proposals_for
from .commit_rules import leaves_of
from .duty import Duty, duty_of, is_unlisted
from .founding import found
from .own_leaf import keys_last_ms, own_credential, renewed_identity
from .passed_over import is_passed, settle
from .receiving import Applied, Follower
from .typing_signs import TypingSigns


class Room:
    """A conversation that this device holds a group state for."""

    def __init__(
        self, device: Device, record: ConversationRecord, state: GroupState
    ) -> None:
        self._device = device
        self._vault = device.profile.vault
        self._follower = Follower(device.profile, device.now)
        self.record = record
        self.state = state
        self.check_needed = ""
        """Why nothing is sent, in words for the person: whose keys do not hold."""
        self.freeze: FrozenView | None = None
        """What the server says of a frozen conversation, as long as it does."""
        self.signs = TypingSigns()
        """Who writes at this moment."""
        self.absent: set[DeviceId] = set()
        """Devices that could not be added: they had no KeyPackage."""
        self.spent_keys_at_ms: int | None = None
        """When this leaf got its keys, if those are not to last any longer."""
        self.away: frozenset[AccountId] = frozenset()
        """Those in a crisis who cannot answer any more, or not at this moment."""
        self._duty_at: tuple[object, ...] = ()
        self._duty = Duty()
        self._seen: dict[Leaf, int] = {}
        """Leaves, and how often device lists had been asked for when they came."""

    @classmethod
    def load(cls, device: Device, record: ConversationRecord) -> Room:
        """The conversation as it was stored.

        Raises:
            NotReadable: its group state is missing.
        """
        state = load_group(device.profile.vault, record.id)
        if state is None:
            raise NotReadable("the group state of this conversation is missing")
        return cls(device, record, state)

    @property
    def id(self) -> ConversationId:
        """Its id."""
        return self.record.id

    @property
    def leaves(self) -> frozenset[Leaf]:
        """Account and device of every member, as the group itself has them."""
        return leaves_of(self.state)

    @property
    def accounts(self) -> frozenset[AccountId]:
        """The accounts in the group."""
        return frozenset(account for account, _ in self.leaves)

    @property
    def is_followed(self) -> bool:
        """Whether rows of its log are for this device and can be applied."""
        return self.record.standing not in (Standing.LEFT, Standing.BROKEN)

    @property
    def is_made(self) -> bool:
        """Whether the server has it."""
        return self.record.standing is not Standing.OPENING

    @property
    def is_held(self) -> bool:
        """Whether what is written waits because a commit did not apply."""
        return self.record.frozen or self.record.rejects is not None

    @property
    def waits_for_somebody(self) -> bool:
        """Whether messages wait because nobody is there who could read them.

        In a crisis only. Who comes into a group cannot read what was sent before, so
        what is written meanwhile is what they read first.
        """
        others = self.accounts - {self._device.profile.identity.account}
        return self.record.kind is ConversationKind.CRISIS and others <= self.away

    # --- the outbox ---

    def write(self, body: contents.Body, fallback: str | None = None) -> UUID:
        """Put a message into the outbox; it is durable when this returns.

        Raises:
            NotAMember, NotReadable: nothing can be sent here any more.
            ContentUnsendable: the peers would not accept it.
        """
        return self._write(Task.MESSAGE, body, fallback)

    def write_file(self, body: contents.Body, fallback: str) -> UUID:
        """Put a file into the outbox whose ciphertext is on disk; see `files`.

        Raises:
            NotAMember, NotReadable, ContentUnsendable: as `write`.
        """
        return self._write(Task.FILE, body, fallback)

    def uploads(self) -> Iterator[tuple[int, Outgoing]]:
        """The files that are still to be stored, in order."""
        for position, entry in outbox(self._vault, self.id):
            if entry.task is Task.FILE and not entry.failed:
                yield position, entry

    def file_stored(self, position: int, entry: Outgoing) -> None:
        """The server has the file: its message is the next to be sent.

        It goes to the end of the outbox: what was written meanwhile is encrypted.
        """
        message = msgspec.structs.replace(entry, task=Task.MESSAGE)
        with self._vault.transaction() as write:
            write.delete("outbox", self.id, position)
            append_outgoing(self._vault, write, self.id, message)

    def plan_change(
        self,
        add: Sequence[AccountId] = (),
        remove: Sequence[AccountId] = (),
        staff: Sequence[AccountId] = (),
    ) -> int:
        """Put a change of members into the outbox; its position."""
        self.require_sendable()
        if self.is_held:
            raise NotReadable("the encryption is being set up anew; try again after")
        return self._append(
            Task.CHANGE, add=tuple(add), remove=tuple(remove), staff=tuple(staff)
        )

    def hand_on(self, other: Room) -> None:
        """Let messages that nobody could read here wait in another conversation."""
        entries = [
            (position, entry)
            for position, entry in outbox(self._vault, self.id)
            if entry.task is Task.MESSAGE and not entry.payload and not entry.failed
        ]
        if not entries:
            return
        with self._vault.transaction() as write:
            for position, entry in entries:
                write.delete("outbox", self.id, position)
                append_outgoing(self._vault, write, other.id, entry)

    def waiting(self) -> Iterator[tuple[int, Outgoing]]:
        """What is to be sent, in order; without files that are to be stored first."""
        passed = {Task.FILE}
        if self.waits_for_somebody:
            passed.add(Task.MESSAGE)
        for position, entry in outbox(self._vault, self.id):
            is_done = entry.accepted or entry.failed
            if entry.task not in passed and not is_done:
                yield position, entry

    def is_waiting(self, position: int) -> bool:
        """Whether the entry at this position is still there to be sent."""
        return self._vault.get("outbox", self.id, position) is not None

    def require_sendable(self) -> None:
        """Raise `NotAMember` or `NotReadable` unless messages can be sent."""
        if self.record.standing is Standing.LEFT:
            raise NotAMember("this device is not in the conversation")
        if self.record.standing is Standing.BROKEN and not self.is_held:
            raise NotReadable(self.record.cause)

    def seal(self, position: int, entry: Outgoing) -> Outgoing:
        """Encrypt an entry: ratchet and bytes become durable together."""
        protected = group.protect_with_evidence(
            self.state,
            entry.content,
            declared.encode(id_bytes(entry.client_id)),
            self._device.rng,
        )
        sealed = msgspec.structs.replace(
            entry, payload=protected.message, evidence=protected.evidence
        )
        record = replace_record(self.record, suite_open=False)
        with self._vault.transaction() as write:
            save_conversation(write, record, protected.state)
            save_outgoing(write, self.id, position, sealed)
        self.record, self.state = record, protected.state
        return sealed

    def update_entry(self, position: int, entry: Outgoing) -> None:
        """Store what became of an entry."""
        with self._vault.transaction() as write:
            save_outgoing(write, self.id, position, entry)

    def accepted(
        self, position: int, entry: Outgoing, row: MessageAccepted | None
    ) -> None:
        """Note that the server has a message, in this row; None if it did not say."""
        # Its row may have come before this answer, and taken it out of the outbox.
        if not self.is_waiting(position):
            return
        seq, at_ms = (0, 0) if row is None else (row.seq, row.at)
        noted = msgspec.structs.replace(entry, accepted=True, seq=seq, at_ms=at_ms)
        vault, record = self._vault, self.record
        with vault.transaction() as write:
            if is_passed(noted, record):
                settle(vault, write, self._device.leaf, record, position, noted)
            else:
                save_outgoing(write, self.id, position, noted)

    def finish(self, position: int) -> None:
        """Remove an entry whose work is done."""
        with self._vault.transaction() as write:
            write.delete("outbox", self.id, position)

    def _write(self, task: Task, body: contents.Body, fallback: str | None) -> UUID:
        self.require_sendable()
        identity = UUID(bytes=self._device.rng(16), version=4)
        at_ms = self._device.now_ms()
        content = contents.encode(contents.Content(identity, at_ms, body, fallback))
        self._append(task, content=content)
        return identity

    def _append(self, task: Task, **fields: object) -> int:
        entry = msgspec.structs.replace(
            Outgoing(
                task=task,
                client_id=ClientId(new_id(self._device.rng)),
                written_at_ms=self._device.now_ms(),
            ),
            **fields,
        )
        with self._vault.transaction() as write:
            return append_outgoing(self._vault, write, self.id, entry)

    # --- commits ---

    @property
    def suites(self) -> tuple[CipherSuite, ...]:
        """Those of which who is added now may bring a KeyPackage."""
        return self._device.suites if self.record.suite_open else (self.state.suite,)

    def settle_suite(self, packages: Sequence[KeyPackage]) -> list[KeyPackage]:
        """Those of `packages` to add with, once the group's suite is chosen by all.

        Raises:
            NoCommonSuite, SuiteWithheld: see `suites.choose`.
        """
        suite = choose(self.suites, packages)
        if suite is not self.state.suite:
            state = found(self._device, self.state.group_id, self.record.kind, suite)
            with self._vault.transaction() as write:
                save_conversation(write, self.record, state)
            self.state = state
        return [package for package in packages if package.cipher_suite is suite]

    def staged(self) -> Staged | None:
        """The commit that was made and not yet seen in the log."""
        return load(self._vault, Staged, "staged", self.id)

    def unstage(self) -> None:
        """Drop a staged commit that cannot win any more."""
        with self._vault.transaction() as write:
            write.delete("staged", self.id)

    def outstanding(self, entry: Outgoing) -> Outstanding:
        """What of a planned change is still to be done."""
        return outstanding(entry, self.leaves)

    def duty(self) -> Duty:
        """What the group owes to the device lists, before anything else is sent."""
        standing = self.record.standing
        unable = standing in (Standing.OPENING, Standing.LEFT, Standing.BROKEN)
        if unable or self.record.frozen:
            return Duty()
        lists = self._device.profile.lists
        at = (
            self.state.group_id,
            self.state.epoch,
            lists.version,
            lists.asked,
            len(self.absent),
        )
        if self._duty_at != at:
            self._duty_at = at
            leaves = self.leaves
            self._duty = duty_of(
                self._device.leaf,
                leaves,
                lists.devices,
                self.absent,
                self._unjudged(leaves),
            )
        return self._duty

    def unlisted(self) -> set[AccountId]:
        """Accounts of which a leaf is not on the list that is known."""
        listed = self._device.profile.lists.devices
        return {leaf[0] for leaf in self.leaves if is_unlisted(leaf, listed)}

    def _unjudged(self, leaves: frozenset[Leaf]) -> set[Leaf]:
        """Leaves that came after their account's list was asked for the last time."""
        lists = self._device.profile.lists
        self._seen = {leaf: self._seen.get(leaf, lists.asked) for leaf in leaves}
        return {
            leaf
            for leaf, asked in self._seen.items()
            if not lists.was_asked_since(leaf[0], asked)
        }

    @property
    def keys_are_due(self) -> bool:
        """Whether this leaf should get fresh keys, or show a renewed credential."""
        if self.record.standing is not Standing.ACTIVE or self.record.frozen:
            return False
        if own_credential(self.state) != self._device.profile.identity.credential:
            return True
        keys_at_ms = self.record.keys_at_ms
        lasted_ms = self._device.now_ms() - keys_at_ms
        lasts_ms = keys_last_ms(self._device.leaf, self.id)
        return keys_at_ms == self.spent_keys_at_ms or lasted_ms > lasts_ms

    def stage(self, entry: Outgoing, packages: Sequence[KeyPackage]) -> Staged:
        """Make the commit of a planned change and store it with where it leads.

        Proposals that wait in the group go with it. Without either the commit
        gives this leaf fresh keys.

        Args:
            entry: The plan.
            packages: One KeyPackage of every device to be added.

        Raises:
            MlsError: a package or its credential is not acceptable.
        """
        proposals = proposals_for(self.state, self.outstanding(entry), packages)
        check = self._device.check()
        stage = partial(
            group.stage_commit,
            self.state,
            proposals,
            validate_credential=check,
            now=self._device.now(),
            rng=self._device.rng,
            client_of=client_of,
            identity=renewed_identity(self._device.profile, self.state),
        )
        # Which waiting proposals go with it, the core decides. So the first commit
        # only tells whom it would add and remove, and is thrown away unsent.
        effect = stage()
        made = stage(
            declared.encode(
                id_bytes(entry.client_id),
                declare(effect.added),
                declare(effect.removed),
            )
        )
        bundle = carried(self._device.rng, made.commit, made.welcome, made.group_info)
        staged = Staged(
            client_id=entry.client_id,
            epoch=self.state.epoch,
            commit=bundle.commit,
            welcome=bundle.welcome,
            group_info=bundle.group_info,
            next_state=persist.serialise(made.state),
            parts=bundle.parts,
        )
        record = replace_record(self.record, suite_open=False)
        with self._vault.transaction() as write:
            save(write, "staged", staged, self.id)
            # The generation that framed the commit is spent even if it loses.
            save_conversation(write, record, made.refused)
            check.save(write)
        self.record, self.state = record, made.refused
        return staged

    # --- the log ---

    def receive(
        self,
        rows: Sequence[LogRow],
        *,
        from_log: bool,
        asked: Collection[AccountId] = (),
    ) -> Applied:
        """Apply rows of the log; see `receiving`."""
        applied = self._follower.apply(
            self.record, self.state, rows, from_log=from_log, asked=asked
        )
        self.record, self.state = applied.record, applied.state
        return applied

    def require_renewal(self) -> None:
        """This state is a copy of an older one: fresh keys before anything is sent."""
        if self.record.standing is Standing.ACTIVE:
            self.update_record(
                standing=Standing.RENEWING,
                cause="an older copy of this profile was put back",
            )

    def rewind(self, head: int, epoch: int) -> None:
        """The server's log is shorter than what was read: it was put back.

        Reading goes on from its end, if no change of the group was lost with it.
        """
        read = min(self.record.read, head)
        if epoch == self.state.epoch:
            record = replace_record(self.record, cursor=head, read=read)
            with self._vault.transaction() as write:
                save_conversation(write, record)
                session_page.rewind(self._vault, write, self.id, head)
            self.record = record
        else:
            self.update_record(
                standing=Standing.BROKEN,
                cause="the server was put back to before a change of the group",
            )

    def enter(self, record: ConversationRecord, state: GroupState) -> None:
        """Go on with a record and a group state that are stored."""
        self.record, self.state, self.freeze = record, state, None

    def update_record(self, **changes: object) -> None:
        """Store changed fields of the record."""
        record = replace_record(self.record, **changes)
        with self._vault.transaction() as write:
            save_conversation(write, record)
        self.record = record
