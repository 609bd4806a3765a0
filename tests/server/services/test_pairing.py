"""Mailboxes: written once, waited for, gone after some minutes, bounded."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from mentalverse_server.services.pairing import Pairing, PairingLimits, SlotFilled
from mentalverse_server.store import mailboxes
from mentalverse_server.store.tables_recovery import pairing_slots
from mentalverse_signaling.errors import Conflict, Overloaded
from support.hub import Hub, eventually, running_hub

NO_WAIT = PairingLimits(wait_seconds=0)
LONG = PairingLimits(wait_seconds=60)


def pairing_of(hub: Hub, limits: PairingLimits = NO_WAIT) -> Pairing:
    service = Pairing(hub.database, hub.writer, hub.clock, limits)
    hub.publisher.listen(SlotFilled, service.on_filled)
    return service


async def test_a_slot_is_written_once_and_read_often(any_hub: Hub) -> None:
    service, mailbox = pairing_of(any_hub), any_hub.id()
    for _ in range(2):
        await service.put(mailbox, 0, b"offer")
    with pytest.raises(Conflict):
        await service.put(mailbox, 0, b"another offer")
    await service.put(mailbox, 7, b"answer")
    assert [await service.get(mailbox, 0) for _ in range(2)] == [b"offer"] * 2
    assert await service.get(mailbox, 7) == b"answer"
    assert await service.get(mailbox, 1) is None
    assert await service.get(any_hub.id(), 0) is None


async def test_who_waits_for_a_slot_gets_it_when_it_is_filled(any_hub: Hub) -> None:
    service, mailbox = pairing_of(any_hub, LONG), any_hub.id()
    waiting = [asyncio.create_task(service.get(mailbox, 3)) for _ in range(3)]
    other = asyncio.create_task(service.get(mailbox, 4))
    await eventually(lambda: service.waiting == 4)
    await service.put(mailbox, 3, b"grant")
    assert await asyncio.gather(*waiting) == [b"grant"] * 3
    assert not other.done()
    await service.release()
    assert await other is None
    assert service.waiting == 0 and not service._waiting


async def test_a_slot_filled_while_one_begins_to_wait_is_not_missed(hub: Hub) -> None:
    service = pairing_of(hub, LONG)
    for n in range(50):
        mailbox = hub.id()
        async with asyncio.timeout(30):
            got, _ = await asyncio.gather(
                service.get(mailbox, n % 8), service.put(mailbox, n % 8, b"x")
            )
        assert got == b"x"


async def test_a_mailbox_is_gone_after_ten_minutes(any_hub: Hub) -> None:
    service, mailbox = pairing_of(any_hub), any_hub.id()
    await service.put(mailbox, 0, b"offer")
    any_hub.clock.advance(599)
    await service.put(mailbox, 1, b"late")
    assert await service.get(mailbox, 0) == b"offer"
    any_hub.clock.advance(1)
    assert [await service.get(mailbox, slot) for slot in (0, 1)] == [None, None]
    await service.put(mailbox, 0, b"another pairing")
    assert await service.get(mailbox, 0) == b"another pairing"
    assert await service.get(mailbox, 1) is None


async def test_mailboxes_are_bounded_in_number_and_octets(any_hub: Hub) -> None:
    limits = PairingLimits(wait_seconds=0, max_mailboxes=2, max_stored_bytes=100)
    service = pairing_of(any_hub, limits)
    first, second, third = any_hub.id(), any_hub.id(), any_hub.id()
    await service.put(first, 0, bytes(40))
    await service.put(second, 0, bytes(40))
    with pytest.raises(Overloaded):
        await service.put(third, 0, b"x")
    with pytest.raises(Overloaded):
        await service.put(first, 1, bytes(21))
    await service.put(first, 1, bytes(20))
    any_hub.clock.advance(600)
    await service.put(third, 0, bytes(100))
    usage = await any_hub.database.read(mailboxes.usage, any_hub.clock.now())
    assert usage == (1, 100)


async def test_what_is_over_is_forgotten(any_hub: Hub) -> None:
    service = pairing_of(any_hub)
    for _ in range(3):
        await service.put(any_hub.id(), 0, b"offer")
    any_hub.clock.advance(599)
    kept = any_hub.id()
    await service.put(kept, 0, b"kept")
    any_hub.clock.advance(1)
    await service.prune()

    def rows(connection: Connection) -> list[str]:
        return list(connection.execute(select(pairing_slots.c.mailbox)).scalars())

    assert await any_hub.database.read(rows) == [kept]


async def test_waiters_are_bounded(hub: Hub) -> None:
    service = pairing_of(hub, PairingLimits(wait_seconds=60, max_waiters=2))
    waiting = [asyncio.create_task(service.get(hub.id(), 0)) for _ in range(2)]
    await eventually(lambda: service.waiting == 2)
    with pytest.raises(Overloaded):
        await service.get(hub.id(), 0)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert await asyncio.wait_for(pairing_of(hub).get(hub.id(), 0), 30) is None
    assert service.waiting == 0 and not service._waiting


async def test_a_restart_does_not_end_a_pairing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'server.db'}"
    async with running_hub(url) as hub:
        mailbox = hub.id()
        await pairing_of(hub).put(mailbox, 0, b"offer")
    async with running_hub(url) as hub:
        assert await pairing_of(hub).get(mailbox, 0) == b"offer"
