"""Nobody is woken any more who is gone, in whichever way they went."""

from __future__ import annotations

import os
import signal
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from support.clients import person as python_person
from support.screens import LONG_MS
from support.server import ServerProcess

from .conftest import NEUTRAL
from .woken import Woken, has_met, pushing_server, woken

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    with pushing_server(tmp_path) as running:
        yield running


async def _press(ada: Woken, *names: str) -> None:
    for name in names:
        button = ada.page.get_by_role("button", name=name, exact=True)
        await button.last.click(timeout=LONG_MS)


async def _turns_it_off(ada: Woken) -> None:
    switch = ada.page.get_by_role("switch", name="Notify me")
    await switch.click()
    await expect(switch).not_to_be_checked(timeout=LONG_MS)


async def _signs_out(ada: Woken, where: str) -> None:
    await ada.page.goto("/#/settings")
    await _press(ada, "Sign out", where)
    locked = ada.page.get_by_text("Your messages here are locked.")
    await expect(locked).to_be_visible(timeout=LONG_MS)


async def _signs_out_here(ada: Woken) -> None:
    await _signs_out(ada, "Here")


async def _signs_out_everywhere(ada: Woken) -> None:
    await _signs_out(ada, "On every device")


async def _is_gone(ada: Woken) -> None:
    way_in = ada.page.get_by_role("button", name="I have an invitation")
    await expect(way_in).to_be_visible(timeout=LONG_MS)


async def _forgets_the_device(ada: Woken) -> None:
    await ada.page.goto("/#/settings/devices")
    await _press(ada, "Forget this device", "Forget it")
    await _is_gone(ada)


async def _deletes_the_account(ada: Woken) -> None:
    await ada.page.goto("/#/settings/data")
    await _press(ada, "Delete my account")
    await ada.page.get_by_role("dialog").get_by_role("textbox").fill("ada")
    await _press(ada, "Delete my account")
    await _is_gone(ada)


@pytest.mark.parametrize(
    "goes",
    [
        _turns_it_off,
        _signs_out_here,
        _signs_out_everywhere,
        _forgets_the_device,
        _deletes_the_account,
    ],
)
async def test_who_goes_is_forgotten_here_at_the_push_service_and_at_the_server(
    server: ServerProcess, tmp_path: Path, goes: Callable[[Woken], Awaitable[None]]
) -> None:
    """All three, without waiting for a push that finds nobody."""
    async with woken(tmp_path, server, "status of 403") as ada:
        await ada.turn_on()
        await goes(ada)
        await ada.is_forgotten()
        assert ada.service.posts == []


async def test_who_leaves_in_a_hurry_is_woken_by_nothing_until_they_are_back(
    server: ServerProcess, tmp_path: Path
) -> None:
    """The page waits for nobody: the server hangs. It learns by the next push, and of
    another address when the person is back."""
    async with (
        woken(tmp_path, server, "console") as ada,
        python_person(server, tmp_path, "ben") as ben,
    ):
        talk = await has_met(ada, ben)
        await ada.page.goto("/")
        await ada.screens.is_open()
        os.kill(server.pid, signal.SIGSTOP)
        try:
            for _ in range(3):
                await ada.page.keyboard.press("Shift")
            await ada.page.wait_for_url(NEUTRAL, timeout=LONG_MS)
            await ada.is_silent()
            assert not await ada.is_subscribed()
        finally:
            os.kill(server.pid, signal.SIGCONT)
        await talk.send("are you there?")
        await ada.is_forgotten()
        assert ada.service.posts
        await ada.shows()
        await ada.page.goto("/")
        await _press(ada, "Open with passkey")
        await ada.is_reached()


async def test_who_leaves_nothing_behind_leaves_no_address(
    server: ServerProcess, tmp_path: Path
) -> None:
    """Also from the page of help, which knows nothing of accounts."""
    async with woken(tmp_path, server) as ada:
        await ada.turn_on()
        await ada.page.goto("/#/settings/recovery")
        await ada.screens.make_recovery_words()
        await ada.page.goto("/#/settings/privacy")
        switch = ada.page.get_by_role("switch", name="Leave nothing on this device")
        await switch.check(timeout=LONG_MS)
        await ada.page.goto("/help")
        await ada.page.get_by_role("button", name="Exit now").click()
        await ada.page.wait_for_url(NEUTRAL, timeout=LONG_MS)
        await ada.is_silent()
