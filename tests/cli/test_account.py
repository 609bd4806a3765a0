"""`mentalverse account`: what it says and how it leaves, with a real server."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.clients import PASSPHRASE, register
from support.server import ServerProcess, start_server

SECONDS = 60.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with start_server(tmp_path_factory.mktemp("server")) as running:
        yield running


async def run(folder: Path, *arguments: str) -> tuple[int | None, str, str]:
    """Exit code, output and errors of an `account` command."""
    file = folder / "passphrase"
    file.write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "mentalverse_cli", "account"),
        *(*arguments, "--passphrase-file", str(file)),
        stdout=PIPE,
        stderr=PIPE,
    )
    async with asyncio.timeout(SECONDS):
        output, errors = await process.communicate()
    return process.returncode, output.decode(), errors.decode()


async def test_somebody_is_blocked_listed_and_unblocked(
    server: ServerProcess, tmp_path: Path
) -> None:
    at = ("--profile", str(await register(server, tmp_path, "ana")))
    await register(server, tmp_path, "ben")
    code, shown, _ = await run(tmp_path, "block", "ben", *at)
    assert (code, shown.splitlines()[0][:16]) == (0, "ben is blocked. ")
    code, shown, _ = await run(tmp_path, "blocked", "--json", *at)
    [listed] = json.loads(shown)
    assert (code, listed["handle"], len(listed["account"])) == (0, "ben", 32)
    code, shown, _ = await run(tmp_path, "blocked", *at)
    assert shown == f"ben  {listed['account']}\n"
    code, _, errors = await run(tmp_path, "block", "nobody", *at)
    assert (code, len(errors.splitlines())) == (1, 1)
    code, shown, _ = await run(tmp_path, "unblock", listed["account"], *at)
    assert code == 0
    code, shown, _ = await run(tmp_path, "blocked", "--json", *at)
    assert (code, json.loads(shown)) == (0, [])


async def test_the_other_sign_ins_end(server: ServerProcess, tmp_path: Path) -> None:
    """The device that asks goes on."""
    at = ("--profile", str(await register(server, tmp_path, "cleo")))
    for _ in range(2):
        code, shown, _ = await run(tmp_path, "sign-out-others", *at)
        assert (code, shown) == (0, "Every other sign-in of your account has ended.\n")


async def test_an_account_is_exported_and_deleted(
    server: ServerProcess, tmp_path: Path
) -> None:
    """Each says what it did; afterwards the folder is let in no more."""
    at = ("--profile", str(await register(server, tmp_path, "dan")))
    file = tmp_path / "dan.json"
    code, shown, _ = await run(tmp_path, "export", str(file), *at)
    assert (code, shown) == (0, f"Written to {file}.\n")
    assert json.loads(file.read_bytes())["complete"] is True
    code, _, errors = await run(tmp_path, "export", str(file), *at)
    assert (code, "exists already" in errors) == (1, True)
    code, shown, errors = await run(tmp_path, "delete", "--yes", *at)
    assert (code, errors) == (0, "")
    assert shown.splitlines()[-1].startswith("Deleted.")
    code, _, errors = await run(tmp_path, "blocked", *at)
    assert (code, len(errors.splitlines())) == (1, 1)
