"""What is to be done once a decision is written: values, carried out by the edge.

Everything here is told again to whoever reads the case; an effect that is lost costs
time, never a case. What must not be lost is in the state.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

import msgspec

from .acuity import Band
from .case import OfferEnd
from .desk import SurgeReason


class Refusal(Enum):
    """Why a responder was not asked, for themselves, supervisors and auditors."""

    OFF_DUTY = "off_duty"
    OFFLINE = "offline"
    CREDENTIAL = "credential"
    RESTING = "resting"
    LANGUAGE = "language"
    REGION = "region"
    NOT_CRISIS_TRAINED = "not_crisis_trained"
    NOT_FOR_MINORS = "not_for_minors"
    SKILL = "skill"
    CONFLICT = "conflict"
    HOLDS_IT = "holds_it"
    """They have this case already."""
    ASKED_BEFORE = "asked_before"
    """They declined, or did not answer, a moment ago."""
    ALREADY_ASKED = "already_asked"
    ROBOT = "robot"
    """People answer people, and robots canaries."""
    URGENT_CAP = "urgent_cap"
    """They had as many hard cases as one duty may bring."""
    NO_SLOT = "no_slot"
    RESERVED = "reserved"
    """Kept free for A0 and A1."""


class Notice(Enum):
    """What somebody is told of a case."""

    OPENED = "opened"
    BAND_CHANGED = "band_changed"
    ACCEPTED = "accepted"
    RECONNECTING = "reconnecting"
    """The responder's device is gone: still here, reconnecting."""
    RECONNECTED = "reconnected"
    RESCUE = "rescue"
    """Somebody else is being asked to come."""
    HANDED_OVER = "handed_over"
    PERSON_AWAY = "person_away"
    PERSON_BACK = "person_back"
    NUDGE = "nudge"
    """The person has been waiting for an answer."""
    SILENCE_ALARM = "silence_alarm"
    RETURNED = "returned"
    """The hold ended without a word."""
    HOLD_LOST = "hold_lost"
    GUEST = "guest"
    """Somebody else comes in, too."""
    STEPPED_OUT = "stepped_out"
    """A guest has left."""
    SUPERVISOR_WANTED = "supervisor_wanted"
    """The holder asks for back-up: a supervisor, or a professional."""
    BACK_UP_ADVISED = "back_up_advised"
    """A professional should be there, and none is."""
    TRANSFER_ASKED = "transfer_asked"
    TRANSFER_OVER = "transfer_over"
    RETURN_WANTED = "return_wanted"
    """The holder wants to give an A0 or A1 back: somebody has to agree."""
    RETURN_WITHDRAWN = "return_withdrawn"
    FOLLOW_UP = "follow_up"
    """Somebody means to ask the person how they are, or steps back from it."""
    OUTSIDE_LINES = "outside_lines"
    """Honestly: nobody yet; a line outside, or a call back."""
    PAUSED = "paused"
    """Offers went by unanswered: nobody is asked who may not be there."""
    SOFT_CAP = "soft_cap"
    REVIEW = "review"
    """A hard case ended without a good-bye."""
    WRAP_UP_OVER = "wrap_up_over"
    FOLLOW_UP_OVERDUE = "follow_up_overdue"
    ENDED = "ended"
    CLOSED = "closed"
    OVERRIDE_OPENED = "override_opened"
    OVERRIDE_UNANSWERED = "override_unanswered"
    """No supervisor has answered; who opened it may act alone."""
    OVERRIDE_ALONE = "override_alone"
    OVERRIDE_RELEASED = "override_released"
    OVERRIDE_REVIEW_OVERDUE = "override_review_overdue"


class PageReason(Enum):
    """Why people are paged; a page itself says nothing of it."""

    WAITING = "waiting"
    FOLLOW_UP = "follow_up"
    OVERRIDE = "override"
    """Somebody wants to act without consent and has no second person, or had none."""
    CONTACT = "contact"
    """Nobody has confirmed that the emergency services reached the person."""


class _Effect(msgspec.Struct, frozen=True, kw_only=True):
    pass


class Offered(_Effect, frozen=True, kw_only=True):
    """Ask this responder."""

    case: str
    offer: str
    responder: str
    band: Band
    expires_at_ms: int
    passed_over: Mapping[str, Refusal]
    """Everybody else, and why."""


class OfferOver(_Effect, frozen=True, kw_only=True):
    """An offer is no longer there to be answered."""

    case: str
    offer: str
    responder: str
    why: OfferEnd


class Paged(_Effect, frozen=True, kw_only=True):
    """Page these tiers: the band and the due time, nothing else."""

    case: str
    level: int
    tiers: tuple[str, ...]
    band: Band | None
    due_ms: int
    reason: PageReason = PageReason.WAITING
    drill: str = ""
    """Of a canary, nobody's telephone rings."""


class PagesCancelled(_Effect, frozen=True, kw_only=True):
    """No page of this case goes out from here on, for this reason."""

    case: str
    reason: PageReason = PageReason.WAITING


class Invited(_Effect, frozen=True, kw_only=True):
    """Have the person's device add this one to the conversation."""

    case: str
    responder: str
    device: str
    fence: int


class PersonTold(_Effect, frozen=True, kw_only=True):
    """Tell the person's devices."""

    case: str
    what: Notice


class ResponderTold(_Effect, frozen=True, kw_only=True):
    """Tell one responder."""

    case: str
    responder: str
    what: Notice


class SupervisorsTold(_Effect, frozen=True, kw_only=True):
    """Tell every supervisor who is there."""

    case: str
    what: Notice


class OverrideTold(_Effect, frozen=True, kw_only=True):
    """Tell every supervisor, and who opened the override."""

    override: str
    case: str
    what: Notice


class LocationReleased(_Effect, frozen=True, kw_only=True):
    """Hand the desk's half of the key to this responder."""

    case: str
    to: str


class LocationShredded(_Effect, frozen=True, kw_only=True):
    """Destroy the desk's half of the key, and the envelope."""

    case: str


class SurgeChanged(_Effect, frozen=True, kw_only=True):
    """Tell everybody on duty, supervisors and the pages of intake."""

    is_on: bool
    why: SurgeReason | None


class StandbyPaged(_Effect, frozen=True, kw_only=True):
    """Ask these tiers to stand by; nobody in particular waits for them."""

    tiers: tuple[str, ...]


class EarlyStartTold(_Effect, frozen=True, kw_only=True):
    """Tell somebody that they may begin before they have rested."""

    responder: str


class Finished(_Effect, frozen=True, kw_only=True):
    """Nothing of this case is kept that was only for its duration."""

    case: str


Effect = (
    Offered
    | OfferOver
    | Paged
    | PagesCancelled
    | Invited
    | PersonTold
    | ResponderTold
    | SupervisorsTold
    | OverrideTold
    | LocationReleased
    | LocationShredded
    | SurgeChanged
    | StandbyPaged
    | EarlyStartTold
    | Finished
)
