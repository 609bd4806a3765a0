"""The laws of the writer, on both engines."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import AsyncIterator, Callable, Sequence

import pytest
import pytest_asyncio
from msgspec.structs import replace
from sqlalchemy import Connection, insert, select

from mentalverse_server.store.engine import Database
from mentalverse_server.store.facts import LeaveAsked, RowAppended
from mentalverse_server.store.messages import (
    RowKind,
    append_in_script,
    idempotent,
    page,
)
from mentalverse_server.store.tables import messages, meta
from mentalverse_server.store.writer import (
    Appended,
    MessageRow,
    Transaction,
    Writer,
    WriterLane,
    WriterLimits,
)
from mentalverse_signaling.errors import (
    Conflict,
    Forbidden,
    Internal,
    NotFound,
    Overloaded,
    Unavailable,
)
from mentalverse_signaling.ids import AccountId, ConversationId
from support.clock import ManualClock
from support.stored import client_id, ids, open_conversation


class Listener:
    """Remembers what was announced; can be told to break."""

    def __init__(self) -> None:
        self.facts: list[object] = []
        self.broken = False

    def __call__(self, facts: Sequence[object]) -> None:
        self.facts.extend(facts)
        if self.broken:
            raise RuntimeError("a listener with a defect")


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def limits() -> WriterLimits:
    return WriterLimits()


@pytest_asyncio.fixture
async def writer(
    database: Database, listener: Listener, limits: WriterLimits
) -> AsyncIterator[Writer]:
    started = Writer(database, ManualClock(), listener, limits)
    await started.start()
    yield started
    await started.close()


def message(conversation: ConversationId, payload: bytes = b"sealed") -> MessageRow:
    return MessageRow(conversation, ids(), client_id(), payload)


class Gate:
    """A script that holds the writer in its thread until it is opened."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.open = threading.Event()

    def __call__(self, transaction: Transaction) -> None:
        self.entered.set()
        assert self.open.wait(60)


async def hold(writer: Writer) -> tuple[Gate, asyncio.Future[None]]:
    """What is queued after this is in one later batch."""
    gate = Gate()
    done = writer.run(gate, lane=WriterLane.OTHER)
    assert await asyncio.to_thread(gate.entered.wait, 60)
    return gate, done


# --- order and durability -----------------------------------------------------


async def test_the_order_of_calls_is_the_order_of_the_log(
    database: Database, writer: Writer, listener: Listener
) -> None:
    conversations = [open_conversation(database) for _ in range(5)]
    chooser = random.Random(7)
    sent = [
        message(chooser.choice(conversations), bytes([n % 256, n // 256]))
        for n in range(700)
    ]
    appended = await asyncio.gather(*(writer.append(row) for row in sent))
    for conversation in conversations:
        expected = [row.payload for row in sent if row.conversation == conversation]
        log = await database.read(page, conversation, 0, None, 1_000, 10**9)
        assert [row.payload for row in log] == expected
        assert [row.seq for row in log] == list(range(1, len(expected) + 1))
        told = [
            place.seq
            for row, place in zip(sent, appended, strict=True)
            if row.conversation == conversation
        ]
        assert told == list(range(1, len(expected) + 1))
    announced = [
        (fact.conversation, fact.payload)
        for fact in listener.facts
        if isinstance(fact, RowAppended)
    ]
    assert announced == [(row.conversation, row.payload) for row in sent]


async def test_an_answer_and_a_fact_say_what_is_stored(
    database: Database, writer: Writer, listener: Listener
) -> None:
    row = message(open_conversation(database))
    place = await writer.append(row)
    (stored,) = await database.read(page, row.conversation, 0, None, 10, 10**6)
    assert (stored.seq, stored.at) == (place.seq, place.at)
    assert (stored.kind, stored.payload) == (RowKind.APPLICATION, row.payload)
    assert listener.facts == [
        RowAppended(
            row.conversation, 1, place.at, row.payload, row.device, row.client_id, True
        )
    ]


async def test_facts_are_announced_after_commit_and_before_the_answer(
    database: Database,
) -> None:
    conversation = open_conversation(database)
    seen: list[tuple[int, bool]] = []

    def look(_facts: Sequence[object]) -> None:
        durable = database.write(page, conversation, 0, None, 10, 10**6)
        seen.append((len(durable), answer.done()))

    writer = Writer(database, ManualClock(), look)
    await writer.start()
    answer = writer.append(message(conversation))
    await answer
    assert seen == [(1, False)]
    await writer.close()


# --- idempotency --------------------------------------------------------------


async def test_any_number_of_retries_gives_the_first_answer_and_no_fact(
    database: Database, writer: Writer, listener: Listener
) -> None:
    row = message(open_conversation(database))
    first = await writer.append(row)
    again = await asyncio.gather(*(writer.append(row) for _ in range(20)))
    assert set(again) == {first}
    assert len(listener.facts) == 1
    known = await database.read(idempotent, row.conversation, row.device, row.client_id)
    assert known is not None and known.appended == first


async def test_retries_in_one_batch_share_one_row(
    database: Database, writer: Writer, listener: Listener
) -> None:
    row = message(open_conversation(database))
    gate, held = await hold(writer)
    answers = [writer.append(row) for _ in range(5)]
    other = writer.append(message(row.conversation))
    gate.open.set()
    await held
    assert {(await answer).seq for answer in answers} == {1}
    assert (await other).seq == 2
    assert len(listener.facts) == 2


@pytest.mark.parametrize("together", [True, False])
async def test_a_key_used_for_another_body_is_a_conflict(
    database: Database, writer: Writer, together: bool
) -> None:
    row = message(open_conversation(database))
    gate, held = await hold(writer)
    first = writer.append(row)
    if not together:
        gate.open.set()
        await first
    other = writer.append(replace(row, payload=b"another"))
    gate.open.set()
    await held
    assert (await first).seq == 1
    with pytest.raises(Conflict):
        await other


async def test_a_key_belongs_to_one_device(database: Database, writer: Writer) -> None:
    row = message(open_conversation(database))
    first = await writer.append(row)
    second = await writer.append(replace(row, device=ids(), payload=b"another"))
    assert (first.seq, second.seq) == (1, 2)


# --- failures stay where they belong ------------------------------------------


async def test_an_unknown_conversation_fails_alone(
    database: Database, writer: Writer
) -> None:
    conversation = open_conversation(database)
    gate, held = await hold(writer)
    good = [writer.append(message(conversation))]
    bad = writer.append(message(ids()))
    good.append(writer.append(message(conversation)))
    gate.open.set()
    await held
    with pytest.raises(NotFound):
        await bad
    assert [(await answer).seq for answer in good] == [1, 2]


async def test_a_row_the_database_refuses_fails_alone_and_leaves_no_gap(
    database: Database, writer: Writer, listener: Listener
) -> None:
    conversation = open_conversation(database)
    broken = open_conversation(database)

    def occupy(transaction: Transaction) -> None:
        """A row where the head says there is none."""
        transaction.connection.execute(
            insert(messages).values(
                conversation=broken,
                seq=1,
                at=transaction.now,
                kind="application",
                payload=b"x",
            )
        )

    await writer.run(occupy, lane=WriterLane.OTHER)
    gate, held = await hold(writer)
    before = writer.append(message(conversation))
    bad = writer.append(message(broken))
    after = writer.append(message(conversation))
    gate.open.set()
    await held
    with pytest.raises(Internal):
        await bad
    assert ((await before).seq, (await after).seq) == (1, 2)
    assert [f.seq for f in listener.facts if isinstance(f, RowAppended)] == [1, 2]


async def test_a_script_that_raises_loses_its_writes_and_its_facts_only(
    database: Database, writer: Writer, listener: Listener
) -> None:
    conversation = open_conversation(database)

    def refuse(transaction: Transaction) -> None:
        append_in_script(transaction, conversation, RowKind.COMMIT, b"loser")
        raise Forbidden("no")

    def accept(transaction: Transaction) -> Appended:
        return append_in_script(transaction, conversation, RowKind.COMMIT, b"winner")

    gate, held = await hold(writer)
    refused = writer.run(refuse, lane=WriterLane.COMMIT)
    accepted = writer.run(accept, lane=WriterLane.COMMIT)
    sent = writer.append(message(conversation))
    gate.open.set()
    await held
    with pytest.raises(Forbidden):
        await refused
    assert ((await accepted).seq, (await sent).seq) == (1, 2)
    assert [f.payload for f in listener.facts if isinstance(f, RowAppended)] == [
        b"winner",
        b"sealed",
    ]


async def test_a_script_with_a_database_error_does_not_harm_its_batch(
    database: Database, writer: Writer
) -> None:
    conversation = open_conversation(database)

    def twice(transaction: Transaction) -> None:
        for _ in range(2):
            transaction.connection.execute(insert(meta).values(key="k", value="v"))

    gate, held = await hold(writer)
    failing = writer.run(twice, lane=WriterLane.COMMIT)
    sent = writer.append(message(conversation))
    gate.open.set()
    await held
    with pytest.raises(Exception, match="(?i)unique"):
        await failing
    assert (await sent).seq == 1


async def test_a_cancelled_waiter_cancels_nothing_and_harms_nobody(
    database: Database, writer: Writer
) -> None:
    conversation = open_conversation(database)
    gate, held = await hold(writer)
    futures = [writer.append(message(conversation, bytes([n]))) for n in range(10)]
    for future in futures[::2]:
        future.cancel()
    gate.open.set()
    await held
    assert [(await future).seq for future in futures[1::2]] == [2, 4, 6, 8, 10]
    assert len(await database.read(page, conversation, 0, None, 100, 10**6)) == 10
    assert writer.is_alive


async def test_a_waiter_cancelled_during_commit_does_not_end_the_loop(
    database: Database, writer: Writer
) -> None:
    gate = Gate()
    running = writer.run(gate, lane=WriterLane.OTHER)
    assert await asyncio.to_thread(gate.entered.wait, 60)
    running.cancel()
    gate.open.set()
    assert (await writer.append(message(open_conversation(database)))).seq == 1


async def test_a_listener_with_a_defect_stops_no_answer_and_no_later_batch(
    database: Database, writer: Writer, listener: Listener
) -> None:
    conversation = open_conversation(database)
    listener.broken = True
    assert (await writer.append(message(conversation))).seq == 1
    listener.broken = False
    assert (await writer.append(message(conversation))).seq == 2
    assert writer.counters.defects == 1


# --- lanes and bounds ---------------------------------------------------------


async def test_crisis_goes_first_then_commits_then_messages_then_the_rest(
    database: Database, writer: Writer, listener: Listener
) -> None:
    conversation = open_conversation(database)

    def announce(name: str) -> Callable[[Transaction], None]:
        fact = LeaveAsked(conversation, AccountId(name))
        return lambda transaction: transaction.publish(fact)

    gate, held = await hold(writer)
    futures = [
        writer.run(announce("other"), lane=WriterLane.OTHER),
        writer.append(message(conversation)),
        writer.run(announce("commit"), lane=WriterLane.COMMIT),
        writer.run(announce("crisis"), lane=WriterLane.CRISIS),
    ]
    gate.open.set()
    await asyncio.gather(held, *futures)
    assert [
        fact.account if isinstance(fact, LeaveAsked) else "row"
        for fact in listener.facts
    ] == ["crisis", "commit", "row", "other"]


class TestWithASmallQueue:
    @pytest.fixture
    def limits(self) -> WriterLimits:
        return WriterLimits(
            max_queued_items=3,
            max_queued_bytes=1_000,
            reserved_crisis_items=2,
            max_batch_items=2,
            reserved_other_items=1,
        )

    async def test_a_full_queue_refuses_at_once_and_says_when_to_come_back(
        self, database: Database, writer: Writer
    ) -> None:
        conversation = open_conversation(database)
        gate, held = await hold(writer)
        queued = [writer.append(message(conversation)) for _ in range(3)]
        refused = writer.append(message(conversation))
        assert refused.done()
        with pytest.raises(Overloaded) as overloaded:
            await refused
        assert overloaded.value.retry_after_ms
        gate.open.set()
        await held
        assert [(await answer).seq for answer in queued] == [1, 2, 3]
        assert (writer.queued_items, writer.queued_bytes) == (0, 0)

    async def test_the_queue_is_bounded_in_bytes(
        self, database: Database, writer: Writer
    ) -> None:
        conversation = open_conversation(database)
        gate, held = await hold(writer)
        queued = writer.append(message(conversation, bytes(900)))
        with pytest.raises(Overloaded):
            await writer.append(message(conversation, bytes(101)))
        gate.open.set()
        await asyncio.gather(held, queued)

    async def test_messages_cannot_fill_the_place_of_the_crisis_lane(
        self, database: Database, writer: Writer
    ) -> None:
        conversation = open_conversation(database)
        gate, held = await hold(writer)
        queued = [writer.append(message(conversation)) for _ in range(3)]
        crisis = [
            writer.run(lambda _transaction: "heard", lane=WriterLane.CRISIS)
            for _ in range(2)
        ]
        with pytest.raises(Overloaded):
            await writer.run(lambda _transaction: None, lane=WriterLane.CRISIS)
        gate.open.set()
        assert await asyncio.gather(*crisis) == ["heard", "heard"]
        await asyncio.gather(held, *queued)

    async def test_messages_cannot_starve_the_last_lane(
        self, database: Database, writer: Writer
    ) -> None:
        conversation = open_conversation(database)
        gate, held = await hold(writer)
        queued = [writer.append(message(conversation)) for _ in range(2)]
        other = writer.run(lambda _transaction: None, lane=WriterLane.OTHER)
        gate.open.set()
        await asyncio.gather(held, other)
        assert not queued[1].done()
        await asyncio.gather(*queued)


async def test_closing_commits_what_is_queued_and_refuses_the_rest(
    database: Database, listener: Listener
) -> None:
    conversation = open_conversation(database)
    writer = Writer(database, ManualClock(), listener)
    await writer.start()
    gate, held = await hold(writer)
    queued = [writer.append(message(conversation)) for _ in range(3)]
    closing = asyncio.create_task(writer.close())
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await writer.append(message(conversation))
    gate.open.set()
    await closing
    assert [(await answer).seq for answer in queued] == [1, 2, 3]
    await held
    assert not writer.is_alive


async def test_closing_does_not_wait_for_a_disk_that_hangs(
    database: Database, listener: Listener
) -> None:
    writer = Writer(
        database, ManualClock(), listener, WriterLimits(close_timeout_seconds=0.05)
    )
    await writer.start()
    gate, held = await hold(writer)
    queued = writer.append(message(ids()))
    await writer.close()
    for answer in (held, queued):
        with pytest.raises(Unavailable):
            await answer
    gate.open.set()


async def test_a_ping_writes(database: Database, writer: Writer) -> None:
    def pinged(connection: Connection) -> list[str]:
        return list(connection.execute(select(meta.c.key)).scalars())

    await writer.ping()
    await writer.ping()
    assert "writer_ping" in await database.read(pinged)
