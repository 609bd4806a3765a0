"""The ledger of rewards: one posting of each right, whatever happens."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import Connection, Table, delete, select, update

from mentalverse_modules.rewards.documents import shipped
from mentalverse_modules.rewards.epoch import closes_ms, epoch_of
from mentalverse_modules.rewards.errors import NotAllowed, NotNow, Overdraft
from mentalverse_modules.rewards.packs import MICRO
from mentalverse_modules.rewards.receipt import flaws, read_receipt
from mentalverse_modules.rewards.rights import Key
from mentalverse_server.hooks.defaults import rewards
from mentalverse_server.store import ledger as store
from mentalverse_server.store import rewards as reward_store
from mentalverse_server.store.engine import Database, open_database
from mentalverse_server.store.personal import PERSONAL
from mentalverse_server.store.rewards import CheckpointRow
from mentalverse_server.store.tables_rewards import (
    ledger_accounts,
    ledger_journal,
    ledger_names,
    ledger_rights,
)
from mentalverse_signaling.ids import AccountId
from support import reward_process
from support.reward_books import Books
from support.reward_facts import START_MS, fact
from support.reward_process import BUDGET, PACKS, PEOPLE, WEEKS, facts, run, work

ADA = PEOPLE[0]
EPOCH = epoch_of(START_MS)
CLOSES_MS = closes_ms(EPOCH)
FACT = fact(beneficiary=ADA, occurred_at_ms=START_MS)
KEY = Key(FACT.evt_id, "peer.session", ADA)
KILLS = 4


def paid_once(database: Database) -> int:
    """Ada's session, posted; what she has then."""
    run(database, rewards.receive, FACT, PACKS, START_MS)
    run(database, rewards.close_epoch, EPOCH, PACKS, BUDGET, CLOSES_MS)
    return balance(database)


def balance(database: Database, account: str = f"member:{ADA}") -> int:
    return database.write(store.balances, [account]).get(account, 0)


def expected() -> dict[str, int]:
    """What the same weeks come to in memory."""
    books = Books(PACKS, BUDGET["peer"])
    for week in range(WEEKS):
        books.close(EPOCH + week, facts(week))
    return {who: books.balances[f"member:{who}"] for who in PEOPLE}


def require_whole(database: Database) -> None:
    """Each right has one row, the chain holds, debits are credits."""
    wanted = expected()
    wanted[ADA] -= WEEKS * MICRO
    assert {who: balance(database, f"member:{who}") for who in PEOPLE} == wanted
    rows = database.write(store.rows, 0, 10_000)
    keys = [
        (row.source_event, row.beneficiary, json.loads(row.document)["entry"]["key"])
        for row in rows
    ]
    assert len({json.dumps(key) for key in keys}) == len(keys)
    assert run(database, rewards.verify) is None
    debits, credits = database.write(store.sums)
    assert debits == credits


@pytest.mark.capability("T01")
def test_every_fact_twice_is_posted_once(database: Database) -> None:
    """And all of it a second time changes nothing."""
    work(database)
    require_whole(database)
    work(database)
    require_whole(database)


@pytest.mark.capability("T01")
@pytest.mark.timeout(240)
def test_kill_9_leaves_one_posting_of_each_right(database_url: str) -> None:
    """At random moments; whoever comes back goes on."""
    database = open_database(database_url)
    database.migrate()
    database.close()
    chance = Random(9)
    command = [sys.executable, reward_process.__file__, database_url]
    folder = str(Path(reward_process.__file__).parents[1])
    environment = os.environ | {"PYTHONPATH": folder}
    for _ in range(KILLS):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        killer = threading.Timer(chance.uniform(0.01, 0.4), process.kill)
        killer.start()
        process.stdout.read()
        process.wait()
        killer.cancel()
        process.stdout.close()
    subprocess.run(
        command, check=True, capture_output=True, timeout=100, env=environment
    )
    database = open_database(database_url)
    require_whole(database)
    database.close()


@pytest.mark.capability("T01")
def test_two_that_receive_the_same_fact_at_once_keep_it_once(
    database: Database,
) -> None:
    with ThreadPoolExecutor(2) as both:
        new = [
            both.submit(run, database, rewards.receive, FACT, PACKS, START_MS)
            for _ in range(2)
        ]
        assert sum(each.result() for each in new) == 1


@pytest.mark.capability("T08")
def test_more_than_somebody_has_is_not_spent(database: Database) -> None:
    """A key spends once, one amount; what is free is not for sale."""
    has = paid_once(database)
    with pytest.raises(Overdraft):
        run(database, rewards.spend, ADA, "extras", has + 1, "k1", CLOSES_MS)
    for is_new in (True, False):
        spent = run(database, rewards.spend, ADA, "extras", has, "k1", CLOSES_MS)
        assert spent == is_new
    with pytest.raises(NotNow):
        run(database, rewards.spend, ADA, "extras", 1, "k1", CLOSES_MS)
    for fund, micro in (("crisis", 1), ("safety", 1), ("extras", 0)):
        with pytest.raises(NotAllowed):
            run(database, rewards.spend, ADA, fund, micro, "k2", CLOSES_MS)
    assert balance(database) == 0
    assert run(database, rewards.verify) is None


def test_an_epoch_is_closed_once_and_not_before_its_time(database: Database) -> None:
    """What comes later is of the next one."""
    with pytest.raises(NotNow):
        run(database, rewards.close_epoch, EPOCH, PACKS, BUDGET, CLOSES_MS - 1)
    has = paid_once(database)
    again = run(database, rewards.close_epoch, EPOCH, PACKS, BUDGET, CLOSES_MS)
    assert again is None
    late = fact(evt_id="evt_late", beneficiary=ADA)
    run(database, rewards.receive, late, PACKS, START_MS)
    assert balance(database) == has
    run(database, rewards.close_epoch, EPOCH + 1, PACKS, BUDGET, closes_ms(EPOCH + 1))
    assert balance(database) > has


@pytest.mark.capability("T05")
@pytest.mark.parametrize(
    "changes", [{"is_drill": True}, {"proofs": ("receipts",)}, {"role": "observer"}]
)
def test_what_is_not_to_be_paid_leaves_no_row(
    database: Database, changes: dict[str, Any]
) -> None:
    other = fact(beneficiary=ADA, **{"proofs": ("receipts", "credential")} | changes)
    assert run(database, rewards.receive, other, PACKS, START_MS) == 0
    assert database.write(store.pending, EPOCH) == []


@pytest.mark.capability("T13")
def test_a_dispute_holds_what_is_pending(database: Database) -> None:
    """Released, it is of a later epoch; a posted one cannot be held."""
    run(database, rewards.receive, FACT, PACKS, START_MS)
    run(database, rewards.dispute, KEY)
    run(database, rewards.close_epoch, EPOCH, PACKS, BUDGET, CLOSES_MS)
    assert balance(database) == 0
    run(database, rewards.release, KEY, CLOSES_MS)
    later = EPOCH + 1
    run(database, rewards.close_epoch, later, PACKS, BUDGET, closes_ms(later))
    assert balance(database) > 0
    with pytest.raises(NotNow):
        run(database, rewards.dispute, KEY)
    with pytest.raises(NotNow):
        run(database, rewards.dispute, Key("nothing", "peer.session", ADA))


@pytest.mark.capability("T03")
@pytest.mark.capability("T14")
def test_a_posted_right_is_put_right_once_by_an_entry_of_its_own(
    database: Database,
) -> None:
    """As a revoked credential; not if it was spent since."""
    has = paid_once(database)
    run(database, rewards.spend, ADA, "extras", 1, "k1", CLOSES_MS)
    with pytest.raises(Overdraft):
        run(database, rewards.reverse, KEY, "revoked", CLOSES_MS)
    assert balance(database) == has - 1
    other = fact(evt_id="evt_2", beneficiary=ADA, pair="pair_2")
    later = EPOCH + 1
    run(database, rewards.receive, other, PACKS, CLOSES_MS)
    run(database, rewards.close_epoch, later, PACKS, BUDGET, closes_ms(later))
    run(database, rewards.reverse, KEY, "revoked", closes_ms(later))
    assert balance(database) == has - 1
    with pytest.raises(NotNow):
        run(database, rewards.reverse, KEY, "revoked", closes_ms(later))
    assert run(database, rewards.verify) is None


@pytest.mark.capability("T06")
def test_what_is_owed_is_paid_by_the_next_epochs(database: Database) -> None:
    little = {"peer": 20 * MICRO}
    run(database, rewards.receive, FACT, PACKS, START_MS)
    paid = []
    for epoch in range(EPOCH, EPOCH + 4):
        run(database, rewards.close_epoch, epoch, PACKS, little, closes_ms(epoch))
        paid.append(balance(database) // MICRO)
    assert paid == [12, 24, 25, 25]
    assert run(database, rewards.verify) is None


@pytest.mark.capability("T12")
def test_revenue_pays_professionals_and_no_more_than_it(database: Database) -> None:
    """Each revenue is split once; a bucket without it pays nothing, and owes."""
    pack = shipped("professional")
    one = fact(beneficiary=ADA, role="professional", occurred_at_ms=START_MS)
    for _ in range(2):
        run(database, rewards.earn, pack, 100 * MICRO, "march", START_MS)
    assert balance(database, "bucket:service") == 70 * MICRO
    run(database, rewards.receive, one, (pack,), START_MS)
    run(database, rewards.close_epoch, EPOCH, (pack,), {}, CLOSES_MS)
    assert balance(database) == 70 * MICRO
    assert balance(database, "bucket:service") == 0
    owed = database.write(store.owed)
    assert [right.owed_micro for right in owed] == [130 * MICRO]


def test_a_receipt_is_handed_out_as_it_was_signed_into_the_chain(
    database: Database,
) -> None:
    paid_once(database)
    octets = run(database, rewards.receipt, KEY)
    assert octets is not None
    assert flaws(read_receipt(octets), PACKS[0]) == ()
    assert run(database, rewards.receipt, Key("x", "y", "z")) is None


def edit(connection: Connection, seq: int) -> None:
    document = connection.execute(
        select(ledger_journal.c.document).where(ledger_journal.c.seq == seq)
    ).scalar_one()
    changed = document.replace('"at_ms":1', '"at_ms":2', 1)
    assert changed != document
    row = update(ledger_journal).where(ledger_journal.c.seq == seq)
    connection.execute(row.values(document=changed))


@pytest.mark.capability("T13")
def test_an_edited_old_row_is_named(database: Database) -> None:
    """As is a name that was put in the place of another, and a row that is gone."""
    work(database)
    database.write(edit, 7)
    assert run(database, rewards.verify) == 7
    somebody = update(ledger_names).where(ledger_names.c.seq == 3)
    other = somebody.values(source_event="evt_other")
    database.write(lambda connection: connection.execute(other))
    assert run(database, rewards.verify) == 3
    gone = delete(ledger_journal).where(ledger_journal.c.seq == 1)
    database.write(lambda connection: connection.execute(gone))
    assert run(database, rewards.verify) == 1


def every_row(connection: Connection, table: Table) -> list[Any]:
    return list(connection.execute(select(table)))


@pytest.mark.capability("T05")
def test_erasing_an_account_leaves_nothing_of_it_and_a_chain_that_holds(
    database: Database,
) -> None:
    """By the house's own declaration of what goes with an account."""
    work(database)
    tables = {ledger_rights, ledger_names, ledger_accounts}

    def erase(connection: Connection) -> None:
        for each in PERSONAL:
            if each.table in tables:
                connection.execute(delete(each.table).where(each.rows(AccountId(ADA))))

    database.write(erase)
    assert run(database, rewards.verify) is None
    every = {*tables, ledger_journal}
    for table in every:
        found = database.write(every_row, table)
        assert found and ADA not in str(found)


def test_checkpoints_are_kept_in_their_order(database: Database) -> None:
    """And one's own wish for no entries is changed and told apart."""
    kept = [
        CheckpointRow("2027-01-04", f"2027-W0{n}", n, "a" * 64, "b" * 64, n, "c" * 128)
        for n in (1, 2)
    ]
    assert database.write(reward_store.last_checkpoint) is None
    for row in kept:
        database.write(reward_store.add_checkpoint, row)
    assert database.write(reward_store.last_checkpoint) == kept[-1]
    assert database.write(reward_store.checkpoints) == kept
    for out, is_other in ((True, True), (True, False), (False, True)):
        choose = partial(reward_store.choose, out=out)
        changed = database.write(choose, AccountId(ADA), 1)
        assert (changed, database.write(reward_store.is_out, ADA)) == (is_other, out)
