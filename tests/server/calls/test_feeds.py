"""Feeds of a real server through its own engine: seats, keys, mutes and falls."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from mentalverse_server.media.builtin import BuiltinDriver
from mentalverse_server.media.forwarder import hooks
from mentalverse_signaling.errors import (
    E2eeRequired,
    NoSeat,
    NotFound,
    RoleRequired,
    StalePcGen,
)
from support.call_wire import Caller, CallWire, call_wire
from support.feeds import BUILTIN, hears, publishes, subscribes
from support.sfu_suite import LOOPBACK


@asynccontextmanager
async def forwarded(folder: Path) -> AsyncIterator[tuple[CallWire, list[Caller]]]:
    """A call of three on seats that go through the engine, who leads first."""
    hooks.use_addresses([LOOPBACK])
    try:
        async with call_wire(folder, settings=BUILTIN) as wire:
            _, lead, (one, other, _) = await wire.circle("open_circle")
            await one.join()
            await other.join()
            yield wire, [lead, one, other]
    finally:
        hooks.use_addresses([])


@pytest.mark.capability("C06")
async def test_a_circle_hears_whopublishes(tmp_path: Path) -> None:
    async with forwarded(tmp_path) as (_, (lead, one, other)):
        roster = await lead.roster()
        assert roster.view.topology == "sfu"
        feed, sending = await publishes(one)
        assert feed.startswith(one.account)
        assert (await other.told("feed.published"))["feed"]["feed"] == feed
        receiving = await subscribes(other, feed)
        await hears(receiving, sending)


async def test_what_a_client_sends_is_checked_before_the_engine_is_asked(
    tmp_path: Path,
) -> None:
    async with forwarded(tmp_path) as (wire, (lead, one, other)):
        jsep = {"type": "offer", "sdp": "v=0", "e2ee": False}
        with pytest.raises(E2eeRequired):
            await one.ask("feed.publish", label="main", jsep=jsep)
        with pytest.raises(RoleRequired):
            await one.ask("feed.publish", label="screen", jsep={**jsep, "e2ee": True})
        stranger = Caller(await wire.again(other.line), one.call, wire.id())
        with pytest.raises(NoSeat):
            await stranger.ask("feed.publish", label="main", jsep=jsep)
        feed, _ = await publishes(one)
        await other.ask("feed.subscribe", feeds=[feed])
        with pytest.raises(StalePcGen):
            await other.ask("feed.answer", offer=7, jsep={**jsep, "e2ee": True})
        assert (await lead.roster()).feeds[0].feed == feed


async def test_a_hard_mute_holds_the_feed_until_its_sender_unmutes(
    tmp_path: Path,
) -> None:
    async with forwarded(tmp_path) as (_, (lead, one, other)):
        feed, sending = await publishes(one)
        receiving = await subscribes(other, feed)
        await hears(receiving, sending)
        await lead.ask("seat.mute", member=one.account, hard=True)
        assert (await one.told("seat.muted"))["is_held"] is True
        assert (await other.told("feed.paused"))["paused"] is True
        await one.ask("state.set", muted=False, camera=True)
        held = {m.member: m.muted for m in (await other.roster()).members}
        assert held[one.account], "nobody lifts it alone"
        await lead.ask("seat.invite_unmute", member=one.account)
        await one.ask("state.set", muted=False, camera=True)
        assert (await other.told("feed.paused"))["paused"] is False
        await hears(receiving, sending)


async def test_after_a_fall_of_the_engine_everybody_begins_anew(
    tmp_path: Path,
) -> None:
    async with forwarded(tmp_path) as (wire, (_, one, other)):
        before, _ = await publishes(one)
        (driver,) = wire.api.server.calls.media.engines.drivers
        assert isinstance(driver, BuiltinDriver) and driver.pid is not None
        with suppress(ProcessLookupError):
            os.kill(driver.pid, signal.SIGKILL)
        told = await one.told("feed.restarted")
        assert told["replace"] is True
        feed, sending = await publishes(one)
        assert feed != before
        receiving = await subscribes(other, feed)
        await hears(receiving, sending)


async def test_over_a_restart_of_the_server_media_goes_on(tmp_path: Path) -> None:
    """The roster has the feed again, and nobody has to send or ask for anything."""
    outlives = {**BUILTIN, "media.linger_seconds": 30}
    hooks.use_addresses([LOOPBACK])
    try:
        async with call_wire(tmp_path, settings=outlives) as wire:
            _, lead, (one, *_) = await wire.circle("open_circle")
            await one.join()
            feed, sending = await publishes(lead)
            receiving = await subscribes(one, feed)
            await hears(receiving, sending)
            clock = wire.clock
        await hears(receiving, sending)
        async with call_wire(tmp_path, clock, BUILTIN) as wire:
            resumed = await one.resume(await wire.again(one.line))
            assert resumed.roster is not None
            assert [each.feed for each in resumed.roster.feeds] == [feed]
            await hears(receiving, sending)
            offer = await one.ask("feed.subscribe", feeds=[feed])
            assert offer.jsep is None, "what is received already is not offered anew"
    finally:
        hooks.use_addresses([])


async def test_a_call_of_two_has_no_feeds(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        one, _ = await wire.pair()
        with pytest.raises(NotFound):
            await one.ask("feed.subscribe", feeds=[f"{one.account}:1"])
