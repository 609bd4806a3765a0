"""Feeds of a real server through its own engine: seats, keys, mutes and falls."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from mentalverse_server.media.builtin import BuiltinDriver
from mentalverse_server.media.forwarder import hooks
from mentalverse_server.media.forwarder.probe import (
    PICTURE,
    SOUND,
    Receiving,
    Sending,
)
from mentalverse_signaling.errors import (
    E2eeRequired,
    NoSeat,
    NotFound,
    RoleRequired,
    StalePcGen,
)
from support.call_wire import Caller, CallWire, call_wire
from support.sfu_suite import LOOPBACK, SECONDS, fact

BUILTIN = {
    "media.engine": "builtin",
    "media.addresses": [LOOPBACK],
    "media.linger_seconds": 0,
}


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


async def _publishes(who: Caller) -> tuple[str, Sending]:
    sending = Sending(SOUND, PICTURE)
    jsep = {"type": "offer", "sdp": await sending.offer(), "e2ee": True}
    answered = await who.ask("feed.publish", label="main", jsep=jsep)
    await sending.take_answer(answered.jsep.sdp)
    await fact(lambda: sending.is_up)
    return answered.feed, sending


async def _subscribes(who: Caller, *feeds: str) -> Receiving:
    receiving = Receiving()
    offer = await who.ask("feed.subscribe", feeds=list(feeds))
    sdp = await receiving.answer(offer.jsep.sdp)
    jsep = {"type": "answer", "sdp": sdp, "e2ee": True}
    await who.ask("feed.answer", offer=offer.offer, jsep=jsep)
    return receiving


async def _hears(receiving: Receiving, sending: Sending) -> None:
    """What is said from now on arrives, said until it does."""
    said: set[bytes] = set()
    async with asyncio.timeout(SECONDS):
        while not any(each.payload in said for each in receiving.received):
            said.add(payload := b"\xf8" + os.urandom(8))
            await sending.send(SOUND, payload)
            await asyncio.sleep(0.05)


@pytest.mark.capability("C06")
async def test_a_circle_hears_who_publishes(tmp_path: Path) -> None:
    async with forwarded(tmp_path) as (_, (lead, one, other)):
        roster = await lead.roster()
        assert roster.view.topology == "sfu"
        feed, sending = await _publishes(one)
        assert feed.startswith(one.account)
        assert (await other.told("feed.published"))["feed"]["feed"] == feed
        receiving = await _subscribes(other, feed)
        await _hears(receiving, sending)


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
        feed, _ = await _publishes(one)
        await other.ask("feed.subscribe", feeds=[feed])
        with pytest.raises(StalePcGen):
            await other.ask("feed.answer", offer=7, jsep={**jsep, "e2ee": True})
        assert (await lead.roster()).feeds[0].feed == feed


async def test_a_hard_mute_holds_the_feed_until_its_sender_unmutes(
    tmp_path: Path,
) -> None:
    async with forwarded(tmp_path) as (_, (lead, one, other)):
        feed, sending = await _publishes(one)
        receiving = await _subscribes(other, feed)
        await _hears(receiving, sending)
        await lead.ask("seat.mute", member=one.account, hard=True)
        assert (await one.told("seat.muted"))["is_held"] is True
        assert (await other.told("feed.paused"))["paused"] is True
        await one.ask("state.set", muted=False, camera=True)
        held = {m.member: m.muted for m in (await other.roster()).members}
        assert held[one.account], "nobody lifts it alone"
        await lead.ask("seat.invite_unmute", member=one.account)
        await one.ask("state.set", muted=False, camera=True)
        assert (await other.told("feed.paused"))["paused"] is False
        await _hears(receiving, sending)


async def test_after_a_fall_of_the_engine_everybody_begins_anew(
    tmp_path: Path,
) -> None:
    async with forwarded(tmp_path) as (wire, (_, one, other)):
        before, _ = await _publishes(one)
        (driver,) = wire.api.server.calls.media.engines.drivers
        assert isinstance(driver, BuiltinDriver) and driver.pid is not None
        with suppress(ProcessLookupError):
            os.kill(driver.pid, signal.SIGKILL)
        told = await one.told("feed.restarted")
        assert told["replace"] is True
        feed, sending = await _publishes(one)
        assert feed != before
        receiving = await _subscribes(other, feed)
        await _hears(receiving, sending)


async def test_a_call_of_two_has_no_feeds(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        one, _ = await wire.pair()
        with pytest.raises(NotFound):
            await one.ask("feed.subscribe", feeds=[f"{one.account}:1"])
