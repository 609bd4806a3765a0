"""`mentalverse chat` over pipes, as a script uses it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.clients import PASSPHRASE, next_message, person, register
from support.server import ServerProcess, start_server

SECONDS = 40.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with start_server(tmp_path_factory.mktemp("server")) as running:
        yield running


async def chat(folder: Path, profile: Path, lines: str, *more: str) -> tuple[int, str]:
    """Exit code and output of a chat that is given these lines."""
    file = folder / "passphrase"
    file.write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "mentalverse_cli", "chat"),
        *("--profile", str(profile), "--passphrase-file", str(file), *more),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(SECONDS):
            output, _ = await process.communicate(lines.encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return process.returncode, output.decode()


async def test_lines_of_a_pipe_arrive_and_the_chat_ends(
    server: ServerProcess, tmp_path: Path
) -> None:
    profile = await register(server, tmp_path, "ada")
    async with person(server, tmp_path, "ben") as ben:
        code, _ = await chat(
            tmp_path, profile, "hello\n\n//not a command\n", "--with", "ben"
        )
        assert code == 0
        talk = ben.conversations()[0]
        texts = [(await next_message(talk)).text for _ in range(2)]
        assert texts == ["hello", "/not a command"]
        await talk.send("hi ada")
        await ben.flush()
        code, shown = await chat(
            tmp_path, profile, "/react 🙂\n/members\n/safety\n/status\n/history\n"
        )
        assert code == 0
        assert "With ben, end-to-end encrypted." in shown
        assert "ben: hi ada" in shown
        assert "ada (you)" in shown
        rows = talk.safety_number().split(" ")
        assert " ".join(rows[:6]) in shown
        assert " ".join(rows[6:]) in shown
        assert "MLS (RFC 9420)" in shown
        assert PASSPHRASE not in shown


async def test_an_invitation_makes_a_profile_to_chat_with(
    server: ServerProcess, tmp_path: Path
) -> None:
    (tmp_path / "passphrase").write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    code = await asyncio.to_thread(server.invite)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "mentalverse_cli", "register", server.url),
        *("--profile", str(tmp_path / "dora"), "--handle", "dora"),
        *("--invite", code, "--passphrase-file", str(tmp_path / "passphrase")),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    assert b"You are dora." in output
    code_of_chat, shown = await chat(tmp_path, tmp_path / "dora", "/list\n")
    assert code_of_chat == 0
    assert "No conversations." in shown


async def test_what_goes_wrong_is_one_plain_line(
    server: ServerProcess, tmp_path: Path
) -> None:
    profile = await register(server, tmp_path, "cleo")
    code, shown = await chat(tmp_path, profile, "", "--with", "nobody-here")
    assert code == 1
    assert len(shown.strip().splitlines()) == 1
    code, shown = await chat(tmp_path, profile, "hello\n/dance\n/add\n")
    assert code == 0
    assert "no conversation is open" in shown
    assert "There is no /dance" in shown
    code, shown = await chat(tmp_path, tmp_path / "nowhere", "")
    assert code == 1
    assert "register first" in shown
    assert "Traceback" not in shown
