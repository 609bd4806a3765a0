"""Making and opening a profile: what can be repeated, and what is refused."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from mentalverse_client import (
    Client,
    NotConnected,
    ProfileDamaged,
    ProfileExists,
    ProfileInUse,
    ProfileMissing,
    UntrustedServer,
    WrongPassphrase,
)
from mentalverse_client.account.profile import open_profile
from mentalverse_client.store.records import Identity, load, save
from mentalverse_crypto.ciphersuite import signature_key_pair
from mentalverse_signaling.errors import SignalingError
from support.clients import PASSPHRASE, opened, register
from support.server import ServerProcess


async def test_a_folder_without_a_profile_is_said_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(ProfileMissing):
        async with Client.open(tmp_path, passphrase=PASSPHRASE):
            pass


async def test_a_profile_opens_with_its_passphrase_only_and_once(
    server: ServerProcess, tmp_path: Path
) -> None:
    profile = await register(server, tmp_path, "ada-p")
    with pytest.raises(WrongPassphrase):
        async with Client.open(profile, passphrase="a guess"):
            pass
    async with opened(profile) as ada:
        assert ada.handle == "ada-p"
        with pytest.raises(ProfileInUse):
            async with Client.open(profile, passphrase=PASSPHRASE):
                pass
    async with opened(profile):
        pass


async def test_a_folder_in_use_is_not_registered_again(
    server: ServerProcess, tmp_path: Path
) -> None:
    profile = await register(server, tmp_path, "ada-t")
    with pytest.raises(ProfileExists):
        await Client.register(server.url, "another-code", "b", profile, PASSPHRASE)


async def test_registering_goes_on_with_the_same_keys_after_a_refusal(
    server: ServerProcess, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    with pytest.raises(SignalingError):
        await Client.register(
            server.url, "no-such-invitation", "ada-again", profile, PASSPHRASE
        )
    with pytest.raises(ProfileMissing):
        async with Client.open(profile, passphrase=PASSPHRASE):
            pass
    code = await asyncio.to_thread(server.invite)
    await Client.register(server.url, code, "ada-again", profile, PASSPHRASE)
    async with opened(profile) as ada:
        assert ada.handle == "ada-again"


async def test_a_lost_answer_to_the_registration_is_asked_for_again(
    server: ServerProcess, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    code = await asyncio.to_thread(server.invite)
    await Client.register(server.url, code, "ada-lost", profile, PASSPHRASE)
    held = open_profile(profile, PASSPHRASE, lambda n: bytes(n))
    account = held.identity.account
    with held.vault.transaction() as write:
        unfinished = msgspec.structs.replace(held.identity, registered=False)
        save(write, "identity", unfinished)
    held.vault.close()

    await Client.register(server.url, code, "ada-lost", profile, PASSPHRASE)
    async with opened(profile) as ada:
        assert ada.account == account


async def test_plain_http_to_another_machine_is_refused(tmp_path: Path) -> None:
    for url in ("http://chat.example", "chat.example", "ftp://localhost"):
        with pytest.raises(UntrustedServer):
            await Client.register(url, "invitation", "ada", tmp_path, PASSPHRASE)
    assert not (tmp_path / "profile.key").exists()  # noqa: ASYNC240 - one look


async def test_a_server_that_is_not_there_is_no_connection(tmp_path: Path) -> None:
    with pytest.raises(NotConnected):
        await Client.register(
            "http://127.0.0.1:9", "invitation", "ada", tmp_path, PASSPHRASE
        )


async def test_a_damaged_key_file_is_called_damaged(
    server: ServerProcess, tmp_path: Path
) -> None:
    profile = await register(server, tmp_path, "ada-d")
    key_file = profile / "profile.key"
    sealed = bytearray(key_file.read_bytes())
    sealed[-1] ^= 1
    key_file.write_bytes(sealed)
    with pytest.raises(ProfileDamaged):
        async with Client.open(profile, passphrase=PASSPHRASE):
            pass


async def test_no_key_stands_in_a_repr(server: ServerProcess, tmp_path: Path) -> None:
    profile = await register(server, tmp_path, "ada-x")
    held = open_profile(profile, PASSPHRASE, lambda n: bytes(n))
    identity = load(held.vault, Identity, "identity")
    assert identity is not None
    for text in (repr(identity), repr(held)):
        for private in (identity.account_private, identity.device_private):
            assert repr(private)[2:-1] not in text
            assert private.hex() not in text
    assert signature_key_pair(identity.device_private).public
    held.vault.close()
