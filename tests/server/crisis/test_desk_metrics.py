"""What Prometheus reads of a desk: how often, how soon, who is there, and no id."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.crisis_wire import Wire, crisis_wire

P = "mentalverse_crisis_"


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with crisis_wire(tmp_path) as running:
        yield running


async def _scrape(wire: Wire) -> dict[str, float]:
    url = wire.api.server.metrics_url
    assert url is not None
    async with wire.api.http.get(f"{url}/metrics") as response:
        text = await response.text()
    lines = [line.rsplit(" ", 1) for line in text.splitlines() if line.startswith(P)]
    return {name.removeprefix(P): float(value) for name, value in lines}


async def test_the_life_of_a_case_is_counted(wire: Wire) -> None:
    """From the tap on: the offer, the accept, the first words, a loss, a rescue."""
    before = await _scrape(wire)
    assert before['open_cases{band="A1"}'] == 0
    assert before["a0a1_capacity_left"] == 0
    ann, bob = await wire.responder("ann"), await wire.responder("bob")
    person = await wire.person()
    case = (await person.asks(band=1)).case
    assert (await person.asks(band=1, request="b" * 32)).case == case
    offer = await ann.offered()
    # A1 asks a second one after 8 s, and this one is taken back.
    wire.clock.advance(17)
    await bob.offered()
    await ann.accepts(offer)
    wire.clock.advance(5)
    await wire.talks(person, ann, case)
    await ann.hangs_up()
    await person.hears("case.changed", "reconnecting")
    wire.clock.advance(20)
    rescue = await bob.offered()
    wire.clock.advance(25)
    await person.call("case.beat")
    await bob.accepts(rescue)
    fence = (await bob.own(case)).fence
    await bob.call("case.end", case=case, fence=fence)
    over = {"case": case, "fence": fence, "outcome": "completed", "follow_up": "yes"}
    await bob.call("case.wrap_up", **over)
    await bob.call("followup.record", case=case, outcome="reached")

    now = await _scrape(wire)
    assert now['cases_opened_total{band="A1"}'] == 1
    assert now["coalesced_total"] == 1
    assert now['offers_total{outcome="accepted"}'] == 2
    assert now['offers_total{outcome="rescinded"}'] == 1
    assert now['gaps_total{side="responder"}'] == 1
    assert now['followups_total{outcome="reached"}'] == 1
    assert now['offer_seconds_bucket{band="A1",le="2"}'] == 1
    assert now['accept_seconds_bucket{band="A1",le="15"}'] == 0
    assert now['accept_seconds_bucket{band="A1",le="20"}'] == 1
    assert now['accept_seconds_count{band="A1"}'] == 1
    assert now['first_reply_seconds_sum{band="A1"}'] == 22
    assert now['rescue_seconds_bucket{band="A1",le="20"}'] == 0
    assert now['rescue_seconds_bucket{band="A1",le="30"}'] == 1
    # The first words came after 22 s of 60; the person never wrote, so no silence.
    for clock, outcome in (("offer", "met"), ("accept", "met"), ("reply", "met")):
        assert now[f'sla_total{{band="A1",clock="{clock}",outcome="{outcome}"}}'] == 1
    assert now['open_cases{band="A1"}'] == 0
    assert now['responders{duty="on"}'] == 2
    assert now['timer_lateness_seconds_bucket{le="+Inf"}'] >= 1
    assert now["clock_skew_seconds"] == 0
    assert now["overrides_unconfirmed"] == 0


async def test_a_follow_up_that_nobody_made_is_overdue(wire: Wire) -> None:
    """Read from the database, so whichever process saw to it; and over once it is."""
    ann, person = await wire.responder("ann"), await wire.person()
    case = (await person.asks(band=1)).case
    await ann.accepts(await ann.offered())
    await wire.talks(person, ann, case)
    fence = (await ann.own(case)).fence
    await ann.call("case.end", case=case, fence=fence)
    over = {"case": case, "fence": fence, "outcome": "completed", "follow_up": "yes"}
    await ann.call("case.wrap_up", **over)
    crisis = wire.api.server.crisis
    assert crisis is not None
    seen = []
    for hours in (0, 25):
        wire.clock.advance(hours * 3_600)
        await crisis.overdue.look()
        seen.append((await _scrape(wire))["followups_overdue"])
    await ann.call("followup.record", case=case, outcome="reached")
    await crisis.overdue.look()
    seen.append((await _scrape(wire))["followups_overdue"])
    assert seen == [0, 1, 0]


async def test_a_promise_that_was_broken_over_a_restart_is_counted_once(
    tmp_path: Path,
) -> None:
    """A process knows of open cases what the log says, and of others nothing."""
    async with crisis_wire(tmp_path / "desk") as wire:
        person = await wire.person()
        await person.asks(band=0)
        wire.clock.advance(16)
    async with crisis_wire(tmp_path / "desk", clock=wire.clock) as again:
        person = await again.again(person)
        await person.call("case.leave")
        await person.call("case.leave")
        now = await _scrape(again)
        assert now['sla_total{band="A0",clock="accept",outcome="missed"}'] == 1
        assert now['sla_total{band="A0",clock="offer",outcome="missed"}'] == 1


async def test_no_label_tells_who(wire: Wire) -> None:
    """Names and values of labels are words of a closed set."""
    ann = await wire.responder("ann")
    person = await wire.person()
    await person.asks(band=0)
    await ann.accepts(await ann.offered())
    labels = {
        label
        for name in await _scrape(wire)
        for label in re.findall(r'(\w+)="([^"]*)"', name)
    }
    allowed = {"band", "clock", "outcome", "side", "level", "duty", "adapter", "le"}
    assert {name for name, _ in labels} <= allowed
    assert not [one for one in labels if len(one[1]) > len("unreachable")]
