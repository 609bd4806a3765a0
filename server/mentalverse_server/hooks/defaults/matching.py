"""Proposals and relationships by the rules of the module: rows in, rules, rows out.

Each function is a script of the writer. Whoever moves something learns that it is not
theirs as if there were none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mentalverse_modules.matching import phases
from mentalverse_modules.matching import proposal as rules
from mentalverse_modules.matching import relationship as life
from mentalverse_modules.matching.proposal import (
    MIN_OPTIONS,
    Act,
    Move,
    Option,
    Party,
    Proposal,
    Refused,
    Stage,
    Standing,
)
from mentalverse_modules.matching.relationship import Contact, Relationship, State
from mentalverse_signaling.errors import BadRequest, NotFound, NotNow, SignalingError

from ...clock import to_millis
from ...store import match_searches as searches
from ...store import match_wishes
from ...store import matching as store
from ...store.engine import Connection
from ...store.matching import MENTEE, MENTOR, WAITS
from ...store.transaction import Transaction
from . import match_eligible, matching_rows

__all__ = ["MIN_OPTIONS", "Act", "Contact", "Move", "Party", "Stage", "State"]

_TWO = 2


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move made of a proposal."""

    id: str
    act: Act
    """What was done in the end: an accept may find no place."""
    before: Proposal
    after: Proposal

    @property
    def is_news(self) -> bool:
        """Whether anything changed."""
        return self.after is not self.before


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of a relationship."""

    id: str
    before: Relationship
    after: Relationship

    @property
    def is_news(self) -> bool:
        """Whether anything changed."""
        return self.after is not self.before


def propose(
    transaction: Transaction, id_: str, run: str, mentee: str, options: list[Option]
) -> bool:
    """Store what a run proposes, if they still wait and nothing is open for them."""
    connection = transaction.connection
    profile = searches.profile(connection, mentee, MENTEE)
    if profile is None or profile.standing != WAITS:
        return False
    if store.has_open(connection, mentee):
        return False
    _put(transaction, id_, run, rules.propose(mentee, options, _ms(transaction)))
    return True


def move(transaction: Transaction, id_: str, done: Move) -> Moved:
    """Do something to a proposal; when it is agreed, a place is taken with it.

    The same again changes nothing. If an accept finds no place, or the pair has become
    impossible, the mentor's option is gone and the mentee goes on with the others.

    Raises:
        NotFound, NotNow, BadRequest: as the rules say.
    """
    found = store.proposal(transaction.connection, id_)
    if found is None:
        raise NotFound("there is no such proposal")
    before = matching_rows.proposal_of(found)
    if _is_done(before, done):
        return Moved(id_, done.act, before, before)
    now_ms, act = _ms(transaction), done.act
    try:
        after = rules.moved(before, done, now_ms)
        if act is Act.CHOOSE and not is_free(transaction.connection, after, now_ms):
            raise NotNow("they cannot take anybody right now")
        if after.stage is Stage.AGREED and not _begin(transaction, id_, after):
            act = Act.FULL
            after = rules.moved(before, Move(act, Party.SERVER), now_ms)
    except Refused as refused:
        raise as_error(refused) from None
    _put(transaction, id_, found[0].run, after)
    return Moved(id_, act, before, after)


def is_possible(connection: Connection, proposal: Proposal, now_ms: int) -> bool:
    """Whether the pair of what was chosen may still be brought together."""
    at = proposal.chosen
    return at is not None and possible(
        connection, proposal.mentee, proposal.options[at].mentor, now_ms
    )


def is_free(connection: Connection, proposal: Proposal, now_ms: int) -> bool:
    """Whether what was chosen may be chosen now."""
    at = proposal.chosen
    return at is not None and can_be_chosen(
        connection, proposal.mentee, proposal.options[at].mentor, now_ms
    )


def possible(connection: Connection, mentee: str, mentor: str, now_ms: int) -> bool:
    """Whether both still agree, nothing stands between them, and the mentor may."""
    agreed = (
        searches.profile(connection, account, role)
        for account, role in ((mentee, MENTEE), (mentor, MENTOR))
    )
    return (
        all(agreed)
        and not searches.is_apart(connection, mentee, mentor)
        and match_eligible.eligible(connection, mentor, now_ms) is not None
    )


def can_be_chosen(
    connection: Connection, mentee: str, mentor: str, now_ms: int
) -> bool:
    """The same, and the mentor has a free place and has not paused."""
    profile = searches.profile(connection, mentor, MENTOR)
    places, taken = searches.places(connection, mentor)
    return (
        profile is not None
        and profile.standing == WAITS
        and taken < places
        and possible(connection, mentee, mentor, now_ms)
    )


def prepare(
    transaction: Transaction, id_: str, who: str, contact: Contact | None
) -> Changed:
    """Somebody was oriented, or answered about a contact; the same again is fine.

    Raises:
        NotFound: not theirs.
        NotNow: they meet already.
    """
    before = theirs(transaction, id_, who)
    is_so = who in before.oriented if contact is None else contact is before.contact
    if is_so:
        return Changed(id_, before, before)
    try:
        after = life.prepared(before, who, contact)
    except Refused as refused:
        raise as_error(refused) from None
    row = matching_rows.relationship_row(id_, after)
    store.put_relationship(transaction.connection, row)
    return Changed(id_, before, after)


def part(
    transaction: Transaction, id_: str, who: str, *, graduated: bool = False
) -> Changed:
    """Either ends it: the place is free at once, nothing is wished for any more.

    Again changes nothing.

    Raises:
        NotFound: not theirs.
        NotNow: they did not meet, so nothing is reached.
    """
    before = theirs(transaction, id_, who)
    try:
        after = life.parted(before, who, _ms(transaction), graduated=graduated)
    except Refused as refused:
        raise as_error(refused) from None
    if after is not before:
        row = matching_rows.relationship_row(id_, after)
        store.put_relationship(transaction.connection, row)
        store.free_place(transaction.connection, after.mentor)
        match_wishes.put(transaction.connection, id_, ())
    return Changed(id_, before, after)


def enter(transaction: Transaction, pair: Sequence[str]) -> list[Changed]:
    """Both say that something is reached, which enters the phase that is open."""
    one, other = pair
    changes = []
    for row in store.running(transaction.connection, one):
        if other not in (row.mentee, row.mentor):
            continue
        before = theirs(transaction, row.id, one)
        after = phases.entered(before, _ms(transaction))
        if after is not before:
            row = matching_rows.relationship_row(row.id, after)
            store.put_relationship(transaction.connection, row)
        changes.append(Changed(row.id, before, after))
    return changes


def part_from_all(transaction: Transaction, account: str) -> list[Changed]:
    """Whoever leaves ends what they are in."""
    rows = store.running(transaction.connection, account)
    return [part(transaction, row.id, account) for row in rows]


def decline_all(transaction: Transaction, mentor: str) -> list[Moved]:
    """Whoever helps nobody any more answers everybody who waits for them."""
    decline = Move(Act.DECLINE, Party.MENTOR, mentor)
    asked = searches.asked_of(transaction.connection, mentor)
    now_ms = _ms(transaction)
    return [
        move(transaction, row.id, decline)
        for row, _, _ in asked
        if now_ms < row.lapses_at_ms
    ]


def may_meet(connection: Connection, seats: Sequence[str]) -> bool:
    """Whether a session of these may begin; who has no relationship may."""
    if len(seats) != _TWO:
        return True
    row = searches.between(connection, *seats)
    return row is None or matching_rows.relationship_of(row).may_meet


def lapse(transaction: Transaction) -> list[Moved]:
    """Close what nobody answered in time."""
    over = store.lapsed(transaction.connection, _ms(transaction))
    lapses = Move(Act.LAPSE, Party.SERVER)
    return [move(transaction, id_, lapses) for id_ in over]


def _begin(transaction: Transaction, id_: str, agreed: Proposal) -> bool:
    """Make a relationship of it, if it is still possible and there is a place."""
    relationship = life.begun(agreed)
    connection = transaction.connection
    if not is_possible(connection, agreed, _ms(transaction)):
        return False
    if not store.take_place(connection, relationship.mentor):
        return False
    row = matching_rows.relationship_row(id_, relationship)
    store.put_relationship(connection, row)
    return True


def _is_done(proposal: Proposal, done: Move) -> bool:
    """Whether it is so already, by the same person."""
    match done.act:
        case Act.ACCEPT:
            at = proposal.chosen
            is_theirs = at is not None and proposal.options[at].mentor == done.who
            return proposal.stage is Stage.AGREED and is_theirs
        case Act.DECLINE:
            declined = (
                each.mentor
                for each in proposal.options
                if each.standing is Standing.DECLINED
            )
            return done.who in declined
        case Act.CHOOSE:
            is_so = proposal.chosen == done.option and proposal.mentee == done.who
            return proposal.stage is Stage.ASKED and is_so
        case Act.OTHERS:
            return proposal.stage is Stage.CLOSED and proposal.mentee == done.who
        case _:
            return False


_TOLD: Mapping[str, tuple[type[SignalingError], str]] = {
    "not_yours": (NotFound, "there is nothing of that name for you"),
    "no_option": (NotFound, "there is no such option"),
    "no_reason": (BadRequest, "say why somebody is left out"),
    "no_such_terms": (BadRequest, "no plan has such terms"),
    "over": (NotNow, "its time is over"),
}


def as_error(refused: Refused) -> SignalingError:
    """What the caller is told of it."""
    kind, text = _TOLD.get(refused.code, (NotNow, "not as it stands now"))
    return kind(text)


def _put(transaction: Transaction, id_: str, run: str, proposal: Proposal) -> None:
    row, options, consents = matching_rows.rows_of(id_, run, proposal, _ms(transaction))
    store.put_proposal(transaction.connection, row, options, consents)


def theirs(transaction: Transaction, id_: str, who: str) -> Relationship:
    """A relationship of somebody, for changing it. Raises `NotFound`."""
    row = store.relationship(transaction.connection, id_)
    if row is None or who not in (row.mentee, row.mentor):
        raise NotFound("there is no such relationship")
    return matching_rows.relationship_of(row)


def _ms(transaction: Transaction) -> int:
    return to_millis(transaction.now)
