"""The demo: one command, and four people can talk."""

from __future__ import annotations

import asyncio
import os
import pty
import re
import select
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mentalverse_cli.demo import hear
from mentalverse_cli.demo_host import ANSWERS, GREETING, HOST
from mentalverse_client import Client
from mentalverse_signaling.conversation import ConversationKind
from support.clients import DEADLINE_SECONDS, eventually, person
from support.ports import lasting_port
from support.server import start_server

START_SECONDS = 90.0


@contextmanager
def demo(folder: Path, port: int = 0) -> Iterator[str]:
    """Everything the running demo printed, once it is up."""
    output = folder / "output"
    arguments = ["demo", "--port", str(port), "--data", "demo", "--no-browser"]
    with output.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "mentalverse_cli", *arguments],
            cwd=folder,
            env={k: v for k, v in os.environ.items() if "MENTALVERSE_" not in k},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while "Stop with Ctrl-C" not in output.read_text():
            assert process.poll() is None, output.read_text()
            assert time.monotonic() < deadline, output.read_text()
            time.sleep(0.05)
        yield output.read_text()
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0, output.read_text()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _port(printed: str) -> int:
    address = re.search(r"running at http://localhost:(\d+)", printed)
    assert address is not None, printed
    return int(address[1])


@pytest.mark.timeout(300)
async def test_the_people_of_the_demo_have_met_and_still_know_it_after_a_restart(
    tmp_path: Path,
) -> None:
    with demo(tmp_path, lasting_port()) as printed:
        port = _port(printed)
        assert "chat --profile demo/profiles/mentor" in printed
    folder = tmp_path / "demo"
    passphrase = (folder / "passphrase").read_text().strip()

    with demo(tmp_path, port) as printed:
        assert "Making" not in printed
        profiles = folder / "profiles"
        async with (
            Client.open(profiles / "mentee", passphrase=passphrase) as mentee,
            Client.open(profiles / "ana", passphrase=passphrase) as ana,
        ):
            await mentee.connected()
            await ana.connected()
            talk = await mentee.direct("mentor")
            said = [message.text for message in talk.history()]
            (circle,) = (
                c for c in ana.conversations() if c.kind is ConversationKind.CIRCLE
            )
            there = {member.handle for member in circle.members()}

    assert any("good to have you here" in text for text in said)
    assert any("nervous" in text for text in said)
    assert there == {"mentor", "mentee", "ana", "ben"}


def _typed(folder: Path, printed: str, handle: str, lines: str) -> str:
    """What a person sees who runs the command printed for them and types lines."""
    (command,) = (
        line for line in printed.splitlines() if f"profiles/{handle} " in line
    )
    chat = subprocess.run(
        shlex.split(command),
        cwd=folder,
        input=lines,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert chat.returncode == 0, chat.stderr
    return chat.stdout


@pytest.mark.timeout(300)
def test_the_printed_commands_open_chats_in_which_people_reach_each_other(
    tmp_path: Path,
) -> None:
    with demo(tmp_path) as printed:
        _typed(tmp_path, printed, "mentor", "Are you there?\n")
        seen = _typed(tmp_path, printed, "mentee", "Yes, I am.\n")
        answered = _typed(tmp_path, printed, "mentor", "")
        in_circle = _typed(tmp_path, printed, "ana", "")

    assert "Are you there?" in seen
    assert "Yes, I am." in answered
    assert "Welcome to the circle." in in_circle


@pytest.mark.timeout(300)
def test_on_a_terminal_the_link_of_the_mentee_is_opened_in_the_browser(
    tmp_path: Path,
) -> None:
    """With `--no-browser`, or where the output goes elsewhere, nothing is opened."""
    opened, script = tmp_path / "opened", tmp_path / "browser"
    script.write_text(
        f'#!/bin/sh\necho "$1" > {opened}.new && mv {opened}.new {opened}\n'
    )
    script.chmod(0o755)
    screen, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "mentalverse_cli", "demo", "--port", "0"],
        cwd=tmp_path,
        env=os.environ | {"BROWSER": f"{script} %s &"},
        stdin=subprocess.DEVNULL,
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    printed = b""
    try:
        deadline = time.monotonic() + START_SECONDS
        while not opened.exists() or b"Ctrl-C" not in printed:
            assert time.monotonic() < deadline, printed
            assert process.poll() is None, printed
            if select.select([screen], [], [], 0.05)[0]:
                printed += os.read(screen, 4096)
        link = opened.read_text().strip()
        assert f"mentee       {link}" in printed.decode()
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()
        os.close(screen)


@pytest.mark.timeout(120)
def test_a_half_made_demo_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "demo" / "profiles").mkdir(parents=True)
    refused = subprocess.run(
        [sys.executable, "-m", "mentalverse_cli", "demo", "--port", "0"]
        + ["--data", "demo", "--no-browser"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert refused.returncode == 2
    assert "half made" in refused.stderr
    assert (tmp_path / "demo" / "profiles").is_dir()


async def test_a_greeting_is_heard_whatever_is_said_elsewhere_before(
    tmp_path: Path,
) -> None:
    """Which of two conversations a device is in first is chance."""
    with start_server(tmp_path) as server:
        async with (
            person(server, tmp_path, "mentor") as mentor,
            person(server, tmp_path, "mentee") as mentee,
        ):
            circle = await mentor.create_circle(["mentee"])
            await circle.send("Welcome to the circle.")
            await mentor.flush()
            await eventually(lambda: bool(mentee.conversations()))
            talk = await mentor.direct("mentee")
            await talk.send("Hello.")
            await mentor.flush()
            async with asyncio.timeout(DEADLINE_SECONDS):
                heard = await hear(mentee, talk.id)

    assert heard.text == "Hello."


def _code(printed: str, role: str) -> str:
    link = re.search(rf"^  {role} +http://localhost:\d+/#/invite/(\S+)$", printed, re.M)
    assert link is not None, printed
    return link[1]


def _talk_with(client: Client, kind: ConversationKind, handle: str) -> list[str] | None:
    """What was said in the conversation of this kind with somebody, if there is one."""
    for conversation in client.conversations():
        there = {member.handle for member in conversation.members()}
        if conversation.kind is kind and handle in there:
            return [m.text for m in conversation.history(100) if m.kind == "text"]
    return None


@pytest.mark.timeout(300)
async def test_a_visitor_by_link_is_greeted_answered_and_brought_into_a_circle(
    tmp_path: Path,
) -> None:
    """Also after a restart, which prints new links and greets nobody twice."""
    profiles = {role: tmp_path / role for role in ("mentee", "facilitator", "mentor")}
    with demo(tmp_path, lasting_port()) as printed:
        port = _port(printed)
        url = f"http://localhost:{port}"
        for role in ("mentee", "facilitator"):
            code = _code(printed, role)
            await Client.register(url, code, f"a-{role}", profiles[role], "p")
        async with (
            Client.open(profiles["mentee"], passphrase="p") as mentee,
            Client.open(profiles["facilitator"], passphrase="p") as facilitator,
        ):
            for visitor in (mentee, facilitator):
                await eventually(lambda v=visitor: bool(_direct(v)))  # type: ignore[misc]
                await eventually(lambda v=visitor: bool(_circle(v)))  # type: ignore[misc]
            talk = await mentee.direct(HOST)
            await talk.send("Is anybody there?")
            await eventually(lambda: ANSWERS[0] in (_direct(mentee) or []))
            circle = _talk_with(facilitator, ConversationKind.CIRCLE, "a-mentee")
            assert circle is not None
            await mentee.flush()

    with demo(tmp_path, port) as printed:
        code = _code(printed, "mentor")
        await Client.register(url, code, "a-mentor", profiles["mentor"], "p")
        async with (
            Client.open(profiles["mentor"], passphrase="p") as mentor,
            Client.open(profiles["mentee"], passphrase="p") as mentee,
        ):
            await eventually(lambda: bool(_direct(mentor)))
            talk = await mentee.direct(HOST)
            await talk.send("And now?")
            await eventually(lambda: ANSWERS[1] in (_direct(mentee) or []))
            assert (_direct(mentee) or []).count(GREETING) == 1
            assert _circle(mentor) is None


def _direct(client: Client) -> list[str] | None:
    return _talk_with(client, ConversationKind.DIRECT, HOST)


def _circle(client: Client) -> list[str] | None:
    return _talk_with(client, ConversationKind.CIRCLE, HOST)
