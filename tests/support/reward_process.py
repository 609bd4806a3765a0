"""A process that keeps facts and closes epochs until all of them are done.

Run as `python reward_process.py DATABASE_URL`. It prints `ready` before it begins and
`done` at its end. Killed at any moment and run again, it leaves the same postings.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from mentalverse_modules.rewards.documents import shipped
from mentalverse_modules.rewards.epoch import DAY_MS, WEEK_MS, closes_ms, epoch_of
from mentalverse_modules.rewards.facts import Fact
from mentalverse_modules.rewards.packs import MICRO
from mentalverse_server.hooks.defaults import rewards
from mentalverse_server.store.engine import Database, open_database
from mentalverse_server.store.transaction import Transaction
from support.reward_facts import START_MS, fact

P = ParamSpec("P")
T = TypeVar("T")
NOW = datetime(2027, 1, 4, tzinfo=UTC)
PACKS = (shipped("peer"),)
BUDGET = {"peer": 1_000 * MICRO}
WEEKS = 3
EACH = 15
PEOPLE = ("a" * 32, "b" * 32)


def run(
    database: Database,
    function: Callable[Concatenate[Transaction, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """A function of the rewards in a transaction of its own."""

    def script(connection: Connection) -> T:
        return function(Transaction(connection, NOW), *args, **kwargs)

    return database.write(script)


def facts(week: int) -> list[Fact]:
    """Sessions of two mentors, with three pairs each."""
    return [
        fact(
            evt_id=f"evt_{week}_{number}",
            occurred_at_ms=START_MS + week * WEEK_MS + number * DAY_MS // 4,
            beneficiary=PEOPLE[number % 2],
            pair=f"pair_{number % 3}",
            minutes=30 + number,
        )
        for number in range(EACH)
    ]


def work(database: Database) -> None:
    """Every fact twice, each in its own transaction, then its epoch."""
    for week in range(WEEKS):
        epoch = epoch_of(START_MS) + week
        for one in facts(week) * 2:
            run(database, rewards.receive, one, PACKS, one.occurred_at_ms)
        at_ms = closes_ms(epoch)
        run(database, rewards.close_epoch, epoch, PACKS, BUDGET, at_ms)
        account = PEOPLE[0]
        run(database, rewards.spend, account, "extras", MICRO, f"buy_{week}", at_ms)


def main() -> None:
    database = open_database(sys.argv[1])
    os.write(1, b"ready\n")
    work(database)
    os.write(1, b"done\n")
    database.close()


if __name__ == "__main__":
    main()
