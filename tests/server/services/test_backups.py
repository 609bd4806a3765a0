"""Backups: the newest one of an account, found by who knows its secret."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from hashlib import sha256

import pytest

from mentalverse_server.services.backups import Backups
from mentalverse_server.store.backups import StoredBackup
from mentalverse_signaling.errors import Conflict, NotFound
from mentalverse_signaling.recovery_api import BackupStatus
from support.hub import Hub

SECRET = b"s" * 32
FIRST = StoredBackup(1, sha256(SECRET).digest(), b"first envelope")


async def test_a_backup_is_found_by_its_secret(any_hub: Hub) -> None:
    service, account = Backups(any_hub.database, any_hub.writer), any_hub.id()
    status = await service.put(account, FIRST)
    assert (status.counter, status.size) == (1, 14)
    assert await service.status(account) == status
    assert await service.fetch(SECRET) == b"first envelope"
    with pytest.raises(NotFound):
        await service.fetch(b"t" * 32)
    with pytest.raises(NotFound):
        await service.fetch(FIRST.lookup_hash)


async def test_only_a_higher_counter_replaces_a_backup(any_hub: Hub) -> None:
    service, account = Backups(any_hub.database, any_hub.writer), any_hub.id()
    first = await service.put(account, FIRST)
    any_hub.clock.advance(60)
    assert await service.put(account, FIRST) == first
    for other in (
        replace(FIRST, envelope=b"other"),
        replace(FIRST, lookup_hash=bytes(32)),
    ):
        with pytest.raises(Conflict):
            await service.put(account, other)
    third = StoredBackup(3, sha256(b"new").digest(), b"third")
    assert (await service.put(account, third)).counter == 3
    with pytest.raises(Conflict):
        await service.put(account, replace(third, counter=2))
    with pytest.raises(NotFound):
        await service.fetch(SECRET)
    assert await service.fetch(b"new") == b"third"


async def test_of_backups_at_once_the_highest_stays(any_hub: Hub) -> None:
    service, account = Backups(any_hub.database, any_hub.writer), any_hub.id()
    backups = [replace(FIRST, counter=n) for n in (3, 9, 1, 5, 9, 7)]
    results = await asyncio.gather(
        *(service.put(account, backup) for backup in backups), return_exceptions=True
    )
    assert all(isinstance(r, BackupStatus | Conflict) for r in results)
    assert (await service.status(account)).counter == 9


async def test_the_secret_of_an_account_is_not_taken_by_another(any_hub: Hub) -> None:
    service, account, other = Backups(any_hub.database, any_hub.writer), "a" * 32, "b"
    await service.put(account, FIRST)  # type: ignore[arg-type]
    with pytest.raises(Conflict):
        await service.put(other * 32, replace(FIRST, counter=9))  # type: ignore[arg-type]
    assert await service.fetch(SECRET) == b"first envelope"


async def test_a_deleted_backup_is_gone(any_hub: Hub) -> None:
    service, account = Backups(any_hub.database, any_hub.writer), any_hub.id()
    await service.put(account, FIRST)
    for _ in range(2):
        await service.delete(account)
    with pytest.raises(NotFound):
        await service.status(account)
    with pytest.raises(NotFound):
        await service.fetch(SECRET)


def test_a_backup_does_not_show_in_a_log() -> None:
    assert "envelope" not in repr(FIRST) and "lookup" not in repr(FIRST)
