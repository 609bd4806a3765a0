"""`mentalverse crisis on-call` and `page-test`: a list that was tried, or says so."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mentalverse_cli.__main__ import app
from mentalverse_server.clock import SystemClock, to_millis
from mentalverse_server.config import load_config
from mentalverse_server.operator import beside_the_server
from mentalverse_server.store import crisis_pages
from support.paging import SECRET_TEXT, WebhookReceiver, webhook_receiver

TIERS = ("tier_1", "tier_2", "supervisor", "clinical_lead")


@pytest.fixture
async def receiver() -> AsyncIterator[WebhookReceiver]:
    async with webhook_receiver() as running:
        yield running


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    secret = tmp_path / "secret"
    secret.touch(mode=0o600)
    secret.write_text(SECRET_TEXT)
    monkeypatch.setenv("MENTALVERSE_PAGING__WEBHOOK_SECRET_FILE", str(secret))


def on_call(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setenv("MENTALVERSE_CRISIS__ON_CALL", json.dumps(lines))


async def crisis(*arguments: str) -> Result:
    """A command beside the loop on which the receiver answers."""
    return await asyncio.to_thread(
        lambda: CliRunner().invoke(app, ["crisis", *arguments])
    )


async def test_a_tier_that_was_tested_says_when(
    receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test page is marked as one, and how it went lasts."""
    on_call(monkeypatch, *(f"{tier} {receiver.url}/{tier}" for tier in TIERS))
    before = await crisis("on-call")
    assert before.exit_code == 1
    assert "never tested" in before.output

    tested = await crisis("page-test")
    assert tested.exit_code == 0, tested.output
    assert tested.output.count("taken: answered 204") == len(TIERS)
    assert {hook.data["type"] for hook in receiver.hooks} == {"desk.test"}

    after = await crisis("on-call")
    assert after.exit_code == 1
    assert after.output.count("UTC taken, NOT seen") == len(TIERS)
    assert (
        f"nobody has said that a test page came in: {', '.join(TIERS)}" in after.output
    )
    await asyncio.to_thread(_all_say_that_it_came)
    seen = await crisis("on-call")
    assert seen.exit_code == 0, seen.output
    assert seen.output.count("UTC taken, seen") == len(TIERS)


def _all_say_that_it_came() -> None:
    now_ms = to_millis(SystemClock().now())
    with beside_the_server(load_config(None, os.environ, {}).config) as database:
        for _, target in database.write(crisis_pages.tests):
            database.write(crisis_pages.see_test, target, now_ms)


async def test_who_did_not_take_it_is_named(
    receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One tier is tested alone; the exit code says that one of it is not reached."""
    on_call(
        monkeypatch,
        f"tier_1 {receiver.url}/ada",
        f"tier_1 {receiver.url}/ben",
        f"tier_2 {receiver.url}/cem",
    )
    receiver.statuses["/ben"] = 404
    tested = await crisis("page-test", "tier_1")
    assert tested.exit_code == 1
    assert f"tier_1  {receiver.url}/ben  NOT taken: answered 404" in tested.output
    assert receiver.at("/cem") == []
    listed = await crisis("on-call")
    assert listed.exit_code == 1
    assert f"in: {', '.join(TIERS)}" in listed.output
    assert "nobody" in listed.output


async def test_nobody_to_test_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    on_call(monkeypatch, "tier_1 push:ada", "night push:ada")
    for arguments in (("page-test", "tier_9"),):
        refused = await crisis(*arguments)
        assert refused.exit_code == 2
        assert "names nobody in tier_9" in refused.output
    listed = await crisis("on-call")
    assert "night  (no rung of the policy pages it)" in listed.output
    tested = await crisis("page-test", "tier_1")
    assert "no key for Web Push" in tested.output
