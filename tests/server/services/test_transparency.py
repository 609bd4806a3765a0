"""The stored log is the pure one: the same tree, the same proofs, and it only grows."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from mentalverse_crypto.log_entry import LogEntry
from mentalverse_crypto.public import bundle_entry, generate_signing_key
from mentalverse_crypto.transparency import (
    SignedHead,
    check_frontier,
    verify_entry,
    verify_growth,
    verify_head,
)
from mentalverse_server.keyring import Keyring, SigningKey
from mentalverse_server.services.transparency import (
    TransparencyLog,
    append,
    prove,
)
from mentalverse_server.store.writer import Transaction, WriterLane
from mentalverse_signaling.errors import BadRequest, NotFound
from support.hub import Device, Hub, running_hub
from support.postgres import PostgresServer
from support.transparency_log import LoggingService

APPENDS = 1_000


class Undone(Exception):
    """What a script raises after it has appended."""


async def append_one(hub: Hub, content: bytes, *, undone: bool = False) -> int:
    """Append some entry, or nearly."""

    def script(transaction: Transaction) -> int:
        seq = append(
            transaction,
            hub.keyring.log_key.private,
            lambda place: bundle_entry(place, content, 1, transaction.now),
        )
        if undone:
            raise Undone
        return seq

    return await hub.writer.run(script, lane=WriterLane.OTHER)


@pytest.fixture
async def reader(any_hub: Hub) -> Device:
    return await any_hub.add_device("reader")


async def read_new(hub: Hub, reader: Device, pure: LoggingService) -> SignedHead:
    """Follow the log to its end, as a client does, and check where it leads."""
    while True:
        page = await hub.call(reader, "log.entries", since=len(pure.entries))
        for entry in page.entries:
            pure.record(LogEntry.decode(entry))
        head = SignedHead.decode(page.head)
        if len(pure.entries) == head.size:
            verify_head(head, hub.keyring.log_key.public)
            check_frontier(pure.frontier, head)
            return head


async def test_a_thousand_appends_give_the_tree_and_the_proofs_of_the_pure_log(
    any_hub: Hub, reader: Device
) -> None:
    hub, dice = any_hub, random.Random(7)
    pure = LoggingService(hub.clock.now())
    heads = [await read_new(hub, reader, pure)]
    while len(pure.entries) < APPENDS:
        hub.clock.advance(1)
        burst = [dice.random() < 0.2 for _ in range(dice.randint(1, 60))]
        outcomes = await asyncio.gather(
            *(append_one(hub, dice.randbytes(32), undone=undone) for undone in burst),
            return_exceptions=True,
        )
        assert [isinstance(outcome, Undone) for outcome in outcomes] == burst
        head = await read_new(hub, reader, pure)
        for _ in range(5):
            await _check_proofs(hub, pure, head, dice.choice(heads), dice)
        heads.append(head)


async def _check_proofs(
    hub: Hub,
    pure: LoggingService,
    head: SignedHead,
    known: SignedHead,
    dice: random.Random,
) -> None:
    seq = dice.randrange(head.size)
    proven = await hub.database.read(prove, seq, known.size)
    entry, inclusion = pure.prove(seq)
    assert (proven.entry, proven.inclusion) == (entry.encode(), inclusion)
    assert proven.consistency == pure.growth(known.size, head.size)
    verify_entry(entry, proven.inclusion, head)
    verify_growth(known, head, proven.consistency)


async def test_growth_is_proven_between_any_two_sizes(
    any_hub: Hub, reader: Device
) -> None:
    hub, pure = any_hub, LoggingService(any_hub.clock.now())
    for content in range(20):
        await append_one(hub, bytes([content]) * 32)
    size = (await read_new(hub, reader, pure)).size

    for before in range(size + 1):
        for after in range(before, size + 1):
            shown = await hub.call(
                reader, "log.consistency", from_size=before, to_size=after
            )
            assert shown.proof == pure.growth(before, after)

    with pytest.raises(NotFound):
        await hub.call(reader, "log.consistency", from_size=1, to_size=size + 1)
    with pytest.raises(BadRequest):
        await hub.call(reader, "log.consistency", from_size=3, to_size=2)


async def test_entries_come_in_pages_and_none_beyond_the_end(
    any_hub: Hub, reader: Device
) -> None:
    hub = any_hub
    for content in range(5):
        await append_one(hub, bytes([content]) * 32)
    head = await hub.call(reader, "log.head")

    page = await hub.call(reader, "log.entries", since=2, limit=3)
    assert [LogEntry.decode(entry).seq for entry in page.entries] == [2, 3, 4]
    assert page.head == head.head
    beyond = await hub.call(reader, "log.entries", since=100)
    assert beyond.entries == ()


async def test_a_key_of_the_service_is_logged_once_however_often_it_starts(
    any_hub: Hub, reader: Device
) -> None:
    hub, pure = any_hub, LoggingService(any_hub.clock.now())
    await hub.log.begin()
    old = hub.keyring.current
    fresh = _key(hub)
    rotated = Keyring(hub.keyring.server, (fresh, old), hub.keyring.log_key)
    for _ in range(2):
        await TransparencyLog(hub.database, hub.writer, rotated).begin()

    await read_new(hub, reader, pure)

    assert [entry.public_key for entry in pure.entries] == [old.public, fresh.public]
    assert [entry.counter for entry in pure.entries] == [1, 2]


async def test_another_log_key_signs_the_same_log_anew(
    any_hub: Hub, reader: Device
) -> None:
    hub = any_hub
    before = SignedHead.decode((await hub.call(reader, "log.head")).head)
    keyring = Keyring(hub.keyring.server, hub.keyring.signing_keys, _key(hub))

    await TransparencyLog(hub.database, hub.writer, keyring).begin()

    after = SignedHead.decode((await hub.call(reader, "log.head")).head)
    verify_head(after, keyring.log_key.public)
    assert (after.size, after.root) == (before.size, before.root)
    assert after.log_id != before.log_id


def _key(hub: Hub) -> SigningKey:
    private, public = generate_signing_key(hub.rng)
    return SigningKey(public, private)


@pytest.fixture
async def two_servers(postgres: PostgresServer) -> AsyncIterator[list[Hub]]:
    """Two processes' worth of server on one PostgreSQL database."""
    url = postgres.create_database()
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(running_hub(url)) for _ in range(2)]


async def test_two_servers_append_to_one_log(two_servers: list[Hub]) -> None:
    first, second = two_servers
    pure = LoggingService(first.clock.now())

    places = await asyncio.gather(
        *(
            append_one(hub, bytes([number, side]) * 16)
            for number in range(50)
            for side, hub in enumerate(two_servers)
        )
    )

    assert sorted(places) == list(range(1, 101))
    reader = await first.add_device("reader")
    head = await read_new(first, reader, pure)
    assert head.size == 101
