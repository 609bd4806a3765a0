"""Backups: the newest one of an account, found by who knows its secret."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from hashlib import sha256

import pytest

from mentalverse_server.services.backups import Backups
from mentalverse_server.store.backups import StoredBackup
from mentalverse_signaling.errors import Conflict, Forbidden, NotFound
from mentalverse_signaling.recovery_api import BackupStatus
from support.hub import Device, Hub

SECRET = b"s" * 32
FIRST = StoredBackup(1, sha256(SECRET).digest(), b"first envelope")


async def backups_and_ada(hub: Hub) -> tuple[Backups, Device]:
    return Backups(hub.database, hub.writer), await hub.add_device("ada")


async def test_a_backup_is_found_by_its_secret(any_hub: Hub) -> None:
    service, ada = await backups_and_ada(any_hub)
    status = await service.put(ada.leaf, FIRST)
    assert (status.counter, status.size) == (1, 14)
    assert await service.status(ada.account) == status
    assert await service.fetch(SECRET) == b"first envelope"
    with pytest.raises(NotFound):
        await service.fetch(b"t" * 32)
    with pytest.raises(NotFound):
        await service.fetch(FIRST.lookup_hash)


async def test_only_a_higher_counter_replaces_a_backup(any_hub: Hub) -> None:
    service, ada = await backups_and_ada(any_hub)
    first = await service.put(ada.leaf, FIRST)
    any_hub.clock.advance(60)
    assert await service.put(ada.leaf, FIRST) == first
    for other in (
        replace(FIRST, envelope=b"other"),
        replace(FIRST, lookup_hash=bytes(32)),
    ):
        with pytest.raises(Conflict):
            await service.put(ada.leaf, other)
    third = StoredBackup(3, sha256(b"new").digest(), b"third")
    assert (await service.put(ada.leaf, third)).counter == 3
    with pytest.raises(Conflict):
        await service.put(ada.leaf, replace(third, counter=2))
    with pytest.raises(NotFound):
        await service.fetch(SECRET)
    assert await service.fetch(b"new") == b"third"


async def test_of_backups_at_once_the_highest_stays(any_hub: Hub) -> None:
    service, ada = await backups_and_ada(any_hub)
    backups = [replace(FIRST, counter=n) for n in (3, 9, 1, 5, 9, 7)]
    results = await asyncio.gather(
        *(service.put(ada.leaf, backup) for backup in backups), return_exceptions=True
    )
    assert all(isinstance(r, BackupStatus | Conflict) for r in results)
    assert (await service.status(ada.account)).counter == 9


async def test_the_secret_of_an_account_is_not_taken_by_another(any_hub: Hub) -> None:
    service, ada = await backups_and_ada(any_hub)
    ben = await any_hub.add_device("ben")
    await service.put(ada.leaf, FIRST)
    with pytest.raises(Conflict):
        await service.put(ben.leaf, replace(FIRST, counter=9))
    assert await service.fetch(SECRET) == b"first envelope"


async def test_a_deleted_backup_is_gone(any_hub: Hub) -> None:
    service, ada = await backups_and_ada(any_hub)
    await service.put(ada.leaf, FIRST)
    for _ in range(2):
        await service.delete(ada.leaf)
    with pytest.raises(NotFound):
        await service.status(ada.account)
    with pytest.raises(NotFound):
        await service.fetch(SECRET)


async def test_a_device_revoked_while_it_asks_does_not_touch_the_backup(
    any_hub: Hub,
) -> None:
    service, ada = await backups_and_ada(any_hub)
    lost = await any_hub.add_device("ada", of=ada)
    await service.put(lost.leaf, FIRST)
    await any_hub.revoke(lost)
    with pytest.raises(Forbidden):
        await service.put(lost.leaf, replace(FIRST, counter=99, envelope=b"junk"))
    with pytest.raises(Forbidden):
        await service.delete(lost.leaf)
    assert await service.fetch(SECRET) == b"first envelope"


def test_a_backup_does_not_show_in_a_log() -> None:
    assert "envelope" not in repr(FIRST) and "lookup" not in repr(FIRST)
