"""What is heard, chosen, disputed, awarded and paid by; the books are `ledger`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, or_, select, update

from mentalverse_signaling.ids import AccountId

from .ledger import Right
from .tables_crisis import crisis_cases, crisis_holds
from .tables_hooks import outbox_subjects
from .tables_rewards import (
    ledger_checkpoints,
    ledger_journal,
    ledger_rights,
    reward_approvals,
    reward_awards,
    reward_choices,
    reward_disputes,
    reward_inbox,
    reward_packs,
    reward_words,
)

MAX_TRIES = 10
"""Of an event that the rules stumble over; it stays, and others go on."""
_AT_ONCE = 500
Key = tuple[str, str, str]
"""Event, rule, beneficiary."""


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """One row of `reward_disputes`."""

    source_event: str
    rule: str
    beneficiary: AccountId
    reason: str
    at_ms: int
    is_open: bool

    @property
    def key(self) -> Key:
        """Of the right that it is about."""
        return (self.source_event, self.rule, self.beneficiary)


@dataclass(frozen=True, slots=True)
class AwardRow:
    """One row of `reward_awards`."""

    id: str
    beneficiary: AccountId
    rule: str
    amount_mvt: int
    reason: str
    state: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class PackRow:
    """One row of `reward_packs`."""

    hash: str
    name: str
    rev: int
    effective_ms: int
    document: str
    key: str
    signature: str
    proposed_by: str | None
    activated_by: str | None
    at_ms: int

    @property
    def is_active(self) -> bool:
        """Whether it is signed."""
        return bool(self.signature)


@dataclass(frozen=True, slots=True)
class CheckpointRow:
    """One row of `ledger_checkpoints`."""

    day: str
    epoch: str
    rows: int
    head: str
    root: str
    at_ms: int
    signature: str


# --- what is heard -----------------------------------------------------------------


def has_unheard(connection: Connection) -> bool:
    """Whether an event waits for the rules."""
    query = select(reward_inbox.c.event).where(reward_inbox.c.tries < MAX_TRIES)
    return connection.execute(query.limit(1)).first() is not None


def unheard(connection: Connection, limit: int) -> list[int]:
    """Events that wait for the rules, the oldest first."""
    table = reward_inbox.c
    query = select(table.event).where(table.tries < MAX_TRIES)
    return list(connection.execute(query.order_by(table.event).limit(limit)).scalars())


def heard(connection: Connection, event: int) -> None:
    """The rules have seen an event."""
    connection.execute(delete(reward_inbox).where(reward_inbox.c.event == event))


def stumbled(connection: Connection, event: int) -> None:
    """The rules could not be asked about an event; they are asked again."""
    table = reward_inbox
    row = update(table).where(table.c.event == event)
    connection.execute(row.values(tries=table.c.tries + 1))


def try_anew(connection: Connection) -> None:
    """Of a start: ask the rules again about what they stumbled over."""
    connection.execute(update(reward_inbox).values(tries=0))


def subjects(connection: Connection, event: int) -> list[AccountId]:
    """Whom an event is about."""
    query = select(outbox_subjects.c.account).where(outbox_subjects.c.event == event)
    return [AccountId(each) for each in connection.execute(query).scalars()]


# --- choices -----------------------------------------------------------------------


def is_out(connection: Connection, account: str) -> bool:
    """Whether somebody wants no entries at all."""
    query = select(reward_choices.c.out).where(reward_choices.c.account == account)
    return bool(connection.execute(query).scalar_one_or_none())


def choose(
    connection: Connection, account: AccountId, at_ms: int, *, out: bool
) -> bool:
    """Keep a choice; whether it is another one."""
    before = is_out(connection, account)
    table = reward_choices
    connection.execute(delete(table).where(table.c.account == account))
    connection.execute(insert(table).values(account=account, out=out, at_ms=at_ms))
    return before != out


def in_crisis(connection: Connection, some: Collection[str]) -> set[str]:
    """Those of them whose case is open, or who hold one."""
    who = sorted(set(some))
    person = select(crisis_cases.c.person).where(
        crisis_cases.c.person.in_(who), crisis_cases.c.on_desk.is_(True)
    )
    helper = select(crisis_holds.c.responder).where(
        crisis_holds.c.responder.in_(who), crisis_holds.c.released_at_ms.is_(None)
    )
    return {
        *connection.execute(person).scalars(),
        *connection.execute(helper).scalars(),
    }


# --- rights ------------------------------------------------------------------------


def of_account(connection: Connection, account: str) -> list[Right]:
    """All rights of somebody, but those of books alone."""
    table = ledger_rights
    query = select(table).where(table.c.beneficiary == account, table.c.bucket != "")
    return [Right(**row._mapping) for row in connection.execute(query)]


def of_event(connection: Connection, event: str, account: str) -> list[Right]:
    """What an event gives somebody."""
    table = ledger_rights
    query = select(table).where(
        table.c.source_event == event, table.c.beneficiary == account
    )
    return [Right(**row._mapping) for row in connection.execute(query)]


def facts_of(
    connection: Connection, account: str, events: Collection[str]
) -> dict[str, list[str]]:
    """The facts of somebody that these events gave, by the event."""
    table, found, every = ledger_rights, dict[str, list[str]](), sorted(events)
    for begin in range(0, len(every), _AT_ONCE):
        query = select(table.c.source_event, table.c.fact).where(
            table.c.source_event.in_(every[begin : begin + _AT_ONCE]),
            table.c.beneficiary == account,
            table.c.bucket != "",
        )
        for event, fact in connection.execute(query):
            found.setdefault(event, []).append(fact)
    return found


def facts_between(
    connection: Connection, first_epoch: int, last_epoch: int
) -> list[str]:
    """The facts of some epochs, as they were written; some of them twice."""
    table = ledger_rights
    query = select(table.c.fact).where(
        table.c.epoch.between(first_epoch, last_epoch), table.c.bucket != ""
    )
    return list(connection.execute(query).scalars())


def hashes(connection: Connection) -> list[str]:
    """Of all rows of the chain, in order."""
    query = select(ledger_journal.c.hash).order_by(ledger_journal.c.seq)
    return list(connection.execute(query).scalars())


# --- disputes ----------------------------------------------------------------------


def dispute(connection: Connection, key: Key) -> DisputeRow | None:
    """The dispute about a right."""
    query = select(reward_disputes).where(_is(reward_disputes, key))
    row = connection.execute(query).one_or_none()
    return None if row is None else DisputeRow(**row._mapping)


def open_disputes(connection: Connection, limit: int) -> list[DisputeRow]:
    """Those that nobody has decided, the oldest first."""
    table = reward_disputes
    query = select(table).where(table.c.is_open.is_(True))
    query = query.order_by(table.c.at_ms, table.c.source_event).limit(limit)
    return [DisputeRow(**row._mapping) for row in connection.execute(query)]


def disputed(connection: Connection, account: str) -> dict[Key, bool]:
    """What somebody has disputed, and whether that is open."""
    table = reward_disputes
    query = select(table).where(table.c.beneficiary == account)
    rows = [DisputeRow(**row._mapping) for row in connection.execute(query)]
    return {row.key: row.is_open for row in rows}


def add_dispute(connection: Connection, row: DisputeRow) -> None:
    """Keep a dispute."""
    connection.execute(insert(reward_disputes).values(_values(row)))


def settle_dispute(connection: Connection, key: Key) -> None:
    """A dispute is decided; what was said of it goes."""
    row = update(reward_disputes).where(_is(reward_disputes, key))
    connection.execute(row.values(is_open=False))
    connection.execute(delete(reward_words).where(_is(reward_words, key)))


def words(connection: Connection, key: Key) -> dict[str, bool]:
    """What each has said of a dispute."""
    table = reward_words
    query = select(table.c.by, table.c.correct).where(_is(table, key))
    return {by: correct for by, correct in connection.execute(query)}


def say(connection: Connection, key: Key, by: AccountId, *, correct: bool) -> None:
    """Keep what somebody says of a dispute, in the place of what they said before."""
    table, (event, rule, beneficiary) = reward_words, key
    connection.execute(delete(table).where(_is(table, key), table.c.by == by))
    values = {"source_event": event, "rule": rule, "beneficiary": beneficiary}
    connection.execute(insert(table).values(**values, by=by, correct=correct))


# --- awards ------------------------------------------------------------------------


def award(connection: Connection, id_: str) -> AwardRow | None:
    """The award of an id."""
    query = select(reward_awards).where(reward_awards.c.id == id_)
    row = connection.execute(query).one_or_none()
    return None if row is None else AwardRow(**row._mapping)


def awards(connection: Connection, limit: int) -> list[AwardRow]:
    """The newest first."""
    table = reward_awards
    query = select(table).order_by(table.c.at_ms.desc(), table.c.id).limit(limit)
    return [AwardRow(**row._mapping) for row in connection.execute(query)]


def put_award(connection: Connection, row: AwardRow) -> None:
    """Write an award, in the place of the one with its id."""
    connection.execute(delete(reward_awards).where(reward_awards.c.id == row.id))
    connection.execute(insert(reward_awards).values(_values(row)))


def approvals(connection: Connection, id_: str) -> tuple[str, ...]:
    """Who stands for an award, in their order."""
    table = reward_approvals
    query = select(table.c.by).where(table.c.award == id_)
    return tuple(
        connection.execute(query.order_by(table.c.at_ms, table.c.by)).scalars()
    )


def approve(connection: Connection, id_: str, by: AccountId, at_ms: int) -> None:
    """Somebody stands for an award."""
    values = {"award": id_, "by": by, "at_ms": at_ms}
    connection.execute(insert(reward_approvals).values(values))


# --- packs -------------------------------------------------------------------------


def packs(connection: Connection) -> list[PackRow]:
    """Every revision, the latest to begin first."""
    table = reward_packs
    query = select(table).order_by(table.c.effective_ms.desc(), table.c.name)
    return [PackRow(**row._mapping) for row in connection.execute(query)]


def put_pack(connection: Connection, row: PackRow) -> None:
    """Write a revision; one that waited is over."""
    table = reward_packs
    waits = or_(table.c.signature == "", table.c.hash == row.hash)
    connection.execute(delete(table).where(waits))
    connection.execute(insert(table).values(_values(row)))


# --- checkpoints -------------------------------------------------------------------


def last_checkpoint(connection: Connection) -> CheckpointRow | None:
    """The newest signed root."""
    table = ledger_checkpoints
    last = select(func.max(table.c.number)).scalar_subquery()
    row = connection.execute(select(table).where(table.c.number == last)).one_or_none()
    if row is None:
        return None
    return CheckpointRow(**{name: row._mapping[name] for name in _CHECKPOINT})


def checkpoints(connection: Connection) -> list[CheckpointRow]:
    """Every signed root, the oldest first."""
    table = ledger_checkpoints
    return [
        CheckpointRow(**{name: row._mapping[name] for name in _CHECKPOINT})
        for row in connection.execute(select(table).order_by(table.c.number))
    ]


def add_checkpoint(connection: Connection, row: CheckpointRow) -> None:
    """Keep a signed root."""
    connection.execute(insert(ledger_checkpoints).values(_values(row)))


_CHECKPOINT = CheckpointRow.__slots__


def _is(table: Any, key: Key) -> Any:
    event, rule, beneficiary = key
    return and_(
        table.c.source_event == event,
        table.c.rule == rule,
        table.c.beneficiary == beneficiary,
    )


def _values(row: Any) -> Mapping[str, Any]:
    return {name: getattr(row, name) for name in row.__slots__}
