"""Searches and offers as they stand: what somebody is shown, and who waits for what."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, and_, delete, exists, func, or_, select, update

from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.ids import ConversationId

from .matching import (
    MENTEE,
    WAITS,
    ProfileRow,
    RelationshipRow,
    RunRow,
    Whole,
    open_proposal,
)
from .tables import conversations, members
from .tables_identity import blocks
from .tables_matching import (
    match_consents,
    match_duals,
    match_mentors,
    match_options,
    match_profiles,
    match_proposals,
    match_runs,
    relationships,
)


def profile(connection: Connection, account: str, role: str) -> ProfileRow | None:
    """What somebody has told as one side."""
    table = match_profiles
    query = select(table).where(table.c.account == account, table.c.role == role)
    row = connection.execute(query).first()
    return None if row is None else ProfileRow(**row._mapping)


def stand(connection: Connection, account: str, role: str, standing: str) -> bool:
    """Change what somebody waits for; whether they have told anything."""
    table = match_profiles
    same = (table.c.account == account) & (table.c.role == role)
    changed = update(table).where(same).values(standing=standing, against=None)
    return bool(connection.execute(changed).rowcount)


def tell_against(connection: Connection, mentee: str, against: str) -> None:
    """Note what stands against whoever was proposed nobody, as JSON."""
    table = match_profiles
    theirs = (table.c.account == mentee) & (table.c.role == MENTEE)
    connection.execute(update(table).where(theirs).values(against=against))


def looking(connection: Connection, *, fresh: bool = False) -> int:
    """How many mentees wait for a run; `fresh`: for their first one."""
    table = match_profiles
    busy = exists().where(match_proposals.c.open_for == table.c.account)
    helped = exists().where(
        relationships.c.mentee == table.c.account,
        relationships.c.ended_at_ms.is_(None),
    )
    query = select(func.count()).where(
        table.c.role == MENTEE, table.c.standing == WAITS, ~busy, ~helped
    )
    if fresh:
        query = query.where(table.c.against.is_(None))
    return connection.execute(query).scalar_one()


def places(connection: Connection, mentor: str) -> tuple[int, int]:
    """How many a mentor helps at most, and how many they help now."""
    table = match_mentors
    query = select(table.c.places, table.c.taken).where(table.c.account == mentor)
    row = connection.execute(query).first()
    return (0, 0) if row is None else (row.places, row.taken)


def is_blocked(connection: Connection, one: str, other: str) -> bool:
    """Whether either has blocked the other."""
    pairs = ((one, other), (other, one))
    blocked = (and_(blocks.c.account == a, blocks.c.blocked == b) for a, b in pairs)
    query = select(blocks.c.account).where(or_(*blocked)).limit(1)
    return connection.execute(query).first() is not None


def is_apart(connection: Connection, one: str, other: str) -> bool:
    """Whether a block, another role, or a relationship stands between the two."""
    pairs = ((one, other), (other, one))
    first, second = sorted((one, other))
    together = or_(
        *(
            and_(relationships.c.mentee == a, relationships.c.mentor == b)
            for a, b in pairs
        )
    )
    found = (
        select(match_duals.c.account).where(
            match_duals.c.account == first, match_duals.c.other == second
        ),
        select(relationships.c.id).where(
            together, relationships.c.ended_at_ms.is_(None)
        ),
    )
    return is_blocked(connection, one, other) or any(
        connection.execute(query.limit(1)).first() for query in found
    )


def asked_of(connection: Connection, mentor: str) -> list[Whole]:
    """The proposals that wait for an answer of a mentor, the soonest over first."""
    table, option = match_proposals, match_options
    query = (
        select(table.c.open_for)
        .join(
            option,
            and_(option.c.proposal == table.c.id, option.c.place == table.c.chosen),
        )
        .where(option.c.mentor == mentor, table.c.open_for.is_not(None))
        .order_by(table.c.lapses_at_ms, table.c.id)
    )
    return _wholes(connection, list(connection.execute(query).scalars()))


def in_review(connection: Connection, but: str, limit: int) -> list[Whole]:
    """Those that wait for a coordinator, the soonest over first; none with `but`."""
    table = match_proposals
    names = exists().where(
        match_options.c.proposal == table.c.id, match_options.c.mentor == but
    )
    query = (
        select(table.c.open_for)
        .where(*_REVIEWED, table.c.mentee != but, ~names)
        .order_by(table.c.lapses_at_ms, table.c.id)
        .limit(limit)
    )
    return _wholes(connection, list(connection.execute(query).scalars()))


def reviews(connection: Connection) -> int:
    """How many wait for a coordinator."""
    return connection.execute(select(func.count()).where(*_REVIEWED)).scalar_one()


_REVIEWED = (
    match_proposals.c.stage == "review",
    match_proposals.c.open_for.is_not(None),
)


def _wholes(connection: Connection, mentees: Sequence[str]) -> list[Whole]:
    found = (open_proposal(connection, mentee) for mentee in mentees)
    return [each for each in found if each is not None]


def between(connection: Connection, one: str, other: str) -> RelationshipRow | None:
    """What two have that is not over, whoever of them is the mentor."""
    table = relationships
    pair = or_(
        and_(table.c.mentee == one, table.c.mentor == other),
        and_(table.c.mentee == other, table.c.mentor == one),
    )
    query = select(table).where(pair, table.c.ended_at_ms.is_(None)).limit(1)
    row = connection.execute(query).first()
    return None if row is None else RelationshipRow(**row._mapping)


def agreed(connection: Connection, id_: str) -> tuple[str, dict[str, int]]:
    """The plan of a relationship, and when each of the two consented."""
    table, option = match_proposals, match_options
    query = (
        select(option.c.plan)
        .join(
            table,
            and_(option.c.proposal == table.c.id, option.c.place == table.c.chosen),
        )
        .where(table.c.id == id_)
    )
    consents = connection.execute(
        select(match_consents.c.account, match_consents.c.at_ms).where(
            match_consents.c.proposal == id_
        )
    )
    plan = connection.execute(query).scalar_one()
    return plan, {account: at_ms for account, at_ms in consents}


def conversation(connection: Connection, one: str, other: str) -> ConversationId | None:
    """The conversation of these two alone, if they have one; the newest."""
    mine, theirs = members.alias(), members.alias()
    query = (
        select(conversations.c.id)
        .join(mine, mine.c.conversation == conversations.c.id)
        .join(theirs, theirs.c.conversation == conversations.c.id)
        .where(
            conversations.c.kind == ConversationKind.DIRECT.value,
            and_(mine.c.account == one, mine.c.leaving.is_(False)),
            and_(theirs.c.account == other, theirs.c.leaving.is_(False)),
        )
        .order_by(conversations.c.created_at.desc())
        .limit(1)
    )
    found = connection.execute(query).scalar()
    return None if found is None else ConversationId(found)


def forget_runs(connection: Connection, before_ms: int) -> None:
    """Forget runs that finished before, but for the newest of all."""
    table = match_runs
    newest = select(func.max(table.c.finished_at_ms)).scalar_subquery()
    old = (table.c.finished_at_ms < before_ms) & (table.c.finished_at_ms < newest)
    connection.execute(delete(table).where(old))


def last_run(connection: Connection) -> RunRow | None:
    """The one that finished last, without its report."""
    table = match_runs
    columns = [each for each in table.c if each.name != "report"]
    query = select(*columns).order_by(table.c.finished_at_ms.desc()).limit(1)
    row = connection.execute(query).first()
    return None if row is None else RunRow(**row._mapping, report="")
