"""Disputes and awards by the command line of those who decide."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mentalverse_cli import reward_decisions
from mentalverse_cli.__main__ import app
from mentalverse_client import Client
from mentalverse_signaling import reward_events
from mentalverse_signaling.roles import Role
from support.call_wire import call_wire
from support.clients import PASSPHRASE, opened
from support.clock import ManualClock
from support.passkey_steps import at, uses_passkey
from support.reviewing import reviewers

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


@pytest.mark.capability("T03")
async def test_an_award_is_proposed_and_a_dispute_is_decided(tmp_path: Path) -> None:
    secret = tmp_path / "passphrase"
    secret.write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    lea, max_ = tmp_path / "lea", tmp_path / "max"

    async def run(*arguments: str, by: Path = lea) -> tuple[int, str]:
        who = ("--profile", str(by), "--passphrase-file", str(secret))
        command = ["reward", *arguments, *who]
        result = await asyncio.to_thread(CliRunner().invoke, app, command)
        return result.exit_code, result.output

    # What the commands keep of time is read on the wall.
    clock = ManualClock(datetime.now(UTC) - timedelta(minutes=5))
    async with call_wire(tmp_path, clock) as wire:
        others, url = await reviewers(wire), wire.api.server.url
        for profile, role in ((lea, Role.SUPERVISOR), (max_, Role.MENTOR)):
            code = wire.api.invite(role)
            await Client.register(url, code, profile.name, profile, PASSPHRASE)

        guide = ("award", "max", "peer.knowledge", "50", "a guide")
        done, said = await run(*guide)
        assert (done, "in the browser where the passkey is" in said) == (1, True), said
        async with opened(lea) as client:
            await uses_passkey(wire.api, await at(client))
        done, said = await run(*guide)
        assert done == 0, said
        begins = said.split()[0]
        proposed = "max  peer.knowledge, 50 MVT, proposed, 1 of 2, you among them"
        assert said == f"{begins}  {proposed}: a guide\n"
        done, said = await run("awards")
        assert (done, said) == (0, f"{begins}  {proposed}: a guide\n")
        (award,) = (await others.one.call("reward.awards")).awards
        await others.one.call("reward.approve", award=award.award)
        done, said = await run("approve", begins)
        assert (done, "approved, 2 of 2" in said) == (0, True), said
        done, said = await run("refuse", begins)
        assert (done, said.count("\n")) == (1, 1)

        async with opened(max_) as client:
            (entry,) = (await client.rewards.list()).entries
            await client.rewards.dispute(entry.entry, "it was Mia's")
        done, said = await run("disputes")
        assert (done, "because: it was Mia's" in said) == (0, True), said
        which = ("decide", "max", entry.entry)
        done, said = await run(*which, "--keep")
        assert (done, "you: keep" in said) == (0, True), said
        same = {"account": award.account, "entry": entry.entry, "correct": False}
        await others.two.call("reward.decide", **same)
        done, said = await run(*which, "--keep")
        assert (done, "no such dispute" in said) == (2, True), said
        done, said = await run("disputes", "--json")
        assert (done, said) == (0, "[]\n")
        done, said = await run("disputes", by=max_)
        assert (done, said.count("\n")) == (1, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        ("decide", "max", "ID"),
        ("decide", "max", "ID", "--keep", "--correct"),
        ("award", "max", "Peer Knowledge", "50", "a guide"),
        ("award", "max", "peer.knowledge", "0", "a guide"),
        ("award", "max", "peer.knowledge", "50", " "),
    ],
)
def test_what_cannot_be_asks_nobody(tmp_path: Path, wrong: tuple[str, ...]) -> None:
    command = ["reward", *wrong, "--profile", str(tmp_path)]
    assert CliRunner().invoke(app, command).exit_code == 2


def test_the_bounds_are_those_of_the_wire() -> None:
    assert reward_decisions.MAX_MVT == reward_events.MAX_AWARD_MVT
    assert reward_decisions.MAX_REASON_CHARS == reward_events.MAX_AWARD_REASON_CHARS
