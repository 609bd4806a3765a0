"""One's own account through the client: real devices, a real server."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from mentalverse_client import Client, NotConnected, SignedOut
from mentalverse_signaling.errors import SignalingError
from support.clients import (
    PASSPHRASE,
    eventually,
    only_conversation,
    opened,
    person,
    register,
    texts,
)
from support.server import ServerProcess


async def test_an_account_is_carried_off_in_a_file_of_its_owner(
    server: ServerProcess, tmp_path: Path
) -> None:
    """Whole, for this user alone, and never over another file."""
    async with person(server, tmp_path, "ana-x") as ana:
        file = tmp_path / "account.json"
        await ana.own_account.export(file)
        export = json.loads(file.read_bytes())
        assert (export["account"], export["complete"]) == (ana.account, True)
        assert export["tables"]["accounts"][0]["handle"] == "ana-x"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        with pytest.raises(FileExistsError):
            await ana.own_account.export(file)
        assert json.loads(file.read_bytes()) == export


async def test_a_deleted_account_leaves_its_conversations_and_cannot_come_back(
    server: ServerProcess, tmp_path: Path
) -> None:
    """The other one goes on, with a member fewer, and finds nobody of that name."""
    profile = await register(server, tmp_path, "ana-y")
    async with person(server, tmp_path, "ben-y") as ben:
        async with opened(profile) as ana:
            await (await ana.direct("ben-y")).send("goodbye")
            await ana.flush()
            there = await only_conversation(ben)
            await eventually(lambda: len(there.members()) == 2)
            await ana.own_account.delete()
            await ana.own_account.delete()
        await eventually(lambda: len(there.members()) == 1)
        assert texts(there) == ["goodbye"]
        with pytest.raises((SignedOut, NotConnected, SignalingError)):
            async with opened(profile):
                raise AssertionError("it came back")
        with pytest.raises(SignalingError):
            await Client.register(
                server.url, server.invite(), "ana-y", tmp_path / "again", PASSPHRASE
            )


async def test_a_proof_is_given_when_it_is_asked_for(
    server: ServerProcess, tmp_path: Path
) -> None:
    """Ending other sign-ins needs none, and does not end this one."""
    async with person(server, tmp_path, "cleo-y") as cleo:
        await cleo.own_account.sign_out_others()
        await cleo.own_account.export(tmp_path / "cleo.json")
        assert cleo.connection_state == "online"
