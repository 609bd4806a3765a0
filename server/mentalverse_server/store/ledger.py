"""The ledger of rewards in the database: what is written is decided elsewhere.

Whoever books calls `lock` first and stays in one transaction until all of it is
written: rights, entries, accounts and the end of the chain appear together or not at
all, in whatever processes. A row of the chain is only ever added.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from .tables_rewards import (
    ledger_accounts,
    ledger_head,
    ledger_journal,
    ledger_names,
    ledger_rights,
)

NEVER_CLOSED = -1
_THE_HEAD = 1
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain, and the last epoch that was closed."""

    seq: int
    hash: str
    closed_epoch: int


@dataclass(frozen=True, slots=True)
class Right:
    """One row of `ledger_rights`."""

    source_event: str
    rule: str
    beneficiary: str
    state: str
    epoch: int
    pack_hash: str
    fact: str
    bucket: str
    receipt: str | None = None
    row_seq: int | None = None
    owed_micro: int = 0

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is known by."""
        return (self.source_event, self.rule, self.beneficiary)


@dataclass(frozen=True, slots=True)
class Written:
    """One row of the chain, with whom it is about while that is known."""

    seq: int
    document: str
    beneficiary: str | None
    source_event: str | None
    salts: str | None


# --- the chain ---------------------------------------------------------------------


def lock(connection: Connection) -> Head:
    """The end of the chain, which nobody else may follow until COMMIT."""
    held = update(ledger_head).where(ledger_head.c.id == _THE_HEAD)
    if connection.execute(held.values(id=_THE_HEAD)).rowcount == 0:
        try:
            with connection.begin_nested():
                values = {"id": _THE_HEAD, "seq": -1, "hash": ""}
                values["closed_epoch"] = NEVER_CLOSED
                connection.execute(insert(ledger_head).values(values))
        except IntegrityError:
            connection.execute(held.values(id=_THE_HEAD))
    row = connection.execute(select(ledger_head)).one()
    return Head(row.seq, row.hash, row.closed_epoch)


def end(connection: Connection) -> str | None:
    """The hash of the row that was booked last; None: nobody ever booked."""
    found: str | None = connection.execute(select(ledger_head.c.hash)).scalar()
    return found


def append(connection: Connection, row: Written, row_hash: str) -> None:
    """Add a row behind the last one; the caller holds the lock."""
    connection.execute(
        insert(ledger_journal).values(seq=row.seq, hash=row_hash, document=row.document)
    )
    connection.execute(
        insert(ledger_names).values(
            seq=row.seq,
            beneficiary=row.beneficiary,
            source_event=row.source_event,
            salts=row.salts,
        )
    )
    connection.execute(update(ledger_head).values(seq=row.seq, hash=row_hash))


def close(connection: Connection, epoch: int) -> None:
    """Nothing more is settled in this epoch."""
    connection.execute(update(ledger_head).values(closed_epoch=epoch))


def rows(connection: Connection, since: int, limit: int) -> list[Written]:
    """Rows from the number `since` on, in order."""
    names = ledger_names.c
    query = (
        select(
            ledger_journal.c.seq,
            ledger_journal.c.document,
            names.beneficiary,
            names.source_event,
            names.salts,
        )
        .outerjoin(ledger_names, names.seq == ledger_journal.c.seq)
        .where(ledger_journal.c.seq >= since)
        .order_by(ledger_journal.c.seq)
        .limit(limit)
    )
    return [Written(*row) for row in connection.execute(query)]


# --- accounts ----------------------------------------------------------------------


def balances(connection: Connection, accounts: Collection[str]) -> dict[str, int]:
    """Credits less debits of those that there are."""
    table = ledger_accounts.c
    query = select(table.account, table.credits - table.debits)
    query = query.where(table.account.in_(sorted(accounts)))
    return {account: int(balance) for account, balance in connection.execute(query)}


def move(
    connection: Connection, account: str, holder: str | None, debit: int, credit: int
) -> None:
    """Add to both sides of an account."""
    table = ledger_accounts
    changed = connection.execute(
        update(table)
        .where(table.c.account == account)
        .values(debits=table.c.debits + debit, credits=table.c.credits + credit)
    )
    if changed.rowcount == 0:
        values = {"account": account, "holder": holder}
        connection.execute(insert(table).values(debits=debit, credits=credit, **values))


def sums(connection: Connection) -> tuple[int, int]:
    """All debits and all credits."""
    table = ledger_accounts.c
    total = select(func.sum(table.debits), func.sum(table.credits))
    debits, credits = connection.execute(total).one()
    return int(debits or 0), int(credits or 0)


# --- rights ------------------------------------------------------------------------


def add(connection: Connection, right: Right) -> bool:
    """A new right; False if there is one with this key, which stays as it is."""
    if find(connection, right.key) is not None:
        return False
    try:
        with connection.begin_nested():
            connection.execute(insert(ledger_rights).values(_values(right)))
    except IntegrityError:
        return False
    return True


def find(connection: Connection, key: tuple[str, str, str]) -> Right | None:
    """The right of a key."""
    row = connection.execute(select(ledger_rights).where(_is(key))).one_or_none()
    return None if row is None else Right(**row._mapping)


def with_rule(
    connection: Connection, source_event: str, beneficiary: str, begins: str
) -> list[Right]:
    """The rights of an event and a beneficiary whose rule begins so."""
    table = ledger_rights.c
    return _select(
        connection,
        table.source_event == source_event,
        table.beneficiary == beneficiary,
        table.rule.startswith(begins, autoescape=True),
    )


def put(connection: Connection, right: Right) -> None:
    """Write a right in the place of the one with its key."""
    statement = update(ledger_rights).where(_is(right.key))
    connection.execute(statement.values(_values(right)))


def pending(connection: Connection, epoch: int) -> list[Right]:
    """What this epoch settles: its own, and what was held before."""
    table = ledger_rights.c
    return _select(connection, table.state == "pending", table.epoch <= epoch)


def posted_to(connection: Connection, people: Collection[str]) -> list[Right]:
    """What some people were paid, by which caps are counted."""
    table, found, every = ledger_rights.c, list[Right](), sorted(people)
    for begin in range(0, len(every), _AT_ONCE):
        some = table.beneficiary.in_(every[begin : begin + _AT_ONCE])
        found += _select(connection, some, table.state.in_(("posted", "reversed")))
    return found


def owed(connection: Connection) -> list[Right]:
    """Rights of which a floor is not paid whole."""
    return _select(connection, ledger_rights.c.owed_micro > 0)


def in_state(connection: Connection, state: str) -> list[Right]:
    """All rights in a state."""
    return _select(connection, ledger_rights.c.state == state)


def _select(connection: Connection, *conditions: Any) -> list[Right]:
    table = ledger_rights.c
    order = (table.epoch, table.row_seq, table.source_event, table.rule)
    query = select(ledger_rights).where(*conditions).order_by(*order)
    return [Right(**row._mapping) for row in connection.execute(query)]


def _is(key: tuple[str, str, str]) -> Any:
    table = ledger_rights.c
    source_event, rule, beneficiary = key
    return and_(
        table.source_event == source_event,
        table.rule == rule,
        table.beneficiary == beneficiary,
    )


def _values(right: Right) -> Mapping[str, Any]:
    return {name: getattr(right, name) for name in Right.__slots__}
