"""What others hold, by the command line of those who review."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from mentalverse_cli.__main__ import app
from mentalverse_client import Client
from mentalverse_signaling.credential_events import Credentials
from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.roles import Role
from support.call_wire import CallWire, call_wire
from support.clients import PASSPHRASE, opened
from support.clock import ManualClock
from support.passkey_steps import at, uses_passkey
from support.reviewing import reviewers

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


async def issued(wire: CallWire, folder: Path) -> str:
    """What two who review gave Max."""
    decide = await reviewers(wire)
    code = wire.api.invite(Role.MENTOR)
    profile = folder / "max"
    await Client.register(wire.api.server.url, code, "max", profile, PASSPHRASE)
    async with opened(profile) as max_:
        await decide.trained(AccountId(max_.account))
        signed = await decide.issued(max_, "level_basic")
    return signed.credential.credential


@pytest.mark.capability("K09")
async def test_a_credential_is_paused_given_back_and_taken_back_for_good(
    tmp_path: Path,
) -> None:
    secret = tmp_path / "passphrase"
    secret.write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    lea = tmp_path / "lea"

    async def run(*arguments: str, answer: str = "") -> tuple[int, str]:
        who = ("--profile", str(lea), "--passphrase-file", str(secret))
        command = ["credential", *arguments, *who]
        invoke = CliRunner().invoke
        result = await asyncio.to_thread(invoke, app, command, input=answer)
        return result.exit_code, result.output

    # What the commands keep of time is read on the wall.
    clock = ManualClock(datetime.now(UTC) - timedelta(minutes=5))
    async with call_wire(tmp_path, clock) as wire:
        begins = (await issued(wire, tmp_path))[:8]
        code, url = wire.api.invite(Role.SUPERVISOR), wire.api.server.url
        await Client.register(url, code, "lea", lea, PASSPHRASE)

        done, said = await run("held", "max")
        assert (done, f"{begins}  level_basic" in said) == (0, True), said
        assert "levels: basic" in said
        done, said = await run("held", "max", "--json")
        held = msgspec.json.decode(said, type=Credentials).credentials
        assert [each.is_good for each in held] == [True]
        done, said = await run("held", "nobody")
        assert (done, said.count("\n")) == (1, 1)
        assert "nobody on this server is called nobody" in said

        step = ("max", begins, "--why", "review")
        done, said = await run("pause", *step, "--yes")
        assert (done, said.count("\n")) == (1, 1)
        assert "in the browser where the passkey is" in said
        async with opened(lea) as client:
            await uses_passkey(wire.api, await at(client))
        done, said = await run("pause", *step, answer="n\n")
        assert (done, "What runs goes on" in said) == (1, True), said
        done, said = await run("give-back", *step, "--yes")
        assert (done, said.endswith(", in force\n")) == (0, True), said
        done, said = await run("pause", *step, "--yes")
        assert (done, "suspended (review), not in force" in said) == (0, True), said
        done, said = await run("give-back", *step, answer="y\n")
        assert (done, said.endswith(", in force\n")) == (0, True), said

        gone = ("take-back", "max", begins, "--why", "conduct")
        done, said = await run(*gone, answer="y\n")
        assert (done, "revoked (conduct), not in force" in said) == (0, True), said
        assert "would have to apply anew" in said
        done, said = await run("give-back", *step, "--yes")
        assert (done, "it is revoked" in said) == (1, True), said


def test_a_step_without_a_known_reason_asks_nobody(tmp_path: Path) -> None:
    for step in ("pause", "give-back", "take-back"):
        command = ["credential", step, "max", "3f2a9c01", "--why", "because"]
        result = CliRunner().invoke(app, [*command, "--profile", str(tmp_path)])
        assert result.exit_code == 2
        assert "review, conduct, licence, own_wish, error" in result.output
