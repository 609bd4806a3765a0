"""A peer that does not read costs a bounded amount, for a bounded time."""

from __future__ import annotations

import asyncio
import gc
import resource
import socket
import time
from typing import cast

import pytest

from mentalverse_server.transport import Connection, TransportLimits, encode_push
from mentalverse_server.transport.outlets import SocketOutlet
from mentalverse_signaling.events import ConversationAdvanced, MessageSent
from mentalverse_signaling.ids import ConversationId
from support.transport import GENEROUS, RawSocket, Rig, a_message, an_id, running, until

CONVERSATION = ConversationId("c0" * 16)
ROW = encode_push("message.sent", MessageSent(CONVERSATION, 1, 0, bytes(40_000)))


def stop_reading(raw: RawSocket) -> asyncio.Transport:
    """The peer's program hangs: its socket buffers fill."""
    transport = raw.transport
    transport.pause_reading()
    return transport


def shrink_buffers(raw: RawSocket) -> None:
    """Less for the kernel to take off the server's hands."""
    peer = raw.transport.get_extra_info("socket")
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)


async def fill(connection: Connection, until_queued: int) -> int:
    """Send rows until that many wait; how many were sent."""
    rows = 0
    outlet = cast(SocketOutlet, connection.outlet)
    while outlet.queued_packets < until_queued:
        connection.send(ROW)
        rows += 1
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    return rows


def advanced(head: int, conversation: str = CONVERSATION) -> ConversationAdvanced:
    return ConversationAdvanced(ConversationId(conversation), head)


async def test_readers_that_stop_are_cut_off_and_nobody_else_notices(
    fastpath: bool,
) -> None:
    async with running(fastpath=fastpath) as rig:
        healthy = await rig.join(1)
        slow = [await rig.join(number) for number in range(2, 42)]
        for raw in slow:
            shrink_buffers(raw)
            stop_reading(raw)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        worst = 0.0
        for number in range(400):
            for connection in rig.transport.connections:
                if connection.device != an_id(1):
                    connection.send(ROW)
            started = time.monotonic()
            assert (await healthy.call("message.send", a_message(number)))["ok"]
            worst = max(worst, time.monotonic() - started)
            if len(rig.transport.connections) == 1:
                break
        await until(lambda: len(rig.transport._sockets.links) == 1)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert rig.counters.slow_readers == 40
        assert grown <= 40 * 6 * 1024, "KiB, with both ends of each socket in here"
        # Whoever waits for a slow reader waits until that one is cut off.
        assert worst < rig.transport.limits.send_stall_seconds / 2
        await _nothing_is_left(rig)


async def _nothing_is_left(rig: Rig) -> None:
    gc.collect()
    await until(lambda: len(rig.transport._sockets.eio.sockets) == 1)
    await until(lambda: len(rig.relay.sockets) == 1)
    names = [task.get_coro().__qualname__ for task in asyncio.all_tasks()]  # type: ignore[union-attr]
    assert not [n for n in names if n.startswith("DirectOutlet")]
    assert len([n for n in names if "writer" in n]) <= 1


async def test_a_reader_that_stops_with_little_queued_is_cut_off_in_time(
    fastpath: bool,
) -> None:
    limits = TransportLimits(
        rates=GENEROUS, send_stall_seconds=0.3, max_send_queue_packets=10_000
    )
    async with running(limits, fastpath=fastpath) as rig:
        raw = await rig.join(1)
        shrink_buffers(raw)
        stop_reading(raw)
        (connection,) = rig.transport.connections
        await fill(connection, until_queued=5)
        await until(lambda: not rig.transport._sockets.links)
        assert rig.counters.slow_readers == 1


async def test_a_slow_reader_gets_hints_and_catches_up(fastpath: bool) -> None:
    limits = TransportLimits(rates=GENEROUS, max_send_queue_bytes=8 * 1024 * 1024)
    async with running(limits, fastpath=fastpath) as rig:
        raw = await rig.join(1)
        transport = stop_reading(raw)
        (connection,) = rig.transport.connections
        rows = await fill(connection, until_queued=5)
        assert connection.is_congested
        for head in range(1, 101):
            hint = encode_push("conversation.advanced", advanced(head))
            connection.hint(CONVERSATION, hint)
            other = encode_push("conversation.advanced", advanced(head, "d0" * 16))
            connection.hint("d0" * 16, other)
        transport.resume_reading()
        for _ in range(rows):
            assert (await raw.packet())["data"][0] == "message.sent"
        hints = [(await raw.packet())["data"][1] for _ in range(2)]
        assert [(hint["conversation"], hint["head"]) for hint in hints] == [
            (CONVERSATION, 100),
            ("d0" * 16, 100),
        ]
        assert not connection.is_congested
        assert (await raw.call("message.send", a_message(1)))["ok"]


async def test_a_hint_to_a_reader_that_keeps_up_is_sent_at_once(
    fastpath: bool,
) -> None:
    async with running(fastpath=fastpath) as rig:
        raw = await rig.join(1)
        (connection,) = rig.transport.connections
        connection.hint("a", encode_push("conversation.advanced", advanced(7)))
        assert (await raw.packet())["data"][1]["head"] == 7


@pytest.mark.parametrize("size", [1, 125, 126, 40_000])
async def test_frames_of_every_length_form_arrive_whole_and_in_order(
    fastpath: bool, size: int
) -> None:
    async with running(fastpath=fastpath) as rig:
        raw = await rig.join(1)

        async def read() -> list[dict[str, object]]:
            return [(await raw.packet())["data"][1] for _ in range(150)]

        reading = asyncio.create_task(read())
        (connection,) = rig.transport.connections
        outlet = cast(SocketOutlet, connection.outlet)
        for seq in range(150):
            row = MessageSent(CONVERSATION, seq, 0, bytes(size))
            connection.send(encode_push("message.sent", row))
            if not seq % 10:
                await until(lambda: not outlet.queued_packets)
        rows = await reading
    assert [row["seq"] for row in rows] == list(range(150))
    assert all(row["payload"] == bytes(size) for row in rows)


async def test_rows_sent_while_a_queue_drains_keep_their_order(
    fastpath: bool,
) -> None:
    limits = TransportLimits(
        rates=GENEROUS, max_send_queue_packets=10_000, max_send_queue_bytes=2**28
    )
    async with running(limits, fastpath=fastpath) as rig:
        raw = await rig.join(1)
        (connection,) = rig.transport.connections
        outlet = cast(SocketOutlet, connection.outlet)

        def send(seq: int) -> None:
            row = MessageSent(CONVERSATION, seq, 0, bytes(40_000))
            connection.send(encode_push("message.sent", row))

        sent, mixed = 0, 0
        for _ in range(5):
            transport = stop_reading(raw)
            while outlet.queued_packets < 3:
                send(sent)
                sent += 1
                await asyncio.sleep(0)
            transport.resume_reading()
            while outlet.queued_packets:
                reading = asyncio.create_task(raw.packet())
                await asyncio.sleep(0)
                if outlet.queued_packets and mixed < 400:
                    send(sent)
                    sent, mixed = sent + 1, mixed + 1
                raw.pushed.append(await reading)
        while len(raw.pushed) < sent:
            raw.pushed.append(await raw.packet())
    assert mixed, "rows were sent into a queue that drains"
    assert [p["data"][1]["seq"] for p in raw.pushed] == list(range(sent))


async def test_a_reader_that_vanishes_while_rows_wait_leaves_no_error(
    fastpath: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(fastpath=fastpath) as rig:
        raw = await rig.join(1)
        transport = stop_reading(raw)
        (connection,) = rig.transport.connections
        await fill(connection, until_queued=5)
        transport.abort()
        await until(lambda: not rig.transport._sockets.links)
        connection.send(ROW)
        connection.hint("a", ROW)
        connection.close("gone")
        gc.collect()
    assert not caplog.records
