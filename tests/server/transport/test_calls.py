"""Every call is answered once, in order, whatever becomes of its handler."""

from __future__ import annotations

import asyncio

import pytest
import structlog

from mentalverse_server.transport import TransportLimits
from mentalverse_signaling.errors import Forbidden
from mentalverse_signaling.events import Empty, Fact, MessageSend
from mentalverse_signaling.quota import Lane, Rate
from support.transport import (
    GENEROUS,
    RawSocket,
    Relay,
    a_message,
    running,
    until,
)


async def acks(socket: RawSocket, count: int) -> list[tuple[int, object]]:
    """The next `count` acknowledgements: their ids, and True or the error code."""
    answers: list[tuple[int, object]] = []
    while len(answers) < count:
        packet = await socket.packet()
        if packet["type"] == 3:
            answer = packet["data"][0]
            answers.append((packet["id"], answer["ok"] or answer["error"]["code"]))
    return answers


async def test_a_burst_is_answered_in_order_and_bounded(fastpath: bool) -> None:
    relay = Relay(held=True)
    async with running(relay=relay, fastpath=fastpath) as rig:
        socket = await rig.join(1)
        for number in range(300):
            await socket.send_event("message.send", a_message(number), ack_id=number)
        await until(lambda: rig.counters.calls == 300)
        assert len(relay.waiting) == 16, "hot calls in flight"
        relay.held = False
        relay.release()
        answers = await acks(socket, 300)
    accepted = [number for number, answer in answers if answer is True]
    assert accepted == list(range(16 + 64)), "in flight, then the mailbox, in order"
    assert {answer for _, answer in answers} == {True, "overloaded"}


async def test_a_burst_within_the_bounds_keeps_its_order(fastpath: bool) -> None:
    async with running(fastpath=fastpath) as rig:
        socket = await rig.join(1)
        for number in range(2000):
            payload = b"%d" % number
            await socket.send_event("message.send", a_message(number, payload))
        await until(lambda: rig.counters.calls == 2000)
        await socket.call("conversation.list")
    assert rig.relay.seen == [b"%d" % number for number in range(2000)]


async def test_acknowledgements_leave_in_order_of_arrival(fastpath: bool) -> None:
    relay = Relay(held=True)
    async with running(relay=relay, fastpath=fastpath) as rig:
        socket = await rig.join(1)
        for number in range(3):
            await socket.send_event("message.send", a_message(number), ack_id=number)
        await until(lambda: len(relay.waiting) == 3)
        for future in reversed(relay.waiting):
            future.set_exception(Forbidden("no"))
            await asyncio.sleep(0)
        assert [number for number, _ in await acks(socket, 3)] == [0, 1, 2]


async def test_another_call_waits_for_the_messages_before_it(fastpath: bool) -> None:
    relay = Relay(held=True)
    started = asyncio.Event()

    async def listing(_payload: object) -> Fact:
        started.set()
        return Empty()

    relay.handlers["conversation.list"] = listing
    async with running(relay=relay, fastpath=fastpath) as rig:
        socket = await rig.join(1)
        await socket.send_event("message.send", a_message(1), ack_id=1)
        await socket.send_event("conversation.list", ack_id=2)
        await socket.send_event("message.send", a_message(2), ack_id=3)
        await until(lambda: rig.counters.calls == 3)
        assert not started.is_set() and len(relay.waiting) == 1
        relay.held = False
        relay.release()
        assert [number for number, _ in await acks(socket, 3)] == [1, 2, 3]


async def test_a_slow_handler_does_not_cost_the_connection(fastpath: bool) -> None:
    relay = Relay()
    release = asyncio.Event()

    async def slow(_payload: object) -> Fact:
        await release.wait()
        return Empty()

    relay.handlers["keys.count"] = slow
    limits = TransportLimits(
        rates=GENEROUS, ping_interval_seconds=0.2, ping_timeout_seconds=2.0
    )
    async with running(limits, relay=relay, fastpath=fastpath) as rig:
        socket = await rig.join(1)
        await socket.send_event("keys.count", ack_id=1)
        with pytest.raises(TimeoutError):
            await socket.packet(3.0)
        release.set()
        assert await acks(socket, 1) == [(1, True)]


@pytest.mark.parametrize("event", ["message.send", "conversation.list"])
async def test_a_crash_in_a_handler_is_acknowledged_internal(
    fastpath: bool, event: str
) -> None:
    relay = Relay()

    def crash(_payload: object) -> None:
        raise KeyError("a secret")

    async def crash_later(_payload: object) -> Fact:
        raise KeyError("a secret")

    relay.hot = crash
    relay.handlers["conversation.list"] = crash_later
    payload = a_message(1) if event == "message.send" else {}
    async with running(relay=relay, fastpath=fastpath) as rig:
        socket = await rig.join(1)
        with structlog.testing.capture_logs() as logs:
            answer = await socket.call(event, payload)
        assert answer["error"]["code"] == "internal"
        assert "secret" not in str(answer)
        assert [line["event"] for line in logs] == ["transport.call_failed"]
        assert rig.counters.defects == 1
        assert (await socket.call("keys.count"))["ok"], "the next call works"


async def test_a_cancelled_handler_is_acknowledged_unavailable(fastpath: bool) -> None:
    relay = Relay(held=True)
    async with running(relay=relay, fastpath=fastpath) as rig:
        socket = await rig.join(1)
        await socket.send_event("message.send", a_message(1), ack_id=1)
        await until(lambda: len(relay.waiting) == 1)
        relay.waiting[0].cancel()
        assert await acks(socket, 1) == [(1, "unavailable")]


async def test_a_call_past_its_deadline_is_told_so(fastpath: bool) -> None:
    relay = Relay(held=True)

    async def never(_payload: object) -> Fact:
        await asyncio.Event().wait()
        raise AssertionError

    relay.handlers["keys.count"] = never
    limits = TransportLimits(rates=GENEROUS, call_deadline_seconds=0.5)
    async with running(limits, relay=relay, fastpath=fastpath) as rig:
        socket = await rig.join(1)
        await socket.send_event("message.send", a_message(1), ack_id=1)
        await socket.send_event("keys.count", ack_id=2)
        assert await acks(socket, 2) == [(1, "deadline"), (2, "deadline")]
        relay.release()
        assert (await socket.call("conversation.list"))["ok"]


@pytest.mark.parametrize(
    "name", ["connect", "disconnect", "connect_error", "_private", "no.such", "x" * 999]
)
async def test_a_name_that_is_not_in_the_registry_is_refused(
    fastpath: bool, name: str
) -> None:
    async with running(fastpath=fastpath) as rig:
        socket = await rig.join(1)
        answer = await socket.call(name, {"token": "x" * 20})
        assert answer["error"]["code"] == "unknown_event"
        assert len(rig.transport.connections) == 1
        assert len(rig.relay.sockets) == 1, "no handler of ours ran for it"


async def test_a_caller_over_its_quota_learns_when_to_return(fastpath: bool) -> None:
    rates = GENEROUS | {Lane.HOT: Rate(rate_per_second=0.01, burst=2)}
    async with running(TransportLimits(rates=rates), fastpath=fastpath) as rig:
        socket = await rig.join(1)
        answers = [await socket.call("message.send", a_message(n)) for n in range(3)]
    assert [answer["ok"] for answer in answers] == [True, True, False]
    assert answers[2]["error"]["code"] == "rate_limited"
    assert 0 < answers[2]["error"]["retry_after_ms"] <= 100_000


async def test_a_caller_that_ignores_refusals_is_closed(fastpath: bool) -> None:
    limits = TransportLimits(rates=GENEROUS, refusals=Rate(rate_per_second=1, burst=50))
    async with running(limits, fastpath=fastpath) as rig:
        socket = await rig.join(1)
        for _ in range(60):
            await socket.send_event("no.such.event", ack_id=1)
        assert await socket.close_code() == 1008


async def test_a_call_without_an_acknowledgement_id_is_still_done(
    fastpath: bool,
) -> None:
    async with running(fastpath=fastpath) as rig:
        socket = await rig.join(1)
        await socket.send_event("message.send", a_message(1))
        answer = await socket.call("message.send", a_message(2))
        assert answer == {"ok": True, "data": {"seq": 2, "at": 0}}


async def test_calls_in_progress_when_the_socket_goes_leave_nothing_behind(
    fastpath: bool,
) -> None:
    relay = Relay(held=True)
    async with running(relay=relay, fastpath=fastpath) as rig:
        socket = await rig.join(1)
        for number in range(40):
            await socket.send_event("message.send", a_message(number), ack_id=number)
        await until(lambda: rig.counters.calls == 40)
        await socket.ws.close()
        await until(lambda: not relay.sockets)
        relay.release()
        await asyncio.sleep(0)
        assert len(relay.seen) == 16, "what had not started was dropped"
        assert not rig.transport._gateway._busy


def test_the_hot_lane_is_the_one_event_the_dispatcher_takes() -> None:
    from mentalverse_signaling.events import COMMANDS

    hot = [c for c in COMMANDS.values() if c.lane is Lane.HOT]
    assert [c.payload for c in hot] == [MessageSend]
