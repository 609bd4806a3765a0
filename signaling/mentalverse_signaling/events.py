"""The one registry of events: name, direction, payload, lane, answer.

Client to server is imperative (`message.send`), server to client is past tense
(`message.sent`). Adding an event is adding a payload type and a row here; the
router, the schema checks and the clients read the registry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from .account_events import AccountFind as AccountFind
from .account_events import AccountMe, MyAccount
from .account_events import AccountReauth as AccountReauth
from .account_events import AccountView as AccountView
from .account_events import SignedOut as SignedOut
from .account_events import SignInList as SignInList
from .account_events import SignInRevoke as SignInRevoke
from .account_events import SignInRevokeAll as SignInRevokeAll
from .account_events import SignIns as SignIns
from .account_events import SignInView as SignInView
from .attendance_events import CALLS as ATTENDANCE_CALLS
from .block_events import BlockList, Blocks, BlockSet
from .board_events import BoardView, DeskBoard
from .call_notices import EVENTS as CALL_EVENTS
from .circle_events import CALLS as CIRCLE_CALLS
from .circle_events import EVENTS as CIRCLE_EVENTS
from .claim_events import CALLS as CLAIM_CALLS
from .consent_events import CALLS as CONSENT_CALLS
from .conversation import ConversationKind, Seat
from .credential_events import CALLS as CREDENTIAL_CALLS
from .credential_events import EVENTS as CREDENTIAL_EVENTS
from .crisis_events import (
    CaseAttach,
    CaseBeat,
    CaseChanged,
    CaseLeave,
    CaseMine,
    CaseMineView,
    CaseOpen,
    CaseRaise,
    CaseResume,
)
from .desk_events import (
    CaseAccept,
    CaseDecline,
    CaseEnd,
    CaseEscalate,
    CaseJoin,
    CaseLower,
    CaseStepOut,
    CaseTransfer,
    CaseTransferAnswer,
    CaseTyping,
    CaseWrapUp,
    DeskChanged,
    DeskMine,
    DeskView,
    DutyBeat,
    DutyEnd,
    DutyPause,
    DutyStart,
    DutyTest,
    DutyTestSeen,
    FollowUpList,
    FollowUpRecord,
    FollowUps,
    FollowUpTake,
    OfferRescinded,
    OfferView,
    PageAck,
)
from .device_events import (
    CheckpointReached,
    DeviceCheckpoint,
    DeviceListRequest,
    DeviceListShown,
    DevicesChanged,
    LogConsistency,
    LogConsistencyRequest,
    LogEntries,
    LogEntriesRequest,
    LogHead,
    LogHeadRequest,
)
from .envelope import MAX_PAGE_ROWS
from .feed_events import CALLS as FEED_CALLS
from .feed_events import EVENTS as FEED_EVENTS
from .fields import Ciphertext, Seq, TimestampMs
from .fields import Empty as Empty
from .fields import Fact as Fact
from .fields import Payload as Payload
from .fields import Token as Token
from .freeze_events import (
    FrozenView,
    GroupFrozen,
    GroupRecreate,
    GroupRecreated,
    GroupReject,
    RejectionNoted,
)
from .group_events import CommitAccepted as CommitAccepted
from .group_events import GroupCommit as GroupCommit
from .group_events import GroupInfoRequest as GroupInfoRequest
from .group_events import GroupInfoView as GroupInfoView
from .group_events import GroupRejoin as GroupRejoin
from .group_events import GroupWelcomed as GroupWelcomed
from .group_events import WelcomeConfirm as WelcomeConfirm
from .group_events import WelcomeList as WelcomeList
from .group_events import Welcomes as Welcomes
from .ids import (
    AccountIdField,
    ClientIdField,
    ConversationIdField,
    DeviceIdField,
    GroupIdField,
)
from .key_events import KeysCount, KeysPublish, KeysRemaining, KeysTake, KeysTaken
from .match_desk_events import CALLS as MATCH_DESK_CALLS
from .match_desk_events import EVENTS as MATCH_DESK_EVENTS
from .match_events import CALLS as MATCH_CALLS
from .match_events import EVENTS as MATCH_EVENTS
from .override_events import CALLS as OVERRIDE_CALLS
from .policy_events import CALLS as POLICY_CALLS
from .quota import Lane
from .recording_events import CALLS as RECORDING_CALLS
from .recording_events import EVENTS as RECORDING_EVENTS
from .referral_events import CALLS as REFERRAL_CALLS
from .report_events import CALLS as REPORT_CALLS
from .review_events import CALLS as REVIEW_CALLS
from .review_events import EVENTS as REVIEW_EVENTS
from .reward_events import CALLS as REWARD_CALLS
from .reward_events import EVENTS as REWARD_EVENTS
from .roster_events import CALLS as ROSTER_CALLS
from .rota_events import CALLS as ROTA_CALLS
from .route_events import CALLS as ROUTE_CALLS
from .session_events import CALLS as SESSION_CALLS
from .session_events import EVENTS as SESSION_EVENTS
from .supervisor_events import CALLS as SUPERVISOR_CALLS
from .webhook_events import CALLS as WEBHOOK_CALLS

# --- messages ---------------------------------------------------------------


class MessageSend(Payload, frozen=True):
    """Append one MLS message to the conversation's log."""

    conversation: ConversationIdField
    client_id: ClientIdField
    payload: Ciphertext
    wakes: bool = True
    """Whether members whose devices are away may be woken for it (`push_api`).

    A receipt or a correction wakes nobody. The server cannot tell those from a text,
    and has to be told, which is the price of not waking people for nothing.
    """


class MessageAccepted(Fact, frozen=True):
    """The row is durable. Any number of retries gives the same answer."""

    seq: Seq
    at: TimestampMs


class MessageSent(Fact, frozen=True):
    """A row of the log, pushed."""

    conversation: ConversationIdField
    seq: Seq
    at: TimestampMs
    payload: bytes


class ConversationAdvanced(Fact, frozen=True):
    """The log has reached `head`: read it. Sent instead of rows to slow readers."""

    conversation: ConversationIdField
    head: Seq


class ConversationSync(Payload, frozen=True):
    """Read the log after `since`."""

    conversation: ConversationIdField
    since: Seq
    limit: Annotated[int, Meta(ge=1, le=MAX_PAGE_ROWS)] = MAX_PAGE_ROWS


class LogRow(Fact, frozen=True):
    """One row of the log."""

    seq: Seq
    at: TimestampMs
    payload: bytes


class LogPage(Fact, frozen=True):
    """Rows `since`+1 … in order, at most 200 and 256 KiB; `head` says if more."""

    rows: tuple[LogRow, ...]
    head: Seq


class CursorAdvance(Payload, frozen=True):
    """This device has stored everything up to `seq`; used for retention only."""

    conversation: ConversationIdField
    seq: Seq


# --- conversations ----------------------------------------------------------


class ConversationCreate(Payload, frozen=True):
    """Open a conversation whose only leaf is the calling device, at epoch 0.

    In a circle the creator takes a staff seat (the facilitator).
    """

    conversation: ConversationIdField
    group: GroupIdField
    kind: ConversationKind


class MemberView(Fact, frozen=True):
    """One account in a conversation and its devices in the group."""

    account: AccountIdField
    handle: str
    seat: Seat
    devices: tuple[DeviceIdField, ...]
    leaving: bool = False
    list_counter: Seq = 0
    """Of the account's newest device list: another than the one known is asked for."""


class ConversationView(Fact, frozen=True):
    """What the server knows of a conversation, for the calling device."""

    conversation: ConversationIdField
    group: GroupIdField
    kind: ConversationKind
    epoch: Seq
    head: Seq
    joined_seq: Seq
    """The log before this row is not for this device: it cannot decrypt it."""
    left_seq: Seq | None
    """Set once the device was removed: nothing after this row is sent to it."""
    cursor: Seq
    members: tuple[MemberView, ...]
    frozen: FrozenView | None = None
    """Set while nothing is taken, because a commit did not apply."""


class ConversationList(Payload, frozen=True):
    """The conversations this device is or was in, page by page in id order."""

    after: ConversationIdField | None = None
    """Last conversation of the page before; None for the first page."""


class Conversations(Fact, frozen=True):
    """Answer to `conversation.list`."""

    conversations: tuple[ConversationView, ...]
    more: bool = False
    """Whether another page follows."""


class ConversationFind(Payload, frozen=True):
    """The conversations of this account in which the calling device has no leaf."""

    after: ConversationIdField | None = None
    """Last conversation of the page before; None for the first page."""


class FoundConversation(Fact, frozen=True):
    """A conversation that the device can come into (`group.rejoin`, or an Add)."""

    conversation: ConversationIdField
    group: GroupIdField
    kind: ConversationKind


class ConversationsFound(Fact, frozen=True):
    """Answer to `conversation.find`."""

    conversations: tuple[FoundConversation, ...]
    more: bool = False
    """Whether another page follows."""


class ConversationLeave(Payload, frozen=True):
    """Ask to leave; complete once another member commits the removal."""

    conversation: ConversationIdField


class LeaveRequested(Fact, frozen=True):
    """A member asked to leave: the next committer removes their devices."""

    conversation: ConversationIdField
    account: AccountIdField


# --- accounts ---------------------------------------------------------------


class DrainStarted(Fact, frozen=True):
    """The server is going down: come back after `retry_after_ms`."""

    retry_after_ms: Seq


# --- the registry -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Command:
    """An event from client to server."""

    name: str
    payload: type[Payload]
    answer: type[Fact]
    lane: Lane


@dataclass(frozen=True, slots=True)
class Notice:
    """An event from server to client."""

    name: str
    payload: type[Fact]


COMMANDS: dict[str, Command] = {
    command.name: command
    for command in (
        Command("message.send", MessageSend, MessageAccepted, Lane.HOT),
        Command("conversation.sync", ConversationSync, LogPage, Lane.READ),
        Command("conversation.list", ConversationList, Conversations, Lane.READ),
        Command("conversation.find", ConversationFind, ConversationsFound, Lane.READ),
        Command(
            "conversation.create", ConversationCreate, ConversationView, Lane.COMMIT
        ),
        Command("conversation.leave", ConversationLeave, Empty, Lane.COMMIT),
        Command("cursor.advance", CursorAdvance, Empty, Lane.READ),
        Command("group.commit", GroupCommit, CommitAccepted, Lane.COMMIT),
        Command("group.info", GroupInfoRequest, GroupInfoView, Lane.READ),
        Command("group.rejoin", GroupRejoin, CommitAccepted, Lane.COMMIT),
        Command("group.reject", GroupReject, RejectionNoted, Lane.COMMIT),
        Command("group.recreate", GroupRecreate, CommitAccepted, Lane.COMMIT),
        Command("welcome.list", WelcomeList, Welcomes, Lane.READ),
        Command("welcome.confirm", WelcomeConfirm, Empty, Lane.READ),
        Command("keys.publish", KeysPublish, KeysRemaining, Lane.ACCOUNT),
        Command("keys.count", KeysCount, KeysRemaining, Lane.ACCOUNT),
        Command("keys.take", KeysTake, KeysTaken, Lane.ACCOUNT),
        Command("account.find", AccountFind, AccountView, Lane.READ),
        Command("account.me", AccountMe, MyAccount, Lane.READ),
        Command("account.reauth", AccountReauth, Empty, Lane.ACCOUNT),
        Command("block.set", BlockSet, Empty, Lane.ACCOUNT),
        Command("block.list", BlockList, Blocks, Lane.READ),
        Command("device.list", DeviceListRequest, DeviceListShown, Lane.READ),
        Command("device.checkpoint", DeviceCheckpoint, CheckpointReached, Lane.ACCOUNT),
        Command("log.head", LogHeadRequest, LogHead, Lane.READ),
        Command("log.entries", LogEntriesRequest, LogEntries, Lane.READ),
        Command("log.consistency", LogConsistencyRequest, LogConsistency, Lane.READ),
        Command("sign_in.list", SignInList, SignIns, Lane.READ),
        Command("sign_in.revoke", SignInRevoke, Empty, Lane.ACCOUNT),
        Command("sign_in.revoke_all", SignInRevokeAll, Empty, Lane.ACCOUNT),
        Command("case.open", CaseOpen, CaseMineView, Lane.CRISIS),
        Command("case.mine", CaseMine, CaseMineView, Lane.CRISIS),
        Command("case.raise", CaseRaise, CaseMineView, Lane.CRISIS),
        Command("case.leave", CaseLeave, CaseMineView, Lane.CRISIS),
        Command("case.resume", CaseResume, CaseMineView, Lane.CRISIS),
        Command("case.beat", CaseBeat, Empty, Lane.CRISIS),
        Command("case.attach", CaseAttach, CaseMineView, Lane.CRISIS),
        Command("duty.start", DutyStart, DeskView, Lane.CRISIS),
        Command("duty.pause", DutyPause, DeskView, Lane.CRISIS),
        Command("duty.end", DutyEnd, DeskView, Lane.CRISIS),
        Command("duty.beat", DutyBeat, Empty, Lane.CRISIS),
        Command("duty.test", DutyTest, DeskView, Lane.CRISIS),
        Command("duty.test_seen", DutyTestSeen, DeskView, Lane.CRISIS),
        Command("desk.mine", DeskMine, DeskView, Lane.CRISIS),
        Command("desk.board", DeskBoard, BoardView, Lane.CRISIS),
        Command("case.accept", CaseAccept, DeskView, Lane.CRISIS),
        Command("case.decline", CaseDecline, DeskView, Lane.CRISIS),
        Command("case.typing", CaseTyping, Empty, Lane.CRISIS),
        Command("case.lower", CaseLower, DeskView, Lane.CRISIS),
        Command("case.transfer", CaseTransfer, DeskView, Lane.CRISIS),
        Command("case.transfer_answer", CaseTransferAnswer, DeskView, Lane.CRISIS),
        Command("case.escalate", CaseEscalate, DeskView, Lane.CRISIS),
        Command("case.join", CaseJoin, DeskView, Lane.CRISIS),
        Command("case.step_out", CaseStepOut, DeskView, Lane.CRISIS),
        Command("case.end", CaseEnd, DeskView, Lane.CRISIS),
        Command("case.wrap_up", CaseWrapUp, DeskView, Lane.CRISIS),
        Command("page.ack", PageAck, Empty, Lane.CRISIS),
        Command("followup.list", FollowUpList, FollowUps, Lane.CRISIS),
        Command("followup.take", FollowUpTake, FollowUps, Lane.CRISIS),
        Command("followup.record", FollowUpRecord, FollowUps, Lane.CRISIS),
        *(
            Command(*call, Lane.ACCOUNT)
            for calls in (
                CLAIM_CALLS,
                CONSENT_CALLS,
                REPORT_CALLS,
                CREDENTIAL_CALLS,
                REVIEW_CALLS,
                REWARD_CALLS,
                WEBHOOK_CALLS,
                MATCH_CALLS,
                MATCH_DESK_CALLS,
            )
            for call in calls
        ),
        *(
            Command(*call, Lane.CRISIS)
            for calls in (
                OVERRIDE_CALLS,
                SUPERVISOR_CALLS,
                ROTA_CALLS,
                POLICY_CALLS,
                REFERRAL_CALLS,
            )
            for call in calls
        ),
        *(
            Command(*call, Lane.CALL)
            for calls in (
                ROSTER_CALLS,
                ATTENDANCE_CALLS,
                ROUTE_CALLS,
                SESSION_CALLS,
                CIRCLE_CALLS,
                FEED_CALLS,
                RECORDING_CALLS,
            )
            for call in calls
        ),
    )
}

NOTICES: dict[str, Notice] = {
    notice.name: notice
    for notice in (
        Notice("message.sent", MessageSent),
        Notice("conversation.advanced", ConversationAdvanced),
        Notice("conversation.leave_requested", LeaveRequested),
        Notice("group.welcomed", GroupWelcomed),
        Notice("group.frozen", GroupFrozen),
        Notice("group.recreated", GroupRecreated),
        Notice("keys.ran_low", KeysRemaining),
        Notice("account.devices_changed", DevicesChanged),
        Notice("account.signed_out", SignedOut),
        Notice("case.changed", CaseChanged),
        Notice("case.offered", OfferView),
        Notice("offer.rescinded", OfferRescinded),
        Notice("desk.changed", DeskChanged),
        Notice("server.drain_started", DrainStarted),
        *(
            Notice(*event)
            for events in (
                CALL_EVENTS,
                SESSION_EVENTS,
                CIRCLE_EVENTS,
                FEED_EVENTS,
                RECORDING_EVENTS,
                CREDENTIAL_EVENTS,
                REVIEW_EVENTS,
                REWARD_EVENTS,
                MATCH_EVENTS,
                MATCH_DESK_EVENTS,
            )
            for event in events
        ),
    )
}


def to_wire(fact: Fact | Payload) -> Any:
    """Builtin types ready for a msgpack or JSON encoder; bytes stay bytes."""
    return msgspec.to_builtins(fact, builtin_types=(bytes,))
