"""What was taken fills the buckets, and what they owe is paid and told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from sqlalchemy import select

from mentalverse_modules.rewards.epoch import closes_ms, epoch_of
from mentalverse_modules.rewards.errors import NotAllowed, NotNow, Overdraft
from mentalverse_modules.rewards.facts import Fact
from mentalverse_modules.rewards.packs import MICRO, Pack
from mentalverse_modules.rewards.rights import Key
from mentalverse_server.clock import to_millis
from mentalverse_server.hooks.defaults import rewards as ledger
from mentalverse_server.store import ledger as rows
from mentalverse_server.store import outbox, rewards
from mentalverse_server.store.tables_hooks import outbox as outbox_table
from mentalverse_server.store.transaction import Transaction
from mentalverse_server.store.writer import WriterLane
from support.hub import Device, Hub

T = TypeVar("T")
RULE = "professional.session"
FLOOR = 200 * MICRO
"""Of a standard session of a professional."""


async def _run(hub: Hub, script: Callable[[Transaction], T]) -> T:
    return await hub.writer.run(script, lane=WriterLane.OTHER)


async def _packs(hub: Hub) -> dict[str, Pack]:
    known = await hub.database.read(hub.rewards.packs.known)
    return {pack.name: pack for pack in known}


async def _book(hub: Hub, mvt: int, key: str = "2026-01") -> bool:
    pack, now_ms = (await _packs(hub))["professional"], to_millis(hub.clock.now())
    return await _run(hub, lambda x: ledger.earn(x, pack, mvt * MICRO, key, now_ms))


async def _session(hub: Hub) -> Device:
    """Somebody who has been owed a session since the packs began."""
    await hub.rewards.packs.begin()
    pro = await hub.add_device("ada")
    fact = Fact(
        evt_id="e" * 32,
        type="session.attended",
        occurred_at_ms=to_millis(hub.clock.now()),
        beneficiary=pro.account,
        role="professional",
        kind="standard",
        minutes=25,
        planned_minutes=50,
        late_seconds=86_400,
        proofs=("receipts", "credential", "consent"),
    )
    packs = tuple((await _packs(hub)).values())
    await _run(hub, lambda x: hub.rewards.books.receive(x, fact, packs))
    return pro


async def _week_over(hub: Hub) -> None:
    now_ms = to_millis(hub.clock.now())
    closed = hub.database.write(lambda x: rows.lock(x).closed_epoch)
    epoch = max(closed + 1, epoch_of(now_ms) if closed < 0 else 0)
    hub.clock.advance(max(0, closes_ms(epoch) - now_ms) / 1000 + 1)
    await hub.rewards.books.tend()


async def _balance(hub: Hub, account: str) -> int:
    return (await hub.database.read(rows.balances, [account])).get(account, 0)


async def _told(hub: Hub) -> list[dict[str, Any]]:
    query = select(outbox_table.c.seq).where(outbox_table.c.type == "reward.posted")
    seqs = await hub.database.read(lambda x: list(x.execute(query).scalars()))
    found = [await hub.database.read(outbox.get, seq) for seq in seqs]
    return [row.data for row in found if row is not None]


@pytest.mark.capability("T12")
async def test_what_is_owed_is_paid_with_the_next_week_and_told(hub: Hub) -> None:
    """In two parts if it takes two bookings; each is told once, of the same receipt."""
    pro = await _session(hub)
    await _week_over(hub)
    (right,) = await hub.database.read(rows.owed)
    whole = right.owed_micro
    assert whole == FLOOR
    assert await _balance(hub, f"member:{pro.account}") == 0
    for number, (mvt, paid, owed) in enumerate(
        [(100, 70 * MICRO, FLOOR - 70 * MICRO), (1_000, FLOOR, 0)]
    ):
        assert await _book(hub, mvt, f"part-{number}")
        assert await _balance(hub, f"member:{pro.account}") < paid
        await _week_over(hub)
        assert await _balance(hub, f"member:{pro.account}") == paid
        left = await hub.database.read(rows.owed)
        assert sum(each.owed_micro for each in left) == owed
    (entry,) = (await hub.rewards.own.list(pro.account, None)).entries
    assert (entry.micro, entry.owed_micro) == (str(FLOOR), "0")
    told = await _told(hub)
    assert [each["micro_mvt"] for each in told] == [0, 70 * MICRO, FLOOR - 70 * MICRO]
    assert len({each["receipt_hash"] for each in told}) == 1
    assert {each["code"] for each in told} == {"session"}
    assert await _run(hub, ledger.verify) is None


@pytest.mark.capability("T14")
async def test_what_was_paid_later_is_put_back_with_what_it_was_of(hub: Hub) -> None:
    """The bucket has all of it again, and nothing of it is owed."""
    pro = await _session(hub)
    for mvt in (100, 1_000):
        await _book(hub, mvt, f"part-{mvt}")
        await _week_over(hub)
    assert await _balance(hub, f"member:{pro.account}") == FLOOR
    key, now_ms = Key("e" * 32, RULE, pro.account), to_millis(hub.clock.now())
    await _run(hub, lambda x: ledger.reverse(x, key, "revoked", now_ms))
    assert await _balance(hub, f"member:{pro.account}") == 0
    assert await _balance(hub, "bucket:service") == 770 * MICRO
    assert await hub.database.read(rows.owed) == []
    with pytest.raises(NotNow):
        await _run(hub, lambda x: ledger.reverse(x, key, "revoked", now_ms))
    assert await _run(hub, ledger.verify) is None


@pytest.mark.capability("T12")
async def test_a_booking_is_in_the_next_checkpoint(hub: Hub) -> None:
    await hub.rewards.packs.begin()
    assert await _book(hub, 10)
    hub.clock.advance(86_400)
    await hub.rewards.books.tend()
    signed = await hub.database.read(rewards.last_checkpoint)
    hashes = await hub.database.read(rewards.hashes)
    assert signed is not None
    assert (signed.rows, signed.head) == (1, hashes[-1])


@pytest.mark.capability("T12")
async def test_a_reference_is_booked_once(hub: Hub) -> None:
    """With one amount; of a pack with sources never."""
    await hub.rewards.packs.begin()
    assert [await _book(hub, 10) for _ in range(3)] == [True, False, False]
    with pytest.raises(NotNow):
        await _book(hub, 11)
    assert await _balance(hub, "bucket:service") == 7 * MICRO
    assert await _balance(hub, "src:revenue") == -10 * MICRO
    peer = (await _packs(hub))["peer"]
    with pytest.raises(NotAllowed):
        await _run(hub, lambda x: ledger.earn(x, peer, MICRO, "other", 0))


@pytest.mark.capability("T14")
async def test_what_was_taken_back_is_gone_and_stays_so(hub: Hub) -> None:
    """By an entry of its own; not what was paid since, and not without a reason."""
    await hub.rewards.packs.begin()
    await _book(hub, 10)
    now_ms = to_millis(hub.clock.now())

    def back(key: str, reason: str = "refunded") -> Callable[[Transaction], None]:
        return lambda x: ledger.take_back(x, "professional", key, reason, now_ms)

    with pytest.raises(NotAllowed):
        await _run(hub, back("2026-01", ""))
    with pytest.raises(NotNow):
        await _run(hub, back("2026-02"))
    await _run(hub, back("2026-01"))
    assert await _balance(hub, "bucket:service") == 0
    with pytest.raises(NotNow):
        await _run(hub, back("2026-01"))
    with pytest.raises(NotNow):
        await _book(hub, 10)
    await _session(hub)
    await _book(hub, 10, "2026-02")
    await _week_over(hub)
    with pytest.raises(Overdraft):
        await _run(hub, back("2026-02"))
    assert await _run(hub, ledger.verify) is None
