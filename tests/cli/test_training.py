"""Training by the command line of those who record it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from mentalverse_cli import training
from mentalverse_cli.__main__ import app
from mentalverse_client import Client
from mentalverse_signaling.credential_events import MAX_TRAINING_MINUTES, TrainingView
from mentalverse_signaling.roles import Role
from support.clients import PASSPHRASE, register
from support.server import start_server


def _run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["training", *arguments])
    return result.exit_code, result.output


@pytest.mark.capability("K05")
async def test_training_is_recorded_and_a_mistake_is_one_line_that_says_what_to_do(
    tmp_path: Path,
) -> None:
    secret = tmp_path / "passphrase"
    secret.write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    lea = tmp_path / "lea"

    async def run(*arguments: str) -> tuple[int, str]:
        who = ("--profile", str(lea), "--passphrase-file", str(secret))
        return await asyncio.to_thread(_run, *arguments, *who)

    with start_server(tmp_path) as server:
        await register(server, tmp_path, "max")
        invite = await asyncio.to_thread(server.invite, Role.SUPERVISOR)
        await Client.register(server.url, invite, "lea", lea, PASSPHRASE)
        course = ("record", "max", "foundation", "1200", "--source", "course-1")
        done, said = await run(*course)
        assert (done, "foundation  1200 of 1200 minutes" in said) == (0, True), said
        done, said = await run("pass", "max", "foundation")
        assert (done, "levels: basic" in said) == (0, True), said
        done, said = await run("sign-off", "max", "master", "--json")
        assert msgspec.json.decode(said, type=TrainingView).levels == ("basic",)
        done, said = await run("supervise", "max", "50", "--cases", "1-4")
        assert done == 0, said

        for wrong, code, hint in (
            (("pass", "max", "yoga"), 2, "a module is one of: foundation, "),
            ((*course[:5], "a course"), 2, "a source is up to 64 letters"),
            (("sign-off", "max", "guru"), 2, "no level guru; max's next is advanced"),
            (("pass", "mia", "foundation"), 1, "nobody on this server is called mia"),
            (("pass", "lea", "foundation"), 1, "somebody else's to say"),
        ):
            done, said = await run(*wrong)
            assert (done, said.count("\n"), hint in said) == (code, 1, True), said


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        (("record", "max", "foundation", "1441", "--source", "c-1"), "1440"),
        (("supervise", "max", "50", "--cases", "7"), "0, 1-4, 5-9, 10+"),
    ],
)
def test_what_cannot_be_asks_nobody(
    tmp_path: Path, wrong: tuple[str, ...], hint: str
) -> None:
    done, said = _run(*wrong, "--profile", str(tmp_path))
    assert (done, hint in said) == (2, True), said


def test_the_bound_is_that_of_the_wire() -> None:
    assert training.MAX_MINUTES == MAX_TRAINING_MINUTES
