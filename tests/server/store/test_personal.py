"""What is kept about an account: declared, shown whole, and deleted as declared."""

from __future__ import annotations

import importlib
import json
import pkgutil
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    LargeBinary,
    String,
    Table,
    func,
    insert,
    select,
)

from mentalverse_server import store
from mentalverse_server.services.own_account import pieces
from mentalverse_server.store import personal
from mentalverse_server.store.engine import Database
from mentalverse_server.store.personal import NOT_PERSONAL, PERSONAL, Fate, Personal
from mentalverse_server.store.tables import Instant, devices, group_devices, metadata
from mentalverse_server.store.tables_hooks import key_heads, outbox
from mentalverse_server.store.tables_matching import match_proposals
from mentalverse_server.store.tables_recovery import reports
from mentalverse_signaling.ids import AccountId
from support.stored import NOW, ids

# `metadata` knows the tables of modules that somebody has imported.
for module in pkgutil.iter_modules(store.__path__):
    if module.name.startswith("tables"):
        importlib.import_module(f"{store.__name__}.{module.name}")

NAMES_SOMEBODY = {
    "account",
    "device",
    "used_by",
    "committer",
    "blocked",
    "owner",
    "person",
    "responder",
    "proposed_by",
    "adopted_by",
    "mentee",
    "mentor",
    "beneficiary",
    "holder",
}
"""Columns by which a row is about somebody."""
ROWS = 3


def test_every_table_is_declared_once() -> None:
    """Whoever adds one says what an account is shown of it, and what goes with it."""
    declared = [each.table.name for each in PERSONAL]
    assert len(set(declared)) == len(declared)
    assert {*declared, *NOT_PERSONAL} == set(metadata.tables)
    assert not {*declared} & {*NOT_PERSONAL}


def test_a_table_that_names_somebody_is_personal() -> None:
    for table in metadata.tables.values():
        if NAMES_SOMEBODY & set(table.c.keys()):
            assert table.name not in NOT_PERSONAL


def test_what_is_withheld_exists() -> None:
    for each in PERSONAL:
        assert each.withheld <= set(each.table.c.keys())


def _value(column: Column[Any], number: int) -> Any:
    kind = column.type
    if isinstance(kind, Instant):
        return NOW
    if isinstance(kind, LargeBinary):
        return bytes.fromhex(ids())
    if isinstance(kind, String):
        return ids()[: kind.length]
    if isinstance(kind, Boolean):
        return False
    return number


def _fill(connection: Connection, account: AccountId) -> dict[str, int]:
    """Rows about the account in every table, made from its columns alone."""
    device, conversation, report, proposal = ids(), ids(), ids(), ids()
    event = int(ids()[:12], 16)
    of_account = {
        "account": account,
        "used_by": account,
        "committer": account,
        "device": device,
        "report": report,
        "proposal": proposal,
        "person": account,
        "responder": account,
        "proposed_by": account,
        "mentee": account,
        "beneficiary": account,
        "holder": account,
        "by": account,
        "document": "{}",
        "event": event,
        "queue": f"account:{account}",
    }
    _insert(connection, devices, {"id": device, "account": account})
    _insert(connection, reports, {"id": report, "account": account})
    joined = {"conversation": conversation, "device": device, "account": account}
    _insert(connection, group_devices, joined)
    _insert(connection, outbox, {"seq": event})
    _insert(connection, match_proposals, {"id": proposal, "mentee": account})
    _insert(connection, key_heads, {"key": f"account:{account}"})
    made = {"devices": 1, "reports": 1, "group_devices": 1, "outbox": 1, "key_heads": 1}
    made["match_proposals"] = 1
    for each in PERSONAL:
        if each.table.name in made:
            continue
        made[each.table.name] = 0
        for _ in range(ROWS):
            fixed = {k: v for k, v in of_account.items() if k in each.table.c}
            if each.table.name in ("accounts", "crisis_responders"):
                fixed |= {"id": account}
            if each.table.name == "idempotency":
                fixed["conversation"] = conversation
            if made[each.table.name] and _is_single(each.table, fixed):
                break
            _insert(connection, each.table, fixed)
            made[each.table.name] += 1
    return made


def _is_single(table: Table, fixed: dict[str, Any]) -> bool:
    """Whether another row would have the same key."""
    return {key.name for key in table.primary_key} <= set(fixed)


def _insert(connection: Connection, table: Table, fixed: dict[str, Any]) -> None:
    number = connection.execute(select(func.count()).select_from(table)).scalar_one()
    row = {c.name: _value(c, number) for c in table.c} | fixed
    connection.execute(insert(table).values(row))


def _count(connection: Connection, each: Personal, account: AccountId) -> int:
    query = select(func.count()).select_from(each.table).where(each.rows(account))
    return int(connection.execute(query).scalar_one())


async def _exported(database: Database, account: AccountId) -> dict[str, Any]:
    found = [piece async for piece in pieces(database, account, "5" * 32, NOW)]
    export: dict[str, Any] = json.loads(b"".join(found))
    return export


async def test_an_export_has_every_row_of_its_account_and_no_other(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also over many pages; and nothing that proves somebody."""
    monkeypatch.setattr(personal, "PAGE_ROWS", 2)
    monkeypatch.setattr(personal, "LARGE_PAGE_ROWS", 1)
    ada, ben = AccountId(ids()), AccountId(ids())
    made = database.write(_fill, ada)
    database.write(_fill, ben)
    export = await _exported(database, ada)
    assert (export["account"], export["complete"]) == (ada, True)
    assert {name: len(rows) for name, rows in export["tables"].items()} == made
    assert ben not in json.dumps(export)
    for each in PERSONAL:
        for row in export["tables"][each.table.name]:
            assert set(row) == set(each.table.c.keys()) - each.withheld
    (account,) = export["tables"]["accounts"]
    assert datetime.fromisoformat(account["created_at"]).astimezone(UTC) == NOW


async def test_what_goes_at_once_is_gone_and_nothing_of_anybody_else(
    database: Database,
) -> None:
    ada, ben = AccountId(ids()), AccountId(ids())
    before = database.write(_fill, ada)
    of_ben = database.write(_fill, ben)
    database.write(personal.forget, ada)
    for each in PERSONAL:
        left = database.write(_count, each, ada)
        goes = each.fate is Fate.GOES
        assert left == (0 if goes else before[each.table.name]), each.table.name
        assert database.write(_count, each, ben) == of_ben[each.table.name]
