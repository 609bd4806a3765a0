"""The desk at a terminal, driven by its keys: a real server, a real guest."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, RichLog, Static

from mentalverse_cli.desk_app import DeskApp, SumUp
from mentalverse_cli.desk_words import case_line, offer_line
from mentalverse_client import Client
from mentalverse_signaling.crisis_events import CaseChannel, CaseStatus, HelperRole
from mentalverse_signaling.desk_events import DeskCase, DutyStatus, OfferView
from mentalverse_signaling.ids import AccountId
from support.clients import (
    DEADLINE_SECONDS,
    PASSPHRASE,
    eventually,
    next_message,
    opened,
)
from support.crisis_clients import CASE, responder_profile, talk_of
from support.server import ServerProcess, start_server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    with start_server(tmp_path / "server", {"CRISIS__MODE": "demo"}) as running:
        yield running


def said(app: DeskApp) -> str:
    """Everything that the conversation on the screen shows."""
    return "\n".join(line.text for line in app.query_one("#talk", RichLog).lines)


def listed(app: DeskApp, name: str) -> str:
    options = app.query_one(name, OptionList).options
    return "\n".join(str(option.prompt) for option in options)


async def shows(pilot: Pilot[None], text: str, where: str) -> None:
    """Wait until a part of the screen shows a text."""
    app = pilot.app
    assert isinstance(app, DeskApp)
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            if where == "#talk":
                shown = said(app)
            elif where == "#status":
                shown = str(app.query_one("#status", Static).content)
            else:
                shown = listed(app, where)
            if text in shown:
                return
            await pilot.pause(0.05)


async def test_from_duty_to_the_follow_up_by_keys_alone(
    server: ServerProcess, tmp_path: Path
) -> None:
    profile, folder = await responder_profile(server, tmp_path, "nia"), tmp_path / "g"
    async with opened(profile) as nia:
        app = DeskApp(nia)
        async with app.run_test(size=(120, 40)) as pilot:
            await shows(pilot, "off duty", "#status")
            await pilot.press("f2")
            await shows(pilot, "on duty", "#status")
            await Client.ask_for_help(server.url, folder, PASSPHRASE, language="en")
            async with opened(folder) as guest:
                await talk_of(guest).send("I cannot go on")
                await shows(pilot, "A2 moderate, en", "#offers")
                await pilot.press("f3")
                await shows(pilot, "A2 moderate, en", "#cases")
                await shows(pilot, "I cannot go on", "#talk")
                assert listed(app, "#offers") == ""

                app.query_one("#words", Input).focus()
                await pilot.press(*"I am here", "enter")
                assert (await next_message(talk_of(guest))).text == "I am here"
                await shows(pilot, "I am here", "#talk")
                await shows(pilot, "talking", "#cases")

                await pilot.press("f8")
                await shows(pilot, "over; sum it up", "#cases")
                await pilot.press("f9")
                async with asyncio.timeout(DEADLINE_SECONDS):
                    while not isinstance(app.screen, SumUp):
                        await pilot.pause(0.05)
                await pilot.press("enter")
                async with asyncio.timeout(DEADLINE_SECONDS):
                    while nia.desk.cases:
                        await pilot.pause(0.05)
            await pilot.press("f10")
            await eventually(lambda: not app.is_running)
        due = await nia.desk.follow_ups.all()
        assert len(due.follow_ups) == 1
        assert nia.desk.view is not None
        assert nia.desk.view.duty is DutyStatus.OFF


async def test_what_is_written_before_the_person_lets_one_in_stays_in_its_line(
    server: ServerProcess, tmp_path: Path
) -> None:
    """Nothing that somebody typed goes away unsent."""
    async with opened(await responder_profile(server, tmp_path, "sue")) as sue:
        app = DeskApp(sue)
        async with app.run_test() as pilot:
            words = app.query_one("#words", Input)
            words.focus()
            await pilot.press(*"hello", "enter")
            await pilot.pause()
            assert words.value == "hello"


async def test_without_the_package_the_command_that_brings_it_is_named(
    tmp_path: Path,
) -> None:
    program = (
        "import sys; sys.modules['textual'] = None\n"
        "import importlib.util as u; real = u.find_spec\n"
        "u.find_spec = lambda n, *a: None if n == 'textual' else real(n, *a)\n"
        "from mentalverse_cli.__main__ import main; main()"
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program, "crisis", "desk"),
        *("--profile", str(tmp_path)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode == 2
    assert "pip install 'mentalverse[desk]'" in " ".join(output.decode().split())


def test_an_offer_says_what_is_known_and_how_long_it_waits() -> None:
    offer = OfferView(
        case=CASE,
        offer="1",
        band=0,
        made_at=0,
        expires_at=60_000,
        opened_at=5_000,
        accept_due_at=20_000,
        now=0,
        language="de",
        region="AT\x1b",
        channel=CaseChannel.TEXT,
        needs=(),
        is_minor=True,
        is_rescue=False,
    )
    assert offer_line(offer, 17_000) == (
        "A0 now, de, AT\N{REPLACEMENT CHARACTER}, a minor\nwaits 12 s; 43 s to answer"
    )
    assert offer_line(offer, 99_000).endswith("0 s to answer")


def test_a_case_says_what_comes_next() -> None:
    case = DeskCase(
        case=CASE,
        role=HelperRole.HOLDER,
        fence=1,
        status=CaseStatus.ACTIVE,
        band=1,
        person=AccountId("a" * 32),
        conversation=None,
        opened_at=0,
        language="",
        region="",
        channel=CaseChannel.TEXT,
        needs=(),
        is_minor=False,
        is_joined=True,
        reply_due_at=None,
        person_away_until=None,
        responder_away_until=None,
        silent_since=4_000,
        wrap_up_until=None,
        follow_up_required=True,
        transfer_to=None,
    )
    assert case_line(case, 9_000) == "A1 high\nthey wrote 5 s ago"
