"""What one row of the log does: to the group, to the history, to the standing.

The order of the log is the order of processing, and each row is applied once: a
conversation at cursor c takes row c + 1, drops what is at or before c, and reads
the log for anything later. The rows of one call, the group state they lead to, the
messages they hold and the cursor become durable in one transaction.

| Row                                   | What happens                             |
|---------------------------------------|------------------------------------------|
| the very bytes of an outbox entry     | that message is sent: history, not outbox |
| the very bytes of the staged commit   | the staged state becomes the state        |
| somebody's message                    | decrypted, into the history               |
| somebody's commit                     | checked, applied; a staged one is dropped |
| a commit from outside                 | as above, once its account's list is known |
| a commit that shows another account key | the same; nobody is blamed if it fails    |
| a message nobody can read             | its place and the cause, into the history |
| a commit that does not apply          | the conversation cannot be followed: said |
| what stands in for a commit, alone    | the same; but the commit is not rejected  |
| the first commit of a fresh group     | not followed before this device is in it  |
| a message of this leaf, unknown here  | this state is a copy of an older one; what |
|                                       | waits under its client id was sent        |

Rows that were pushed are hints. One that does not decrypt is not applied but looked
up in the log first, or a forged push could take the place of the real row.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from mentalverse_crypto import declared, group, persist
from mentalverse_crypto.credential import client_of
from mentalverse_crypto.detached import is_detached
from mentalverse_crypto.errors import ContentError, MlsError, OwnMessage
from mentalverse_crypto.evidence import Evidence
from mentalverse_crypto.framing import ContentType
from mentalverse_crypto.group import Processed, ProcessedKind
from mentalverse_crypto.history_piece import HistoryMessage
from mentalverse_crypto.public import FramingHeader, read_header
from mentalverse_crypto.state import GroupState
from mentalverse_signaling.conversation import Leaf
from mentalverse_signaling.cursor import Step, on_row
from mentalverse_signaling.events import LogRow
from mentalverse_signaling.freezing import RejectReason
from mentalverse_signaling.ids import AccountId, DeviceId, id_bytes

from ..account.profile import Profile
from ..account.trust import CredentialCheck, OtherAccountKey, leaf_of
from ..store.evidence import with_proof
from ..store.heard_heads import note_heard
from ..store.history import Additions, History
from ..store.messages import Origin, describe_change, notice, unreadable
from ..store.records import (
    ConversationRecord,
    Identity,
    Staged,
    Standing,
    Task,
    load,
    outbox,
    replace_record,
    save_conversation,
)
from ..store.shown_credentials import note_shown
from ..store.vault import Transaction
from .commit_rules import CommitRefused, ListNeeded, check_commit, leaves_of


@dataclass(slots=True)
class Applied:
    """What a run of rows led to."""

    record: ConversationRecord
    state: GroupState
    history: Additions = field(default_factory=Additions)
    members_changed: bool = False
    must_sync: bool = False
    """The log has to be read: a row is missing, or a pushed one is unreadable."""
    list_needed: AccountId | None = None
    """The next row can be judged once this account's newest device list is known."""
    shows_other_key: bool = False
    """Whether that is because a leaf shows another key of the account."""


class Follower:
    """Applies rows to conversations. It holds no conversation itself."""

    def __init__(self, profile: Profile, now: Callable[[], datetime]) -> None:
        self._vault = profile.vault
        self._profile = profile
        self._lists = profile.lists
        self._now = now

    @property
    def _identity(self) -> Identity:
        return self._profile.identity

    def apply(
        self,
        record: ConversationRecord,
        state: GroupState,
        rows: Sequence[LogRow],
        *,
        from_log: bool,
        asked: Collection[AccountId] = (),
    ) -> Applied:
        """Apply `rows` in order, durably; the values passed in stay valid if it fails.

        Args:
            record: The conversation as stored.
            state: Its group state as stored.
            rows: Rows of its log, ascending; those already applied are dropped.
            from_log: Whether the server gave them as its log, not as a push.
            asked: Accounts whose device lists were asked for after these rows.
        """
        run = Applied(record, state)
        if all(row.seq <= record.cursor for row in rows):
            return run
        with self._vault.transaction() as write:
            for row in rows:
                step = on_row(run.record.cursor, row.seq)
                if step is Step.DROP:
                    continue
                if step is Step.SYNC or not self._row(run, row, write, from_log):
                    run.must_sync = True
                    break
                if run.list_needed in asked:
                    _refuse_unlisted(run)
                    break
                if run.list_needed is not None:
                    break
                if run.record.standing is Standing.BROKEN:
                    break
                run.record = replace_record(run.record, cursor=row.seq)
                if run.record.standing is Standing.LEFT:
                    break  # what follows is not for this device
            for body in run.history.heads:
                note_heard(self._vault, write, self._identity.log_pub, body)
            save_conversation(
                write, run.record, run.state if run.state is not state else None
            )
        return run

    def _row(
        self,
        run: Applied,
        row: LogRow,
        write: Transaction,
        from_log: bool,
    ) -> bool:
        """Apply one row; False if it cannot be read and was only pushed."""
        if self._own(run, row, write):
            return True
        check = CredentialCheck(self._vault, self._identity, self._now())
        header = None
        try:
            header = read_header(row.payload)
            if _begins_another(header, run.state):
                if from_log:
                    _replace(run)
                return from_log
            processed = group.process(
                run.state, row.payload, check, self._now(), client_of=client_of
            )
            if processed.kind is ProcessedKind.COMMIT:
                self._commit(run, row, processed, write)
            elif processed.kind is ProcessedKind.APPLICATION:
                self._message(run, row, processed, write)
            run.state = processed.state
            check.save(write)
        except OwnMessage:
            if not from_log:
                return False
            self._unknown_own(run, row, header, write)
        except CommitRefused as refusal:
            _break(run, str(refusal), RejectReason.REFUSED)
        except ListNeeded as needed:
            run.list_needed = needed.account
        except OtherAccountKey as other:
            run.list_needed, run.shows_other_key = other.account, True
        except MlsError as error:
            if not from_log:
                return False
            self._unreadable(run, row, header, error, write)
        return True

    def _own(self, run: Applied, row: LogRow, write: Transaction) -> bool:
        """Whether the row is something this device sent; then it is settled.

        Compared by its bytes: anybody in the group could repeat a client id.
        """
        conversation = run.record.id
        staged = load(self._vault, Staged, "staged", conversation)
        if staged is not None and staged.commit == row.payload:
            before = leaves_of(run.state)
            run.state = persist.restore(staged.next_state)
            write.delete("staged", conversation)
            run.record = replace_record(run.record, keys_at_ms=row.at)
            self._announce(run, row, before, self._identity.account, write)
            if run.record.standing is Standing.RENEWING:
                run.record = replace_record(
                    run.record, standing=Standing.ACTIVE, cause=""
                )
            return True
        for position, entry in outbox(self._vault, conversation):
            if entry.task is not Task.MESSAGE or entry.failed:
                continue
            if not entry.payload:
                break  # entries are encrypted in order: none after it is
            if entry.payload == row.payload:
                own = (self._identity.account, self._identity.device)
                said = _said(row, own, entry.content, entry.evidence)
                self._deliver(run, said, write)
                write.delete("outbox", conversation, position)
                return True
        return False

    def _message(
        self, run: Applied, row: LogRow, processed: Processed, write: Transaction
    ) -> None:
        plaintext, proof = processed.plaintext or b"", processed.evidence()
        said = _said(row, _leaf_of(processed), plaintext, proof)
        is_of_now = read_header(row.payload).epoch == run.state.epoch
        state = run.state if is_of_now else None
        try:
            self._deliver(run, said, write)
            note_shown(self._vault, write, run.record.id, said, state)
        except ContentError:
            origin = self._origin(run, row, _leaf_of(processed)[0])
            cause = "a message in a form this version does not accept"
            History(self._vault, write, run.history).add(unreadable(cause, origin))

    def _deliver(self, run: Applied, said: HistoryMessage, write: Transaction) -> None:
        History(self._vault, write, run.history).deliver(
            run.record.id, said, mine=said.account == id_bytes(self._identity.account)
        )
        if run.history.read > run.record.read:
            # Read on another device of this account.
            run.record = replace_record(run.record, read=run.history.read)

    def _commit(
        self, run: Applied, row: LogRow, processed: Processed, write: Transaction
    ) -> None:
        before = leaves_of(run.state)
        at = min(self._now(), datetime.fromtimestamp(row.at / 1000, UTC))
        check_commit(run.record.kind, run.state, processed, self._lists, at)
        run.state = processed.state
        # Whatever was staged ends the same epoch: it lost, and is planned anew.
        write.delete("staged", run.record.id)
        if processed.self_removed:
            run.record = replace_record(
                run.record, standing=Standing.LEFT, cause="you are no longer in it"
            )
        committer = _leaf_of(processed)
        returned = frozenset({committer}) if processed.external else frozenset()
        self._announce(run, row, before, committer[0], write, returned)

    def _announce(
        self,
        run: Applied,
        row: LogRow,
        before: frozenset[Leaf],
        committer: AccountId,
        write: Transaction,
        returned: frozenset[Leaf] = frozenset(),
    ) -> None:
        """Show what a commit did: no change of members goes unseen."""
        after = leaves_of(run.state)
        if run.record.standing is Standing.LEFT:
            own = (self._identity.account, self._identity.device)
            after = before - {own}
        text = describe_change(before, after, returned)
        if text:
            run.members_changed = True
            origin = self._origin(run, row, committer)
            History(self._vault, write, run.history).add(notice(text, origin))

    def _unknown_own(
        self,
        run: Applied,
        row: LogRow,
        header: FramingHeader | None,
        write: Transaction,
    ) -> None:
        """Our leaf sent something that this state knows nothing of.

        Then this state is an older copy, and its next generation has been used: a
        second message under it would repeat a key and nonce. A commit gives the
        leaf fresh keys. (A member may forge this for a message it sends in our
        name, since the sender data is not signed; all it gains is such a commit.)
        """
        if header is None:
            return
        if header.content_type is ContentType.APPLICATION:
            self._sent_already(run, row, header, write)
        if header.epoch != run.state.epoch:
            return
        if header.content_type is ContentType.COMMIT:
            _break(run, "an older copy of this profile was put back")
        else:
            run.record = replace_record(
                run.record,
                standing=Standing.RENEWING,
                cause="an older copy of this profile was put back",
            )

    def _sent_already(
        self, run: Applied, row: LogRow, header: FramingHeader, write: Transaction
    ) -> None:
        """Settle what waits here if it is what the row holds, under other bytes.

        The server takes nothing else under its client id, and the row comes only
        once. Nobody can guess the id before it was sent.
        """
        conversation = run.record.id
        for position, entry in outbox(self._vault, conversation):
            named = declared.encode(id_bytes(entry.client_id))
            if not entry.content or named != header.authenticated_data:
                continue
            own = (self._identity.account, self._identity.device)
            self._deliver(run, _said(row, own, entry.content, None), write)
            write.delete("outbox", conversation, position)
            return

    def _unreadable(
        self,
        run: Applied,
        row: LogRow,
        header: FramingHeader | None,
        error: MlsError,
        write: Transaction,
    ) -> None:
        is_commit = header is not None and header.content_type is ContentType.COMMIT
        if is_commit and header is not None and header.epoch >= run.state.epoch:
            if is_detached(row.payload):
                # What the server lost or damaged is not the committer's fault.
                _break(run, "a change of the group could not be fetched undamaged")
                return
            cause = f"a change of the group could not be applied ({error.code})"
            is_next = header.epoch == run.state.epoch
            _break(run, cause, RejectReason.INVALID if is_next else None)
            return
        origin = self._origin(run, row, AccountId(""))
        cause = f"this message could not be decrypted ({error.code})"
        History(self._vault, write, run.history).add(unreadable(cause, origin))

    def _origin(self, run: Applied, row: LogRow, account: AccountId) -> Origin:
        return Origin(
            conversation=run.record.id,
            seq=row.seq,
            at=datetime.fromtimestamp(row.at / 1000, UTC),
            account=account,
            mine=account == self._identity.account,
        )


def _leaf_of(processed: Processed) -> Leaf:
    if processed.sender is None:
        return AccountId(""), DeviceId("")
    return leaf_of(processed.sender.credential)


def _said(
    row: LogRow, sender: Leaf, content: bytes, proof: Evidence | None
) -> HistoryMessage:
    account, device = map(id_bytes, sender)
    said = HistoryMessage(row.seq, row.at, account, device, content)
    return with_proof(said, proof)


def _begins_another(header: FramingHeader, state: GroupState) -> bool:
    """Whether a row is the first commit of a group in this one's place."""
    is_first = header.content_type is ContentType.COMMIT and header.epoch == 0
    return is_first and header.group_id != state.group_id


def _refuse_unlisted(run: Applied) -> None:
    """Go no further: the list of the account does not say what it would have to.

    Where that is a key, the committer may be right and the server keeps the proof
    back: that is held against nobody.
    """
    if run.shows_other_key:
        _break(run, "an account shows a key that is not proven to be its next one")
    else:
        cause = "a device that its account does not list came in"
        _break(run, cause, RejectReason.REFUSED)


def _replace(run: Applied) -> None:
    cause = "the encryption was set up anew; this device is not in it so far"
    _break(run, cause)
    run.record = replace_record(run.record, frozen=True)


def _break(run: Applied, cause: str, rejects: RejectReason | None = None) -> None:
    """Go no further. `rejects`: the commit is at fault, and not this device."""
    run.record = replace_record(
        run.record, standing=Standing.BROKEN, cause=cause, rejects=rejects
    )
