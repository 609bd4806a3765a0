"""`mentalverse chat` over pipes, as a script uses it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mentalverse_client import BackupGone
from support.clients import (
    PASSPHRASE,
    logged,
    next_message,
    only_conversation,
    opened,
    person,
    register,
)
from support.pairing import pair
from support.server import ServerProcess, start_server

SECONDS = 60.0


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


async def command(*arguments: str) -> str:
    """The output of a command that succeeds."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "mentalverse_cli", *arguments),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    return output.decode()


async def test_lines_of_a_pipe_arrive_and_the_chat_ends(
    server: ServerProcess, tmp_path: Path
) -> None:
    profile = await register(server, tmp_path, "ada")
    async with person(server, tmp_path, "ben") as ben:
        code, _ = await chat(
            tmp_path, profile, "hello\n\n//not a command\n", "--with", "ben"
        )
        assert code == 0
        talk = await only_conversation(ben)
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


async def test_a_file_is_sent_and_saved_over_pipes(
    server: ServerProcess, tmp_path: Path
) -> None:
    profile = await register(server, tmp_path, "ada-f")
    source = tmp_path / "two words.pdf"
    source.write_bytes(b"x" * 3_000_000)
    async with person(server, tmp_path, "ben-f") as ben:
        code, shown = await chat(
            tmp_path, profile, f"/send '{source}'\n/send nowhere\n", "--with", "ben-f"
        )
        assert code == 0
        assert "Sending two words.pdf, 3.0 MB." in shown
        assert "That did not work: no such file or directory." in shown
        talk = await only_conversation(ben)
        got = await next_message(talk)
        assert got.text == "two words.pdf"
        await talk.send_file(source)
        await ben.flush()
        target = tmp_path / "saved.pdf"
        lines = f"/save {target}\n/save {got.seq} {tmp_path}\n/save 1\n"
        code, shown = await chat(tmp_path, profile, lines)
    assert code == 0
    assert f"Saved: {target}" in shown
    assert f"Saved: {tmp_path / 'two words (2).pdf'}" in shown
    assert "message 1 has no file" in shown
    assert target.read_bytes() == source.read_bytes()


async def test_a_file_that_waits_is_stopped(tmp_path: Path) -> None:
    source = tmp_path / "wrong.pdf"
    source.write_bytes(b"x")
    with start_server(tmp_path / "server") as own:
        profile = await register(own, tmp_path, "ada-w")
        async with person(own, tmp_path, "ben-w"), opened(profile) as ada:
            await ada.direct("ben-w")
        await asyncio.to_thread(own.kill9)
        lines = f"/send {source}\n/stop\n/stop\n"
        code, shown = await chat(tmp_path, profile, lines)
    assert code == 0
    assert "Not sent: wrong.pdf" in shown
    assert "no file waits to be sent" in shown
    assert "Not everything is sent" not in shown


async def test_a_report_is_asked_about_and_not_sent_by_mistake(
    server: ServerProcess, tmp_path: Path
) -> None:
    profile = await register(server, tmp_path, "ada-r")
    async with person(server, tmp_path, "ben-r") as ben:
        await chat(tmp_path, profile, "hello\n", "--with", "ben-r")
        talk = await only_conversation(ben)
        await next_message(talk)
        cruel = await talk.send("something cruel")
        await logged(talk, cruel)
        seq = talk.message(cruel).seq
        lines = f"/report {seq} he is cruel\nno\n/report {seq}\nyes\n/report x\n"
        code, shown = await chat(tmp_path, profile, lines)
        assert code == 0
        assert f"{seq}  ben-r: something cruel" in shown
        assert "Your reason: he is cruel" in shown
        assert "Nothing was reported." in shown
        assert "no safety team that takes reports" in shown
        assert "name the messages to report" in shown
        assert [m.text for m in talk.history() if not m.mine and m.text == "no"] == []


async def test_what_its_sender_deleted_can_be_reported_or_forgotten_in_the_chat(
    server: ServerProcess, tmp_path: Path
) -> None:
    profile = await register(server, tmp_path, "ada-t")
    async with person(server, tmp_path, "ben-t") as ben:
        await chat(tmp_path, profile, "hello\n", "--with", "ben-t")
        talk = await only_conversation(ben)
        await next_message(talk)
        cruel = await talk.send("something cruel")
        await logged(talk, cruel)
        await talk.delete(cruel)
        await ben.flush()
        seq = talk.message(cruel).seq
        lines = f"/report {seq}\nno\n/forget {seq}\n/report {seq}\n/forget\n"
        code, shown = await chat(tmp_path, profile, lines)
    assert code == 0
    before, asked, forgotten = shown.partition("The safety team of this server")
    assert "something cruel" not in before
    assert "(deleted by its sender; you can still report it until" in before
    assert f"{seq}  ben-t: something cruel  (its sender deleted it)" in forgotten
    assert "Nothing of it is kept on this device any more." in forgotten
    assert "name the messages to report" in forgotten
    assert "name the deleted message" in forgotten
    assert asked


async def test_an_invitation_makes_a_profile_to_chat_with(
    server: ServerProcess, tmp_path: Path
) -> None:
    """Made by the operator's command while the server runs."""
    (tmp_path / "passphrase").write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    printed = await command("invite", "create", "--data", str(server.data))
    code, link = printed.split()
    assert link.endswith(f"/#/invite/{code}")
    registered = await command(
        *("register", server.url, "--invite", code, "--handle", "dora"),
        *("--profile", str(tmp_path / "dora")),
        *("--passphrase-file", str(tmp_path / "passphrase")),
    )
    assert "You are dora." in registered
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


async def test_what_cannot_be_sent_does_not_end_the_chat(
    server: ServerProcess, tmp_path: Path
) -> None:
    profile = await register(server, tmp_path, "ada-9")
    async with person(server, tmp_path, "ben-9") as ben:
        lines = "x" * 40_000 + "\n/devices\nshorter\n"
        code, output = await chat(tmp_path, profile, lines, "--with", "ben-9")
        assert (code, "That cannot be sent" in output) == (0, True)
        assert "(this device)" in output
        received = await next_message(await only_conversation(ben))
        assert received.text == "shorter"


async def test_a_chat_that_can_show_nothing_more_ends(
    server: ServerProcess, tmp_path: Path
) -> None:
    """Who types on while nothing arrives any more believes to be heard."""
    phone = tmp_path / "phone"
    file = tmp_path / "passphrase"
    file.write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    async with person(server, tmp_path, "ada-10") as ada:
        added = await pair(server, ada, phone)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "mentalverse_cli", "chat"),
            *("--profile", str(phone), "--passphrase-file", str(file)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            async with asyncio.timeout(SECONDS):
                assert process.stdout is not None
                await process.stdout.readline()
                await ada.devices.revoke(added.id)
                # Its input stays open: nobody but the chat itself ends it.
                output = await process.stdout.read()
                assert await process.wait() == 1
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    assert "does not let this device in" in output.decode()


async def test_a_chat_says_that_its_device_keeps_no_backup_any_more(
    server: ServerProcess, tmp_path: Path
) -> None:
    """Whoever believes to have a backup and has none does not look for it."""
    profile = await register(server, tmp_path, "ada-11")
    async with opened(profile) as ada:
        await ada.backup.create(" ".join(ada.backup.new_words()))
        await ada.backup._envelope.delete()  # as another device does
        with pytest.raises(BackupGone):
            await ada.backup.check()
    code, output = await chat(tmp_path, profile, "/quit\n")
    assert (code, "mentalverse backup now" in output) == (0, True)
