"""`mentalverse device`: two terminals bring a device into an account."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from support.clients import (
    PASSPHRASE,
    eventually,
    only_conversation,
    opened,
    person,
    register,
    texts,
)
from support.server import ServerProcess, start_server

SECONDS = 60.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with start_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@asynccontextmanager
async def device(folder: Path, *arguments: str) -> AsyncIterator[Process]:
    """A running `device` command; ended if the test ends first."""
    file = folder / "passphrase"
    file.write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "mentalverse_cli", "device"),
        *(*arguments, "--passphrase-file", str(file)),
        stdin=PIPE,
        stdout=PIPE,
        stderr=STDOUT,
    )
    try:
        async with asyncio.timeout(SECONDS):
            yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def run(folder: Path, *arguments: str) -> tuple[int | None, str]:
    """Exit code and output of a command that asks nothing."""
    async with device(folder, *arguments) as process:
        output, _ = await process.communicate()
    return process.returncode, output.decode()


async def read_until(process: Process, pattern: str) -> str:
    """What stands in the next line that matches."""
    assert process.stdout is not None
    seen = ""
    async for line in process.stdout:
        seen += line.decode()
        if found := re.search(pattern, line.decode()):
            return found[1]
    raise AssertionError(f"it ended without {pattern!r}:\n{seen}")


async def answer(process: Process, line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{line}\n".encode())
    await process.stdin.drain()


async def test_a_device_joins_is_listed_and_is_revoked(
    server: ServerProcess, tmp_path: Path
) -> None:
    laptop, phone = await register(server, tmp_path, "ada"), tmp_path / "phone"
    at, new = ("--profile", str(laptop)), ("--profile", str(phone))
    async with person(server, tmp_path, "ben") as ben:
        async with opened(laptop) as ada:
            await (await ada.direct("ben")).send("hello")
            await ada.flush()
        async with device(tmp_path, "join", server.url, *new) as joining:
            invitation = await read_until(joining, r"(mentalverse-device:\S+)")
            async with device(tmp_path, "approve", invitation, *at) as approving:
                await answer(approving, await read_until(joining, r"there: (.*)"))
                added = await read_until(approving, r"Device ([0-9a-f]{8}) ")
                await read_until(joining, r"(digits are right)")
                await answer(joining, "y")
                output, _ = await approving.communicate()
                assert "The new device is in 1 of 1 conversation." in output.decode()
            output, _ = await joining.communicate()
        assert joining.returncode == approving.returncode == 0
        assert "1 conversation here. Messages from before are here" in output.decode()
        async with opened(phone) as second:
            assert "hello" in texts(await only_conversation(second))

        code, shown = await run(tmp_path, "list", *new)
        assert code == 0
        assert re.search(rf"{added}  added .* \(this device\)", shown)
        assert len(shown.splitlines()) == 2
        code, shown = await run(tmp_path, "list", *new, "--json")
        ids = {each["id"][:8]: each["this"] for each in json.loads(shown)}
        assert (code, len(ids), ids[added]) == (0, 2, True)
        code, shown = await run(tmp_path, "join", server.url, *new)
        assert (code, len(shown.splitlines())) == (1, 1)

        code, shown = await run(tmp_path, "revoke", added, *new, "--yes")
        assert (code, "--this" in shown) == (2, True)
        code, shown = await run(tmp_path, "revoke", added[:5], *at, "--yes")
        assert (code, "It is out of 1 of 1 conversation." in shown) == (0, True), shown
        code, shown = await run(tmp_path, "list", *new)
        assert (code, "does not let this device in" in shown) == (1, True)
        theirs = await only_conversation(ben)
        await eventually(lambda: theirs.encryption_state.devices == 2)
        assert texts(theirs) == ["hello"]


async def test_wrong_digits_are_said_in_one_line(
    server: ServerProcess, tmp_path: Path
) -> None:
    laptop = await register(server, tmp_path, "cleo")
    new = ("--profile", str(tmp_path / "phone"))
    async with device(tmp_path, "join", server.url, *new) as joining:
        invitation = await read_until(joining, r"(mentalverse-device:\S+)")
        at = ("--profile", str(laptop))
        async with device(tmp_path, "approve", invitation, *at) as approving:
            code = (await read_until(joining, r"there: (.*)")).replace(" ", "")
            await answer(approving, f"{(int(code) + 1) % 1_000_000:06d}")
            output, _ = await approving.communicate()
    assert approving.returncode == 1
    assert "differ" in output.decode().splitlines()[-1]
    assert not (tmp_path / "phone").exists()
    refused = await run(tmp_path, "approve", "no-invitation", *at)
    assert refused[0] == 1
    assert "not an invitation" in refused[1]


async def test_an_account_gets_another_key_once_a_person_agrees(
    server: ServerProcess, tmp_path: Path
) -> None:
    """What it means is said first; without a yes nothing changes."""
    folder = await register(server, tmp_path, "eve")
    at = ("--profile", str(folder))

    async def key() -> bytes:
        async with opened(folder) as eve:
            return eve._device.profile.account_key.public

    before = await key()
    async with device(tmp_path, "rotate-account-key", *at) as asking:
        await answer(asking, "n")
        output, _ = await asking.communicate()
    assert asking.returncode == 1
    assert "Your recovery words open nothing any more." in output.decode()
    assert await key() == before
    code, printed = await run(tmp_path, "rotate-account-key", *at, "--yes")
    assert code == 0, printed
    assert "Your account has a new key." in printed
    assert "mentalverse backup create" in printed
    assert await key() != before
