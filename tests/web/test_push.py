"""Web Push from a sender to the screen: a real server, a real Chromium, its push service."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from support.clients import person as python_person
from support.server import ServerProcess

from .woken import has_met, pushing_server, woken

pytestmark = pytest.mark.timeout(300)

TEXT = "a text that nobody in between may read"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    with pushing_server(tmp_path) as running:
        yield running


async def test_a_message_wakes_a_closed_app_and_its_notice_leads_to_it(
    server: ServerProcess, tmp_path: Path
) -> None:
    """The notice says the same as always; nothing on the way can be read or says who."""
    async with (
        woken(tmp_path, server) as ada,
        python_person(server, tmp_path, "ben") as ben,
    ):
        talk = await has_met(ada, ben)
        await talk.send(TEXT)
        name = await ada.name_shown()
        for post in ada.service.posts:
            visible = f"{post.headers}".encode() + post.body
            for hidden in (TEXT.encode(), b"ben", b"ada", talk.id.encode()):
                assert hidden not in visible
        (address,) = await ada.press()
        assert address == f"/#/n/{name}"
        assert re.fullmatch("[A-Za-z0-9_-]{22}", name)
        await ada.shows()
        await ada.page.goto(address)
        await ada.screens.is_in("ben")
        await ada.screens.hears(TEXT)


async def test_a_pressed_notice_leads_the_open_app_there_and_no_page_of_help(
    server: ServerProcess, tmp_path: Path
) -> None:
    """Who only looks at the numbers gets a window for it, and keeps the numbers."""
    async with (
        woken(tmp_path, server) as ada,
        python_person(server, tmp_path, "ben") as ben,
    ):
        talk = await has_met(ada, ben)
        await talk.send("one")
        name = await ada.name_shown()
        await ada.page.goto("/help")
        assert await ada.press() == [f"/#/n/{name}"]
        await expect(ada.page).to_have_url(re.compile("/help$"))
        await ada.page.goto("about:blank")
        await talk.send("two")
        await ada.shows(name)
        await ada.page.goto("/#/settings")
        await ada.screens.has_connection("Online")
        assert await ada.press() == []
        await ada.screens.is_in("ben")


async def test_nothing_is_shown_to_whoever_looks_at_the_app(
    server: ServerProcess, tmp_path: Path
) -> None:
    """It shows what came by itself."""
    async with woken(tmp_path, server) as ada:
        await ada.turn_on()
        (token,) = ada.service.tokens
        async with ada.handling():
            await ada.service.deliver(token, b"")
        await ada.shows()


async def test_a_damaged_push_is_not_shown_and_an_empty_one_leads_home(
    server: ServerProcess, tmp_path: Path
) -> None:
    """What the browser cannot open is dropped; what says nothing wakes all the same."""
    async with (
        woken(tmp_path, server) as ada,
        python_person(server, tmp_path, "ben") as ben,
    ):
        talk = await has_met(ada, ben)
        await talk.send("hello")
        await ada.name_shown()
        await ada.press()
        (token,) = ada.service.tokens
        sealed = ada.service.posts[-1].body
        async with ada.handling():
            await ada.service.deliver(token, sealed[:-1] + bytes([sealed[-1] ^ 1]))
            await ada.service.deliver(token, b"")
        await ada.shows("")
        assert await ada.press() == ["/#/"]
