"""What can happen to a desk: the only ways in.

Whoever passes an event on has authenticated its actor; what the actor may do to this
case is decided here. An event that comes twice does nothing the second time.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

import msgspec

from .acuity import UNKNOWN, Band, BandSource
from .case import CaseState, Channel
from .desk import Credential, Duty, Responder
from .effects import PageReason
from .override import LegalBasis


class _Event(msgspec.Struct, frozen=True, kw_only=True):
    pass


class CaseOpened(_Event, frozen=True, kw_only=True):
    """Somebody asks for help. It is never refused."""

    case: str
    """A new id; not used if the request is known, or the person has an open case."""
    request: str
    person: str
    tap_age_ms: int = 0
    """What the client says; believed up to a minute."""
    kept_ms: int = 0
    """How long the server itself has kept the request, by its own clock."""
    band: Band = UNKNOWN
    source: BandSource = BandSource.NOBODY
    language: str = ""
    region: str = ""
    needs: tuple[str, ...] = ()
    channel: Channel = Channel.TEXT
    is_minor: bool = False
    is_trusted: bool = True
    is_clustered: bool = False
    wants_again: str = ""
    drill: str = ""


class BandRaised(_Event, frozen=True, kw_only=True):
    """Anybody says that it is more urgent than the case says."""

    case: str
    band: Band
    source: BandSource
    actor: str = "person"


class BandLowered(_Event, frozen=True, kw_only=True):
    """A responder with the skill for A0 and A1 says that it is less urgent, and why."""

    case: str
    band: Band
    actor: str
    reason: str


class OfferAccepted(_Event, frozen=True, kw_only=True):
    """A responder takes the case, with this device."""

    case: str
    offer: str
    responder: str
    device: str


class OfferDeclined(_Event, frozen=True, kw_only=True):
    """Without a reason: none is needed."""

    case: str
    offer: str
    responder: str


class Joined(_Event, frozen=True, kw_only=True):
    """The person's device has added a responder's to the conversation."""

    case: str
    responder: str


class ResponderSpoke(_Event, frozen=True, kw_only=True):
    """A human wrote or spoke, from the holder's device or as a guest."""

    case: str
    responder: str
    fence: int
    """Of the hold under which it was sent; a guest's is not looked at."""


class PersonSpoke(_Event, frozen=True, kw_only=True):
    """The person wrote or spoke."""

    case: str


class ResponderTyping(_Event, frozen=True, kw_only=True):
    """The holder or a guest is writing."""

    case: str
    responder: str


class ResponderLost(_Event, frozen=True, kw_only=True):
    """The device of a hold is gone: its socket closed, or three beats missed."""

    case: str
    responder: str
    device: str


class ResponderHere(_Event, frozen=True, kw_only=True):
    """A beat of a hold's device: it is there, or there again."""

    case: str
    responder: str
    device: str


class PersonLost(_Event, frozen=True, kw_only=True):
    """The person's device is gone. Quick exit looks the same, on purpose."""

    case: str


class PersonHere(_Event, frozen=True, kw_only=True):
    """A beat of the person's device."""

    case: str


class PersonLeft(_Event, frozen=True, kw_only=True):
    """The person said so: they leave the queue, or end the conversation."""

    case: str


class PersonReturned(_Event, frozen=True, kw_only=True):
    """Who had left wants their place again."""

    case: str


class Ended(_Event, frozen=True, kw_only=True):
    """The holder ends the conversation."""

    case: str
    responder: str
    fence: int


class FollowUpDecision(Enum):
    """What was agreed on for afterwards."""

    YES = "yes"
    DECLINED = "declined"
    UNSAFE = "unsafe"
    """By the person's rule: being contacted would put them at risk."""


class WrappedUp(_Event, frozen=True, kw_only=True):
    """The holder sums up a conversation that is over."""

    case: str
    responder: str
    fence: int
    outcome: str
    """`completed`, `referred`, `emergency` and so on: the operator's list."""
    follow_up: FollowUpDecision | None = None


class TransferAsked(_Event, frozen=True, kw_only=True):
    """Warm: the holder asks another one, and stays until they have taken over."""

    case: str
    responder: str
    fence: int
    to: str


class TransferAccepted(_Event, frozen=True, kw_only=True):
    """Whoever was asked to take over agrees, with this device."""

    case: str
    responder: str
    device: str


class TransferDeclined(_Event, frozen=True, kw_only=True):
    """Whoever was asked to take over cannot."""

    case: str
    responder: str


class TransferredCold(_Event, frozen=True, kw_only=True):
    """The holder gives the case back to the queue, for a reason.

    Of an A0 or A1 it is a wish, until a supervisor has agreed.
    """

    case: str
    responder: str
    fence: int
    reason: str


class ReturnAgreed(_Event, frozen=True, kw_only=True):
    """A supervisor agrees that an A0 or A1 goes back, which its holder asked for."""

    case: str
    supervisor: str


class ReturnWithdrawn(_Event, frozen=True, kw_only=True):
    """The holder keeps the case after all."""

    case: str
    responder: str
    fence: int


class GuestAdded(_Event, frozen=True, kw_only=True):
    """A supervisor, or whoever was asked in, is in the conversation, visibly."""

    case: str
    responder: str


class BackUpCame(_Event, frozen=True, kw_only=True):
    """A professional comes in, visibly, where the holder asks for back-up."""

    case: str
    responder: str


class GuestLeft(_Event, frozen=True, kw_only=True):
    """A guest goes before the end."""

    case: str
    responder: str


class SupervisorWanted(_Event, frozen=True, kw_only=True):
    """The holder asks for back-up, and stays: a supervisor, or a professional."""

    case: str
    responder: str
    fence: int


class Outcome(Enum):
    """How one attempt to follow up ended."""

    REACHED = "reached"
    DECLINED = "declined"
    UNSAFE = "unsafe"
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"
    """Given up, after enough attempts."""


class FollowUpRecorded(_Event, frozen=True, kw_only=True):
    """Somebody tried to ask the person how they are."""

    case: str
    responder: str
    outcome: Outcome


class FollowUpTaken(_Event, frozen=True, kw_only=True):
    """Somebody means to ask the person how they are."""

    case: str
    responder: str


class FollowUpLeft(_Event, frozen=True, kw_only=True):
    """Who meant to steps back from it."""

    case: str
    responder: str


class PageAcked(_Event, frozen=True, kw_only=True):
    """A named person on call has seen the page and takes care of it."""

    case: str
    by: str
    reason: PageReason | None = None
    """Which page; none: all that they may take care of."""


class Dismissed(_Event, frozen=True, kw_only=True):
    """The case is merged, redirected or void."""

    case: str
    state: CaseState
    actor: str
    second: str = ""
    """Somebody else who agrees; a void A0, A1 or A2 needs one."""
    into: str = ""
    """Where it was merged or redirected to."""


class OverrideOpened(_Event, frozen=True, kw_only=True):
    """Somebody has to be helped without their consent; see `override`."""

    override: str
    """A new id."""
    case: str
    actor: str
    basis: LegalBasis
    statement_hash: str
    released_hash: str
    to: str
    person_informed: bool
    why_not_informed: str = ""


class OverrideCosigned(_Event, frozen=True, kw_only=True):
    """A supervisor agrees."""

    override: str
    actor: str


class OverrideReleasedAlone(_Event, frozen=True, kw_only=True):
    """Nobody answered, and it cannot wait."""

    override: str
    actor: str
    reason: str


class OverrideWithdrawn(_Event, frozen=True, kw_only=True):
    """It is not needed after all."""

    override: str
    actor: str


class OverrideConfirmed(_Event, frozen=True, kw_only=True):
    """The emergency services made contact; having called them is not that."""

    override: str
    actor: str


class OverrideReviewed(_Event, frozen=True, kw_only=True):
    """Somebody who did not act has looked at all of it."""

    override: str
    actor: str


class LocationSealed(_Event, frozen=True, kw_only=True):
    """The person's device has sealed where they are."""

    case: str


class LocationWithdrawn(_Event, frozen=True, kw_only=True):
    """The person takes their location back."""

    case: str


class LocationTaken(_Event, frozen=True, kw_only=True):
    """Somebody asks for what an override released."""

    override: str
    actor: str


class RosterChanged(_Event, frozen=True, kw_only=True):
    """What is known of a responder: skills, languages, credential. Duty stays."""

    responder: Responder


class StandingChanged(_Event, frozen=True, kw_only=True):
    """Whether somebody may answer, and as what; all else that is known of them stays.

    It is found out beside the desk and written later. In between an operator may have
    changed what they are asked for, so this says nothing of it.
    """

    responder: str
    credential: Credential
    is_supervisor: bool
    skills_if_new: Mapping[str, int] = msgspec.field(default_factory=dict)
    """Of somebody whom the desk does not know yet."""


class DutyChanged(_Event, frozen=True, kw_only=True):
    """A responder begins, pauses, goes on or ends."""

    responder: str
    duty: Duty
    is_online: bool | None = None
    """Whether an offer can be shown to them, if that is known with it."""


class EarlyStartAllowed(_Event, frozen=True, kw_only=True):
    """A supervisor lets somebody else begin once before they have rested."""

    responder: str
    actor: str


class OnlineChanged(_Event, frozen=True, kw_only=True):
    """Whether any device of the responder can show an offer."""

    responder: str
    is_online: bool


class BreachForecast(_Event, frozen=True, kw_only=True):
    """How likely an A0 or A1 waits too long in the next quarter of an hour."""

    percent: int


class TimePassed(_Event, frozen=True, kw_only=True):
    """Whatever is due by now takes its effect."""


Event = (
    CaseOpened
    | BandRaised
    | BandLowered
    | OfferAccepted
    | OfferDeclined
    | Joined
    | ResponderSpoke
    | PersonSpoke
    | ResponderTyping
    | ResponderLost
    | ResponderHere
    | PersonLost
    | PersonHere
    | PersonLeft
    | PersonReturned
    | Ended
    | WrappedUp
    | TransferAsked
    | TransferAccepted
    | TransferDeclined
    | TransferredCold
    | ReturnAgreed
    | ReturnWithdrawn
    | GuestAdded
    | BackUpCame
    | GuestLeft
    | SupervisorWanted
    | FollowUpRecorded
    | FollowUpTaken
    | FollowUpLeft
    | PageAcked
    | Dismissed
    | OverrideOpened
    | OverrideCosigned
    | OverrideReleasedAlone
    | OverrideWithdrawn
    | OverrideConfirmed
    | OverrideReviewed
    | LocationSealed
    | LocationWithdrawn
    | LocationTaken
    | RosterChanged
    | StandingChanged
    | DutyChanged
    | EarlyStartAllowed
    | OnlineChanged
    | BreachForecast
    | TimePassed
)
