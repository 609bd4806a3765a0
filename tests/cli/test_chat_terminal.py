"""`mentalverse chat` at a terminal, key by key."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from mentalverse_client import Client, UpdateKind
from support.clients import PASSPHRASE, logged, only_conversation, person, register
from support.server import ServerProcess, start_server

SECONDS = 60.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with start_server(tmp_path_factory.mktemp("server")) as running:
        yield running


class Keyboard:
    """The other end of a terminal: what is typed, and what is shown."""

    def __init__(self, end: int) -> None:
        self._end = end
        self._shown = b""
        self._more = asyncio.Event()
        asyncio.get_running_loop().add_reader(end, self._read)

    def _read(self) -> None:
        try:
            self._shown += os.read(self._end, 65536)
        except OSError:  # the chat is over
            self.close()
        self._more.set()

    def type(self, keys: str) -> None:
        os.write(self._end, keys.encode())

    async def shows(self, words: str) -> None:
        """Wait until it is there."""
        async with asyncio.timeout(SECONDS):
            while words.encode() not in self._shown:
                self._more.clear()
                await self._more.wait()

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._end)


@asynccontextmanager
async def terminal(
    folder: Path, profile: Path, *options: str
) -> AsyncIterator[Keyboard]:
    """A chat in a terminal of its own; it ends by itself with Ctrl-D."""
    file = folder / "passphrase"
    file.write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    ours, theirs = os.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "mentalverse_cli", "chat", *options),
        *("--profile", str(profile), "--passphrase-file", str(file)),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"},
        start_new_session=True,
    )
    os.close(theirs)
    keyboard = Keyboard(ours)
    try:
        yield keyboard
        async with asyncio.timeout(SECONDS):
            while process.returncode is None:
                # Between two lines nobody reads keys, and Ctrl-D is lost.
                keyboard.type("\x04")
                await asyncio.wait({asyncio.ensure_future(process.wait())}, timeout=1)
        assert process.returncode == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        keyboard.close()
        os.close(ours)


async def kinds_until(
    client: Client, over: Callable[[UpdateKind], bool]
) -> list[UpdateKind]:
    """The kinds of what changes for somebody, up to the one with which it is over."""
    kinds = []
    async with asyncio.timeout(SECONDS):
        async for update in client.updates():
            kinds.append(update.kind)
            if over(update.kind):
                break
    return kinds


async def test_the_others_see_that_somebody_writes(
    server: ServerProcess, tmp_path: Path
) -> None:
    """With the first key, long before Enter."""
    profile = await register(server, tmp_path, "ada")
    async with (
        person(server, tmp_path, "ben") as ben,
        terminal(tmp_path, profile, "--with", "ben") as ada,
    ):
        talk = await only_conversation(ben)
        await logged(talk, await talk.send("are you there?"))
        await ada.shows("are you there?")
        told = asyncio.create_task(kinds_until(ben, UpdateKind.TYPING.__eq__))
        ada.type("y")
        await told
        assert talk.writing() == ["ada"]
        ada.type("\x7f")


@pytest.mark.parametrize(
    ("options", "line"),
    [(("--no-typing",), "yes"), ((), "/reply yes")],
    ids=["switched off", "a command"],
)
async def test_nobody_is_told_who_is_not_meant_to_be(
    server: ServerProcess, tmp_path: Path, options: tuple[str, ...], line: str
) -> None:
    """Only what was sent arrives: a report is typed as a command, too."""
    name = f"ada-{len(options)}"
    profile = await register(server, tmp_path, name)
    async with (
        person(server, tmp_path, f"ben-{len(options)}") as ben,
        terminal(tmp_path, profile, "--with", ben.handle, *options) as ada,
    ):
        talk = await only_conversation(ben)
        await logged(talk, await talk.send("are you there?"))
        await ada.shows("are you there?")
        heard = asyncio.create_task(kinds_until(ben, UpdateKind.MESSAGE.__eq__))
        ada.type(f"{line}\r")
        assert UpdateKind.TYPING not in await heard
        assert talk.history(1)[-1].text == "yes"
