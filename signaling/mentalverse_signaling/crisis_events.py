"""Payloads of the crisis desk: asking for help.

What is said is in the conversation, encrypted as everywhere. Here is what the desk has
to know to find somebody: how urgent, in which language, and who has the case. The rules
are `mentalverse_crisis`; names of states and bands are its own. What responders and
supervisors send is in `desk_events`.

A person's own calls name no case: everybody has at most one that is open. Opening is
never refused for being one of many; the same `request` opens the same case, and so does
another one while a case is open. Over HTTP, and with a guest made in the same call:

    POST /api/v1/crisis/cases    (bearer token or none) CrisisOpen → CrisisOpened

Notices are hints, sent to whom they concern: what they are about is asked for with
`case.mine`. One that is lost costs time, so who waits also asks every few seconds.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from .fields import Fact, Handle, Payload, Seq, TimestampMs
from .guest_api import GuestBegin, GuestBegun
from .ids import (
    AccountIdField,
    CallIdField,
    CaseIdField,
    ClientIdField,
    ConversationIdField,
)

MAX_NEEDS = 8
MAX_TAP_AGE_MS = 24 * 3_600_000
"""What a client may send; the desk heeds a minute of it."""

BandNumber = Annotated[int, Meta(ge=0, le=4)]
"""A0 (now) to A4 (support)."""
Fence = Annotated[int, Meta(ge=0, le=(1 << 53) - 1)]
Tag = Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{0,35}$(?!\n)")]
"""A language (BCP 47) or a country (ISO 3166-1); empty: not said."""
Skill = Annotated[str, Meta(pattern=r"^[a-z0-9_]{1,32}$(?!\n)")]


class CaseChannel(StrEnum):
    """How somebody would like to talk."""

    TEXT = "text"
    VOICE = "voice"
    VIDEO = "video"


class CaseStatus(StrEnum):
    """Where a case is: the states of `mentalverse_crisis.case`."""

    WAITING = "waiting"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    ACTIVE = "active"
    WRAP_UP = "wrap_up"
    FOLLOW_UP_DUE = "follow_up_due"
    FOLLOWING_UP = "following_up"
    ABANDONED = "abandoned"
    CLOSED = "closed"
    MERGED = "merged"
    REDIRECTED = "redirected"
    VOID = "void"


class BandSetBy(StrEnum):
    """Who proposed a band."""

    SELF = "self"
    DEVICE = "device"
    """Answers that stay on the device; the person sent the band."""


class HelperRole(StrEnum):
    """Why somebody is to be in the conversation."""

    HOLDER = "holder"
    """Has the case."""
    SUCCESSOR = "successor"
    """Is about to take over, and agreed to."""
    GUEST = "guest"
    """Was asked in, or is a supervisor."""


# --- the person --------------------------------------------------------------------


class CaseOpen(Payload, frozen=True):
    """Ask for help. Nothing but `request` is required."""

    request: ClientIdField
    """One for each tap: the same one, sent again, opens the same case."""
    tap_age_ms: Annotated[int, Meta(ge=0, le=MAX_TAP_AGE_MS)] = 0
    """How long ago the tap was: waiting counts from there."""
    band: BandNumber | None = None
    """None: not said, which is A2."""
    set_by: BandSetBy = BandSetBy.SELF
    language: Tag = ""
    region: Tag = ""
    needs: Annotated[tuple[Skill, ...], Meta(max_length=MAX_NEEDS)] = ()
    channel: CaseChannel = CaseChannel.TEXT
    is_minor: bool = False
    call: CallIdField | None = None
    """The call that the person steps out of with this tap: their seat is `away` from
    the moment that the case is stored."""
    tell_lead: bool = False
    """Whoever leads that call may know; the others only see `away`."""


class CaseMine(Payload, frozen=True):
    """How it stands with the newest case of whoever asks."""


class CaseRaise(Payload, frozen=True):
    """It is getting worse; without a band, one higher than it is.

    `case` is given by responders and supervisors, who may raise those that they see.
    """

    case: CaseIdField | None = None
    band: BandNumber | None = None
    set_by: BandSetBy = BandSetBy.SELF


class CaseLeave(Payload, frozen=True):
    """Leave the queue, or end the conversation. Leaving quickly sends nothing."""


class CaseResume(Payload, frozen=True):
    """Take the place again that was left."""


class CaseBeat(Payload, frozen=True):
    """The person's device is there: every 15 s while somebody has the case."""


class CaseAttach(Payload, frozen=True):
    """The conversation that belongs to the case; the caller has made it.

    It is of the kind `crisis`. A case that has one gets another when the first can no
    longer be written to: the device that had its keys is gone.
    """

    conversation: ConversationIdField


class CaseHelper(Fact, frozen=True):
    """Somebody to be in the conversation: the person's device adds and removes them."""

    account: AccountIdField
    handle: Handle
    role: HelperRole
    is_reconnecting: bool = False
    """Their device is gone at the moment; somebody else is looked for soon."""


class CaseView(Fact, frozen=True):
    """A case, as the person may see it: no place in a line, which could get worse."""

    case: CaseIdField
    status: CaseStatus
    band: BandNumber
    opened_at: TimestampMs
    now: TimestampMs
    helpers: tuple[CaseHelper, ...]
    """The holder first."""
    conversation: ConversationIdField | None
    wait_p50_ms: Seq | None
    """How long half of those in this band waited lately; None: too few to say."""
    wait_p90_ms: Seq | None
    outside_lines: bool
    """Nobody has come in a long time: lines outside are shown first."""
    kept_until: TimestampMs | None
    """Set once the person has left: until then the place is theirs."""
    drill: bool = False


class CaseMineView(Fact, frozen=True):
    """Answer to the calls about one's own case; None: there never was one."""

    case: CaseView | None
    is_spooled: bool = False
    """Of `case.open`: it is kept while the database is away, and there is no case yet.
    The same call again says what followed."""


# --- over HTTP ----------------------------------------------------------------------


class Taken(StrEnum):
    """What a request for help has become."""

    STORED = "stored"
    """A case, durable and seen by the desk."""
    SPOOLED = "spooled"
    """Durable, while the database is away. The same call again says what followed."""


class CrisisOpen(Payload, frozen=True):
    """Ask for help in one call, as whoever the token is of, else as a new guest."""

    case: CaseOpen
    guest: GuestBegin | None = None


class CrisisOpened(Fact, frozen=True):
    """The request is kept."""

    taken: Taken
    guest: GuestBegun | None = None
    case: CaseView | None = None


# --- what the person is told ----------------------------------------------------------


class CaseNews(StrEnum):
    """What has happened to a case: a hint, in case words are wanted for it."""

    OPENED = "opened"
    BAND_CHANGED = "band_changed"
    ACCEPTED = "accepted"
    RECONNECTING = "reconnecting"
    RECONNECTED = "reconnected"
    RESCUE = "rescue"
    HANDED_OVER = "handed_over"
    RETURNED = "returned"
    OUTSIDE_LINES = "outside_lines"
    GUEST = "guest"
    """Somebody was asked into the conversation."""
    STEPPED_OUT = "stepped_out"
    """A guest has left."""
    FOLLOW_UP = "follow_up"
    """Somebody means to ask afterwards, or steps back from it: see `helpers`."""
    ENDED = "ended"
    CLOSED = "closed"


class CaseChanged(Fact, frozen=True):
    """Ask `case.mine`. To every device of the person."""

    case: CaseIdField
    what: CaseNews
