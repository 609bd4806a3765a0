"""Files reach the others whole, encrypted, and also after the worst moment to stop."""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mentalverse_client import (
    BlobDamaged,
    Client,
    Conversation,
    FileGone,
    FileNotSaved,
    FileNotSendable,
    Message,
    MessageKind,
    UnknownMessage,
    UpdateKind,
)
from mentalverse_client.files.blobs import BlobTransfer
from mentalverse_client.files.sealed_files import SealedFiles
from mentalverse_crypto.attachments import MAX_ATTACHMENT_BYTES
from mentalverse_signaling.ids import BlobId
from support.backups import vault_of
from support.blobs import octets
from support.clients import (
    PASSPHRASE,
    eventually,
    logged,
    next_message,
    only_conversation,
    opened,
    person,
    register,
)
from support.server import ServerProcess, start_server

MIB = 1024 * 1024
UPLOADER = Path(__file__).parent.parent / "support" / "killed_uploader.py"


def a_file(folder: Path, size: int, name: str = "notes.pdf", seed: int = 0) -> Path:
    path = folder / name
    path.write_bytes(octets(size, seed))
    return path


def left_in(profile: Path) -> list[str]:
    return sorted(path.name for path in (profile / "files").glob("*"))


def pending_in(conversation: Conversation) -> list[MessageKind]:
    return [m.kind for m in conversation.history() if m.pending]


def parts_in(folder: Path) -> list[Path]:
    return list(folder.glob("*.part"))


async def next_file(conversation: Conversation) -> Message:
    message = await next_message(conversation)
    assert message.kind is MessageKind.FILE
    assert message.file is not None
    return message


@pytest.mark.capability("C02")
async def test_a_file_at_the_limit_goes_round_and_only_members_can_open_it(
    server: ServerProcess, tmp_path: Path
) -> None:
    source = a_file(tmp_path, MAX_ATTACHMENT_BYTES, "scan.pdf")
    content = source.read_bytes()
    async with (
        person(server, tmp_path, "ada-f") as ada,
        person(server, tmp_path, "ben-f") as ben,
    ):
        talk = await ada.direct("ben-f")
        await talk.send_file(source)
        await ada.flush()
        got = await next_file(await only_conversation(ben))
        assert got.file is not None
        assert (got.text, got.file.name, got.file.size) == (
            "scan.pdf",
            "scan.pdf",
            MAX_ATTACHMENT_BYTES,
        )
        assert got.file.media_type == "application/pdf"
        saved = await (await only_conversation(ben)).save_file(got.id, tmp_path / "s")
        assert saved.read_bytes() == content
        assert saved.stat().st_mode & 0o077 == 0

        (tmp_path / "over.pdf").write_bytes(content + b"x")
        with pytest.raises(FileNotSendable, match="larger than 10 MiB"):
            await talk.send_file(tmp_path / "over.pdf")

        reference = got.file.reference
        blob = reference.blob.hex()
        stored = (server.data / "blobs" / blob[:2] / blob).read_bytes()
        assert hashlib.sha256(stored).digest() == reference.sha256
        everything = [p.read_bytes() for p in server.data.rglob("*") if p.is_file()]
        secrets = (content[MIB : MIB + 32], reference.key, b"scan.pdf")
        hidden = [s for s in secrets for whole in everything if s in whole]
        assert hidden == []
        assert left_in(tmp_path / "ada-f") == left_in(tmp_path / "ben-f") == []


async def test_the_sender_sees_and_can_save_what_was_sent(
    server: ServerProcess, tmp_path: Path
) -> None:
    source = a_file(tmp_path, 70_000, "voice note.ogg")
    async with (
        person(server, tmp_path, "ada-o") as ada,
        person(server, tmp_path, "ben-o"),
    ):
        talk = await ada.direct("ben-o")
        sent = await talk.send_file(source)
        assert [m.id for m in talk.history() if m.pending] == [sent]
        source.write_bytes(b"changed after it was sent")
        await ada.flush()
        await logged(talk, sent)
        again = await talk.save_file(sent, tmp_path / "again.ogg")
        assert again.read_bytes() == octets(70_000)


async def test_texts_do_not_wait_for_a_file(
    server: ServerProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_go, upload = asyncio.Event(), BlobTransfer.upload

    async def held(self: BlobTransfer, *arguments: object) -> object:
        await may_go.wait()
        return await upload(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(BlobTransfer, "upload", held)
    async with (
        person(server, tmp_path, "ada-w") as ada,
        person(server, tmp_path, "ben-w") as ben,
    ):
        talk = await ada.direct("ben-w")
        await talk.send_file(a_file(tmp_path, 1000))
        await talk.send("I am here")
        heard = await only_conversation(ben)
        assert (await next_message(heard)).text == "I am here"
        # What is sent is heard by others before its own answer is taken in here.
        await eventually(lambda: pending_in(talk) == [MessageKind.FILE])
        may_go.set()
        assert (await next_file(heard)).text == "notes.pdf"


async def test_a_file_written_offline_is_sent_when_there_is_a_connection(
    tmp_path: Path,
) -> None:
    with start_server(tmp_path / "server") as own:
        profile = await register(own, tmp_path, "ada")
        async with person(own, tmp_path, "ben") as ben:
            async with opened(profile) as ada:
                talk_id = (await ada.direct("ben")).id
            heard = await only_conversation(ben)
            await asyncio.to_thread(own.kill9)
            async with Client.open(profile, passphrase=PASSPHRASE) as ada:
                talk = ada.conversation(talk_id)
                await talk.send_file(a_file(tmp_path, 3 * MIB))
            (tmp_path / "notes.pdf").unlink()
            await asyncio.to_thread(own.start)
            async with opened(profile) as ada:
                await ada.flush()
            got = await next_file(heard)
            saved = await heard.save_file(got.id, tmp_path)
            assert saved == tmp_path / "notes.pdf"
            assert saved.read_bytes() == octets(3 * MIB)


@pytest.mark.timeout(180)
async def test_a_sender_killed_while_uploading_goes_on_where_it_was(
    server: ServerProcess, tmp_path: Path
) -> None:
    moments = random.Random(7)
    ada_profile = await register(server, tmp_path, "ada-k2")
    async with person(server, tmp_path, "ben-k2") as ben:
        async with opened(ada_profile) as ada:
            talk_id = (await ada.direct("ben-k2")).id
        for number in range(4):
            source = a_file(tmp_path, 9 * MIB, f"{number}.bin", seed=number)
            pieces = moments.randrange(0, 12)
            await killed_after(pieces, ada_profile, talk_id, source)
            source.unlink()
        assert len(left_in(ada_profile)) > 1, "every kill came too late"
        async with opened(ada_profile) as ada:
            await ada.flush()
        heard = await only_conversation(ben)
        for number in range(4):
            got = await next_file(heard)
            assert got.text == f"{number}.bin"
            saved = await heard.save_file(got.id, tmp_path / "saved")
            assert saved.read_bytes() == octets(9 * MIB, number)
            saved.unlink()
        assert [m.kind for m in heard.history() if m.kind is MessageKind.FILE] == [
            MessageKind.FILE
        ] * 4
        assert left_in(ada_profile) == []


async def killed_after(pieces: int, profile: Path, talk: str, source: Path) -> None:
    """Send a file in a process that is killed after so many signs of progress."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(UPLOADER), str(profile), talk, str(source)),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(90):
            assert await process.stdout.readline() == b"sealed\n"
            for _ in range(pieces):
                await process.stdout.readline()
    finally:
        process.kill()
        await process.wait()


@pytest.mark.timeout(180)
async def test_a_server_killed_meanwhile_costs_only_time(tmp_path: Path) -> None:
    with start_server(tmp_path / "server") as own:
        async with (
            person(own, tmp_path, "ada") as ada,
            person(own, tmp_path, "ben") as ben,
        ):
            talk = await ada.direct("ben")
            heard = await only_conversation(ben)
            updates = ada.updates()
            await talk.send_file(a_file(tmp_path, 9 * MIB))
            async for update in updates:
                if update.kind is UpdateKind.TRANSFER and any(
                    transfer.across for transfer in ada.transfers
                ):
                    break
            await asyncio.to_thread(own.kill9)
            await asyncio.to_thread(own.start)
            got = await next_file(heard)
            saved = await heard.save_file(got.id, tmp_path / "saved")
            assert saved.read_bytes() == octets(9 * MIB)


async def test_progress_of_both_directions_is_told(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with (
        person(server, tmp_path, "ada-p") as ada,
        person(server, tmp_path, "ben-p") as ben,
    ):
        talk = await ada.direct("ben-p")
        updates, up = ada.updates(), list[int]()
        sent = await talk.send_file(a_file(tmp_path, 2 * MIB))
        async for update in updates:
            if update.kind is UpdateKind.TRANSFER:
                if not ada.transfers:
                    break
                (transfer,) = ada.transfers
                assert (transfer.message, transfer.sending) == (sent, True)
                up.append(transfer.across)
        assert up == sorted(up)
        assert up[-1] >= 2 * MIB
        down: list[tuple[int, int]] = []
        heard = await only_conversation(ben)
        got = await next_file(heard)
        await heard.save_file(got.id, tmp_path / "s", lambda *at: down.append(at))
        assert down == sorted(down)
        assert down[-1][0] == down[-1][1] > 2 * MIB
        assert ben.transfers == []


async def test_a_file_the_server_does_not_take_is_shown_as_such(tmp_path: Path) -> None:
    small = {"BLOBS__ATTACHMENT_QUOTA_BYTES": str(MIB)}
    with start_server(tmp_path / "server", small) as own:
        async with (
            person(own, tmp_path, "ada") as ada,
            person(own, tmp_path, "ben") as ben,
        ):
            talk = await ada.direct("ben")
            await talk.send_file(a_file(tmp_path, 3 * MIB))
            await talk.send("still here")
            await ada.flush()
            refused = [m for m in talk.history() if m.failed]
            assert [(m.text, m.failed) for m in refused] == [
                ("notes.pdf", "quota_exceeded")
            ]
            heard = await only_conversation(ben)
            assert (await next_message(heard)).text == "still here"
            assert left_in(tmp_path / "ada") == []


async def test_the_limit_is_the_one_of_the_server(tmp_path: Path) -> None:
    small = {"BLOBS__MAX_ATTACHMENT_BYTES": str(MIB)}
    with start_server(tmp_path / "server", small) as own:
        async with (
            person(own, tmp_path, "ada") as ada,
            person(own, tmp_path, "ben"),
        ):
            talk = await ada.direct("ben")
            source = a_file(tmp_path, MIB + 1)
            with pytest.raises(FileNotSendable, match="larger than 1 MiB"):
                await talk.send_file(source)
            await asyncio.to_thread(own.kill9)
            with pytest.raises(FileNotSendable, match="larger than 1 MiB"):
                await talk.send_file(source)


async def test_what_cannot_be_sent_is_said_at_once_and_leaves_nothing(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with (
        person(server, tmp_path, "ada-n") as ada,
        person(server, tmp_path, "ben-n"),
    ):
        talk = await ada.direct("ben-n")
        with pytest.raises(FileNotSendable, match="no such file"):
            await talk.send_file(tmp_path / "nowhere")
        with pytest.raises(FileNotSendable, match="not a file"):
            await talk.send_file(tmp_path)
        cut = tmp_path / "cut.jpg"
        cut.write_bytes(b"\xff\xd8\xff\xe1\xff\xff")
        with pytest.raises(FileNotSendable, match="taken out"):
            await talk.send_file(cut)
        await talk.send_file(cut, keep_metadata=True)
        assert [m.text for m in talk.history() if m.kind is MessageKind.FILE] == [
            "cut.jpg"
        ]


async def test_nothing_is_overwritten_and_no_name_leads_elsewhere(
    server: ServerProcess, tmp_path: Path
) -> None:
    folder = tmp_path / "downloads"
    folder.mkdir()
    async with (
        person(server, tmp_path, "ada-s") as ada,
        person(server, tmp_path, "ben-s") as ben,
    ):
        talk = await ada.direct("ben-s")
        await talk.send_file(a_file(tmp_path, 10, ".profile"))
        heard = await only_conversation(ben)
        got = await next_file(heard)
        first = await heard.save_file(got.id, folder)
        second = await heard.save_file(got.id, folder)
        assert [first.name, second.name] == ["profile", "profile (2)"]
        with pytest.raises(FileNotSaved, match="exists"):
            await heard.save_file(got.id, first)
        with pytest.raises(FileNotSaved):
            await heard.save_file(got.id, folder / "no such folder" / "x")
        assert sorted(p.name for p in folder.iterdir()) == ["profile", "profile (2)"]
        text = await heard.send("no file here")
        await ben.flush()
        await logged(heard, text)
        with pytest.raises(UnknownMessage):
            await heard.save_file(text)


async def test_a_file_that_is_gone_or_altered_is_never_shown(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with (
        person(server, tmp_path, "ada-g") as ada,
        person(server, tmp_path, "ben-g") as ben,
    ):
        talk = await ada.direct("ben-g")
        await talk.send_file(a_file(tmp_path, 1000))
        heard = await only_conversation(ben)
        got = await next_file(heard)
        assert got.file is not None
        blob = got.file.reference.blob.hex()
        stored = server.data / "blobs" / blob[:2] / blob
        whole = stored.read_bytes()
        stored.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        with pytest.raises(BlobDamaged):
            await heard.save_file(got.id, tmp_path / "target")
        stored.unlink()
        with pytest.raises(FileGone):
            await heard.save_file(got.id, tmp_path / "target")
        assert not (tmp_path / "target").exists()
        assert parts_in(tmp_path) == []


async def test_files_can_be_answered_and_taken_back(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with (
        person(server, tmp_path, "ada-r") as ada,
        person(server, tmp_path, "ben-r") as ben,
    ):
        talk = await ada.direct("ben-r")
        sent = await talk.send_file(a_file(tmp_path, 10))
        heard = await only_conversation(ben)
        got = await next_file(heard)
        await heard.reply(got.id, "thanks")
        await heard.react(got.id, "🙂")
        await logged(talk, sent)
        reply = await next_message(talk)
        assert (reply.reply_to, reply.quote) == (sent, "notes.pdf")
        await eventually(lambda: bool(talk.message(sent).reactions))
        await talk.delete(sent)
        await eventually(lambda: heard.message(sent).deleted)
        assert heard.message(sent).file is None
        with pytest.raises(UnknownMessage):
            await heard.save_file(sent, tmp_path / "late")


async def test_a_file_that_is_taken_back_is_shown_to_nobody(
    server: ServerProcess, tmp_path: Path
) -> None:
    """Nor to a program that still knows its id and key."""
    async with (
        person(server, tmp_path, "ada-t") as ada,
        person(server, tmp_path, "ben-t") as ben,
    ):
        talk = await ada.direct("ben-t")
        sent = await talk.send_file(a_file(tmp_path, 10))
        heard = await only_conversation(ben)
        got = await next_file(heard)
        await logged(talk, sent)
        await talk.delete(sent)
        await ada.flush()
        # It goes from the server beside what is sent, which does not wait for it.
        kept = vault_of(ada)
        await eventually(lambda: kept.names("forgotten_blob") == [])
        with pytest.raises(FileGone):
            await heard._engine.saving.save(got, tmp_path / "kept-for-me", None)


async def test_a_file_that_still_waits_can_be_stopped(tmp_path: Path) -> None:
    with start_server(tmp_path / "server") as own:
        profile = await register(own, tmp_path, "ada")
        async with person(own, tmp_path, "ben") as ben:
            async with opened(profile) as ada:
                talk_id = (await ada.direct("ben")).id
            await asyncio.to_thread(own.kill9)
            async with Client.open(profile, passphrase=PASSPHRASE) as ada:
                talk = ada.conversation(talk_id)
                wrong = await talk.send_file(a_file(tmp_path, 10, "wrong.pdf"))
                await talk.send_file(a_file(tmp_path, 10, "right.pdf"))
                await talk.delete(wrong)
                assert [m.text for m in talk.history() if m.pending] == ["right.pdf"]
            await asyncio.to_thread(own.start)
            async with opened(profile) as ada:
                await ada.flush()
                await eventually(lambda: left_in(profile) == [])
            got = await next_file(await only_conversation(ben))
            assert got.text == "right.pdf"


async def test_a_file_can_be_stopped_while_it_is_uploaded(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with (
        person(server, tmp_path, "ada-u") as ada,
        person(server, tmp_path, "ben-u"),
    ):
        talk = await ada.direct("ben-u")
        before = set((server.data / "blobs").glob("*/*"))
        updates = ada.updates()
        wrong = await talk.send_file(a_file(tmp_path, 9 * MIB))
        async for update in updates:
            if update.kind is UpdateKind.TRANSFER and ada.transfers:
                break
        await talk.delete(wrong)
        await ada.flush()
        assert [m.kind for m in talk.history() if m.kind is MessageKind.FILE] == []
        await eventually(lambda: ada.transfers == [] == left_in(tmp_path / "ada-u"))
        blobs = server.data / "blobs"
        await eventually(lambda: set(blobs.glob("*/*")) == before)


def test_what_a_crash_left_is_swept_and_what_waits_is_not(tmp_path: Path) -> None:
    kept, lost = BlobId(os.urandom(16).hex()), BlobId(os.urandom(16).hex())
    files = SealedFiles(tmp_path / "files")
    source = a_file(tmp_path, 10)
    for blob in (kept, lost):
        files.seal(source, blob, 100, False, os.urandom)
    files.incoming(lost).write_bytes(b"half")
    old = tmp_path / "files" / f".{kept}.in.part"
    old.write_bytes(b"long ago")
    os.utime(old, (0, 0))
    files.sweep({kept}, datetime.now(UTC))
    assert sorted(left_in(tmp_path)) == sorted([f"{kept}.out", f"{lost}.in"])
