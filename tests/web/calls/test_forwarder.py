"""Four people in rooms whose media goes through a forwarder, each in a browser."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import statistics
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from support.browser import chromium
from support.janus import Janus
from support.netns import private_network
from support.server import ServerProcess, start_server
from web.calls.talk import (
    FLAGS,
    Caller,
    caller,
    conversation_of,
    end,
    in_circle,
    see_one_another,
    start,
)
from web.conftest import WEB_FILES, web_dist
from web.talk import open_chat

BUILTIN = {"MEDIA__ADDRESSES": '["127.0.0.1"]', "MEDIA__LINGER_SECONDS": "0"}
REMOVED_MS = 2_000
AGAIN_MS = 4_000
STILL_MS = 300
"""What nobody would call a crash."""
NAMES = ("ada", "ben", "cy", "dee")
pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]


@dataclass(frozen=True)
class Engine:
    """What a server with this engine is started with, and a way to take it down."""

    settings: dict[str, str]
    crash: Callable[[ServerProcess], None]


@pytest.fixture(scope="module", params=["builtin", "janus"])
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """Each of them; Janus is in a network of its own."""
    if request.param == "builtin":
        yield Engine(BUILTIN, _kill_forwarder)
        return
    with private_network():
        janus = Janus(tmp_path_factory.mktemp("janus"))
        janus.start()
        folder = str(janus.settings.folder)
        settings = {"MEDIA__ENGINE": "janus", "JANUS__FOLDER": folder}
        try:
            yield Engine(settings, lambda _: janus.crash())
        finally:
            janus.stop()


def _kill_forwarder(server: ServerProcess) -> None:
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text()
    (forwarder,) = children.split()
    os.kill(int(forwarder), signal.SIGKILL)


@pytest.fixture(scope="module")
def server(
    lab_scripts: None, engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    folder = tmp_path_factory.mktemp("forwarded")
    settings = {"WEB__DIST_DIR": str(web_dist(folder, WEB_FILES)), **engine.settings}
    # A forked one would not be in this network.
    with start_server(folder / "server", settings, executed=True) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def people(server: ServerProcess) -> AsyncIterator[list[Caller]]:
    async with AsyncExitStack() as stack:
        browser = await stack.enter_async_context(chromium(*FLAGS))
        yield [
            await stack.enter_async_context(caller(browser, server, name))
            for name in NAMES
        ]


async def is_sealed(people: list[Caller]) -> None:
    """Nothing went wrong. Who is new gets a frame or two of before they had keys."""
    for each in people:
        standing = await each.standing()
        assert standing["topology"] == "sfu"
        assert standing["failures"] == []
        counts = await each.counts()
        assert counts["sealed"] > 0
        drops = {why for of in counts["dropped"].values() for why in of}
        assert drops <= {"replayed", "epoch"}, counts


@pytest.mark.capability("C06")
async def test_four_see_one_another_whoever_goes_and_comes(
    people: list[Caller],
) -> None:
    """The third one's line is the fourth one's, who loads the page anew as well."""
    ada, ben, cy, dee = people
    call = await start(ada, await conversation_of(people, *NAMES[1:]))
    for each in (ada, ben, cy):
        await each.join(call)
    await see_one_another([ada, ben, cy])
    await cy.leave()
    await ada.until("call.lines().filter((line) => line.feed).length === 2")
    await dee.join(call)
    await see_one_another([ada, ben, dee])
    await cy.join(call)
    await see_one_another(people)
    lines = await ada.page.evaluate("() => call.lines()")
    assert len(lines) == 6, "a line of somebody who has left is used again"
    await dee.page.reload()
    await open_chat(dee.page)
    await dee.join(call)
    await see_one_another(people)
    await is_sealed(people)
    await end(people)


@pytest.mark.capability("C05")
async def test_a_circle_has_keys_of_its_own(people: list[Caller]) -> None:
    """Whoever leads makes the group, and adds those whom they admit."""
    circle = await in_circle(people, *NAMES[1:])
    await see_one_another(people)
    await is_sealed(people)
    for each in people:
        group = await each.page.evaluate("() => call.meeting.roster.group")
        assert group != circle
    await end(people)


@pytest.mark.capability("C06")
async def test_who_is_removed_opens_nothing_of_what_follows(
    people: list[Caller],
) -> None:
    """Their page goes on as if nothing was said: it gets no frame that it could open."""
    ada, *_, dee = people
    await in_circle(people, *NAMES[1:])
    await see_one_another(people)
    await dee.page.evaluate("() => call.stays()")
    took_ms = await ada.page.evaluate("(member) => call.remove(member)", dee.account)
    assert took_ms <= REMOVED_MS
    before = (await dee.counts())["opened"]
    await see_one_another(people[:-1], 30)
    counts = await dee.counts()
    assert counts["opened"] == before
    await end(people)


@pytest.mark.capability("C06")
async def test_all_see_one_another_again_after_the_engine_has_crashed(
    people: list[Caller], engine: Engine, server: ServerProcess
) -> None:
    ada = people[0]
    call = await start(ada, await conversation_of(people, *NAMES[1:]))
    for each in people:
        await each.join(call)
    await see_one_another(people)
    for each in people:
        await each.page.evaluate("() => call.watchGaps()")
    engine.crash(server)
    await see_one_another(people, 40)
    gaps = [
        await one.page.evaluate("(m) => call.longestGapMs(m)", other.account)
        for one, other in itertools.permutations(people, 2)
    ]
    # An engine may spare a line that is slow: then one picture comes later.
    assert STILL_MS < statistics.median(gaps) <= AGAIN_MS
    await end(people)


@pytest.mark.capability("C05")
async def test_a_screen_is_shown_to_everybody(people: list[Caller]) -> None:
    ada, ben, *others = people
    call = await start(ada, await conversation_of(people, *NAMES[1:]))
    for each in people:
        await each.join(call)
    await see_one_another(people)
    await ben.page.evaluate("() => call.present(true)")
    for each in (ada, *others):
        await each.until(f'call.sees("{ben.account}", "screen")')
    await ben.page.evaluate("() => call.present(false)")
    for each in (ada, *others):
        await each.until(f'!call.sees("{ben.account}", "screen")')
    await see_one_another(people)
    await is_sealed(people)
    await end(people)


@pytest.mark.capability("C05")
async def test_who_is_muted_by_who_leads_is_silent_whatever_their_page_does(
    people: list[Caller],
) -> None:
    """In the engine, also for another page of theirs; until they are invited to speak
    (and say that they do: this page says so with every new connection)."""
    ada, *_, dee = people
    call = await start(ada, await conversation_of(people, *NAMES[1:]))
    for each in people:
        await each.join(call)
    await see_one_another(people)
    of_dee: dict[str, object] = {"call": call, "member": dee.account}
    await _ask(ada, "seat.mute", {**of_dee, "hard": True})
    await _is_silent(people)
    await _ask(dee, "feed.pause", {"call": call, "label": "main", "paused": False})
    unmuted: dict[str, object] = {"call": call, "muted": False, "camera": True}
    await _ask(dee, "state.set", unmuted)
    await _is_silent(people)
    await dee.page.reload()
    await open_chat(dee.page)
    await dee.join(call)
    await _is_silent(people)
    await _ask(ada, "seat.invite_unmute", of_dee)
    await _ask(dee, "state.set", unmuted)
    await see_one_another(people)
    await end(people)


async def _ask(caller: Caller, name: str, payload: dict[str, object]) -> None:
    await caller.page.evaluate(
        "([name, payload]) => call.meeting.room.ask(name, payload)", [name, payload]
    )


async def _is_silent(people: list[Caller]) -> None:
    """The last one sends, and nobody gets a frame of it; of the others they do."""
    *others, last = people
    sends = "[0, 1].every((slot) => call.meeting.sources.isOn(slot))"
    await last.until(sends)
    for each in others:
        await each.until(
            "call.meeting.roster.feeds.some(({ member, paused }) =>"
            f' member === "{last.account}" && paused)'
        )
    device = await last.page.evaluate("() => ada.chat.device.identity.device")
    await _see_in_turn(others)
    before = [await _opened(each, device) for each in others]
    sealed = (await last.counts())["sealed"]
    await _see_in_turn(others)
    assert (await last.counts())["sealed"] > sealed, "they go on sending"
    assert [await _opened(each, device) for each in others] == before


async def _see_in_turn(people: list[Caller]) -> None:
    """Each is shown so many more pictures of another one."""
    after = [*people[1:], people[0]]
    await asyncio.gather(
        *(one.sees(two, 20) for one, two in zip(people, after, strict=True))
    )


async def _opened(caller: Caller, device: str) -> int:
    return int((await caller.counts())["opened"].get(device, 0))
