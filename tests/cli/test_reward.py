"""Rewards by the command line: over a real server, and the operator's own look."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, update
from typer.testing import CliRunner

from mentalverse_cli.__main__ import app
from mentalverse_client import Client
from mentalverse_modules.rewards.documents import shipped, written
from mentalverse_server.store import outbox
from mentalverse_server.store.engine import open_database
from mentalverse_server.store.outbox import Outgoing
from mentalverse_server.store.tables_rewards import ledger_journal
from mentalverse_server.store.transaction import Transaction
from mentalverse_signaling.errors import NotFound, RoleRequired
from support.call_wire import until
from support.clients import PASSPHRASE, opened, register
from support.reward_process import work
from support.server import ServerProcess, start_server

KILLS = 3
LOOK_SECONDS = 0.25


def _run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, " ".join(result.output.split())


def _goal(server: ServerProcess, account: str, number: int = 1) -> None:
    """A goal that two have signed, as a service beside this one stores it."""
    database = open_database(f"sqlite:///{server.data}/mentalverse.db", exclusive=False)
    now = datetime.now(UTC)
    data = {"goal": "7" * 32, "kind": "goal", "attested_by": [account, "b" * 32]}

    def script(connection: Connection) -> None:
        told = Outgoing(
            evt_id=number.to_bytes(16),
            type="goal.set",
            key=f"relationship:{number:032}",
            data=data,
            tier=1,
            occurred_at_ms=round(now.timestamp() * 1000),
        )
        outbox.add(Transaction(connection, now), told)

    database.write(script)
    database.close()


async def test_entries_are_listed_disputed_and_not_wanted(tmp_path: Path) -> None:
    """And the same by the client, which finds no receipt before its week is over."""
    secret = tmp_path / "passphrase"
    secret.write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    pack = tmp_path / "own.json"
    pack.write_bytes(written(shipped("peer")))

    async def run(group: str, *arguments: str) -> tuple[int, str]:
        who = ("--profile", str(profile), "--passphrase-file", str(secret))
        return await asyncio.to_thread(_run, group, *arguments, *who)

    with start_server(tmp_path) as server:
        profile = await register(server, tmp_path, "mia")
        async with opened(profile) as client:
            await asyncio.to_thread(_goal, server, client.account)
            entry = await _first(client)
            with pytest.raises(NotFound):
                await client.rewards.receipt(entry)
            with pytest.raises(RoleRequired):
                await client.rewards.activate(shipped("peer"))
        code, said = await run("reward", "list")
        assert (code, "mentee.goal_set: pending" in said) == (0, True), said
        code, said = await run("reward", "dispute", entry, "there were two")
        assert (code, "held (disputed), 50 MVT" in said) == (0, True), said
        code, said = await run("reward", "opt", "out")
        assert (code, said) == (0, "nothing is written down")
        code, said = await run("reward", "list", "--json")
        assert (code, '"opted_out": true' in said) == (0, True)
        code, said = await run("reward", "receipt", entry)
        assert code == 1
        code, said = await run("policy", "activate", str(pack))
        assert (code, "operator" in said) == (1, True), said
    code, said = await asyncio.to_thread(
        _run, "ledger", "verify", "--data", str(server.data)
    )
    assert (code, "hold" in said) == (0, True), said


@pytest.mark.capability("T01")
async def test_a_server_that_is_killed_between_leaves_one_entry_of_each_event(
    tmp_path: Path,
) -> None:
    """Whether it had heard of it or not."""
    with start_server(tmp_path) as server:
        profile = await register(server, tmp_path, "mia")
        async with opened(profile) as client:
            account = client.account
        for number in range(1, KILLS + 1):
            await asyncio.to_thread(_goal, server, account, number)
            server.kill9()
            await asyncio.to_thread(server.start)
        async with opened(profile) as client:
            await _first(client, KILLS)
            entries = (await client.rewards.list()).entries
        assert len({each.entry for each in entries}) == len(entries) == KILLS


async def _first(client: Client, least: int = 1) -> str:
    """The newest entry, once there are so many."""

    async def look() -> list[str]:
        # Slower than the limit of calls of a connection.
        await asyncio.sleep(LOOK_SECONDS)
        entries = (await client.rewards.list()).entries
        return [each.entry for each in entries] if len(entries) >= least else []

    return str((await until(look))[0])


@pytest.mark.capability("T12")
async def test_what_was_taken_is_booked_beside_the_server(tmp_path: Path) -> None:
    """Once by its reference; and the chain holds with it."""

    async def run(command: str, *arguments: str) -> tuple[int, str]:
        folder = ("--data", str(tmp_path / "data"))
        return await asyncio.to_thread(_run, "ledger", command, *arguments, *folder)

    micro, of = ("--micro", "1000000000"), ("--ref", "2027-03")
    code, said = await run("book", *micro, *of)
    assert (code, "has the server run?" in said) == (2, True), said
    with start_server(tmp_path) as server:
        assert server.data == tmp_path / "data"
        for result in ("booked", "was booked before"):
            code, said = await run("book", *micro, *of)
            assert (code, f"1000 MVT by 2027-03: {result}" in said) == (0, True), said
            assert "service: holds 700 MVT, owes 0 MVT" in said
        for refused in (
            ("book", "--micro", "1", *of),
            ("book", "--micro", "0", "--ref", "a"),
            ("book", *micro, "--ref", "a b"),
            ("book", *micro, "--ref", "a", "--pack", "peer"),
            ("take-back", "--ref", "a", "--reason", "refunded"),
        ):
            code, said = await run(*refused)
            assert (code, said.startswith("mentalverse: ")) == (2, True), said
        code, said = await run("take-back", *of, "--reason", "refunded")
        assert (code, "2027-03: taken back" in said) == (0, True), said
        code, said = await run("buckets")
        assert (code, "service: holds 0 MVT" in said) == (0, True), said
    code, said = await run("verify")
    assert (code, said.startswith("2 rows")) == (0, True), said


@pytest.mark.capability("T13")
def test_an_edited_row_of_the_ledger_is_named(tmp_path: Path) -> None:
    folder = ("--data", str(tmp_path))
    assert _run("db", "migrate", *folder)[0] == 0
    database = open_database(f"sqlite:///{tmp_path}/mentalverse.db")
    work(database)
    database.close()
    code, said = _run("ledger", "verify", *folder)
    assert code == 0, said
    database = open_database(f"sqlite:///{tmp_path}/mentalverse.db")
    row = update(ledger_journal).where(ledger_journal.c.seq == 7)
    text = ledger_journal.c.document
    other = row.values(document=func.replace(text, '"at_ms":1', '"at_ms":2'))
    database.write(lambda connection: connection.execute(other))
    database.close()
    code, said = _run("ledger", "verify", *folder)
    assert (code, said) == (1, "row 7 is not what was written")
