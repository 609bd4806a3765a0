"""The audit of a matching run by the command line."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, select
from typer.testing import CliRunner

from mentalverse_cli.__main__ import app
from mentalverse_client import Client
from mentalverse_server.store import matching
from mentalverse_server.store.engine import open_database
from mentalverse_server.store.matching import RunRow
from mentalverse_server.store.tables_hooks import outbox
from mentalverse_signaling.roles import Role
from support.clients import PASSPHRASE
from support.server import ServerProcess, start_server
from support.together import begin

TOGETHER = "3f2a9c01" * 4
SIZES = ("--invented", "320", "--mentors", "120")


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["match", "audit", *arguments])
    return result.exit_code, result.output


@pytest.mark.capability("M06")
def test_a_planted_bias_is_in_the_report_and_none_is_not(tmp_path: Path) -> None:
    fair, unfair = tmp_path / "fair.html", tmp_path / "unfair.html"
    code, said = run(str(fair), *SIZES)
    assert code == 0
    assert "no difference was found" in said
    code, said = run(str(unfair), *SIZES, "--worse", "60")
    assert code == 0
    assert "north: matched differs" in said
    assert "No difference was found" in fair.read_text()
    assert "<strong>north</strong>: matched less often" in unfair.read_text()
    again = tmp_path / "again.html"
    run(str(again), *SIZES)
    assert again.read_text() == fair.read_text()


@pytest.mark.parametrize(
    "wrong",
    [
        ("--invented", "-1"),
        (*SIZES, "--worse", "101"),
        ("--invented", "90000000"),
        (*SIZES, "--published"),
    ],
)
def test_sizes_out_of_bounds_are_refused(
    tmp_path: Path, wrong: tuple[str, ...]
) -> None:
    report = tmp_path / "report.html"
    code, _ = run(str(report), *wrong)
    assert code == 2
    assert not report.exists()


def test_the_newest_run_is_written(tmp_path: Path) -> None:
    report, data = tmp_path / "report.html", tmp_path / "data"
    data.mkdir(mode=0o700)
    code, said = run(str(report), "--data", str(data))
    assert code == 1
    assert "no run yet" in said
    url = make_url(f"sqlite:///{data / 'mentalverse.db'}").render_as_string()
    database = open_database(url)
    for at, page in enumerate(("old", "new")):
        row = RunRow(f"r{at}", at, at, 10, 5, 7, f"<p>{page}</p>")
        database.write(matching.add_run, row)
    database.close()
    assert _told(url) == []
    for more in ((), ("--published",), ("--published",)):
        code, said = run(str(report), "--data", str(data), *more)
        assert (code, said) == (0, "7 of 10 matched with 5 mentors\n")
        assert report.read_text() == "<p>new</p>"
        assert len(_told(url)) == int(bool(more))
    ((type_, key, told),) = _told(url)
    assert (type_, key) == ("match.audit_published", "run:r1")
    digest = sha256(b"<p>new</p>").hexdigest()
    assert json.loads(told) == {"n": 10, "summary_hash": digest}


def _told(url: str) -> list[tuple[str, str, str]]:
    """What endpoints are told."""
    database = open_database(url)
    rows = database.write(lambda x: x.execute(select(outbox)).all())
    database.close()
    return [(row.type, row.key, row.data) for row in rows]


Asks = Callable[..., Coroutine[Any, Any, tuple[int, str]]]


async def member(server: ServerProcess, name: str, role: Role) -> tuple[Asks, str]:
    """Who runs commands with a profile of their own, and their account."""
    profile, secret = server.data.parent / name, server.data.parent / "passphrase"
    secret.write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    invite = await asyncio.to_thread(server.invite, role)
    await Client.register(server.url, invite, name, profile, PASSPHRASE)

    async def ask(*arguments: str) -> tuple[int, str]:
        who = ("--profile", str(profile), "--passphrase-file", str(secret))
        command = ["match", *arguments, *who]
        result = await asyncio.to_thread(CliRunner().invoke, app, command)
        return result.exit_code, result.output

    async with Client.open(profile, passphrase=PASSPHRASE) as client:
        return ask, client.account


async def test_a_coordinator_looks_at_what_waits(tmp_path: Path) -> None:
    with start_server(tmp_path) as server:
        ask, _ = await member(server, "lea", Role.COORDINATOR)
        code, said = await ask("queue")
        assert (code, "0 wait for a look" in said) == (0, True), said
        code, said = await ask("queue", "--run")
        assert (code, "0 for a run" in said) == (0, True), said
        code, said = await ask("release", "3f2a9c01")
        assert (code, "no such id" in said) == (2, True), said


@pytest.mark.capability("M10")
async def test_two_agree_on_how_often_they_talk(tmp_path: Path) -> None:
    with start_server(tmp_path) as server:
        mia, mentee = await member(server, "mia", Role.MENTEE)
        max_, mentor = await member(server, "max", Role.MENTOR)
        assert await mia("together") == (0, "nobody\n")
        await asyncio.to_thread(server.stop)
        database = open_database(server.config().database_url)
        database.write(begin, TOGETHER, mentee, mentor, 1)
        database.close()
        await asyncio.to_thread(server.start)
        for wrong in ((), ("--take-back", "--meetings", "4")):
            code, said = await mia("adjust", "3f2a", *wrong)
            assert (code, "--take-back" in said) == (2, True), said
        code, said = await mia("adjust", "4", "--meetings", "4")
        assert (code, "no such id" in said) == (2, True), said
        code, said = await mia("adjust", "3f2a", "--meetings", "3")
        assert (code, "no plan has such terms" in said) == (1, True), said
        code, said = await mia("adjust", "3f2a", "--meetings", "4")
        assert (code, said.splitlines()[0]) == (0, "3f2a9c01  max  open, 2 a month")
        assert "  you ask for: open, 4 a month, until " in said
        _, said = await max_("together")
        assert "  mia asks for: open, 4 a month, until " in said
        _, said = await mia("adjust", "3f2a", "--take-back")
        assert said == "3f2a9c01  max  open, 2 a month\n"
        await mia("adjust", "3f2a", "--structure", "practical", "--meetings", "4")
        code, said = await max_(
            *("adjust", "3f2a", "--structure", "practical", "--meetings", "4")
        )
        assert (code, said) == (0, "3f2a9c01  mia  practical, 4 a month\n")
