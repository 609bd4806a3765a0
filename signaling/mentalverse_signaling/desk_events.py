"""Payloads of the crisis desk: answering.

Whoever has the role of a responder or supervisor may begin a duty; what they may do to
a case is decided by `mentalverse_crisis`, not by their clients. Calls about a case that
one has give the `fence` of its hold: once it has passed to somebody else, they are
refused with `stale_fence`.

`desk.mine` is all that a responder's screen shows, and `desk.board` (`board_events`)
all of a supervisor's. Notices are hints to ask again, but for `case.offered`, which is
complete: an offer is on the screen with the first frame.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from .crisis_events import (
    BandNumber,
    CaseChannel,
    CaseStatus,
    Fence,
    HelperRole,
    Skill,
    Tag,
)
from .fields import Fact, Handle, Payload, Seq, TimestampMs
from .ids import AccountIdField, CaseIdField, ConversationIdField

OfferIdField = Annotated[str, Meta(min_length=1, max_length=64)]
Reason = Annotated[str, Meta(min_length=1, max_length=500)]
"""Why something was done. It is stored in the clear: it says nothing of the person."""
OutcomeName = Annotated[str, Meta(pattern=r"^[a-z_]{1,32}$(?!\n)")]

MAX_LISTED = 200
"""Cases, people or follow-ups of one answer; the most urgent first."""


class DutyStatus(StrEnum):
    """What a responder is doing."""

    OFF = "off"
    ON = "on"
    PAUSED = "paused"


class FollowUpWish(StrEnum):
    """What was agreed on for afterwards."""

    YES = "yes"
    DECLINED = "declined"
    UNSAFE = "unsafe"


class AttemptOutcome(StrEnum):
    """How one attempt to follow up ended."""

    REACHED = "reached"
    DECLINED = "declined"
    UNSAFE = "unsafe"
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"


class OfferOver(StrEnum):
    """Why an offer is no longer there."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    RESCINDED = "rescinded"


# --- duty ---------------------------------------------------------------------------


class DutyStart(Payload, frozen=True):
    """Begin, or go on after a break.

    Refused with `not_now` before the rest is over, unless a supervisor has allowed it
    (`duty.allow`). A test page goes to the caller's own browsers, so that nobody waits
    on a duty for a page that would not come.
    """


class DutyTest(Payload, frozen=True):
    """Send the caller's own browsers a test page once more; twice a minute at most."""


class DutyTestSeen(Payload, frozen=True):
    """The test page has come, says the caller."""


class DutyPause(Payload, frozen=True):
    """A break: it always works. Cases that one has stay."""


class DutyEnd(Payload, frozen=True):
    """Go. Cases that one has stay until they are over or handed on."""


class DutyBeat(Payload, frozen=True):
    """This device is there and shows what it is sent: every 15 s while on duty."""


# --- the desk of one responder ------------------------------------------------------


class DeskMine(Payload, frozen=True):
    """Everything that is the caller's at the desk."""


class OfferView(Fact, frozen=True):
    """Somebody is asked to take a case. Also the notice `case.offered`."""

    case: CaseIdField
    offer: OfferIdField
    band: BandNumber
    made_at: TimestampMs
    expires_at: TimestampMs
    opened_at: TimestampMs
    accept_due_at: TimestampMs
    now: TimestampMs
    """By the server's clock, for the countdown."""
    language: Tag
    region: Tag
    channel: CaseChannel
    needs: tuple[Skill, ...]
    is_minor: bool
    is_rescue: bool
    """Somebody else has lost their connection: the person is told that help comes."""
    drill: bool = False


class DeskCase(Fact, frozen=True):
    """A case that the caller has, was asked into, or is asked to take over."""

    case: CaseIdField
    role: HelperRole | None
    """None: asked to take over, and has not answered."""
    fence: Fence
    """Of the hold, whoever has it."""
    status: CaseStatus
    band: BandNumber
    person: AccountIdField
    conversation: ConversationIdField | None
    opened_at: TimestampMs
    language: Tag
    region: Tag
    channel: CaseChannel
    needs: tuple[Skill, ...]
    is_minor: bool
    is_joined: bool
    """Whether the person's device has let the holder in."""
    reply_due_at: TimestampMs | None
    """Until then the first words are expected, or the case goes to somebody else."""
    person_away_until: TimestampMs | None
    """The person's device is gone; afterwards the case ends with a follow-up."""
    responder_away_until: TimestampMs | None
    """The holder's device is gone; afterwards somebody else is asked."""
    silent_since: TimestampMs | None
    """The person wrote then, and nobody has answered."""
    wrap_up_until: TimestampMs | None
    follow_up_required: bool
    """Whether `case.wrap_up` needs a decision on it."""
    transfer_to: Handle | None
    drill: bool = False
    return_asked: bool = False
    """The holder wants to give it back, and a supervisor has not agreed yet."""
    back_up_advised: bool = False
    """So urgent that a professional should be there, and none is."""


class PageTestView(Fact, frozen=True):
    """The test page to the caller's own browsers, of this duty."""

    sent_at: TimestampMs | None
    """None: no browser of theirs takes pages."""
    browsers: Seq
    """Whose push services took it; 0 although sent: none did."""
    seen_at: TimestampMs | None


class WantedCase(Fact, frozen=True):
    """Whoever has it asks for back-up: the caller may come in (`case.join`)."""

    case: CaseIdField
    band: BandNumber
    since: TimestampMs
    language: Tag
    holder: Handle | None


class DeskView(Fact, frozen=True):
    """Answer to `desk.mine`, and to every call that changes what it shows."""

    now: TimestampMs
    duty: DutyStatus
    is_supervisor: bool
    resting_until: TimestampMs | None
    """No offer before: after a hard case, or between two duties."""
    urgent_today: Seq
    urgent_soft_cap: Seq
    urgent_hard_cap: Seq
    max_slots: Seq
    offers: tuple[OfferView, ...]
    cases: tuple[DeskCase, ...]
    follow_ups_due: Seq
    is_surge: bool
    is_demo: bool
    may_start_early: bool = False
    """A supervisor lets the caller begin before their rest is over."""
    page_test: PageTestView | None = None
    """None: off duty, or not tried yet."""
    wanted: tuple[WantedCase, ...] = ()
    """For professionals and supervisors on duty: where back-up is asked for."""


# --- a case -------------------------------------------------------------------------


class CaseAccept(Payload, frozen=True):
    """Take a case, with the device that asks.

    Refused with `offer_expired`, `offer_rescinded` or `already_held`.
    """

    case: CaseIdField
    offer: OfferIdField


class CaseDecline(Payload, frozen=True):
    """Without a reason: none is needed."""

    case: CaseIdField
    offer: OfferIdField


class CaseTyping(Payload, frozen=True):
    """The caller is writing: the clock of silence waits a little. Every 5 s at most."""

    case: CaseIdField


class CaseLower(Payload, frozen=True):
    """It is less urgent, and why."""

    case: CaseIdField
    band: BandNumber
    reason: Reason


class CaseTransfer(Payload, frozen=True):
    """Hand a case on: to somebody who is asked (warm), or back to the queue (cold).

    Cold needs a reason. An A0 or A1 goes back only once another supervisor agrees
    (`case.agree_return`); until then the caller keeps it, and `return_asked` is shown.
    Asking without a reason and without `to` takes that wish back.
    """

    case: CaseIdField
    fence: Fence
    to: AccountIdField | None = None
    reason: Reason | None = None


class CaseTransferAnswer(Payload, frozen=True):
    """Whoever is asked to take over agrees, with this device, or cannot."""

    case: CaseIdField
    accept: bool


class CaseEscalate(Payload, frozen=True):
    """Ask the supervisors to come in; the caller stays."""

    case: CaseIdField
    fence: Fence


class CaseJoin(Payload, frozen=True):
    """A supervisor comes in, visibly: the person's device is asked to add them.

    So does a professional on duty, where the holder asks for back-up.
    """

    case: CaseIdField


class CaseStepOut(Payload, frozen=True):
    """A guest leaves before the end; the person's device is asked to remove them."""

    case: CaseIdField


class CaseEnd(Payload, frozen=True):
    """End the conversation; the wrap-up begins."""

    case: CaseIdField
    fence: Fence


class CaseWrapUp(Payload, frozen=True):
    """Sum up a conversation that is over."""

    case: CaseIdField
    fence: Fence
    outcome: OutcomeName
    follow_up: FollowUpWish | None = None


class PageAck(Payload, frozen=True):
    """The caller has seen the page for this case and takes care of it."""

    case: CaseIdField


# --- afterwards ---------------------------------------------------------------------


class FollowUpList(Payload, frozen=True):
    """The follow-ups that are open, the longest due first."""


class FollowUpView(Fact, frozen=True):
    """Somebody is to be asked how they are."""

    case: CaseIdField
    band: BandNumber
    status: CaseStatus
    due_at: TimestampMs
    attempts: Seq
    person: AccountIdField
    conversation: ConversationIdField | None
    language: Tag
    taken_by: Handle | None = None
    """Who means to do it; until they step back, nobody else has to."""
    is_mine: bool = False
    is_in: bool = False
    """Whether the caller is in the conversation. Who takes a follow-up is let in by the
    person's device, when it is there next."""


class FollowUps(Fact, frozen=True):
    """Answer to `followup.list`."""

    now: TimestampMs
    follow_ups: tuple[FollowUpView, ...]


class FollowUpTake(Payload, frozen=True):
    """Mean to do it, or step back from it; a supervisor may take it from anybody."""

    case: CaseIdField
    take: bool = True


class FollowUpRecord(Payload, frozen=True):
    """Somebody tried to ask the person how they are."""

    case: CaseIdField
    outcome: AttemptOutcome


# --- what responders are told -------------------------------------------------------


class OfferRescinded(Fact, frozen=True):
    """An offer is over."""

    case: CaseIdField
    offer: OfferIdField
    why: OfferOver


class DeskNews(StrEnum):
    """What has happened at the desk: a hint, in case words are wanted for it."""

    DUTY = "duty"
    BAND_CHANGED = "band_changed"
    PERSON_AWAY = "person_away"
    PERSON_BACK = "person_back"
    NUDGE = "nudge"
    SILENCE_ALARM = "silence_alarm"
    HOLD_LOST = "hold_lost"
    RETURNED = "returned"
    TRANSFER_ASKED = "transfer_asked"
    TRANSFER_OVER = "transfer_over"
    PAUSED = "paused"
    SOFT_CAP = "soft_cap"
    REVIEW = "review"
    WRAP_UP_OVER = "wrap_up_over"
    FOLLOW_UP_OVERDUE = "follow_up_overdue"
    SUPERVISOR_WANTED = "supervisor_wanted"
    PAGED = "paged"
    SURGE = "surge"
    SPOOLED = "spooled"
    """Somebody asked for help while the database is away."""
    OVERRIDE = "override"
    RETURN_WANTED = "return_wanted"
    """Somebody wants to give an A0 or A1 back: a supervisor has to agree."""
    EARLY_START = "early_start"
    """A supervisor lets the reader begin before their rest is over."""
    STEPPED_OUT = "stepped_out"
    BACK_UP_ADVISED = "back_up_advised"
    """A case has become so urgent that a professional should be there."""
    ROTA_GAP = "rota_gap"
    """An hour that comes soon has nobody."""
    ENDED = "ended"
    CHANGED = "changed"
    """Anything else."""


class DeskChanged(Fact, frozen=True):
    """Ask `desk.mine`, or `desk.board`. To those whom it concerns."""

    case: CaseIdField | None
    what: DeskNews
