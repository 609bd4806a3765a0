"""A KeyPackage is given out once, whoever asks and however many ask."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

from mentalverse_server.store.accounts import create_device, revoke_device
from mentalverse_server.store.engine import Database, open_database
from mentalverse_server.store.key_packages import (
    KeyPackageData,
    Pool,
    TakenData,
    add_packages,
    owned,
    remaining,
    set_last_resort,
    take,
)
from mentalverse_server.store.writer import Transaction, Writer, WriterLane
from mentalverse_signaling.ids import AccountId, DeviceId
from support.clock import ManualClock
from support.stored import NOW, ids

LATER = NOW + timedelta(days=90)
POOL = 200
TAKES = 250
SUITE = 1


def package(number: int, days: int = 90) -> KeyPackageData:
    raw = number.to_bytes(4, "big")
    return KeyPackageData(
        b"ref" + raw, SUITE, b"package" + raw, NOW + timedelta(days=days)
    )


def a_device(database: Database, account: AccountId | None = None) -> DeviceId:
    device = DeviceId(ids())
    database.write(create_device, device, account or ids(), b"key", b"cred", now=NOW)
    return device


def take_all(transaction: Transaction, account: AccountId) -> list[TakenData]:
    devices = owned(transaction.connection, account)
    return [taken for d in devices for taken in take(transaction, d, [SUITE])]


def take_now(database: Database, account: AccountId) -> list[TakenData]:
    return database.write(lambda c: take_all(Transaction(c, NOW), account))


def left(database: Database, device: DeviceId) -> Pool | None:
    return database.write(remaining, device, NOW).get(SUITE)


async def test_concurrent_takes_never_give_a_package_twice(database: Database) -> None:
    """Two servers on PostgreSQL, one on SQLite, which allows no more."""
    account = AccountId(ids())
    device = a_device(database, account)
    database.write(add_packages, device, [package(n) for n in range(POOL)])
    database.write(set_last_resort, device, package(POOL))
    url = database.url.render_as_string(hide_password=False)
    others = [open_database(url)] if database.dialect == "postgresql" else []
    clock = ManualClock(NOW)
    writers = [Writer(db, clock, lambda facts: None) for db in (database, *others)]
    for writer in writers:
        await writer.start()
    answers = await asyncio.gather(
        *(
            writers[n % len(writers)].run(
                lambda transaction: take_all(transaction, account),
                lane=WriterLane.OTHER,
            )
            for n in range(TAKES)
        )
    )
    given = Counter(taken.package for answer in answers for taken in answer)
    last_resort = given.pop(package(POOL).package)
    assert set(given.values()) == {1}
    assert len(given) == POOL
    assert last_resort == TAKES - POOL
    for writer in writers:
        await writer.close()
    for other in others:
        other.close()


def test_every_device_gives_one_and_a_revoked_one_none(database: Database) -> None:
    account = AccountId(ids())
    devices = sorted(a_device(database, account) for _ in range(3))
    for number, device in enumerate(devices):
        database.write(add_packages, device, [package(number)])
    database.write(revoke_device, devices[1], NOW)
    assert [taken.device for taken in take_now(database, account)] == [
        devices[0],
        devices[2],
    ]
    assert take_now(database, account) == []


def test_the_one_that_ends_first_is_taken_first(
    database: Database,
) -> None:
    account = AccountId(ids())
    device = a_device(database, account)
    database.write(add_packages, device, [package(1, days=9), package(2, days=3)])
    assert take_now(database, account) == [TakenData(device, SUITE, package(2).package)]


def test_the_last_resort_is_given_while_the_pool_is_empty(database: Database) -> None:
    account = AccountId(ids())
    device = a_device(database, account)
    database.write(set_last_resort, device, package(1))
    assert left(database, device) == Pool(0, True)
    for _ in range(2):
        assert take_now(database, account) == [
            TakenData(device, SUITE, package(1).package)
        ]
    database.write(set_last_resort, device, package(2))
    assert take_now(database, account) == [TakenData(device, SUITE, package(2).package)]


def test_an_expired_package_is_not_given_out(database: Database) -> None:
    account = AccountId(ids())
    device = a_device(database, account)
    database.write(add_packages, device, [package(1, days=-1)])
    database.write(set_last_resort, device, package(2, days=0))
    assert left(database, device) is None
    assert take_now(database, account) == []


def test_a_repeated_upload_adds_nothing_and_revives_nothing(database: Database) -> None:
    account = AccountId(ids())
    device = a_device(database, account)
    upload = [package(1), package(2), package(2)]
    assert database.write(add_packages, device, upload) == 2
    assert len(take_now(database, account)) == 1
    assert database.write(add_packages, device, upload) == 0
    assert left(database, device) == Pool(1, False)
    assert database.write(add_packages, device, []) == 0
