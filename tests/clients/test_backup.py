"""Recovery words bring an account and its history back, from a real server."""

from __future__ import annotations

import asyncio
import os
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from mentalverse_client import Client
from mentalverse_client.account import trust
from mentalverse_client.account.kept import BackupAccess, gather, settings_of
from mentalverse_client.backup import backup, restore
from mentalverse_client.backup.backup_api import BackupApi
from mentalverse_client.errors import (
    BackupGone,
    BackupNotOpened,
    BackupReplaced,
    NoBackup,
    NotConnected,
    ProfileExists,
    UntrustedServer,
)
from mentalverse_client.store.records import StoredKeyPackage, load, load_group
from mentalverse_crypto import backup as backups
from mentalverse_crypto import content as contents
from mentalverse_crypto.account_record import AccountRecord
from mentalverse_crypto.content import Content, Delete
from mentalverse_crypto.device_list import DeviceList, sign_next
from mentalverse_crypto.history_piece import HistoryMessage
from mentalverse_crypto.key_package import KeyPackageSecrets
from mentalverse_crypto.key_slots import (
    BackupSecret,
    device_secret,
    new_slot,
    passphrase_secret,
)
from mentalverse_crypto.keystore import Argon2Cost
from mentalverse_crypto.words import lookup_secret, to_entropy, to_words
from support.backups import (
    backed_up,
    history,
    read_back,
    restored,
    rows,
    said,
    vault_of,
)
from support.clients import (
    PASSPHRASE,
    eventually,
    logged,
    next_message,
    only_conversation,
    opened,
    person,
    register,
    texts,
)
from support.octets_held import secrets_of
from support.pairing import pair
from support.server import ServerProcess, start_server

CHEAP = Argon2Cost(passes=1, memory_kibibytes=8)
PRIVATE = (".signature_key.private", ".private_keys", ".secrets.", ".secret_tree")


@pytest.mark.capability("C01")
async def test_words_alone_bring_back_the_history(
    server: ServerProcess, tmp_path: Path
) -> None:
    profile = await register(server, tmp_path, "ada-w")
    async with person(server, tmp_path, "ben-w") as ben:
        async with opened(profile) as ada:
            talk = await ada.direct("ben-w")
            first = await talk.send("first")
            second = await talk.send("second")
            third = await talk.send("third")
            await ada.flush()
            await eventually(lambda: len(rows(ada, talk.id)) == 3)
            await talk.edit(second, "second, edited")
            await talk.delete(third)
            await ada.flush()
            theirs = await only_conversation(ben)
            await eventually(lambda: len(theirs.history()) >= 4)
            await theirs.react(first, "🙂")
            await theirs.reply(first, "from ben")
            await ben.flush()
            await next_message(talk)
            await eventually(lambda: talk.message(second).edited)
            await eventually(lambda: talk.message(third).deleted)
            talk.set_verified("ben-w")
            words = await backed_up(ada)
            before = history(ada, talk.id)
            proofs = [r for r in rows(ada, talk.id) if not _is_deletion(r)]
            ben_id = ben.account
        async with opened(await restored(server, words, tmp_path / "new")) as again:
            await read_back(again)
            assert again.handle == "ada-w"
            assert history(again, talk.id)[: len(before)] == before
            assert rows(again, talk.id) == proofs
            assert all(row.evidence is not None for row in proofs)
            assert again.backup.restoring.missing == 0
            known = trust.contact(vault_of(again), ben_id)
            assert known is not None
            assert (known.handle, known.verified) == ("ben-w", True)


async def test_conversations_go_on_with_the_device_that_words_brought_back(
    server: ServerProcess, tmp_path: Path
) -> None:
    profile = await register(server, tmp_path, "ada-q")
    async with person(server, tmp_path, "ben-q") as ben:
        async with opened(profile) as ada:
            talk = await ada.direct("ben-q")
            await talk.send("before")
            await ada.flush()
            await next_message(await only_conversation(ben))
            words = await backed_up(ada)
        shutil.rmtree(profile)
        await Client.restore(server.url, words, tmp_path / "new", PASSPHRASE)
        async with opened(tmp_path / "new") as again:
            await eventually(lambda: bool(again.conversations()))
            back = again.conversation(talk.id)
            await back.send("after")
            theirs = await only_conversation(ben)
            assert (await next_message(theirs)).text == "after"
            await theirs.send("welcome back")
            assert (await next_message(back)).text == "welcome back"
            await read_back(again)
            assert texts(back) == ["before", "after", "welcome back"]
            assert back.title == "ben-q"


async def test_a_backup_holds_nothing_that_continues_a_group_or_a_device(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with (
        person(server, tmp_path, "ada-n") as ada,
        person(server, tmp_path, "ben-n"),
    ):
        talk = await ada.direct("ben-n")
        await talk.send("hello")
        await ada.flush()
        profile = ada._device.profile
        record = gather(profile).encode()
        state = load_group(profile.vault, talk.id)
        assert state is not None
        found = dict(secrets_of(state))
        private = {
            path: octets
            for path, octets in found.items()
            if any(part in path for part in PRIVATE) and "resumption" not in path
        }
        assert all(any(part in path for path in private) for part in PRIVATE)
        assert not [path for path, octets in private.items() if octets in record]
        assert profile.identity.account_private in record
        assert all(psk in record for psk in state.resumption_psks.values())
        assert profile.identity.device_private not in record
        for name in profile.vault.names("key_package"):
            stored = load(profile.vault, StoredKeyPackage, "key_package", name)
            assert stored is not None
            secrets = KeyPackageSecrets.restore(stored.secrets)
            assert secrets.init_private not in record


async def test_who_restores_twice_into_one_folder_is_told_that_it_is_taken(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with person(server, tmp_path, "ada-f") as ada:
        words = await backed_up(ada)
    folder = await restored(server, words, tmp_path / "new")
    with pytest.raises(ProfileExists):
        await restored(server, words, folder)


async def test_a_backup_from_before_a_change_of_devices_is_said_to_be_dated(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with person(server, tmp_path, "ada-d") as ada:
        words = await backed_up(ada)
    assert not (await restore.open_by_words(server.url, words)).is_dated
    await restored(server, words, tmp_path / "new")
    assert (await restore.open_by_words(server.url, words)).is_dated


async def test_a_device_list_older_than_that_of_the_backup_is_refused(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with person(server, tmp_path, "ada-o") as ada:
        record = gather(ada._device.profile)
    known = DeviceList.decode(record.device_list)
    later = sign_next(record.account_key, known, known.devices)
    file = _exported(replace(record, device_list=later.encode()), tmp_path / "file")
    with pytest.raises(UntrustedServer):
        await restore.open_file(server.url, file, PASSPHRASE)


async def test_another_server_than_the_account_was_made_on_is_refused(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with person(server, tmp_path, "ada-s") as ada:
        record = gather(ada._device.profile)
    settings = msgspec.structs.replace(settings_of(record), log_pub=bytes(32))
    record = replace(record, settings=msgspec.json.encode(settings))
    file = _exported(record, tmp_path / "file")
    with pytest.raises(UntrustedServer):
        await restore.open_file(server.url, file, PASSPHRASE)


async def test_words_of_nobody_and_files_of_somebody_else_open_nothing(
    server: ServerProcess, tmp_path: Path
) -> None:
    with pytest.raises(BackupNotOpened):
        await restore.open_by_words(server.url, " ".join(to_words(os.urandom(32))))
    async with person(server, tmp_path, "ada-x") as ada:
        with pytest.raises(NoBackup):
            await ada.backup.export(tmp_path / "none", PASSPHRASE)
        await backed_up(ada)
        file = tmp_path / "exported"
        await ada.backup.export(file, PASSPHRASE)
        with pytest.raises(FileExistsError):
            await ada.backup.export(file, PASSPHRASE)
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(BackupNotOpened):
        await restore.open_file(server.url, file, "another passphrase")
    assert (await restore.open_file(server.url, file, PASSPHRASE)).handle == "ada-x"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(BackupNotOpened):
        await restore.open_file(server.url, file, PASSPHRASE)


async def test_who_came_back_by_a_file_keeps_the_backup_that_the_words_open(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with person(server, tmp_path, "ada-y") as ada:
        words = await backed_up(ada)
        await ada.backup.export(tmp_path / "file", PASSPHRASE)
    found = await restore.open_file(server.url, tmp_path / "file", PASSPHRASE)
    now, new = datetime.now(UTC), tmp_path / "new"
    await restore.restore(new, PASSPHRASE, server.url, found, now, os.urandom)
    async with opened(new) as again:
        await again.backup.now()
    by_words = await restore.open_by_words(server.url, words)
    assert not by_words.is_dated


async def test_words_that_could_not_be_stored_leave_the_earlier_ones_in_force(
    tmp_path: Path,
) -> None:
    with start_server(tmp_path / "server") as server:
        async with person(server, tmp_path, "ada") as ada:
            words = await backed_up(ada)
            before = ada.backup.status()
            server.kill9()
            with pytest.raises((NotConnected, TimeoutError)):
                async with asyncio.timeout(3):
                    await backed_up(ada)
            assert ada.backup.status() == before
            server.start()
        assert (await restore.open_by_words(server.url, words)).handle == "ada"


async def test_two_devices_keep_one_backup_and_neither_loses_what_the_other_has(
    server: ServerProcess, tmp_path: Path
) -> None:
    profile = await register(server, tmp_path, "ada-2")
    async with person(server, tmp_path, "ben-2") as ben:
        async with opened(profile) as ada:
            talk = await ada.direct("ben-2")
            await talk.send("before")
            words = await backed_up(ada)
        second = await restored(server, words, tmp_path / "second")
        async with opened(second) as other:
            await read_back(other)
            circle = await other.create_circle(["ben-2"])
            await logged(circle, await circle.send("on the second device"))
            await other.backup.now()
        async with opened(profile) as ada:
            talk = ada.conversation(talk.id)
            await logged(talk, await talk.send("after"))
            await ada.backup.now()
        await eventually(lambda: len(ben.conversations()) == 2)
    async with opened(await restored(server, words, tmp_path / "third")) as third:
        await read_back(third)
        assert "after" in said(third, talk.id)
        assert "on the second device" in said(third, circle.id)


async def test_a_way_in_that_another_device_added_stays(
    server: ServerProcess, tmp_path: Path
) -> None:
    """As a browser adds a passkey: what others write next keeps it, new words too."""
    profile = await register(server, tmp_path, "ada-k")
    key = device_secret(os.urandom(32))
    async with opened(profile) as ada:
        words = await backed_up(ada)
    async with opened(await restored(server, words, tmp_path / "browser")) as browser:
        state = browser.backup._state
        assert state is not None
        slot = new_slot(key, os.urandom)
        access = BackupAccess(
            lookup=state.access.lookup,
            slots=(*state.access.slots, slot),
            passkeys={"cGFzc2tleQ": slot.salt},
        )
        await browser.backup._envelope.replace(state, lambda _: access)
    async with opened(profile) as ada:
        await ada.backup.now()
        await _open_by(server, words, key)
        again = await backed_up(ada)
        kept = ada.backup._state
        assert kept is not None
        assert kept.access.passkeys == access.passkeys
    await _open_by(server, again, key)


@pytest.mark.capability("C01")
async def test_a_paired_device_reads_the_history_without_any_words(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with (
        person(server, tmp_path, "ada-p") as ada,
        person(server, tmp_path, "ben-p"),
    ):
        talk = await ada.direct("ben-p")
        await talk.send("before there was a phone")
        await eventually(lambda: len(rows(ada, talk.id)) == 1)
        await pair(server, ada, tmp_path / "phone")
        assert ada.backup.status() is None
        async with opened(tmp_path / "phone") as phone:
            await read_back(phone)
            assert said(phone, talk.id)[0] == "before there was a phone"


async def test_new_words_end_the_old_ones_on_every_device(
    server: ServerProcess, tmp_path: Path
) -> None:
    profile = await register(server, tmp_path, "ada-r")
    async with opened(profile) as ada:
        old = await backed_up(ada)
    async with opened(await restored(server, old, tmp_path / "other")) as other:
        words = await backed_up(other)
    with pytest.raises(BackupNotOpened):
        await restore.open_by_words(server.url, old)
    async with opened(profile) as ada:
        with pytest.raises(BackupReplaced):
            await ada.backup.now()
        status = ada.backup.status()
        assert status is not None
        assert status.trouble == BackupReplaced.code
    assert (await restore.open_by_words(server.url, words)).handle == "ada-r"


async def test_a_backup_that_was_deleted_elsewhere_comes_back_only_when_asked_for(
    server: ServerProcess, tmp_path: Path
) -> None:
    profile = await register(server, tmp_path, "ada-g")
    async with opened(profile) as ada:
        words = await backed_up(ada)
    async with opened(await restored(server, words, tmp_path / "other")) as other:
        await other.backup.forget()
        assert other.backup.status() is None
    async with opened(profile) as ada:
        with pytest.raises(BackupGone):
            await ada.backup.check()
    with pytest.raises(BackupNotOpened):
        await restore.open_by_words(server.url, words)
    async with opened(profile) as ada:
        await ada.backup.now()
    assert (await restore.open_by_words(server.url, words)).handle == "ada-g"


async def test_what_changes_is_saved_without_being_asked_for(
    server: ServerProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(backup, "WRITE_SECONDS", 0.1)
    async with (
        person(server, tmp_path, "ada-e") as ada,
        person(server, tmp_path, "ben-e"),
    ):
        await backed_up(ada)
        talk = await ada.direct("ben-e")
        await talk.send("by itself")
        await eventually(lambda: len(rows(ada, talk.id)) == 1)
        await eventually(lambda: _is_current(ada))
        status = ada.backup.status()
        assert status is not None
        assert status.conversations == 1
        assert status.counter > 1


async def test_closing_saves_what_changed_and_nothing_when_nothing_did(
    server: ServerProcess, tmp_path: Path
) -> None:
    profile = await register(server, tmp_path, "ada-c")
    async with person(server, tmp_path, "ben-c"):
        async with opened(profile) as ada:
            talk = await ada.direct("ben-c")
            words = await backed_up(ada)
            await talk.send("the last word")
            await ada.flush()
            await eventually(lambda: history(ada, talk.id)[-1].text == "the last word")
        async with opened(profile) as ada:
            status = ada.backup.status()
        async with opened(profile) as ada:
            assert ada.backup.status() == status
    async with opened(await restored(server, words, tmp_path / "new")) as again:
        await read_back(again)
        assert "the last word" in said(again, talk.id)


async def _open_by(server: ServerProcess, words: str, key: BackupSecret) -> None:
    """Open the backup that these words find by another secret."""
    async with BackupApi(server.url) as api:
        envelope = await api.fetch(lookup_secret(to_entropy(words)))
    backups.open_(envelope, key, account_public=None)


def _is_current(client: Client) -> bool:
    status = client.backup.status()
    return status is not None and status.is_current


def _is_deletion(row: HistoryMessage) -> bool:
    content = contents.decode(row.content)
    return isinstance(content, Content) and isinstance(content.body, Delete)


def _exported(record: AccountRecord, file: Path) -> Path:
    slot = new_slot(passphrase_secret(PASSPHRASE), os.urandom, CHEAP)
    file.write_bytes(backups.seal(record, (slot,), 1, os.urandom))
    return file
