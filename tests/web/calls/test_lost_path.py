"""Three people in a room of a forwarder, one of whom loses the way to it."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest
import pytest_asyncio

from mentalverse_server.media.engines import AWAY_SECONDS
from support.browser import chromium
from support.janus import Janus
from support.netns import Network, private_network
from support.server import ServerProcess, start_server
from web.calls.talk import (
    ON_A_NETWORK,
    Caller,
    caller,
    conversation_of,
    end,
    see_one_another,
    start,
)
from web.conftest import WEB_FILES, web_dist

NAMES = ("ada", "ben", "cy")
BACK_MS = 3_000
AGAIN_MS = 4_000
"""From another engine, once there is one."""
TIMES = 3
"""Of several losses one is while the machine is not busy."""
pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]


@dataclass(frozen=True)
class Place:
    """A server in a network of its own."""

    network: Network
    server: ServerProcess
    janus: Janus | None


@pytest.fixture(scope="module", params=["builtin", "janus"])
def place(
    request: pytest.FixtureRequest,
    lab_scripts: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("lost")
    settings = {
        "WEB__DIST_DIR": str(web_dist(folder, WEB_FILES)),
        "MEDIA__LINGER_SECONDS": "0",
    }
    with private_network() as network:
        janus = Janus(folder) if request.param == "janus" else None
        if janus is not None:
            settings |= {
                "MEDIA__ENGINE": "janus",
                "MEDIA__FALLBACK": "builtin",
                "JANUS__FOLDER": str(janus.settings.folder),
            }
            janus.start()
        try:
            with start_server(folder / "server", settings, executed=True) as server:
                yield Place(network, server, janus)
        finally:
            if janus is not None:
                janus.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def people(place: Place) -> AsyncIterator[list[Caller]]:
    async with AsyncExitStack() as stack:
        browser = await stack.enter_async_context(chromium(*ON_A_NETWORK))
        yield [
            await stack.enter_async_context(caller(browser, place.server, name))
            for name in NAMES
        ]


@pytest.mark.capability("C06")
async def test_a_path_that_is_lost_is_found_again_within_three_seconds(
    place: Place, people: list[Caller]
) -> None:
    """In both directions; and everybody keeps their seats."""
    ada, ben, _cy = people
    call = await start(ada, await conversation_of(people, *NAMES[1:]))
    for each in people:
        await each.join(call)
    await see_one_another(people, 30)
    seats = await _seats(ada)
    gaps = [await _gaps_of(place.network, people, ben) for _ in range(TIMES)]
    assert min(max(each.values()) for each in gaps) <= BACK_MS, gaps
    assert await _seats(ada) == seats
    for each in people:
        assert (await each.standing())["failures"] == []
    await end(people)


@pytest.mark.capability("C06")
@pytest.mark.parametrize("place", ["janus"], indirect=True, scope="module")
async def test_a_room_of_an_engine_that_stays_away_goes_on_in_another(
    place: Place, people: list[Caller]
) -> None:
    """Nobody has to do anything: after the server's patience all see one another."""
    ada = people[0]
    call = await start(ada, await conversation_of(people, *NAMES[1:]))
    for each in people:
        await each.join(call)
    await see_one_another(people)
    seats = await _seats(ada)
    for each in people:
        await each.page.evaluate("() => call.watchGaps()")
    assert place.janus is not None
    place.janus.kill()
    await see_one_another(people, 30)
    pairs = itertools.permutations(people, 2)
    gaps = [
        await one.page.evaluate("(m) => call.longestGapMs(m)", other.account)
        for one, other in pairs
    ]
    assert statistics.median(gaps) <= 1_000 * AWAY_SECONDS + AGAIN_MS
    assert await _seats(ada) == seats
    await end(people)


async def _gaps_of(
    network: Network, people: list[Caller], who: Caller
) -> dict[tuple[int, int], float]:
    """How long pictures stand still, of each for each, when somebody loses the way."""
    for each in people:
        await each.page.evaluate("() => call.watchGaps()")
    network.lose(*await who.page.evaluate("() => call.ports()"))
    await see_one_another(people, 45)
    pairs = itertools.permutations(range(len(people)), 2)
    return {
        (one, other): await people[one].page.evaluate(
            "(m) => call.longestGapMs(m)", people[other].account
        )
        for one, other in pairs
    }


async def _seats(caller: Caller) -> dict[str, int]:
    seats: dict[str, int] = await caller.page.evaluate(
        """() => Object.fromEntries(
          call.meeting.roster.members.map(({ member, seat_no }) => [member, seat_no]))"""
    )
    return seats
