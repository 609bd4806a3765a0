"""The path before a call: a room of one, through the real engine and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mentalverse_server.media.driver import RoomSpec
from mentalverse_server.media.forwarder import hooks
from mentalverse_signaling.errors import NoSeat, NotFound
from support.call_wire import Caller, CallWire, call_wire, until
from support.feeds import BUILTIN, hears, publishes, subscribes
from support.sfu_suite import LOOPBACK


async def _checks(wire: CallWire, who: Any) -> Caller:
    view = await who.call("call.check", echo=True)
    assert view.is_sfu_up and view.echo is not None
    return Caller(who, view.echo, wire.id())


@pytest.fixture(autouse=True)
def loopback() -> Any:
    hooks.use_addresses([LOOPBACK])
    yield
    hooks.use_addresses([])


@pytest.mark.capability("C04")
async def test_who_tries_the_path_hears_themselves_and_nobody_else_does(
    tmp_path: Path,
) -> None:
    async with call_wire(tmp_path, settings=BUILTIN) as wire:
        ada = await wire.member("ada")
        alone = await _checks(wire, ada)
        feed, sending = await publishes(alone)
        assert feed.startswith(ada.account)
        receiving = await subscribes(alone, feed)
        await hears(receiving, sending)

        for other in (await wire.again(ada), await wire.member("eve")):
            stranger = Caller(other, alone.call, wire.id())
            with pytest.raises(NoSeat):
                await stranger.ask("feed.subscribe", feeds=[feed])
        with pytest.raises(NotFound):
            await alone.ask("call.join", conn_id=wire.id(), caps={"e2ee": True})


async def test_a_room_to_try_in_ends_by_itself_and_with_the_next_one(
    tmp_path: Path,
) -> None:
    async with call_wire(tmp_path, settings=BUILTIN) as wire:
        ada = await wire.member("ada")
        first = await _checks(wire, ada)
        second = await _checks(wire, ada)
        engines = wire.api.server.calls.media.engines
        assert not engines.holds(first.call) and engines.holds(second.call)
        wire.clock.advance(30)

        async def is_over() -> bool:
            return not engines.holds(second.call)

        assert await until(is_over)
        with pytest.raises(NotFound):
            await second.ask("feed.subscribe", feeds=[f"{ada.account}:1"])


async def test_a_call_goes_before_the_rooms_to_try_in(tmp_path: Path) -> None:
    async with call_wire(tmp_path, settings=BUILTIN) as wire:
        media = wire.api.server.calls.media
        assert await media.make_room(RoomSpec(wire.id(), 10, screen=True))
        people = [await wire.member(f"person-{n}") for n in range(3)]
        trying = [await _checks(wire, one) for one in people]
        _, lead, _ = await wire.circle("peer_circle", people=0)
        assert (await lead.roster()).view.topology == "sfu"
        assert not any(media.engines.holds(one.call) for one in trying)


async def test_without_an_engine_there_is_no_room_to_try_in(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        ada = await wire.member("ada")
        view = await ada.call("call.check", echo=True)
        assert (view.is_sfu_up, view.echo) == (False, None)
