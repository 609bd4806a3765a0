"""Somebody without an account through the client: real devices, a real server."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from mentalverse_client import Client
from mentalverse_client.account.profile import open_profile
from mentalverse_client.errors import ProfileExists, SignedOut
from mentalverse_client.store.records import StoredSignIn, load, save
from mentalverse_signaling.errors import Forbidden, NotFound
from support.clients import (
    PASSPHRASE,
    next_message,
    only_conversation,
    opened,
    person,
    register,
    texts,
)
from support.server import ServerProcess


async def test_a_guest_talks_with_who_lets_it_in(
    server: ServerProcess, tmp_path: Path
) -> None:
    """Proven by the log as anybody is, called by no name, and there again later."""
    folder = tmp_path / "guest"
    await Client.begin_guest(server.url, folder, PASSPHRASE)
    async with person(server, tmp_path, "ana-g") as ana:
        async with opened(folder) as guest:
            assert guest.is_guest and not ana.is_guest
            assert guest.handle == ""
            here = await ana.direct_with(guest.account)
            there = await only_conversation(guest)
            await there.send("is somebody there?")
            assert (await next_message(here)).text == "is somebody there?"
            await here.send("yes, I am")
            assert (await next_message(there)).text == "yes, I am"
            names = {member.account: member.handle for member in here.members()}
            assert names == {ana.account: "ana-g", guest.account: "someone"}
        async with opened(folder) as guest:
            there = await only_conversation(guest)
            assert texts(there) == ["is somebody there?", "yes, I am"]
            assert (await ana.direct_with(guest.account)).id == there.id


async def test_a_guest_begins_nothing(server: ServerProcess, tmp_path: Path) -> None:
    """Neither by a name nor by an id, and it finds nobody."""
    folder = tmp_path / "guest"
    await Client.begin_guest(server.url, folder, PASSPHRASE)
    async with person(server, tmp_path, "ana-h") as ana, opened(folder) as guest:
        with pytest.raises(Forbidden):
            await guest.direct("ana-h")
        with pytest.raises((Forbidden, NotFound)):
            await guest.direct_with(ana.account)
        assert ana.conversations() == []


async def test_a_lost_answer_to_the_call_is_asked_for_again(
    server: ServerProcess, tmp_path: Path
) -> None:
    """The same guest with the same token, not a second one."""
    folder = tmp_path / "guest"
    await Client.begin_guest(server.url, folder, PASSPHRASE)
    held = open_profile(folder, PASSPHRASE, os.urandom)
    made, sign_in = held.identity, load(held.vault, StoredSignIn, "sign_in")
    assert sign_in is not None
    with held.vault.transaction() as write:
        save(write, "identity", msgspec.structs.replace(made, registered=False))
        save(write, "sign_in", msgspec.structs.replace(sign_in, expires_at_ms=0))
    held.vault.close()

    await Client.begin_guest(server.url, folder, PASSPHRASE)
    again = open_profile(folder, PASSPHRASE, os.urandom)
    assert again.identity.account == made.account
    assert load(again.vault, StoredSignIn, "sign_in") == sign_in
    again.vault.close()


async def test_a_folder_with_an_account_is_no_guest_s(
    server: ServerProcess, tmp_path: Path
) -> None:
    profile = await register(server, tmp_path, "ben-g")
    with pytest.raises(ProfileExists):
        await Client.begin_guest(server.url, profile, PASSPHRASE)


async def test_five_words_bring_the_place_back_and_not_the_transcript(
    server: ServerProcess, tmp_path: Path
) -> None:
    """On another device, which the others see and let in; the one before is out."""
    lost, found = tmp_path / "lost", tmp_path / "found"
    await Client.begin_guest(server.url, lost, PASSPHRASE)
    async with person(server, tmp_path, "ana-w") as ana:
        async with opened(lost) as guest:
            account = guest.account
            here = await ana.direct_with(account)
            there = await only_conversation(guest)
            await there.send("said before")
            assert (await next_message(here)).text == "said before"
            words = " ".join(await guest.new_resume_words())
        for _ in range(2):
            with pytest.raises(NotFound):
                await Client.return_guest(
                    server.url, "able able able able able", found, PASSPHRASE
                )
        await Client.return_guest(server.url, words.upper(), found, PASSPHRASE)
        async with opened(found) as back:
            assert back.account == account
            again = await only_conversation(back)
            assert again.id == here.id
            await again.send("I am back")
            assert (await next_message(here)).text == "I am back"
            await here.send("good that you are")
            assert (await next_message(again)).text == "good that you are"
            assert texts(again) == ["I am back", "good that you are"]
        with pytest.raises(SignedOut):
            async with opened(lost):
                pass
