"""Proposals and relationships by the rules of the module: rows in, rules, rows out.

Each function is a script of the writer. What it refuses has a stable code of the rules
as its text.
"""

from __future__ import annotations

import msgspec

from mentalverse_modules.matching import proposal as rules
from mentalverse_modules.matching import relationship as life
from mentalverse_modules.matching.proposal import (
    Act,
    Move,
    Option,
    Party,
    Plan,
    Proposal,
    Refused,
    Stage,
    Standing,
)
from mentalverse_modules.matching.relationship import Contact, Relationship, State
from mentalverse_signaling.errors import Conflict, Forbidden, NotFound, SignalingError

from ...clock import to_millis
from ...store import matching as store
from ...store.matching import OptionRow, ProposalRow, RelationshipRow
from ...store.transaction import Transaction

__all__ = ["Act", "Contact", "Move", "Party", "Stage"]


def propose(
    transaction: Transaction, id_: str, run: str, mentee: str, options: list[Option]
) -> bool:
    """Store what a run proposes; whether there was nothing open for them."""
    if store.has_open(transaction.connection, mentee):
        return False
    proposal = rules.propose(mentee, options, _ms(transaction))
    _put(transaction, id_, run, proposal)
    return True


def move(transaction: Transaction, id_: str, done: Move) -> Stage:
    """Do something to a proposal; when it is agreed, a place is taken with it.

    An accept of what is agreed already changes nothing. If no place is left, the
    mentor's option is gone and the mentee goes on with the others.

    Raises:
        NotFound, Forbidden, Conflict: as the rules say.
    """
    found = store.proposal(transaction.connection, id_)
    if found is None:
        raise NotFound("there is no such proposal")
    row, options, consents = found
    proposal = _proposal(row, options, consents)
    if _is_accepted_again(proposal, done):
        return Stage.AGREED
    now_ms = _ms(transaction)
    try:
        after = rules.moved(proposal, done, now_ms)
        if after.stage is Stage.AGREED:
            relationship = life.begun(after)
            if store.take_place(transaction.connection, relationship.mentor):
                row_of = _relationship_row(id_, relationship)
                store.put_relationship(transaction.connection, row_of)
            else:
                full = Move(Act.FULL, Party.SERVER)
                after = rules.moved(proposal, full, now_ms)
    except Refused as refused:
        raise _as_error(refused) from None
    _put(transaction, id_, row.run, after)
    return after.stage


def prepare(
    transaction: Transaction, id_: str, who: str, contact: Contact | None
) -> bool:
    """Somebody was oriented, or answered about a contact; whether the two may meet."""
    before = _relationship(transaction, id_)
    try:
        after = life.prepared(before, who, contact)
    except Refused as refused:
        raise _as_error(refused) from None
    store.put_relationship(transaction.connection, _relationship_row(id_, after))
    return after.may_meet


def part(
    transaction: Transaction, id_: str, who: str, *, graduated: bool = False
) -> None:
    """Either ends it, which frees the place at once; again changes nothing."""
    before = _relationship(transaction, id_)
    try:
        after = life.parted(before, who, _ms(transaction), graduated=graduated)
    except Refused as refused:
        raise _as_error(refused) from None
    if after is not before:
        store.put_relationship(transaction.connection, _relationship_row(id_, after))
        store.free_place(transaction.connection, after.mentor)


def part_from_all(transaction: Transaction, account: str) -> None:
    """Whoever leaves ends what they are in."""
    for row in store.running(transaction.connection, account):
        part(transaction, row.id, account)


def may_meet(transaction: Transaction, id_: str) -> bool:
    """Whether a session of the two may begin."""
    return _relationship(transaction, id_).may_meet


def lapse(transaction: Transaction) -> int:
    """Close what nobody answered in time; how many."""
    over = store.lapsed(transaction.connection, _ms(transaction))
    for id_ in over:
        move(transaction, id_, Move(Act.LAPSE, Party.SERVER))
    return len(over)


def _is_accepted_again(proposal: Proposal, done: Move) -> bool:
    at = proposal.chosen
    return (
        done.act is Act.ACCEPT
        and proposal.stage is Stage.AGREED
        and at is not None
        and proposal.options[at].mentor == done.who
    )


def _as_error(refused: Refused) -> SignalingError:
    if refused.code == "not_yours":
        return Forbidden(refused.code)
    return Conflict(refused.code)


def _put(transaction: Transaction, id_: str, run: str, proposal: Proposal) -> None:
    waits = proposal.stage not in (Stage.AGREED, Stage.CLOSED)
    row = ProposalRow(
        id_,
        proposal.mentee,
        proposal.mentee if waits else None,
        run,
        proposal.stage.value,
        proposal.lapses_ms,
        proposal.reviewed_by,
        proposal.chosen,
    )
    options = [
        OptionRow(
            id_,
            place,
            each.mentor,
            each.points,
            msgspec.json.encode(each.plan).decode(),
            each.standing.value,
            each.by,
            each.reason,
        )
        for place, each in enumerate(proposal.options)
    ]
    at, consents = proposal.chosen, {proposal.mentee: proposal.mentee_consented_ms}
    if at is not None:
        consents[proposal.options[at].mentor] = proposal.mentor_consented_ms
    given = {who: at_ms for who, at_ms in consents.items() if at_ms is not None}
    store.put_proposal(transaction.connection, row, options, given)


def _proposal(
    row: ProposalRow, options: list[OptionRow], consents: dict[str, int]
) -> Proposal:
    chosen = None if row.chosen is None else options[row.chosen].mentor
    return Proposal(
        row.mentee,
        tuple(
            Option(
                each.mentor,
                each.points,
                msgspec.json.decode(each.plan, type=Plan),
                Standing(each.standing),
                each.vetoed_by,
                each.reason,
            )
            for each in options
        ),
        Stage(row.stage),
        row.lapses_at_ms,
        row.reviewed_by,
        row.chosen,
        consents.get(row.mentee),
        None if chosen is None else consents.get(chosen),
    )


def _relationship(transaction: Transaction, id_: str) -> Relationship:
    row = store.relationship(transaction.connection, id_)
    if row is None:
        raise NotFound("there is no such relationship")
    oriented = {row.mentee: row.mentee_oriented, row.mentor: row.mentor_oriented}
    return Relationship(
        row.mentee,
        row.mentor,
        row.started_at_ms,
        State(row.state),
        Contact(row.contact),
        frozenset(who for who, was in oriented.items() if was),
        row.ended_at_ms,
    )


def _relationship_row(id_: str, relationship: Relationship) -> RelationshipRow:
    return RelationshipRow(
        id_,
        relationship.mentee,
        relationship.mentor,
        relationship.state.value,
        relationship.contact.value,
        relationship.mentee in relationship.oriented,
        relationship.mentor in relationship.oriented,
        relationship.started_ms,
        relationship.ended_ms,
    )


def _ms(transaction: Transaction) -> int:
    return to_millis(transaction.now)
