"""Blocking and reporting from the screens' side, with a real server and its safety team."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from mentalverse_cli import report_key
from mentalverse_server.safety import write_safety_key
from support.clients import (
    PASSPHRASE,
    eventually,
    logged,
    next_message,
    only_conversation,
    texts,
)
from support.clients import person as python_person
from support.server import ServerProcess, start_server

from .conftest import WEB_FILES, lab_person, sign_up, web_dist
from .talk import open_session, open_talk

KEY = "team.key"


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server with a safety team."""
    data = tmp_path / "server" / "data"
    data.mkdir(mode=0o700, parents=True)
    write_safety_key(data, report_key.create(tmp_path / KEY, PASSPHRASE))
    with start_server(
        tmp_path / "server", {"WEB__DIST_DIR": str(web_dist(tmp_path, WEB_FILES))}
    ) as running:
        yield running


async def opened_by_the_team(server: ServerProcess, folder: Path) -> str:
    """What `mentalverse report` prints of the one report there is."""
    (folder / "passphrase").write_text(PASSPHRASE, encoding="utf-8")

    def run(*arguments: str) -> str:
        command = [
            *(sys.executable, "-m", "mentalverse_cli", "report", *arguments),
            *("--data", str(server.data)),
        ]
        made = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert made.returncode == 0, made.stderr
        return made.stdout

    listed = await asyncio.to_thread(run, "list")
    report = next(word for word in listed.split() if len(word) == 32)
    key = ("--key", str(folder / KEY), "--passphrase-file", str(folder / "passphrase"))
    return await asyncio.to_thread(run, "open", report, *key)


async def heard(page: Page, *texts: str) -> None:
    """Wait until the conversation shows these texts."""
    await page.evaluate(
        """(texts) => lab.state.until(talk.messages, (all) =>
             texts.every((text) => all.some((each) => each.text === text)))""",
        list(texts),
    )


async def test_what_a_blocked_person_writes_is_hidden_until_the_block_is_undone(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """Before the block stays; after it nothing is shown, counted, found or last."""
    async with (
        lab_person(browser, lab_server) as page,
        python_person(lab_server, tmp_path, "ben") as ben,
    ):
        await sign_up(page, lab_server, "ada")
        await open_session(page)
        await open_talk(page)
        await page.evaluate("() => talk.send('hello ben')")
        theirs = await only_conversation(ben)
        await next_message(theirs)
        await theirs.send("before")
        await heard(page, "before")
        await page.evaluate("() => talk.read()")
        outcome = await page.evaluate(
            """() => talk.block(talk.members.value.find((each) => !each.me).account, true)"""
        )
        assert outcome == {"done": True}
        await page.evaluate(
            "() => lab.state.until(talk.members, (all) => all.some((each) => each.blocked))"
        )
        await theirs.send("after")
        await ben.flush()
        await page.evaluate("() => talk.send('to nobody in particular')")
        await eventually(lambda: "to nobody in particular" in texts(theirs))
        await page.evaluate(
            """() => lab.state.until(talk.messages, (all) =>
                 all.some((each) => each.text === "to nobody in particular" && each.status === "sent"))"""
        )
        seen = await page.evaluate(
            """async () => [
              talk.messages.value.map((each) => each.text).filter(Boolean),
              ada.session.conversations.value[0].unread,
              (await ada.session.search("after")).length,
            ]"""
        )
        assert seen == [["hello ben", "before", "to nobody in particular"], 0, 0]
        assert (await page.evaluate("() => ada.session.direct('ben')"))["done"]
        await page.evaluate(
            """() => talk.block(talk.members.value.find((each) => !each.me).account, false)"""
        )
        await heard(page, "before", "after")
        assert (
            await page.evaluate(
                "async () => (await ada.session.search('after')).length"
            )
            == 1
        )


async def test_a_report_shows_the_team_what_its_preview_showed(
    browser: Browser, watched: ServerProcess, tmp_path: Path
) -> None:
    """Every wording of what was chosen, proven, with the reason; and nothing else."""
    async with (
        lab_person(browser, watched) as page,
        python_person(watched, tmp_path, "ben") as ben,
    ):
        await sign_up(page, watched, "ada")
        await open_session(page)
        await open_talk(page)
        await page.evaluate("() => talk.send('a private thing')")
        theirs = await only_conversation(ben)
        await next_message(theirs)
        threat = await theirs.send("I will find you")
        await heard(page, "I will find you")
        await logged(theirs, threat)
        await theirs.edit(threat, "See you tomorrow")
        await heard(page, "See you tomorrow")
        await theirs.delete(threat)
        await page.evaluate(
            "(id) => lab.state.until(talk.messages, (all) => all.some((each) => each.id === id && each.deleted))",
            threat,
        )
        preview = await page.evaluate(
            """async (id) => {
              const { shown } = await talk.reportPreview([id])
              return shown.map(({ wordings, quote, opensFile, leftOut }) =>
                [wordings, quote ?? null, opensFile, leftOut])
            }""",
            threat,
        )
        assert preview == [[["I will find you", "See you tomorrow"], None, False, 0]]
        outcome = await page.evaluate(
            "(id) => talk.report([id], 'he threatens me', false)", threat
        )
        assert outcome == {"done": True}
        printed = await opened_by_the_team(watched, tmp_path)
        assert printed.count(f"VERIFIED: ben ({ben.account})") == 2
        assert "UNVERIFIABLE" not in printed
        for words in ("I will find you", "See you tomorrow", "he threatens me"):
            assert f"| {words}" in printed
        assert "a private thing" not in printed


async def test_what_nobody_said_cannot_be_reported(
    browser: Browser, lab_server: ServerProcess
) -> None:
    """A notice is refused, and so is everything where no team takes reports."""
    async with lab_person(browser, lab_server) as page:
        await sign_up(page, lab_server, "ada")
        await open_session(page)
        outcome = await page.evaluate(
            """async () => {
              const { conversation } = await ada.session.circle([])
              const talk = await ada.session.open(conversation)
              await talk.send("alone")
              await lab.state.until(talk.messages, (all) => all.some((each) => each.status === "sent"))
              const id = talk.messages.value.find((each) => each.text === "alone").id
              const none = await talk.reportPreview([])
              return [none.problem.code, (await talk.report([id], "", false)).problem.code]
            }"""
        )
        assert outcome == ["client.not_reportable", "client.not_reportable"]
