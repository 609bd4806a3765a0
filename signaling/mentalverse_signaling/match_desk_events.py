"""Payloads of coordinators: a look at what a run proposes, before anybody sees it.

Coordinators and supervisors see names, points and plans, never codes. Nobody looks at a
proposal that they are part of.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from .fields import Fact, Handle, Payload, Seq, TimestampMs
from .ids import AccountIdField
from .match_events import MatchLine, MatchPlan, Place, ProposalIdField

MAX_LEAVE_OUT_CHARS = 500
MAX_PROPOSALS_SHOWN = 50


class MatchQueue(Payload, frozen=True):
    """The proposals that wait for a look, and the last run."""


class MatchRelease(Payload, frozen=True):
    """Give the options to the mentee, but for some.

    With fewer than two left it is closed, and the mentee waits for the next run.
    """

    proposal: ProposalIdField
    leave_out: Annotated[tuple[Place, ...], Meta(max_length=10)] = ()
    """These two are not proposed to each other again."""
    reason: Annotated[str, Meta(max_length=MAX_LEAVE_OUT_CHARS)] = ""
    """Why, for coordinators alone; needed with the first that is left out."""


class MatchRun(Payload, frozen=True):
    """Match everybody who waits now; does nothing while a run goes on."""


class OptionProposed(Fact, frozen=True):
    """A mentor, as a coordinator sees them."""

    option: Place
    account: AccountIdField
    name: Handle
    points: Seq
    lines: tuple[MatchLine, ...]
    plan: MatchPlan


class ProposalWaiting(Fact, frozen=True):
    """A proposal that waits for a look."""

    proposal: ProposalIdField
    account: AccountIdField
    name: Handle
    """The mentee's."""
    until: TimestampMs
    """Then it is closed, and the mentee waits for the next run."""
    options: tuple[OptionProposed, ...]


class RunDone(Fact, frozen=True):
    """A run that is over."""

    finished_at: TimestampMs
    mentees: Seq
    mentors: Seq
    matched: Seq


class MatchReviews(Fact, frozen=True):
    """What waits: the soonest over first."""

    waiting: tuple[ProposalWaiting, ...]
    """At most `MAX_PROPOSALS_SHOWN`; never one that the caller is part of."""
    waiting_in_all: Seq
    looking: Seq
    """How many mentees wait for a run."""
    is_running: bool
    last: RunDone | None = None


class MatchQueueChanged(Fact, frozen=True):
    """Something waits for a look, or waits no longer: look anew."""


CALLS: tuple[tuple[str, type[Payload], type[Fact]], ...] = (
    ("match.queue", MatchQueue, MatchReviews),
    ("match.release", MatchRelease, MatchReviews),
    ("match.run", MatchRun, MatchReviews),
)
"""Name, payload and answer of each command, for the registry."""
EVENTS: tuple[tuple[str, type[Fact]], ...] = (
    ("match.queue_changed", MatchQueueChanged),
)
"""Name and payload of each notice, for the registry."""
