"""What is written down of a case, entry by entry.

The log of a case is its truth for everybody who asks later: the service-level
mathematics, the audit and the replay read nothing else. An entry holds what happened
and who did it, never what was said.
"""

from __future__ import annotations

from enum import Enum

import msgspec

from .acuity import Band


class What(Enum):
    """What can have happened to a case."""

    OPENED = "opened"
    BAND_SET = "band_set"
    OFFERED = "offered"
    OFFER_ENDED = "offer_ended"
    ACCEPTED = "accepted"
    JOINED = "joined"
    STEPPED_OUT = "stepped_out"
    """A guest has left before the end."""
    REPLIED = "replied"
    """A human's first words after accepting."""
    RETURNED = "returned"
    """The hold was released without a word; the case is back in its place."""
    PERSON_SPOKE = "person_spoke"
    RESPONDER_SPOKE = "responder_spoke"
    SILENCE = "silence"
    """A nudge (level 1) or an alarm (level 2) went out."""
    GAP_STARTED = "gap_started"
    GAP_ENDED = "gap_ended"
    RESCUE = "rescue"
    """Another responder is being looked for."""
    ESCALATED = "escalated"
    PAGE_ACKED = "page_acked"
    TRANSFER = "transfer"
    """A cold one names the supervisor who agreed, if there is one, as `actor`; until
    then it is `return_asked`, or `return_withdrawn`."""
    SUPERVISOR_WANTED = "supervisor_wanted"
    ENDED = "ended"
    """The conversation is over; the wrap-up begins. `outcome` is `lost_contact` if the
    person was lost."""
    WRAPPED_UP = "wrapped_up"
    FOLLOW_UP = "follow_up"
    """It begins with `outcome` `due`; `overdue` is a reminder, any other an attempt."""
    FOLLOW_UP_TAKER = "follow_up_taker"
    """Who means to do it, by `outcome`: `taken`, or `left` again."""
    LEFT = "left"
    CAME_BACK = "came_back"
    OVERRIDE = "override"
    """A step of an override; `offer` names it, `outcome` the step."""
    LOCATION = "location"
    """A sealed location came, was taken through the override that `offer` names, or was
    destroyed."""
    CLOSED = "closed"
    """Nothing more comes; `outcome` is the terminal state."""


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that happened; fields that do not apply are empty."""

    at_ms: int
    """Unix milliseconds. Of an opening: when the request came, see `tap_ms`."""
    case: str
    what: What
    actor: str = ""
    """A responder, `person`, or nobody: time passed."""
    band: Band | None = None
    tap_ms: int | None = None
    """When the person pressed the button, of an opening."""
    responder: str = ""
    offer: str = ""
    side: str = ""
    """`responder` or `person`, of a gap."""
    level: int = 0
    outcome: str = ""
    reason: str = ""
    language: str = ""
    region: str = ""
    drill: str = ""
    """`drill` or `canary`: outside of every figure."""
    policy: str = ""
    """Revision, of an opening."""
