"""The way of calls between two: relayed by rule, direct where both wish it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from mentalverse_signaling.errors import Forbidden, NotFound
from mentalverse_signaling.roles import Role
from mentalverse_signaling.route_events import RouteView
from support.call_wire import CallWire, call_wire, relay
from support.crisis_wire import Line, Talk

RULE = RouteView(may_choose=True, wishes_direct=False, relay=True)
WISHED = RouteView(may_choose=True, wishes_direct=True, relay=True)
DIRECT = RouteView(may_choose=True, wishes_direct=True, relay=False)


async def _pair(wire: CallWire) -> tuple[Line, Line, Talk]:
    mia = await wire.member("mia", Role.MENTEE)
    noor = await wire.member("noor", Role.MENTOR)
    return mia, noor, await wire.talk("direct", mia, noor)


async def _says(who: Line, talk: Talk, wish: bool) -> RouteView:
    view: RouteView = await who.call("route.set", conversation=talk.id, direct=wish)
    return view


async def _sees(who: Line, talk: Talk) -> RouteView:
    view: RouteView = await who.call("route.fetch", conversation=talk.id)
    return view


async def _opened(wire: CallWire, who: Line, talk: Talk) -> Any:
    """How a call goes that is opened there, and is over again."""
    view = await wire.start(who, talk)
    one = wire.caller(who, view)
    joined = await one.join()
    assert joined.seat is not None
    assert joined.seat.access.relay is view.relay
    await one.ask("call.end")
    return view.topology, view.relay


async def test_only_both_together_lift_the_relay(tmp_path: Path) -> None:
    async with call_wire(tmp_path, settings=relay(tmp_path)) as wire:
        mia, noor, talk = await _pair(wire)
        assert await _sees(mia, talk) == RULE
        assert await _opened(wire, mia, talk) == ("p2p", True)
        assert await _says(mia, talk, True) == WISHED
        assert await _opened(wire, noor, talk) == ("p2p", True)
        assert await _says(noor, talk, True) == DIRECT
        assert await _opened(wire, mia, talk) == ("p2p", False)
        assert await _says(mia, talk, False) == RULE
        assert await _opened(wire, noor, talk) == ("p2p", True)


async def test_who_has_not_chosen_learns_nothing_of_the_other(tmp_path: Path) -> None:
    async with call_wire(tmp_path, settings=relay(tmp_path)) as wire:
        mia, noor, talk = await _pair(wire)
        before = await _sees(noor, talk)
        await _says(mia, talk, True)
        assert await _sees(noor, talk) == before
        await _says(noor, talk, True)
        await _says(noor, talk, False)
        assert await _sees(noor, talk) == before
        assert await _sees(mia, talk) == WISHED


async def test_a_wish_is_of_one_conversation_and_said_once(tmp_path: Path) -> None:
    async with call_wire(tmp_path, settings=relay(tmp_path)) as wire:
        mia, noor, talk = await _pair(wire)
        other = await wire.talk("direct", mia, noor)
        for who in (mia, noor, mia):
            await _says(who, talk, True)
        assert await _sees(mia, talk) == DIRECT
        assert await _sees(mia, other) == RULE


async def test_who_takes_it_back_joins_an_open_call_by_the_relay(
    tmp_path: Path,
) -> None:
    async with call_wire(tmp_path, settings=relay(tmp_path)) as wire:
        mia, noor, talk = await _pair(wire)
        for who in (mia, noor):
            await _says(who, talk, True)
        view = await wire.start(mia, talk)
        first = await wire.caller(mia, view).join()
        assert first.seat is not None and not first.seat.access.relay
        await _says(noor, talk, False)
        second = await wire.caller(noor, view).join()
        assert second.seat is not None and second.seat.access.relay
        assert second.seat.access.ice_servers
        assert second.roster is not None and second.roster.view.relay
    async with call_wire(tmp_path, wire.clock, settings=relay(tmp_path)) as later:
        again = await later.again(mia)
        (listed,) = (await again.call("call.list")).calls
        assert listed.relay, "it is so after a restart, too"


async def test_no_call_opens_by_a_wish_that_is_being_taken_back(
    tmp_path: Path,
) -> None:
    async with call_wire(tmp_path, settings=relay(tmp_path)) as wire:
        mia, noor, talk = await _pair(wire)
        for _ in range(8):
            for who in (mia, noor):
                await _says(who, talk, True)
            view, said = await asyncio.gather(
                wire.start(mia, talk), _says(noor, talk, False)
            )
            assert said.relay
            caller = wire.caller(noor, view)
            joined = await caller.join()
            assert joined.seat is not None and joined.seat.access.relay
            await caller.ask("call.end")


async def test_where_the_relay_is_no_rule_there_is_nothing_to_choose(
    tmp_path: Path,
) -> None:
    async with call_wire(tmp_path, settings=relay(tmp_path)) as wire:
        ada, ben = await wire.member("ada"), await wire.member("ben")
        talk = await wire.talk("direct", ada, ben)
        nothing = RouteView(may_choose=False, wishes_direct=False, relay=False)
        assert await _sees(ada, talk) == nothing
        with pytest.raises(Forbidden):
            await _says(ada, talk, True)
        assert await _says(ada, talk, False) == nothing


async def test_a_crisis_is_relayed_whatever_both_wish(tmp_path: Path) -> None:
    async with call_wire(tmp_path, settings=relay(tmp_path)) as wire:
        mia, noor, talk = await _pair(wire)
        for who in (mia, noor):
            await _says(who, talk, True)
        session = await mia.call(
            "session.plan",
            request=wire.id(),
            conversation=talk.id,
            kind="crisis",
            starts_at=round(wire.clock.now().timestamp() * 1000),
        )
        view = await wire.start(mia, talk, session=session.session)
        assert (view.kind, view.relay) == ("crisis", True)


async def test_aside_and_in_circles_nobody_chooses(tmp_path: Path) -> None:
    async with call_wire(tmp_path, settings=relay(tmp_path)) as wire:
        mia, noor, direct = await _pair(wire)
        for who in (mia, noor):
            await _says(who, direct, True)
        for kind in ("side", "circle"):
            talk = await wire.talk(kind, mia, noor)
            with pytest.raises(Forbidden):
                await _says(mia, talk, True)
            with pytest.raises(Forbidden):
                await _sees(mia, talk)
        eve = await wire.member("eve")
        with pytest.raises(NotFound):
            await _says(eve, direct, True)
        with pytest.raises(NotFound):
            await _sees(eve, direct)
