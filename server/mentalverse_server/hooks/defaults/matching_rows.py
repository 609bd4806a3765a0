"""Proposals and relationships as rows, and back."""

from __future__ import annotations

import msgspec

from mentalverse_modules.matching.explain import Line
from mentalverse_modules.matching.proposal import (
    Option,
    Plan,
    Proposal,
    Stage,
    Standing,
)
from mentalverse_modules.matching.relationship import Contact, Relationship, State

from ...store.matching import OptionRow, ProposalRow, RelationshipRow, Whole

__all__ = ["Line", "Plan", "Standing"]


def lines_of(row: OptionRow) -> tuple[Line, ...]:
    """What each factor gave."""
    return msgspec.json.decode(row.lines, type=tuple[Line, ...])


def plan_of(plan: str) -> Plan:
    """What the two would begin with."""
    return msgspec.json.decode(plan, type=Plan)


def proposal_of(whole: Whole) -> Proposal:
    """A proposal of its rows."""
    row, options, consents = whole
    chosen = None if row.chosen is None else options[row.chosen].mentor
    return Proposal(
        row.mentee,
        tuple(
            Option(
                each.mentor,
                each.points,
                plan_of(each.plan),
                Standing(each.standing),
                each.vetoed_by,
                each.reason,
                lines_of(each),
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


def rows_of(id_: str, run: str, proposal: Proposal, now_ms: int) -> Whole:
    """The rows of a proposal."""
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
        None if waits else now_ms,
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
            msgspec.json.encode(each.lines).decode(),
        )
        for place, each in enumerate(proposal.options)
    ]
    at, consents = proposal.chosen, {proposal.mentee: proposal.mentee_consented_ms}
    if at is not None:
        consents[proposal.options[at].mentor] = proposal.mentor_consented_ms
    given = {who: at_ms for who, at_ms in consents.items() if at_ms is not None}
    return row, options, given


def relationship_of(row: RelationshipRow) -> Relationship:
    """A relationship of its row."""
    oriented = {row.mentee: row.mentee_oriented, row.mentor: row.mentor_oriented}
    return Relationship(
        row.mentee,
        row.mentor,
        row.started_at_ms,
        State(row.state),
        Contact(row.contact),
        frozenset(who for who, was in oriented.items() if was),
        row.ended_at_ms,
        row.phase,
    )


def relationship_row(id_: str, relationship: Relationship) -> RelationshipRow:
    """The row of a relationship."""
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
        relationship.phase,
    )
