"""Archives: small steps, crashes, lost pieces, and old copies of a profile."""

from __future__ import annotations

import asyncio
import random
import shutil
import sys
from pathlib import Path

import pytest

from mentalverse_client import Client, Conversation
from mentalverse_client.account.kept import OwnArchive
from mentalverse_client.backup.archive import SMALL_PIECES_PER_FULL_ONE
from mentalverse_client.store.records import load
from mentalverse_signaling.errors import QuotaExceeded
from support.backups import (
    backed_up,
    blobs_of,
    history,
    read_back,
    restored,
    said,
    vault_of,
)
from support.clients import eventually, opened, person, register, texts
from support.server import ServerProcess, start_server

SCRIPT = Path(__file__).parent.parent / "support" / "killed_client.py"
START_SECONDS = 90.0


def own_archive(client: Client, conversation: str) -> OwnArchive:
    own = load(vault_of(client), OwnArchive, "archive", conversation)
    assert own is not None
    return own


async def say(client: Client, conversation: Conversation, text: str) -> None:
    """Send a text, and wait until it is in the history."""
    await conversation.send(text)
    await eventually(lambda: texts(conversation)[-1:] == [text])
    await client.flush()
    await eventually(lambda: not conversation.history(1)[-1].pending)


async def test_what_came_since_goes_into_a_piece_of_its_own(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with (
        person(server, tmp_path, "ada-a") as ada,
        person(server, tmp_path, "ben-a"),
    ):
        talk = await ada.direct("ben-a")
        await backed_up(ada)
        pieces = []
        for number in range(3):
            await say(ada, talk, f"message {number}")
            await ada.backup.now()
            pieces.append(own_archive(ada, talk.id).current.pieces)
        assert pieces == [2, 3, 4]
        there = blobs_of(server)
        await ada.backup.now()
        assert blobs_of(server) == there


async def test_many_small_pieces_become_one_and_the_earlier_ones_are_deleted(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with (
        person(server, tmp_path, "ada-b") as ada,
        person(server, tmp_path, "ben-b"),
    ):
        talk = await ada.direct("ben-b")
        before = len(blobs_of(server))
        words = await backed_up(ada)
        own = own_archive(ada, talk.id)
        while own.current.period == 0:
            assert own.current.pieces <= SMALL_PIECES_PER_FULL_ONE + 1
            await say(ada, talk, f"after piece {own.current.pieces}")
            await ada.backup.now()
            own = own_archive(ada, talk.id)
        assert own.current.pieces == 1
        assert own.earlier is None
        assert len(blobs_of(server)) == before + 1
        shown = history(ada, talk.id)
    async with opened(await restored(server, words, tmp_path / "new")) as again:
        await read_back(again)
        assert history(again, talk.id)[: len(shown)] == shown


@pytest.mark.timeout(240)
async def test_who_is_killed_while_archiving_archives_every_message_once(
    server: ServerProcess, tmp_path: Path
) -> None:
    moments = random.Random(3)
    profile = await register(server, tmp_path, "ada-k")
    async with person(server, tmp_path, "ben-k"):
        async with opened(profile) as ada:
            talk_id = (await ada.direct("ben-k")).id
            words = await backed_up(ada)
        # Before and after the first backup of a life, on machines of any speed.
        for done in (0, 1) * 5:
            await _killed_while_archiving(
                profile, talk_id, moments.uniform(0, 0.5), done
            )
        async with opened(profile) as ada:
            await ada.flush()
            await ada.backup.now()
            sent = texts(ada.conversation(talk_id))
            shown = history(ada, talk_id)
    assert sent == [str(n) for n in range(len(sent))]
    assert len(sent) >= 5
    async with opened(await restored(server, words, tmp_path / "new")) as again:
        await read_back(again)
        assert history(again, talk_id)[: len(shown)] == shown


async def test_a_copy_of_an_older_profile_archives_anew_under_another_key(
    server: ServerProcess, tmp_path: Path
) -> None:
    profile = await register(server, tmp_path, "ada-o")
    older = tmp_path / "older"
    async with person(server, tmp_path, "ben-o"):
        async with opened(profile) as ada:
            talk_id = (await ada.direct("ben-o")).id
            words = await backed_up(ada)
        shutil.copytree(profile, older)
        async with opened(profile) as ada:
            await say(ada, ada.conversation(talk_id), "only in the newer one")
            await ada.backup.now()
        async with opened(older) as ada:
            talk = ada.conversation(talk_id)
            await eventually(lambda: talk.encryption_state.standing == "active")
            await say(ada, talk, "after the older one was put back")
            await ada.backup.now()
            own = own_archive(ada, talk_id)
            assert own.current.period == 1
    async with opened(await restored(server, words, tmp_path / "new")) as again:
        await read_back(again)
        assert said(again, talk_id)[-1] == "after the older one was put back"


async def test_after_a_device_is_revoked_the_history_is_under_a_key_it_never_had(
    server: ServerProcess, tmp_path: Path
) -> None:
    profile = await register(server, tmp_path, "ada-v")
    async with person(server, tmp_path, "ben-v"):
        async with opened(profile) as ada:
            talk_id = (await ada.direct("ben-v")).id
            await say(ada, ada.conversation(talk_id), "before")
            words = await backed_up(ada)
        await restored(server, words, tmp_path / "lost")
        async with opened(profile) as ada:
            await ada.devices.refresh()
            await say(ada, ada.conversation(talk_id), "while it was there")
            await ada.backup.now()
            key = own_archive(ada, talk_id).current.key
            lost = next(each.id for each in ada.devices.list() if not each.this)
            await ada.devices.revoke(lost)
            await say(ada, ada.conversation(talk_id), "after")
            await ada.backup.now()
            own = own_archive(ada, talk_id)
            assert own.current.key != key
            assert own.earlier is None


async def test_a_piece_that_the_server_lost_is_said_and_the_rest_is_there(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with (
        person(server, tmp_path, "ada-l") as ada,
        person(server, tmp_path, "ben-l"),
    ):
        talk = await ada.direct("ben-l")
        await say(ada, talk, "first")
        words = await backed_up(ada)
        there = blobs_of(server)
        await say(ada, talk, "second")
        await ada.backup.now()
        (lost,) = blobs_of(server) - there
        await say(ada, talk, "third")
        await ada.backup.now()
        lost.unlink()
    async with opened(await restored(server, words, tmp_path / "new")) as again:
        await read_back(again)
        assert again.backup.restoring.missing == 1
        assert said(again, talk.id) == ["first"]


async def test_when_there_is_no_room_the_account_is_saved_and_it_is_said(
    tmp_path: Path,
) -> None:
    settings = {"BLOBS__ARCHIVE_QUOTA_BYTES": "100000"}
    with start_server(tmp_path / "server", settings) as server:
        async with (
            person(server, tmp_path, "ada") as ada,
            person(server, tmp_path, "ben"),
        ):
            talk = await ada.direct("ben")
            words = await backed_up(ada)
            await say(ada, talk, "too much")
            with pytest.raises(QuotaExceeded):
                await ada.backup.now()
            status = ada.backup.status()
            assert status is not None
            assert status.trouble == QuotaExceeded.code
        async with opened(await restored(server, words, tmp_path / "new")) as again:
            await read_back(again)
            assert again.handle == "ada"
            assert again.backup.restoring.missing == 0


async def test_nothing_of_the_history_can_be_read_on_the_server(
    server: ServerProcess, tmp_path: Path
) -> None:
    canary = "canary-" + "k" * 24
    async with (
        person(server, tmp_path, "ada-c") as ada,
        person(server, tmp_path, "ben-c"),
    ):
        await say(ada, await ada.direct("ben-c"), canary)
        await backed_up(ada)
    files = [path for path in server.data.rglob("*") if path.is_file()]
    assert blobs_of(server) <= set(files)
    assert not [path for path in files if canary.encode() in path.read_bytes()]


async def _killed_while_archiving(
    profile: Path, conversation: str, after_seconds: float, done: int
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(SCRIPT),
        str(profile),
        conversation,
        "archive",
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(START_SECONDS):
            for line in (b"begun\n", *[b"done\n"] * done):
                assert await process.stdout.readline() == line
        await asyncio.sleep(after_seconds)
        assert process.returncode is None, "the client ended by itself"
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
