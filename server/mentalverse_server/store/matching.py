"""Rows of matching: people who wait, proposals, places, and what two agreed on.

A place is taken by one conditional UPDATE, in the transaction of the consent that needs
it: whoever comes later finds none left and changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, delete, insert, or_, select, update

from .tables_identity import blocks
from .tables_matching import (
    match_consents,
    match_duals,
    match_groups,
    match_mentors,
    match_options,
    match_profiles,
    match_proposals,
    match_runs,
    relationships,
)

MENTEE = "mentee"
MENTOR = "mentor"
WAITS = "waits"
"""Who looks for a mentor, or offers to be one, and is in the next run."""
APART = ("declined", "passed")
"""Standings of an option that keep the pair apart for a while."""
_Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """One side of one person."""

    account: str
    role: str
    codes: str
    """JSON."""
    consented_at_ms: int
    waits_since_ms: int
    standing: str = WAITS
    against: str | None = None
    """JSON."""


@dataclass(frozen=True, slots=True)
class OptionRow:
    """One mentor who is proposed."""

    proposal: str
    place: int
    mentor: str
    points: int
    plan: str
    """JSON."""
    standing: str
    vetoed_by: str = ""
    reason: str = ""
    lines: str = "[]"
    """JSON."""


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal; its options and consents are rows of their own."""

    id: str
    mentee: str
    open_for: str | None
    run: str
    stage: str
    lapses_at_ms: int
    reviewed_by: str
    chosen: int | None
    closed_at_ms: int | None = None


Whole = tuple[ProposalRow, list[OptionRow], dict[str, int]]
"""A proposal, its options by their places, and when each party consented."""


@dataclass(frozen=True, slots=True)
class RelationshipRow:
    """What two agreed on."""

    id: str
    """That of its proposal."""
    mentee: str
    mentor: str
    state: str
    contact: str
    mentee_oriented: bool
    mentor_oriented: bool
    started_at_ms: int
    ended_at_ms: int | None
    phase: int = 1


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run that is over."""

    id: str
    started_at_ms: int
    finished_at_ms: int
    mentees: int
    mentors: int
    matched: int
    report: str


@dataclass(frozen=True, slots=True)
class Pool:
    """Who takes part in a run, and what is known of pairs, the mentee first."""

    profiles: Sequence[ProfileRow]
    free_places: dict[str, int]
    blocked: _Pairs
    dual: _Pairs
    vetoed: _Pairs
    parted: list[tuple[str, str, int]]
    """Also who would rather not, of either side; when, in milliseconds."""


# --- people -------------------------------------------------------------------


def put_profile(connection: Connection, row: ProfileRow) -> None:
    """Store codes anew; how long somebody waits counts on."""
    table = match_profiles
    same = (table.c.account == row.account) & (table.c.role == row.role)
    fresh = {name: each for name, each in _values(row).items() if name not in _KEPT}
    if not connection.execute(update(table).where(same).values(fresh)).rowcount:
        connection.execute(insert(table).values(_values(row)))


_KEPT = frozenset({"account", "role", "waits_since_ms"})


def drop_profile(connection: Connection, account: str, role: str) -> None:
    """Withdraw: the next run knows nothing of them."""
    table = match_profiles
    connection.execute(
        delete(table).where(table.c.account == account, table.c.role == role)
    )


def tell_group(connection: Connection, account: str, told: str | None) -> None:
    """What somebody told for the audit; None takes it back."""
    connection.execute(delete(match_groups).where(match_groups.c.account == account))
    if told is not None:
        connection.execute(insert(match_groups).values(account=account, told=told))


def groups(connection: Connection) -> dict[str, str]:
    """What people told, by account; for the audit."""
    found = connection.execute(select(match_groups.c.account, match_groups.c.told))
    return {account: told for account, told in found}


def offer_places(connection: Connection, mentor: str, places: int) -> None:
    """How many a mentor helps at most; who is there already stays."""
    table = match_mentors
    offered = update(table).where(table.c.account == mentor).values(places=places)
    if not connection.execute(offered).rowcount:
        connection.execute(insert(table).values(account=mentor, places=places, taken=0))


def take_place(connection: Connection, mentor: str) -> bool:
    """Take a free place, if there is one."""
    table = match_mentors
    free = (table.c.account == mentor) & (table.c.taken < table.c.places)
    taken = update(table).where(free).values(taken=table.c.taken + 1)
    return bool(connection.execute(taken).rowcount)


def free_place(connection: Connection, mentor: str) -> None:
    """Give a place back; of a mentor who has gone there is none."""
    table = match_mentors
    some = (table.c.account == mentor) & (table.c.taken > 0)
    connection.execute(update(table).where(some).values(taken=table.c.taken - 1))


def know_each_other(connection: Connection, one: str, other: str, at_ms: int) -> None:
    """Note a dual relationship; again is fine."""
    first, second = sorted((one, other))
    table = match_duals
    same = (table.c.account == first) & (table.c.other == second)
    if connection.execute(select(table.c.at_ms).where(same)).first() is None:
        connection.execute(
            insert(table).values(account=first, other=second, at_ms=at_ms)
        )


def pool(connection: Connection, parted_since_ms: int) -> Pool:
    """Everybody for a run; whoever has an open proposal or a mentor does not wait."""
    table = match_profiles
    busy = select(match_proposals.c.open_for).where(
        match_proposals.c.open_for.is_not(None)
    )
    helped = select(relationships.c.mentee).where(relationships.c.ended_at_ms.is_(None))
    free = table.c.account.not_in(busy) & table.c.account.not_in(helped)
    found = connection.execute(
        select(table)
        .where(table.c.standing == WAITS, or_(table.c.role == MENTOR, free))
        .order_by(table.c.account, table.c.role)
    )
    places = connection.execute(select(match_mentors))
    blocked = connection.execute(select(blocks.c.account, blocks.c.blocked))
    dual = [
        *connection.execute(select(match_duals.c.account, match_duals.c.other)),
        *connection.execute(
            select(relationships.c.mentee, relationships.c.mentor).where(
                relationships.c.ended_at_ms.is_(None)
            )
        ),
    ]
    vetoed = connection.execute(
        select(match_proposals.c.mentee, match_options.c.mentor)
        .join(match_options, match_options.c.proposal == match_proposals.c.id)
        .where(match_options.c.reason != "")
    )
    refused = connection.execute(
        select(
            match_proposals.c.mentee,
            match_options.c.mentor,
            match_proposals.c.closed_at_ms,
        )
        .join(match_options, match_options.c.proposal == match_proposals.c.id)
        .where(
            match_options.c.standing.in_(APART),
            match_proposals.c.closed_at_ms >= parted_since_ms,
        )
    )
    parted = connection.execute(
        select(
            relationships.c.mentee, relationships.c.mentor, relationships.c.ended_at_ms
        ).where(relationships.c.ended_at_ms >= parted_since_ms)
    )
    return Pool(
        [ProfileRow(**row._mapping) for row in found],
        {row.account: max(0, row.places - row.taken) for row in places},
        _both_ways([(one, other) for one, other in blocked]),
        _both_ways([(one, other) for one, other in dual]),
        [(mentee, mentor) for mentee, mentor in vetoed],
        [
            (mentee, mentor, at_ms)
            for rows in (refused, parted)
            for mentee, mentor, at_ms in rows
        ],
    )


def _both_ways(pairs: _Pairs) -> _Pairs:
    return pairs + [(other, one) for one, other in pairs]


# --- proposals ----------------------------------------------------------------


def add_run(connection: Connection, row: RunRow) -> None:
    """Keep what came out of a run."""
    connection.execute(insert(match_runs).values(_values(row)))


def latest_run(connection: Connection) -> RunRow | None:
    """The one that finished last."""
    query = select(match_runs).order_by(match_runs.c.finished_at_ms.desc()).limit(1)
    row = connection.execute(query).first()
    return None if row is None else RunRow(**row._mapping)


def has_open(connection: Connection, mentee: str) -> bool:
    """Whether something is proposed to them already."""
    query = select(match_proposals.c.id).where(match_proposals.c.open_for == mentee)
    return connection.execute(query).first() is not None


def put_proposal(
    connection: Connection,
    row: ProposalRow,
    options: Sequence[OptionRow],
    consents: dict[str, int],
) -> None:
    """Store a proposal as it stands now, whole."""
    id_ = row.id
    connection.execute(delete(match_proposals).where(match_proposals.c.id == id_))
    connection.execute(delete(match_options).where(match_options.c.proposal == id_))
    connection.execute(delete(match_consents).where(match_consents.c.proposal == id_))
    connection.execute(insert(match_proposals).values(_values(row)))
    for option in options:
        connection.execute(insert(match_options).values(_values(option)))
    for account, at_ms in consents.items():
        connection.execute(
            insert(match_consents).values(proposal=id_, account=account, at_ms=at_ms)
        )


def proposal(connection: Connection, id_: str) -> Whole | None:
    """A proposal with its options and consents, for changing it.

    Its row is locked until the transaction ends, where the engine has such locks.
    """
    query = select(match_proposals).where(match_proposals.c.id == id_)
    return _whole(connection, query.with_for_update())


def open_proposal(connection: Connection, mentee: str) -> Whole | None:
    """What is proposed to somebody now, for showing it."""
    query = select(match_proposals).where(match_proposals.c.open_for == mentee)
    return _whole(connection, query)


def _whole(connection: Connection, query: Select[Any]) -> Whole | None:
    row = connection.execute(query).first()
    if row is None:
        return None
    options = connection.execute(
        select(match_options)
        .where(match_options.c.proposal == row.id)
        .order_by(match_options.c.place)
    )
    consents = connection.execute(
        select(match_consents.c.account, match_consents.c.at_ms).where(
            match_consents.c.proposal == row.id
        )
    )
    return (
        ProposalRow(**row._mapping),
        [OptionRow(**each._mapping) for each in options],
        {account: at_ms for account, at_ms in consents},
    )


def lapsed(connection: Connection, now_ms: int) -> list[str]:
    """Proposals whose time is over."""
    table = match_proposals
    over = table.c.open_for.is_not(None) & (table.c.lapses_at_ms <= now_ms)
    return list(connection.execute(select(table.c.id).where(over)).scalars())


# --- relationships ------------------------------------------------------------


def put_relationship(connection: Connection, row: RelationshipRow) -> None:
    """Store one as it stands now."""
    table = relationships
    connection.execute(delete(table).where(table.c.id == row.id))
    connection.execute(insert(table).values(_values(row)))


def relationship(connection: Connection, id_: str) -> RelationshipRow | None:
    """One, locked as a proposal is."""
    query = select(relationships).where(relationships.c.id == id_)
    row = connection.execute(query.with_for_update()).first()
    return None if row is None else RelationshipRow(**row._mapping)


def running(connection: Connection, account: str) -> list[RelationshipRow]:
    """Those of somebody that are not over."""
    table = relationships
    theirs = (table.c.mentee == account) | (table.c.mentor == account)
    query = select(table).where(theirs, table.c.ended_at_ms.is_(None))
    found = connection.execute(query.order_by(table.c.id))
    return [RelationshipRow(**row._mapping) for row in found]


def _values(
    row: ProfileRow | OptionRow | ProposalRow | RelationshipRow | RunRow,
) -> dict[str, object]:
    return {name: getattr(row, name) for name in row.__slots__}
