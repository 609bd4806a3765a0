"""Four people in rooms whose media goes through a forwarder, each in a browser."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

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
    see_one_another,
    start,
)
from web.conftest import WEB_FILES, web_dist
from web.talk import open_chat

BUILTIN = {"MEDIA__ADDRESSES": '["127.0.0.1"]', "MEDIA__LINGER_SECONDS": "0"}
NAMES = ("ada", "ben", "cy", "dee")
pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]


@pytest.fixture(scope="module", params=["builtin", "janus"])
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """The settings of a server with this engine; Janus is in a network of its own."""
    if request.param == "builtin":
        yield BUILTIN
        return
    with private_network():
        janus = Janus(tmp_path_factory.mktemp("janus"))
        janus.start()
        try:
            yield {
                "MEDIA__ENGINE": "janus",
                "JANUS__FOLDER": str(janus.settings.folder),
            }
        finally:
            janus.stop()


@pytest.fixture(scope="module")
def server(
    lab_scripts: None,
    engine: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[ServerProcess]:
    folder = tmp_path_factory.mktemp("forwarded")
    settings = {"WEB__DIST_DIR": str(web_dist(folder, WEB_FILES)), **engine}
    with start_server(folder / "server", settings) as running:
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
    for each in people:
        await each.leave()


@pytest.mark.capability("C05")
async def test_a_circle_has_keys_of_its_own(people: list[Caller]) -> None:
    """Whoever leads makes the group, and adds those whom they admit."""
    ada, *others = people
    circle = await conversation_of(people, *NAMES[1:])
    for each in others:
        await ada.page.evaluate(
            """([conversation, member]) =>
              ada.chat.call("session.screen", { conversation, member, fits: true })""",
            [circle, each.account],
        )
    call = await start(ada, circle, "peer_circle", capacity=4)
    await ada.join(call)
    for each in others:
        await each.join(call)
    for each in others:
        await each.until('call.meeting.room.state.kind === "waiting"')
    await ada.page.evaluate("() => call.admitAll(4)")
    await see_one_another(people)
    await is_sealed(people)
    for each in people:
        group = await each.page.evaluate("() => call.meeting.roster.group")
        assert group != circle
        await each.leave()
