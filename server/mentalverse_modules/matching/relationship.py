"""What two agreed on, from their consents to its end, and matching again.

    state      what it means                              who moves it
    preparing  both consented, they may not meet yet      either: choose, orient, end
    active     they meet                                  either: graduate, end
    graduated  the goals are reached                      nobody
    ended      somebody left                              nobody

Before the first session each was oriented and was asked whom to call in an emergency;
that may be declined, but not be left open. Ending takes one call of either, needs no
reason and costs nothing: no rank, no reward, no place in a queue. The pair is left out
for 90 days (`filters.PARTED_MS`), the place of the mentor is free at once. There is no
time-out: nobody is parted by a clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

from .people import Pair
from .proposal import Proposal, Refused, Stage


class State(Enum):
    """Where it stands."""

    PREPARING = "preparing"
    ACTIVE = "active"
    GRADUATED = "graduated"
    ENDED = "ended"


class Contact(Enum):
    """Whether somebody to call in an emergency was named; never who."""

    OPEN = "open"
    NAMED = "named"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Relationship:
    """One."""

    mentee: str
    mentor: str
    started_ms: int
    state: State = State.PREPARING
    contact: Contact = Contact.OPEN
    oriented: frozenset[str] = frozenset()
    """Who of the two was."""
    ended_ms: int | None = None
    phase: int = 1
    """The last one that both entered (`phases`)."""

    @property
    def may_meet(self) -> bool:
        """Whether a session of the two may begin."""
        return self.state is State.ACTIVE

    @property
    def pair(self) -> Pair:
        """Both, the mentee first."""
        return self.mentee, self.mentor


def begun(proposal: Proposal) -> Relationship:
    """What a proposal with both consents becomes.

    Raises:
        Refused: `no_consent` of one of them.
    """
    at, consented_ms = proposal.chosen, proposal.mentor_consented_ms
    if (
        proposal.stage is not Stage.AGREED
        or proposal.mentee_consented_ms is None
        or consented_ms is None
        or at is None
    ):
        raise Refused("no_consent")
    return Relationship(proposal.mentee, proposal.options[at].mentor, consented_ms)


def prepared(
    relationship: Relationship, who: str, contact: Contact | None = None
) -> Relationship:
    """One of the two was oriented, or the mentee answered about an emergency contact.

    Raises:
        Refused: `not_yours`, or `not_now` once they meet.
    """
    _require_theirs(relationship, who)
    if relationship.state is not State.PREPARING:
        raise Refused("not_now")
    if contact is None:
        oriented = relationship.oriented | {who}
        relationship = replace(relationship, oriented=oriented)
    elif who != relationship.mentee or contact is Contact.OPEN:
        raise Refused("not_yours")
    else:
        relationship = replace(relationship, contact=contact)
    if len(relationship.oriented) < 2 or relationship.contact is Contact.OPEN:
        return relationship
    return replace(relationship, state=State.ACTIVE)


def parted(
    relationship: Relationship, who: str, now_ms: int, *, graduated: bool = False
) -> Relationship:
    """Either of the two ends it. Again is no fault, and changes nothing.

    Raises:
        Refused: `not_yours`, or `not_now` to graduate before they met.
    """
    _require_theirs(relationship, who)
    if relationship.ended_ms is not None:
        return relationship
    if graduated and relationship.state is not State.ACTIVE:
        raise Refused("not_now")
    state = State.GRADUATED if graduated else State.ENDED
    return replace(relationship, state=state, ended_ms=now_ms)


def parted_pairs(relationships: Iterable[Relationship]) -> dict[Pair, int]:
    """When each pair parted last, for `filters.Known`."""
    latest: dict[Pair, int] = {}
    for each in relationships:
        if each.ended_ms is not None:
            latest[each.pair] = max(each.ended_ms, latest.get(each.pair, 0))
    return latest


def _require_theirs(relationship: Relationship, who: str) -> None:
    if who not in relationship.pair:
        raise Refused("not_yours")
