"""`mentalverse backup`: what a person or a script sees of recovery words."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mentalverse_cli import backup_view, backup_words
from mentalverse_client.backup.backup import BackupSummary
from mentalverse_crypto.words import to_words
from support.clients import PASSPHRASE, opened, person, register
from support.server import ServerProcess, start_server

SECONDS = 60.0
WORDS = to_words(bytes(range(32)))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    settings = {"ACCOUNTS__ATTEMPTS_PER_MINUTE": "10000"}
    with start_server(tmp_path_factory.mktemp("server"), settings) as running:
        yield running


async def backup(folder: Path, *arguments: str, profile: Path) -> tuple[int, str, str]:
    """Exit code, output and errors of the command, without a terminal."""
    file = folder / "passphrase"
    file.write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "mentalverse_cli", "backup", *arguments),
        *("--profile", str(profile), "--passphrase-file", str(file)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(SECONDS):
            output, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return process.returncode, output.decode(), errors.decode()


async def test_a_script_makes_words_and_another_machine_comes_back_with_them(
    server: ServerProcess, tmp_path: Path
) -> None:
    profile = await register(server, tmp_path, "ada")
    async with person(server, tmp_path, "ben"), opened(profile) as ada:
        talk = await ada.direct("ben")
        await talk.send("hello")
        await ada.flush()
    assert (await backup(tmp_path, "status", profile=profile))[0] == 3
    code, words, errors = await backup(
        tmp_path, "create", "--no-check", "a test", profile=profile
    )
    assert (code, len(words.split())) == (0, 24)
    assert "on the server" in errors
    code, shown, _ = await backup(tmp_path, "status", profile=profile)
    assert code == 0
    assert "Everything is in it." in shown
    code, shown, _ = await backup(tmp_path, "status", "--json", profile=profile)
    known = json.loads(shown)
    assert (code, known["is_current"], known["conversations"]) == (0, True, 1)
    file = tmp_path / "words"
    file.write_text(words.upper().replace(" ", "\n"), encoding="utf-8")
    new = tmp_path / "new"
    code, shown, _ = await backup(
        tmp_path, "restore", server.url, "--words-file", str(file), profile=new
    )
    assert code == 0
    assert "You are ada on this device" in shown
    assert "of 1 conversation." in shown
    code, shown, _ = await backup(tmp_path, "forget", "--yes", profile=new)
    assert (code, shown) == (0, "The backup is deleted.\n")
    code, shown, _ = await backup(tmp_path, "status", profile=profile)
    assert code == 1
    assert "mentalverse backup now" in shown


async def test_what_is_wrong_with_words_is_one_line_that_says_where(
    server: ServerProcess, tmp_path: Path
) -> None:
    file = tmp_path / "words"
    wrong = {
        " ".join(WORDS[:5]): "there have to be 24 words",
        " ".join((*WORDS[:3], "appple", *WORDS[4:])): "word 4 is not in the list",
        " ".join((WORDS[1], WORDS[0], *WORDS[2:])): "do not belong together",
        " ".join(WORDS): "no backup for these words",
    }
    for typed, said in wrong.items():
        file.write_text(typed, encoding="utf-8")
        code, _, errors = await backup(
            tmp_path,
            *("restore", server.url, "--words-file", str(file)),
            profile=tmp_path / "new",
        )
        assert code == 1
        assert said in errors
        assert len(errors.splitlines()) == 1


async def test_without_a_terminal_words_are_not_made_unless_somebody_says_why(
    server: ServerProcess, tmp_path: Path
) -> None:
    profile = await register(server, tmp_path, "cleo")
    assert (await backup(tmp_path, "create", profile=profile))[0] == 2
    code, _, errors = await backup(tmp_path, "now", profile=profile)
    assert code == 1
    assert "mentalverse backup create" in errors


async def test_an_exported_file_opens_with_its_own_passphrase(
    server: ServerProcess, tmp_path: Path
) -> None:
    profile = await register(server, tmp_path, "dora")
    async with opened(profile) as dora:
        await dora.backup.create(" ".join(dora.backup.new_words()))
    secret, file = tmp_path / "secret", tmp_path / "dora.backup"
    secret.write_text("of the file\n", encoding="utf-8")
    option = ("--file-passphrase-file", str(secret))
    code, _, _ = await backup(tmp_path, "export", str(file), *option, profile=profile)
    assert code == 0
    code, _, errors = await backup(
        tmp_path, "export", str(file), *option, profile=profile
    )
    assert code == 1
    assert "exists already" in errors
    new = tmp_path / "new"
    restore = ("restore", server.url, "--from", str(file))
    wrong = ("--file-passphrase-file", str(tmp_path / "passphrase"))
    code, _, errors = await backup(tmp_path, *restore, *wrong, profile=new)
    assert code == 1
    assert "does not open the file" in errors
    code, shown, _ = await backup(tmp_path, *restore, *option, profile=new)
    assert code == 0
    assert "You are dora on this device" in shown


def test_words_are_read_down_the_columns() -> None:
    lines = backup_words.grid(WORDS).splitlines()
    assert len(lines) == 8
    assert lines[0].split() == ["1", WORDS[0], "9", WORDS[8], "17", WORDS[16]]
    assert lines[7].split() == ["8", WORDS[7], "16", WORDS[15], "24", WORDS[23]]


def test_a_person_types_words_over_lines_and_mends_the_wrong_one() -> None:
    lines = [
        " ".join(WORDS[:10]),
        f"{WORDS[10]} nosuchword {WORDS[12]}",
        ", ".join(WORDS[11:]).upper(),
    ]
    shown, typed = _at_a_terminal(lines)
    assert typed == " ".join(WORDS)
    assert "word 12 is not in the list" in shown
    assert shown.count("Word 12:") == 1


def test_trouble_is_said_in_words_and_not_in_codes() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    for code, words in backup_view.TROUBLE.items():
        summary = BackupSummary(at, 1, 1, 1, is_current=True, trouble=code)
        said = backup_view.summary_lines(summary)
        assert words in said
        assert not [line for line in said if code in line or "Everything" in line]


def _at_a_terminal(lines: list[str]) -> tuple[str, str]:
    """What reading words shows on a terminal of its own, and what it gives."""
    script = (
        "import sys; from mentalverse_cli import backup_words as words;"
        "print(words.read(None), file=sys.stderr)"
    )
    there, here = pty.openpty()
    reading, writing = os.pipe()
    child = os.posix_spawn(
        sys.executable,
        [sys.executable, "-c", script],
        os.environ | {"TERM": "xterm"},
        file_actions=[
            (os.POSIX_SPAWN_DUP2, here, 0),
            (os.POSIX_SPAWN_DUP2, here, 1),
            (os.POSIX_SPAWN_DUP2, writing, 2),
        ],
    )
    os.close(here)
    os.close(writing)
    shown = ""
    for line in lines:
        while not shown.rstrip(" ").endswith(":"):
            shown += os.read(there, 4096).decode()
        os.write(there, f"{line}\n".encode())
        shown += os.read(there, len(line)).decode()
    with os.fdopen(reading) as pipe:
        typed = pipe.read().strip()
    os.waitpid(child, 0)
    os.close(there)
    return shown, typed
