"""Two people call each other from two browsers, over a real server."""

from __future__ import annotations

import asyncio
import itertools
import json
from pathlib import Path

import pytest

from support.coturn import MEETING_ON_LOOPBACK, SECRET, running_coturn
from support.netns import Network, private_network
from support.server import ServerProcess, start_server
from web.calls.talk import ON_A_NETWORK, Caller, callers, conversation_of, start
from web.conftest import WEB_FILES, web_dist
from web.talk import open_chat

STILL_MS = 1_500
"""What the watchdog calls trouble: media that goes on has no gap like that."""
BACK_MS = 3_000
"""Browsers alone need five seconds, and most of them longer."""
ELSEWHERE = ("10.98.0.2", "10.97.0.3", "10.96.0.4")
"""Of several moves one is while the machine is not busy."""
AWAY = ("WebSocket connection to", "Failed to load resource", "ERR_CONNECTION_REFUSED")
"""What Chromium says while the server is away."""


async def call_each_other(people: list[Caller], **of_first: object) -> str:
    return await call_as(people, of_first, {})


async def call_as(
    people: list[Caller], of_first: dict[str, object], of_second: dict[str, object]
) -> str:
    first, second = people
    call = await start(first, await conversation_of(people, "ben"))
    await first.join(call, **of_first)
    await second.join(call, **of_second)
    return call


async def see_each_other(people: list[Caller], frames: int = 10) -> None:
    first, second = people
    await asyncio.gather(first.sees(second, frames), second.sees(first, frames))


async def seats_of(caller: Caller) -> dict[str, int]:
    members = (await caller.standing())["members"]
    return {str(each["member"]): int(each["conn_epoch"]) for each in members}


@pytest.mark.capability("C04")
@pytest.mark.timeout(300)
async def test_two_people_see_each_other_and_again_after_a_reload(
    lab_server: ServerProcess,
) -> None:
    """Every frame was sealed, and the seat outlives the page."""
    async with callers(lab_server, "ada", "ben") as people:
        ada, ben = people
        call = await call_each_other(people)
        await see_each_other(people)
        for each in people:
            counts = await each.counts()
            assert counts["sealed"] > 0
            drops = {why for of in counts["dropped"].values() for why in of}
            assert drops <= {"replayed"}
            assert (await each.standing())["failures"] == []
        before = await seats_of(ada)
        await ben.page.reload()
        await open_chat(ben.page)
        await ben.join(call)
        await see_each_other(people)
        after = await seats_of(ada)
        assert set(after) == set(before)
        assert after[ben.account] > before[ben.account]


@pytest.mark.capability("C04")
@pytest.mark.timeout(300)
async def test_frames_under_another_key_are_never_shown(
    lab_server: ServerProcess,
) -> None:
    async with callers(lab_server, "ada", "ben") as people:
        ada, ben = people
        await call_each_other(people, hasWrongKey=True)
        await ada.sees(ben, 30)
        await ben.page.evaluate(
            """() => call.until(async (call) => {
              const { dropped } = await call.counts()
              return Object.values(dropped).some((of) => of.unauthentic >= 30)
            })"""
        )
        counts = await ben.counts()
        assert counts["opened"] == {}
        seen = await ben.page.evaluate("() => call.seen()")
        assert seen.get(ada.account, {"frames": 0})["frames"] == 0


@pytest.mark.timeout(300)
async def test_a_server_that_is_killed_interrupts_nobody(
    lab_server: ServerProcess,
) -> None:
    """Media goes on while it is away, and on the same seats when it is back."""
    async with callers(lab_server, "ada", "ben", expected=AWAY) as people:
        ada, ben = people
        await call_each_other(people)
        await see_each_other(people, 30)
        seats = await seats_of(ada)
        for each in people:
            await each.page.evaluate("() => call.watchGaps()")
        await asyncio.to_thread(lab_server.kill9)
        await see_each_other(people, 60)
        await asyncio.to_thread(lab_server.start)
        for each in people:
            await each.page.evaluate(
                "() => call.until((call) => call.meeting.unheardMs < 1_000)"
            )
        await see_each_other(people, 30)
        for each, other in ((ada, ben), (ben, ada)):
            gap = await each.page.evaluate("(m) => call.longestGapMs(m)", other.account)
            assert gap < STILL_MS
            assert (await each.standing())["state"] == "in"
            assert await seats_of(each) == seats


@pytest.mark.capability("C04")
@pytest.mark.timeout(300)
async def test_another_address_interrupts_for_three_seconds_at_most(
    tmp_path: Path,
) -> None:
    """As a telephone that leaves the house: what was the way is none any more."""
    settings = {"WEB__DIST_DIR": str(web_dist(tmp_path, WEB_FILES))}
    with (
        private_network() as network,
        start_server(tmp_path / "server", settings, executed=True) as server,
    ):
        async with callers(server, "ada", "ben", flags=ON_A_NETWORK) as people:
            ada, ben = people
            await call_each_other(people)
            await see_each_other(people, 30)
            gaps = [await _gap_of(network, people, each) for each in ELSEWHERE]
            assert min(gaps) <= BACK_MS, gaps


async def _gap_of(network: Network, people: list[Caller], address: str) -> float:
    """How long nobody's picture moves, at the most, once the address is another one."""
    for each in people:
        await each.page.evaluate("() => call.watchGaps()")
    network.move(address)
    await see_each_other(people, 30)
    gaps = [
        await one.page.evaluate("(m) => call.longestGapMs(m)", other.account)
        for one, other in itertools.permutations(people)
    ]
    return float(max(gaps))


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.capability("C04")
@pytest.mark.timeout(300)
async def test_where_a_relay_is_asked_for_nothing_goes_past_it(
    tmp_path: Path, transport: str
) -> None:
    """Told so by the server, both gather relayed candidates alone."""
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    with running_coturn(tmp_path / "relay", MEETING_ON_LOOPBACK) as relay:
        settings = {
            "WEB__DIST_DIR": str(web_dist(tmp_path, WEB_FILES)),
            "TURN__URLS": json.dumps([relay.url(transport).text]),
            "TURN__SECRET_FILE": str(secret),
        }
        with start_server(tmp_path / "server", settings) as server:
            async with callers(server, "ada", "ben") as people:
                ada, ben = people
                relayed: dict[str, object] = {"isRelayed": True}
                await call_as(people, relayed, relayed)
                await see_each_other(people)
                for each, other in ((ada, ben), (ben, ada)):
                    await each.page.evaluate(
                        "(m) => call.until((c) => c.meeting.paths.isRelayed(m))",
                        other.account,
                    )
