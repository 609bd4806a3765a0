"""Who holds a seat: another device of the same person, a page that is gone, a locked room."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from support.browser import chromium
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
from web.conftest import WEB_FILES, lab_person, web_dist
from web.talk import open_chat

NAMES = ("ada", "ben", "cy")
ELSEWHERE_MS = 5_000
"""From the wish to go on with another device to its picture at the others."""
pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]


@dataclass(frozen=True)
class People:
    """The first leads; the last has the device of `other`, too."""

    browser: Browser
    all: list[Caller]
    other: Caller


@pytest.fixture(scope="module")
def server(
    lab_scripts: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    folder = tmp_path_factory.mktemp("seats")
    settings = {
        "WEB__DIST_DIR": str(web_dist(folder, WEB_FILES)),
        "MEDIA__ADDRESSES": '["127.0.0.1"]',
        "MEDIA__LINGER_SECONDS": "0",
    }
    with start_server(folder / "server", settings) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def people(server: ServerProcess) -> AsyncIterator[People]:
    async with AsyncExitStack() as stack:
        browser = await stack.enter_async_context(chromium(*FLAGS))
        found = [
            await stack.enter_async_context(caller(browser, server, name))
            for name in NAMES
        ]
        page = await stack.enter_async_context(lab_person(browser, server))
        await _pair(found[-1], other := Caller(page, found[-1].account))
        yield People(browser, found, other)


async def _pair(older: Caller, newer: Caller) -> None:
    """Make another browser a device of an account."""
    invitation = await newer.page.evaluate(
        "() => { globalThis.hands = lab.join(); return hands.invitation }"
    )
    await older.page.evaluate(
        "(text) => { globalThis.adding = ada.approve(text) }", invitation
    )
    code = await newer.page.evaluate("() => hands.code")
    await older.page.evaluate("(code) => (adding.type(code), adding.done)", code)
    await newer.page.evaluate("() => hands.done")
    await open_chat(newer.page)


@pytest.mark.capability("C05")
@pytest.mark.parametrize("kind", ["two", "several", "circle"])
async def test_another_device_takes_the_seat_over_and_keeps_it(
    people: People, kind: str
) -> None:
    """The first stops capturing, and comes back when its person wishes it alone."""
    first, other = people.all[-1], people.other
    everybody = people.all[1:] if kind == "two" else people.all
    others = everybody[:-1]
    if kind == "circle":
        await in_circle(everybody, *NAMES[1:])
        call = await others[0].page.evaluate("() => call.call")
    else:
        made = await conversation_of(everybody, *NAMES[-len(everybody) + 1 :])
        there = "(id) => ada.until(() => ada.chat.rooms.has(id))"
        await other.page.evaluate(there, made)
        call = await start(others[0], made)
        for each in everybody:
            await each.join(call)
    await see_one_another(everybody)
    captured = "[0, 1].map((slot) => call.meeting.sources.captured(slot))"
    await first.page.evaluate(f"() => {{ globalThis.tracks = {captured} }}")

    for each in others:
        await each.page.evaluate("() => call.watchGaps()")
    await other.join(call)
    await first.until('call.meeting.room.state.why === "replaced"')
    states = await first.page.evaluate("() => tracks.map((it) => it?.readyState)")
    assert states == ["ended", "ended"]
    seat = await _entry(others[0], other)
    await first.page.evaluate("() => ada.chat.hurry()")
    await see_one_another([*others, other], 60)
    gaps = [
        await each.page.evaluate("(m) => call.longestGapMs(m)", other.account)
        for each in others
    ]
    assert max(gaps) <= ELSEWHERE_MS, gaps
    assert await _entry(others[0], other) == seat
    await first.join(call)
    await other.until('call.meeting.room.state.why === "replaced"')
    await see_one_another(everybody)
    standings = [await each.standing() for each in everybody]
    assert {each["state"] for each in standings} == {"in"}
    assert [each["failures"] for each in standings] == [[] for _ in standings]
    await end(everybody)


@pytest.mark.capability("C05")
async def test_who_comes_back_after_a_crash_has_the_same_seat(people: People) -> None:
    """Shown as coming back meanwhile, and never as somebody who has left."""
    call = await _several(people)
    ada, ben, cy = people.all
    seat = await _entry(ada, ben)
    ben = people.all[1] = await _crash(ben)
    for each in (ada, cy):
        await each.until(_presence(ben, "reconnecting"))
    await ben.join(call)
    await see_one_another(people.all)
    again = await _entry(ada, ben)
    assert again["seat_no"] == seat["seat_no"]
    assert again["conn_epoch"] > seat["conn_epoch"]
    for each in (ada, cy):
        await each.until(_presence(ben, "on"))
        assert await _told(each, call, "member.left") == 0
    await end(people.all)


@pytest.mark.nightly
@pytest.mark.capability("C05")
async def test_who_does_not_come_back_makes_room_for_somebody(people: People) -> None:
    """Away first; after a minute they are gone for everybody, and their seat is free."""
    call = await _several(people)
    ada, ben, cy = people.all
    seat = await _entry(ada, cy)
    people.all[2] = await _crash(cy)
    for presence in ("reconnecting", "away"):
        for each in (ada, ben):
            await each.until(_presence(cy, presence))
    for each in (ada, ben):
        await each.until(f"!({_presence(cy, 'away')})")
        assert await _told(each, call, "member.left") == 1
    await people.all[2].join(call)
    await see_one_another(people.all)
    assert (await _entry(ada, cy))["seat_no"] == seat["seat_no"]
    await end(people.all)


@pytest.mark.capability("C05")
async def test_a_locked_room_takes_nobody_new_and_shuts_nobody_out(
    people: People,
) -> None:
    """Whoever was inside comes back after a crash; somebody new does once it is open."""
    made = await conversation_of(people.all, *NAMES[1:])
    call = await start(people.all[0], made)
    ada, ben, cy = people.all
    for each in (ada, ben):
        await each.join(call)
    await see_one_another([ada, ben])
    await _lock(ada, True)
    await cy.join(call)
    await cy.until('call.meeting.room.state.why?.refused === "room_locked"')
    ben = people.all[1] = await _crash(ben)
    await ben.join(call)
    await see_one_another([ada, ben])
    await _lock(ada, False)
    await cy.join(call)
    await see_one_another(people.all)
    await end(people.all)


@pytest.mark.capability("C05")
async def test_before_a_locked_circle_whoever_left_it_waits_until_it_is_open(
    people: People,
) -> None:
    """Nobody has to let them in again: they were let in before."""
    await in_circle(people.all, *NAMES[1:])
    ada, ben, cy = people.all
    call = str(await ada.page.evaluate("() => call.call"))
    await see_one_another(people.all)
    await _lock(ada, True)
    ben = people.all[1] = await _crash(ben)
    await ben.join(call)
    await see_one_another(people.all)
    await cy.leave()
    await cy.join(call)
    await cy.until('call.meeting.room.state.kind === "waiting"')
    await see_one_another([ada, ben], 30)
    assert (await cy.standing())["state"] == "waiting"
    assert (await cy.counts())["opened"] == {}
    await _lock(ada, False)
    await see_one_another(people.all)
    await end(people.all)


async def _several(people: People) -> str:
    """All of them in a call of their own, and seen."""
    call = await start(people.all[0], await conversation_of(people.all, *NAMES[1:]))
    for each in people.all:
        await each.join(call)
    await see_one_another(people.all)
    return call


async def _crash(caller: Caller) -> Caller:
    """Their page ends without a word, and they open another."""
    session = await caller.page.context.new_cdp_session(caller.page)
    async with caller.page.expect_event("crash"):
        crashing = asyncio.ensure_future(session.send("Page.crash"))
    crashing.cancel()
    await caller.page.close()
    page = await caller.page.context.new_page()
    await page.goto("/")
    await open_chat(page)
    return Caller(page, caller.account)


async def _lock(lead: Caller, is_locked: bool) -> None:
    await lead.page.evaluate(
        "(name) => call.meeting.room.ask(name, { call: call.call })",
        "room.lock" if is_locked else "room.unlock",
    )


def _presence(of: Caller, presence: str) -> str:
    """That somebody is shown so, for `until`."""
    return (
        "call.meeting.roster.members.some(({ member, presence }) =>"
        f' member === "{of.account}" && presence === "{presence}")'
    )


async def _told(caller: Caller, call: str, name: str) -> int:
    """How often they were told of something in a call."""
    return int(
        await caller.page.evaluate(
            """([call, name]) => ada.seen.filter(({ kind, notice }) =>
              kind === "call" && notice.name === name && notice.fact.call === call).length""",
            [call, name],
        )
    )


async def _entry(caller: Caller, of: Caller) -> dict[str, int]:
    """Somebody's entry on the roster, as somebody else has it."""
    entry: dict[str, int] = await caller.page.evaluate(
        """(of) => {
          const found = call.meeting.roster.members.find(({ member }) => member === of)
          return { seat_no: found.seat_no, conn_epoch: found.conn_epoch }
        }""",
        of.account,
    )
    return entry
