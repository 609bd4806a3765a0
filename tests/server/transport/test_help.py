"""Calls for help: beside everything else on a connection, and never too many."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_server.transport import TransportLimits
from mentalverse_signaling.events import COMMANDS, Empty, Fact
from mentalverse_signaling.quota import RATES, Lane, Rate
from support.transport import (
    GENEROUS,
    WAIT_SECONDS,
    Relay,
    Rig,
    a_message,
    an_id,
    running,
    until,
)

OPEN = {"request": an_id(1)}
FOR_HELP = sorted(c.name for c in COMMANDS.values() if c.lane is Lane.CRISIS)


async def ack(rig: Rig, socket: Any, ack_id: int) -> dict[str, Any]:
    """The answer to one call, whatever else is answered before it."""
    while True:
        packet = await socket.packet()
        if packet["type"] == 3 and packet["id"] == ack_id:
            found: dict[str, Any] = packet["data"][0]
            return found


async def test_a_full_mailbox_keeps_nobody_from_help(fastpath: bool) -> None:
    """Whoever sent too many messages, none of which is answered, is heard at once."""
    relay = Relay(held=True)
    async with running(relay=relay, fastpath=fastpath) as rig:
        socket = await rig.join(1)
        for number in range(100):
            await socket.send_event("message.send", a_message(number), ack_id=number)
        await socket.send_event("case.open", OPEN, ack_id=1000)
        assert (await ack(rig, socket, 1000))["ok"]
        assert len(relay.waiting) == 16, "the messages wait still"
        relay.held = False
        relay.release()


async def test_another_call_that_never_ends_keeps_nobody_from_help(
    fastpath: bool,
) -> None:
    """What runs alone on a connection is not alone with a call for help."""
    relay = Relay()
    never = asyncio.Event()

    async def endless(_payload: object) -> Fact:
        await never.wait()
        return Empty()

    relay.handlers["conversation.list"] = endless
    async with running(relay=relay, fastpath=fastpath) as rig:
        socket = await rig.join(1)
        await socket.send_event("conversation.list", ack_id=1)
        await socket.send_event("case.open", OPEN, ack_id=2)
        assert (await ack(rig, socket, 2))["ok"]
        never.set()


async def test_calls_for_help_come_one_after_the_other(fastpath: bool) -> None:
    """A raise belongs after the open before it."""
    relay = Relay()
    done: list[str] = []
    release = asyncio.Event()

    def handler(name: str) -> None:
        async def handle(_payload: object) -> Fact:
            await release.wait()
            done.append(name)
            return Empty()

        relay.handlers[name] = handle

    names = ["case.open", "case.raise", "case.mine"]
    for name in names:
        handler(name)
    async with running(relay=relay, fastpath=fastpath) as rig:
        socket = await rig.join(1)
        for number, name in enumerate(names):
            payload = OPEN if name == "case.open" else {}
            await socket.send_event(name, payload, ack_id=number)
        await until(lambda: rig.counters.calls == 3)
        release.set()
        assert (await ack(rig, socket, 2))["ok"]
    assert done == names


async def test_a_button_that_is_pressed_again_and_again_is_answered_each_time(
    fastpath: bool,
) -> None:
    """The same call waits in one place, is carried out once, and is answered."""
    relay = Relay()
    release = asyncio.Event()
    opened = 0

    async def slow(_payload: object) -> Fact:
        nonlocal opened
        opened += 1
        await release.wait()
        return Empty()

    relay.handlers["case.open"] = slow
    async with running(relay=relay, fastpath=fastpath) as rig:
        socket = await rig.join(1)
        for number in range(30):
            await socket.send_event("case.open", OPEN, ack_id=number)
        await until(lambda: rig.counters.calls == 30)
        release.set()
        answers = [(await socket.packet())["data"][0]["ok"] for _ in range(30)]
    assert answers == [True] * 30
    assert opened == 2


async def test_who_asks_for_help_and_is_gone_is_helped(fastpath: bool) -> None:
    """A page that closes right after the tap has a case when it comes back."""
    relay = Relay()
    release, opened = asyncio.Event(), asyncio.Event()

    async def slow(_payload: object) -> Fact:
        await release.wait()
        return Empty()

    async def open_(_payload: object) -> Fact:
        opened.set()
        return Empty()

    relay.handlers["case.mine"] = slow
    relay.handlers["case.open"] = open_
    async with running(relay=relay, fastpath=fastpath) as rig:
        socket = await rig.join(1)
        await socket.send_event("case.mine", ack_id=1)
        await socket.send_event("case.open", OPEN, ack_id=2)
        await until(lambda: rig.counters.calls == 2)
        await socket.ws.close()
        await until(lambda: not relay.sockets)
        release.set()
        async with asyncio.timeout(WAIT_SECONDS):
            await opened.wait()


async def test_a_desk_that_does_not_answer_is_said_to_in_time(fastpath: bool) -> None:
    """Nobody waits for ever: after the deadline they are told, and may ask again."""
    relay = Relay()

    async def endless(_payload: object) -> Fact:
        await asyncio.Event().wait()
        return Empty()

    relay.handlers["case.open"] = endless
    limits = TransportLimits(rates=GENEROUS, help_deadline_seconds=0.05)
    async with running(limits, relay=relay, fastpath=fastpath) as rig:
        socket = await rig.join(1)
        answer = await socket.call("case.open", OPEN)
        assert answer["error"]["code"] == "deadline"


LIMITS = st.fixed_dictionaries(
    {
        "spent": st.lists(st.sampled_from(sorted(RATES)), max_size=4, unique=True),
        "messages": st.integers(0, 90),
        "others": st.integers(0, 6),
        "held": st.booleans(),
        "mailbox_items": st.integers(0, 64),
        "mailbox_bytes": st.sampled_from([0, 100, 512 * 1024]),
    }
)


@settings(database=None, deadline=None, derandomize=True, max_examples=200)
@given(state=LIMITS, name=st.sampled_from(FOR_HELP))
def test_no_state_of_any_limit_refuses_a_call_for_help(
    state: dict[str, Any], name: str
) -> None:
    """Spent quotas, full mailboxes and waiting calls are never the person's fault."""
    with asyncio.Runner() as runner:
        answer = runner.run(_asked_in(state, name))
    if not answer["ok"]:
        # A payload that says nothing is refused for that, and for nothing else.
        assert answer["error"]["code"] == "bad_request"


async def _asked_in(state: dict[str, Any], name: str) -> dict[str, Any]:
    nothing = Rate(rate_per_second=1e-9, burst=0)
    limits = TransportLimits(
        rates={lane: nothing for lane in state["spent"]},
        max_mailbox_items=state["mailbox_items"],
        max_mailbox_bytes=state["mailbox_bytes"],
    )
    relay = Relay(held=state["held"])
    async with running(limits, relay=relay, fastpath=True) as rig:
        socket = await rig.join(1)
        for number in range(state["messages"]):
            await socket.send_event("message.send", a_message(number), ack_id=number)
        for number in range(state["others"]):
            await socket.send_event("conversation.list", ack_id=500 + number)
        payload = OPEN if name == "case.open" else {}
        await socket.send_event(name, payload, ack_id=1000)
        answer = await ack(rig, socket, 1000)
        relay.held = False
        relay.release()
    return answer
