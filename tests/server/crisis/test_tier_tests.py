"""Whoever is on call is tested as shifts begin, and counts once they have said so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mentalverse_server.errors import StartupError
from mentalverse_signaling.board_events import BoardTier
from support.crisis_wire import Line, crisis_wire
from support.hub import eventually
from support.paging import webhook_receiver

from .test_page_links import TIERS, Bench, settings_of

HOUR_SECONDS = 3_600


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with webhook_receiver() as receiver:
        settings = settings_of(tmp_path, receiver)
        async with crisis_wire(tmp_path, settings=settings) as wire:
            yield Bench(wire, receiver)


async def _tier(bench: Bench, line: Line, name: str) -> BoardTier:
    bench.wire.clock.advance(1)
    return next(one for one in (await line.board()).tiers if one.tier == name)


def _tests(bench: Bench) -> int:
    return sum(hook.data["type"] == "desk.test" for hook in bench.receiver.hooks)


@pytest.mark.capability("X11")
async def test_a_tier_is_tested_once_somebody_has_said_that_it_came(
    bench: Bench,
) -> None:
    """The first duty sends a test to everybody on call; a channel's word is not it."""
    sue = await bench.wire.supervisor("sue")
    assert await _tier(bench, sue, "tier_1") == BoardTier("tier_1", 1, None, False)
    await bench.wire.responder("ann")
    await eventually(lambda: _tests(bench) == len(TIERS))
    sent = await _tier(bench, sue, "tier_1")
    assert sent.tested_at is not None
    assert not sent.is_tested
    link = await bench.link("/tier_1")
    assert "<button>It came</button>" in (await bench.get(link))[1]
    assert "Thank you" in (await bench.post(link))[1]
    assert (await _tier(bench, sue, "tier_1")).is_tested
    assert not (await _tier(bench, sue, "tier_2")).is_tested
    assert [one.tier for one in (await sue.board()).tiers] == list(TIERS)


async def test_nobody_is_rung_for_every_duty_that_begins(bench: Bench) -> None:
    """Within the hour nobody, then who has not said a word, after 12 hours all."""
    await bench.wire.responder("ann")
    await eventually(lambda: _tests(bench) == len(TIERS))
    await bench.post(await bench.link("/tier_1"))
    await bench.wire.responder("ben")
    bench.wire.clock.advance(HOUR_SECONDS)
    await bench.wire.responder("cem")
    await eventually(lambda: _tests(bench) == 2 * len(TIERS) - 1)
    assert len(bench.receiver.at("/tier_1")) == 1
    for tier in TIERS[1:]:
        await bench.post(await bench.link(f"/{tier}", 1))
    bench.wire.clock.advance(12 * HOUR_SECONDS)
    await bench.wire.responder("dan")
    await eventually(lambda: _tests(bench) == 3 * len(TIERS) - 1)


async def test_a_desk_opens_once_somebody_in_every_tier_has_seen_a_test(
    tmp_path: Path,
) -> None:
    """First as a demo, for the tests; thirty days later it is asked for again."""
    async with webhook_receiver() as receiver:
        settings = settings_of(tmp_path, receiver) | {
            "crisis.clinical_owner": "Dr. Example",
            "crisis.clinical_owner_contact": "+49 30 000000",
            "crisis.policy_signed_on": "2026-11-30",
            "crisis.emergency_numbers": ("DE 112",),
        }
        with pytest.raises(StartupError, match="page-test tier_1"):
            async with crisis_wire(tmp_path, "open", settings=settings):
                pass
        async with crisis_wire(tmp_path, "demo", settings=settings) as wire:
            bench = Bench(wire, receiver)
            await wire.responder("ann")
            for tier in TIERS[:-1]:
                await bench.post(await bench.link(f"/{tier}"))
            clock = wire.clock
            last = await bench.link(f"/{TIERS[-1]}")
        with pytest.raises(StartupError, match="page-test clinical_lead") as refused:
            async with crisis_wire(tmp_path, "open", clock, settings):
                pass
        assert "tier_1" not in str(refused.value)
        async with crisis_wire(tmp_path, "demo", clock, settings) as wire:
            await Bench(wire, receiver).post(last)
        async with crisis_wire(tmp_path, "open", clock, settings):
            pass
        clock.advance(30 * 24 * HOUR_SECONDS)
        with pytest.raises(StartupError, match="page-test"):
            async with crisis_wire(tmp_path, "open", clock, settings):
                pass
