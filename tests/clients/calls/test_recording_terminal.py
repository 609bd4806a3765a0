"""`mentalverse call --record`: asked, agreed to, and opened again at a terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mentalverse_cli.__main__ import app
from mentalverse_cli.call_recording import Wish, duration
from mentalverse_cli.call_session import Sending, run_call
from mentalverse_signaling.recording_events import OnWithdraw
from support.circle_room import room_settings
from support.clients import (
    PASSPHRASE,
    next_message,
    only_conversation,
    opened,
    register,
)
from support.server import ServerProcess, start_server
from support.signal_source import played

TONE_HZ = 440
MINUTES = 0.25
SENDING = Sending(tone=True, file=None, audio_only=True)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    folder = tmp_path_factory.mktemp("server")
    with start_server(folder, room_settings(folder)) as running:
        yield running


async def acquainted(server: ServerProcess, folder: Path, *names: str) -> list[Path]:
    """Two profiles that have a conversation."""
    profiles = [await register(server, folder, name) for name in names]
    async with opened(profiles[0]) as one, opened(profiles[1]) as other:
        await (await one.direct(names[1])).send("shall we talk?")
        await next_message(await only_conversation(other))
    return profiles


def command(folder: Path, *arguments: str) -> Result:
    file = folder / "passphrase"
    file.write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    given = ["--passphrase-file", str(file)] if "--profile" in arguments else []
    return CliRunner().invoke(app, ["recording", *arguments, *given])


@pytest.mark.capability("C05")
async def test_a_call_is_recorded_and_opened_at_a_terminal(
    server: ServerProcess, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ada, ben = await acquainted(server, tmp_path, "ada", "ben")
    file, out = tmp_path / "talk.mvrec", tmp_path / "talk.webm"
    wish = Wish(file, ("ada", "ben"), on_withdraw=OnWithdraw.KEEP)
    async with asyncio.timeout(60):
        await asyncio.gather(
            run_call(ada, PASSPHRASE, "ben", SENDING, MINUTES, wish),
            run_call(ben, PASSPHRASE, "ada", SENDING, MINUTES, Wish(agrees=True)),
        )
    said = capsys.readouterr().out
    for line in (
        "Everybody is asked whether the call may be recorded.",
        "ada asks:\nMay this call be recorded?",
        "Who can open it: ada, ben.",
        "You have agreed.",
        "The call is recorded. Agreed: ada, ben.",
        " · agreed: ada, ben · 2 here",
        f"sealed in {file}",
    ):
        assert line in said, line

    shown = command(tmp_path, "show", str(file))
    assert shown.exit_code == 0 and "audio/webm" in shown.output
    for profile in (ada, ben):
        arguments = str(file), "--profile", str(profile), "--out", str(out)
        done = command(tmp_path, "open", *arguments)
        assert done.exit_code == 0, done.output
        assert played(out.read_bytes()).heard_share(TONE_HZ) > 0.1
        again = command(tmp_path, "open", *arguments)
        assert again.exit_code == 1 and "exists already" in again.output
        out.unlink()
    eve = await register(server, tmp_path, "eve")
    arguments = str(file), "--profile", str(eve), "--out", str(out)
    refused = command(tmp_path, "open", *arguments)
    assert refused.exit_code == 1 and "cannot open it" in refused.output
    assert not out.exists()

    cut = tmp_path / "cut.mvrec"
    cut.write_bytes(file.read_bytes()[:-1])
    arguments = str(cut), "--profile", str(ada), "--out", str(out)
    warned = command(tmp_path, "open", *arguments)
    assert warned.exit_code == 0 and "end is missing" in warned.output


async def test_who_did_not_say_so_agrees_to_nothing(
    server: ServerProcess, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = await acquainted(server, tmp_path, "fay", "gus")
    file = tmp_path / "talk.mvrec"
    async with asyncio.timeout(60):
        await asyncio.gather(
            run_call(one, PASSPHRASE, "gus", SENDING, MINUTES, Wish(file)),
            run_call(other, PASSPHRASE, "fay", SENDING, MINUTES, Wish()),
        )
    said = capsys.readouterr().out
    assert "You have not agreed: no answer is a no." in said
    assert not file.exists()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (["--record-for", "ada"], "needs --record"),
        (["--record", "there.mvrec"], "exists already"),
        (["--record", "nowhere/talk.mvrec"], "no folder"),
        (["--record", "talk.mvrec", "--purpose", "My own"], "one word"),
        (["--record", "talk.mvrec", "--on-withdraw", "hide"], "hide"),
    ],
)
def test_wrong_use_ends_before_anything_is_opened(
    tmp_path: Path, wrong: list[str], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.mvrec").touch()
    given = ["call", "ben", "--profile", str(tmp_path / "none"), *wrong]
    done = CliRunner().invoke(app, given)
    assert done.exit_code == 2 and told in done.output


def test_what_is_no_recording_is_told_so(tmp_path: Path) -> None:
    file = tmp_path / "talk.webm"
    file.write_bytes(b"\x1aE\xdf\xa3" + bytes(100))
    shown = command(tmp_path, "show", str(file))
    assert shown.exit_code == 1 and "no recording" in shown.output


def test_time_is_told_in_minutes() -> None:
    assert [duration(it) for it in (0, 9.9, 61, 3600)] == [
        "0:00",
        "0:09",
        "1:01",
        "60:00",
    ]
