"""Consents by the command line and by the client, over a real server."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from typer.testing import CliRunner

from mentalverse_cli.__main__ import app
from support.clients import PASSPHRASE, opened, register
from support.server import start_server


def _run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["consent", *arguments])
    return result.exit_code, result.output


async def test_a_yes_is_given_read_and_taken_back(tmp_path: Path) -> None:
    secret = tmp_path / "passphrase"
    secret.write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    with start_server(tmp_path) as server:
        ada = await register(server, tmp_path, "ada")
        who = ("--profile", str(ada), "--passphrase-file", str(secret))

        async def run(*arguments: str) -> str:
            code, said = await asyncio.to_thread(_run, *arguments, *who)
            assert code == 0, said
            return said

        await asyncio.to_thread(
            *(server.mentalverse, "webhook", "add", "https://pay.example.org/in"),
            *("--purpose", "reward"),
        )
        said = await run("list")
        assert "reward: no; would be told: pay.example.org" in said
        assert "care: no; would be told: nobody" in said
        said = await run("grant", "reward", "--yes")
        assert "To reward what you do." in said
        assert "reward: yes" in said
        listed = json.loads(await run("list", "--json"))
        given = {each["purpose"] for each in listed if each["is_given"]}
        assert given == {"reward"}
        assert "reward: no" in await run("withdraw", "reward")
        async with opened(ada) as client:
            assert (await client.consents.grant("care")).is_given
            assert not (await client.consents.withdraw("care")).is_given


def test_a_purpose_that_there_is_not_is_named(tmp_path: Path) -> None:
    for command in ("grant", "withdraw"):
        code, said = _run(command, "fun", "--profile", str(tmp_path))
        assert (code, "reward" in said) == (2, True)
