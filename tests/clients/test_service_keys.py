"""A server's keys change: devices follow what is proven, and nothing else."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from mentalverse_cli import report_key
from mentalverse_client import (
    AlarmKind,
    Client,
    NotProven,
    ReportKeyChanged,
    UntrustedServer,
)
from mentalverse_client.account.as_keys import follow_as_keys
from mentalverse_client.line.http import AccountApi
from mentalverse_crypto.as_keys import AsKey, next_as_key
from mentalverse_crypto.ciphersuite import generate_signature_key_pair
from mentalverse_crypto.credential import as_key_id
from mentalverse_crypto.errors import UnknownAuthenticationKey
from mentalverse_server.keyring import FILE_NAME, open_keyring
from mentalverse_server.safety import write_safety_key
from mentalverse_signaling.account_api import ServerInfo
from mentalverse_signaling.errors import SignalingError
from support.backups import backed_up, restored
from support.clients import (
    PASSPHRASE,
    eventually,
    next_message,
    only_conversation,
    opened,
    person,
    register,
)
from support.server import ServerProcess, start_server

SETTINGS = {"ACCOUNTS__ATTEMPTS_PER_MINUTE": "100000"}


@pytest.fixture
def own(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server of one test alone: its keys change."""
    with start_server(tmp_path / "server", SETTINGS) as running:
        yield running


async def rotate(server: ServerProcess) -> None:
    """`mentalverse keys rotate`, and the restart it asks for."""
    command = [sys.executable, "-m", "mentalverse_cli", "keys", "rotate"]
    made = await asyncio.to_thread(
        subprocess.run,
        [*command, "--data", str(server.data)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert made.returncode == 0, made.stderr
    newest = open_keyring(server.data, os.urandom).current.key_id.hex()
    assert newest in made.stdout
    await asyncio.to_thread(server.restart)


def plant(server: ServerProcess) -> None:
    """Put a key in front that the one before did not sign."""
    path = server.data / FILE_NAME
    content = msgspec.json.decode(path.read_bytes())
    pair = generate_signature_key_pair(os.urandom)
    forged = {
        "public": pair.public,
        "private": pair.private,
        "signature": os.urandom(64),
    }
    content["signing_keys"].insert(0, forged)
    path.write_bytes(msgspec.json.encode(content))


def accepted(client: Client) -> set[bytes]:
    return set(client._device.profile.identity.as_keys.values())


def kinds(client: Client) -> list[AlarmKind]:
    return [alarm.kind for alarm in client.alarms()]


@asynccontextmanager
async def two(
    server: ServerProcess, folder: Path
) -> AsyncIterator[tuple[Client, Path]]:
    """Ada, online, and the profile of Ben, who is not."""
    ben = await register(server, folder, "ben")
    async with person(server, folder, "ada") as ada:
        async with opened(ben) as there:
            await (await ada.direct("ben")).send("before")
            assert (await next_message(await only_conversation(there))).text == "before"
        yield ada, ben


async def test_devices_follow_a_key_that_the_one_before_introduces(
    own: ServerProcess, tmp_path: Path
) -> None:
    """Online or away, twice in a row, and with people whom only the new key knows."""
    async with two(own, tmp_path) as (ada, ben):
        for newcomer in ("cleo", "dora"):
            await rotate(own)
            keys = set(open_keyring(own.data, os.urandom).public_keys.values())
            await eventually(lambda k=keys: accepted(ada) == k)  # type: ignore[misc]
            await ada.connected()
            async with person(own, tmp_path, newcomer) as other:
                talk = await ada.direct(newcomer)
                await talk.send("hello")
                theirs = await only_conversation(other)
                assert (await next_message(theirs)).text == "hello"
                await theirs.send("hello ada")
                assert (await next_message(talk)).text == "hello ada"
        async with opened(ben) as there:
            assert accepted(there) == keys
            await (await there.direct("dora")).send("hi dora")
            await (await there.direct("ada")).send("after")
            await next_message(await ada.direct("ben"))
            assert (kinds(ada), kinds(there)) == ([], [])


async def test_words_from_before_a_rotation_bring_the_account_back(
    own: ServerProcess, tmp_path: Path
) -> None:
    async with person(own, tmp_path, "eve") as eve:
        words = await backed_up(eve)
    await rotate(own)
    async with opened(await restored(own, words, tmp_path / "new")) as again:
        keys = open_keyring(own.data, os.urandom).public_keys
        await eventually(lambda: again.transparency.watch.logged_as_keys != frozenset())
        assert accepted(again) == set(keys.values())
        assert AlarmKind.SERVICE_KEY not in kinds(again)
    plant(own)
    await asyncio.to_thread(own.restart)
    with pytest.raises(UntrustedServer):
        await restored(own, words, tmp_path / "newer")


async def test_a_key_that_the_one_before_did_not_sign_is_refused_and_shown(
    own: ServerProcess, tmp_path: Path
) -> None:
    async with two(own, tmp_path) as (ada, _):
        before = accepted(ada)
        plant(own)
        await asyncio.to_thread(own.restart)
        await eventually(lambda: AlarmKind.SERVICE_KEY in kinds(ada))
        await ada.connected()
        await register(own, tmp_path, "mallory")
        with pytest.raises((NotProven, SignalingError)):
            await ada.direct("mallory")
        assert accepted(ada) == before
        talk = await ada.direct("ben")
        await talk.send("people known before are written to")
        await ada.flush()
        await eventually(lambda: not [m for m in talk.history() if m.pending])


async def test_a_key_that_is_not_in_the_log_is_refused_and_shown(
    own: ServerProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even one that the service itself introduces, to one person alone."""
    shown = AccountApi.server

    async def with_a_secret_key(self: AccountApi) -> ServerInfo:
        info = await shown(self)
        keyring = open_keyring(own.data, os.urandom)
        secret = generate_signature_key_pair(os.urandom).public
        first = keyring.succession[-1]
        following = next_as_key(first, keyring.current.private, secret)
        return msgspec.structs.replace(
            info,
            as_keys=info.as_keys | {as_key_id(secret).hex(): secret},
            as_succession=(*info.as_succession, following.encode()),
        )

    async with two(own, tmp_path) as (_, ben):
        monkeypatch.setattr(AccountApi, "server", with_a_secret_key)
        async with opened(ben) as there:
            await eventually(lambda: AlarmKind.SERVICE_KEY in kinds(there))
            keys = open_keyring(own.data, os.urandom).public_keys
            assert accepted(there) == set(keys.values())


async def test_another_key_for_reports_is_shown_before_the_next_report(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "server"
    (folder / "data").mkdir(mode=0o700, parents=True)
    first = report_key.create(tmp_path / "first.key", PASSPHRASE)
    write_safety_key(folder / "data", first)
    with start_server(folder, SETTINGS) as server:
        async with two(server, tmp_path) as (ada, ben):
            async with opened(ben) as there:
                talk = await only_conversation(there)
                (said,) = [m.id for m in talk.history() if m.text == "before"]
                await talk.report([said], "")
                assert kinds(there) == []
            second = report_key.create(tmp_path / "second.key", PASSPHRASE)
            write_safety_key(server.data, second)
            await asyncio.to_thread(server.restart)
            async with opened(ben) as there:
                talk = await only_conversation(there)
                try:
                    await talk.report([said], "")
                except ReportKeyChanged:
                    assert kinds(there) == [AlarmKind.REPORT_KEY]
                (notice,) = there.alarms()
                assert notice.is_notice
                assert "another key" in there.transparency.describe(notice)
                await talk.report([said], "")
                assert there.acknowledge(notice.id)
                await talk.report([said], "")
                assert kinds(there) == []
            assert ada.account


def test_only_an_unbroken_succession_from_an_accepted_key_leads_on() -> None:
    pairs = [generate_signature_key_pair(os.urandom) for _ in range(3)]
    keys = [AsKey(1, pairs[0].public)]
    for before, after in zip(pairs, pairs[1:], strict=False):
        keys.append(next_as_key(keys[-1], before.private, after.public))
    shown = [key.encode() for key in keys]
    found = follow_as_keys([pairs[1].public], shown)
    assert set(found.values()) == {pairs[1].public, pairs[2].public}
    for known, chain in (
        ([], shown),
        ([os.urandom(32)], shown),
        ([pairs[0].public], []),
        ([pairs[0].public], [shown[0], shown[2]]),
    ):
        with pytest.raises(UnknownAuthenticationKey):
            follow_as_keys(known, chain)
