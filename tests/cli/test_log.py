"""`mentalverse log`: a person looks into the log of keys."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mentalverse_client import AlarmKind
from mentalverse_crypto.transparency import SignedHead, verify_head
from support.clients import PASSPHRASE, eventually, opened, person, register
from support.devices import new_device
from support.lying_server import Liar, without
from support.server import ServerProcess, start_server

SECONDS = 60.0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    with start_server(tmp_path / "server") as running:
        yield running


async def log(folder: Path, profile: Path, *arguments: str) -> tuple[int, str]:
    """Exit code and output of a `log` command."""
    file = folder / "passphrase"
    file.write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "mentalverse_cli", "log", *arguments),
        *("--profile", str(profile), "--passphrase-file", str(file)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(SECONDS):
            output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return process.returncode, output.decode()


async def test_a_log_that_holds_is_read_to_its_root(
    server: ServerProcess, tmp_path: Path
) -> None:
    profile = await register(server, tmp_path, "ada")
    async with person(server, tmp_path, "ben"), opened(profile) as ada:
        await ada.direct("ben")
    code, shown = await log(tmp_path, profile, "verify")
    assert (code, "3 entries" in shown, "1 about yours" in shown) == (0, True, True)
    code, shown = await log(tmp_path, profile, "status")
    assert (code, "1 of 1 found" in shown) == (0, True)
    code, shown = await log(tmp_path, profile, "status", "--json")
    known = json.loads(shown)
    assert (code, known["people_found"], known["alarms"]) == (0, 1, [])
    assert known["head"]["size"] == 3
    code, shown = await log(tmp_path, profile, "evidence")
    assert (code, "no evidence" in shown) == (0, True)


async def test_a_log_that_was_rewritten_fails_and_leaves_evidence(
    server: ServerProcess, tmp_path: Path
) -> None:
    liar = Liar(server)
    profile = await register(server, tmp_path, "ada")
    async with person(server, tmp_path, "ben") as ben:
        async with opened(profile) as ada:
            await ada.direct("ben")
            await eventually(lambda: ada.transparency.state.size == len(liar.log()))
            log_public = ada.transparency.state.view.log_public
        liar.show_log(without(liar.log(), ben.account))
        liar.add_entry(new_device().first_list())
    code, shown = await log(tmp_path, profile, "verify")
    assert (code, "does not hold" in shown) == (1, True)
    code, shown = await log(tmp_path, profile, "status")
    assert (code, "split view   yes" in shown) == (1, True)
    code, shown = await log(tmp_path, profile, "evidence")
    evidence = json.loads(shown)
    heads = [SignedHead.decode(bytes.fromhex(e["head"])) for e in evidence["heads"]]
    for head in heads:
        verify_head(head, bytes.fromhex(evidence["log_public"]))
    assert evidence["log_public"] == log_public.hex()
    assert heads[0].size == heads[1].size
    assert heads[0].root != heads[1].root


async def test_an_alarm_is_shown_until_it_is_acknowledged(
    server: ServerProcess, tmp_path: Path
) -> None:
    profile = await register(server, tmp_path, "ada")
    async with opened(profile) as ada:
        ada.transparency.alarms.tell(AlarmKind.OUTSIDER, detail="made for this test")
        (alarm,) = ada.alarms()
    code, shown = await log(tmp_path, profile, "status")
    assert (code, alarm.id in shown) == (1, True)
    assert (await log(tmp_path, profile, "acknowledge", "unheard-of"))[0] == 2
    assert (await log(tmp_path, profile, "acknowledge", alarm.id))[0] == 0
    code, shown = await log(tmp_path, profile, "status")
    assert (code, alarm.id in shown) == (0, False)
