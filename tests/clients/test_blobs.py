"""Files cross broken lines and a server that dies, whole or not at all."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import msgspec
import pytest
from aiohttp import web

from mentalverse_client.account.sign_in import SignInSource
from mentalverse_client.errors import BlobDamaged, NotConnected
from mentalverse_client.files.blob_files import Part
from mentalverse_client.files.blobs import BlobTransfer
from mentalverse_client.line import attempts
from mentalverse_crypto.attachments import (
    MAX_ATTACHMENT_BYTES,
    AttachmentDecryptor,
    AttachmentEncryptor,
    ciphertext_bytes,
)
from mentalverse_signaling.blob_api import (
    MAX_BLOB_OVERHEAD_BYTES,
    BlobPurpose,
    BlobStatus,
)
from mentalverse_signaling.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    Internal,
    NotFound,
    TooLarge,
    Unauthorised,
)
from mentalverse_signaling.ids import BlobId, id_bytes
from support.answering import answering
from support.blobs import BlobCaller, announce, octets, signed_in
from support.cutting_line import cutting_line
from support.server import ServerProcess, start_server

MIB = 1024 * 1024
ATTACHMENT = BlobPurpose.ATTACHMENT


@pytest.fixture
async def ada(server: ServerProcess, tmp_path: Path) -> AsyncIterator[SignInSource]:
    async with signed_in(server, tmp_path, "a" + os.urandom(8).hex()) as source:
        yield source


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts follow each other without the pauses that spare a server."""
    monkeypatch.setattr(attempts, "backoff_seconds", lambda *_: 0.001)


def _name() -> BlobId:
    return BlobId(os.urandom(16).hex())


def _sha256(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


async def test_a_file_goes_up_and_comes_down_the_same(
    server: ServerProcess, ada: SignInSource, tmp_path: Path
) -> None:
    content, blob = octets(2 * MIB + 1), _name()
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(content)
    up: list[tuple[int, int]] = []
    down: list[tuple[int, int]] = []

    async with BlobTransfer(server.url, ada) as transfer:
        status = await transfer.upload(
            blob, ATTACHMENT, source, lambda *at: up.append(at)
        )
        await transfer.download(
            blob, target, len(content), _sha256(content), lambda *at: down.append(at)
        )

    assert (status.complete, status.size) == (True, len(content))
    assert target.read_bytes() == content
    for seen in (up, down):
        assert seen == sorted(seen)
        assert (seen[0], seen[-1]) == ((0, len(content)), (len(content),) * 2)
    assert not (tmp_path / f".{blob}.part").exists()
    assert target.stat().st_mode & 0o077 == 0


async def test_a_file_at_the_limit_crosses_encrypted(
    server: ServerProcess, ada: SignInSource, tmp_path: Path
) -> None:
    content, blob = octets(MAX_ATTACHMENT_BYTES), _name()
    encryptor = AttachmentEncryptor(os.urandom)
    sealed = encryptor.update(content) + encryptor.finish()
    reference = encryptor.reference(id_bytes(blob), "image/png", "scan.png")
    target = tmp_path / "target"

    async with BlobTransfer(server.url, ada) as transfer:
        await transfer.upload(blob, ATTACHMENT, sealed)
        size = ciphertext_bytes(reference.size)
        await transfer.download(blob, target, size, reference.sha256)
        over = b"x" * (MAX_ATTACHMENT_BYTES + MAX_BLOB_OVERHEAD_BYTES + 1)
        with pytest.raises(TooLarge):
            await transfer.upload(_name(), ATTACHMENT, over)

    decryptor = AttachmentDecryptor(reference)
    opened = decryptor.update(target.read_bytes())
    decryptor.finish()
    assert opened == content
    stored = server.data / "blobs" / blob[:2] / blob
    assert content[5_000_000:5_000_064] not in stored.read_bytes()


@pytest.mark.parametrize("size", [1, 64 * 1024 + 1, MIB + 1, 127 * MIB + 1])
def test_padding_and_encryption_stay_within_what_the_server_allows_for_them(
    size: int,
) -> None:
    assert ciphertext_bytes(size) <= size + MAX_BLOB_OVERHEAD_BYTES


async def test_the_same_upload_again_gives_the_same_answer(
    server: ServerProcess, ada: SignInSource
) -> None:
    content, blob = octets(1000), _name()
    async with BlobTransfer(server.url, ada) as transfer:
        first = await transfer.upload(blob, ATTACHMENT, content)
        assert await transfer.upload(blob, ATTACHMENT, content) == first
        with pytest.raises(Conflict):
            await transfer.upload(blob, ATTACHMENT, octets(1001))


@pytest.mark.usefixtures("at_once")
async def test_a_line_that_breaks_again_and_again_costs_only_time(
    server: ServerProcess, ada: SignInSource, tmp_path: Path
) -> None:
    content, blob = octets(3 * MIB), _name()
    shares = [0, 500, 3_000, 700_000, 1_400_000, 10, 900_000]

    async with cutting_line(server.url, shares) as (line, url):
        async with BlobTransfer(url, ada) as transfer:
            await transfer.upload(blob, ATTACHMENT, content)
        assert line.shares_left == 0
    shares = [0, 500, 100_000, 1_000_000, 20_000, 900_000]
    async with cutting_line(server.url, shares) as (line, url):
        async with BlobTransfer(url, ada) as transfer:
            target = tmp_path / "target"
            await transfer.download(blob, target, len(content), _sha256(content))
        assert line.shares_left == 0
    assert target.read_bytes() == content


@pytest.mark.usefixtures("at_once")
async def test_attempts_that_get_no_further_come_to_an_end(
    server: ServerProcess, ada: SignInSource, tmp_path: Path
) -> None:
    content, blob = octets(1000), _name()
    async with cutting_line(server.url, [100] * 100) as (line, url):
        async with BlobTransfer(url, ada) as transfer:
            with pytest.raises(NotConnected):
                await transfer.upload(blob, ATTACHMENT, content)
        assert line.cuts == attempts.MAX_ATTEMPTS


async def test_a_server_that_is_killed_and_restarted_costs_only_time(
    tmp_path: Path,
) -> None:
    content, blob = octets(8 * MIB), _name()
    target = tmp_path / "target"
    with start_server(tmp_path) as server:
        async with (
            signed_in(server, tmp_path, "ada") as ada,
            BlobTransfer(server.url, ada) as transfer,
        ):
            killer = _Killer(server, [MIB, 5 * MIB])
            await transfer.upload(blob, ATTACHMENT, content, killer.watch)
            await killer.done()
            killer = _Killer(server, [MIB, 5 * MIB])
            await transfer.download(
                blob, target, len(content), _sha256(content), killer.watch
            )
            await killer.done()
    assert target.read_bytes() == content


class _Killer:
    """Kills and restarts a server when a transfer passes certain points."""

    def __init__(self, server: ServerProcess, points: list[int]) -> None:
        self._server = server
        self._points = points
        self._restarts: list[asyncio.Task[None]] = []

    def watch(self, across: int, _size: int) -> None:
        is_up = all(restart.done() for restart in self._restarts)
        # What a dead server had sent still comes, past the next point, too.
        if is_up and self._points and across >= self._points[0]:
            self._points.pop(0)
            self._server.kill9()
            self._restarts.append(
                asyncio.create_task(asyncio.to_thread(self._server.start))
            )

    async def done(self) -> None:
        assert self._points == []
        await asyncio.gather(*self._restarts)


async def test_a_download_goes_on_in_another_process(
    server: ServerProcess, ada: SignInSource, tmp_path: Path
) -> None:
    content, blob = octets(MIB), _name()
    target, part = tmp_path / "target", tmp_path / f".{blob}.part"
    part.write_bytes(content[:700_000])
    seen: list[int] = []
    async with BlobTransfer(server.url, ada) as transfer:
        await transfer.upload(blob, ATTACHMENT, content)
        await transfer.download(
            blob,
            target,
            len(content),
            _sha256(content),
            lambda across, _size: seen.append(across),
        )
    assert seen[0] == 700_000
    assert target.read_bytes() == content
    assert not part.exists()


@pytest.mark.parametrize("left", [b"x" * 700_000, b"x" * (MIB + 1)])
async def test_a_part_that_belongs_to_something_else_is_thrown_away(
    server: ServerProcess, ada: SignInSource, tmp_path: Path, left: bytes
) -> None:
    content, blob = octets(MIB), _name()
    (tmp_path / f".{blob}.part").write_bytes(left)
    async with BlobTransfer(server.url, ada) as transfer:
        await transfer.upload(blob, ATTACHMENT, content)
        target = tmp_path / "target"
        await transfer.download(blob, target, len(content), _sha256(content))
    assert target.read_bytes() == content


@pytest.mark.parametrize(
    ("size", "sha256"),
    [(1000, bytes(32)), (999, _sha256(octets(1000))), (1001, _sha256(octets(1000)))],
)
async def test_other_octets_than_were_sent_are_refused_and_not_left_behind(
    server: ServerProcess,
    ada: SignInSource,
    tmp_path: Path,
    size: int,
    sha256: bytes,
) -> None:
    blob, target = _name(), tmp_path / "target"
    target.write_bytes(b"what was there")
    async with BlobTransfer(server.url, ada) as transfer:
        await transfer.upload(blob, ATTACHMENT, octets(1000))
        with pytest.raises(BlobDamaged):
            await transfer.download(blob, target, size, sha256)
    assert target.read_bytes() == b"what was there"


async def test_what_waiting_does_not_mend_is_raised_at_once(
    server: ServerProcess, ada: SignInSource, tmp_path: Path
) -> None:
    content, blob = octets(1000), _name()
    async with BlobTransfer(server.url, ada) as transfer:
        with pytest.raises(NotFound):
            await transfer.download(blob, tmp_path / "t", 1000, _sha256(content))
        with pytest.raises(TooLarge):
            await transfer.upload(blob, BlobPurpose.ARCHIVE, octets(4 * MIB))
        with pytest.raises(FileNotFoundError):
            await transfer.upload(blob, ATTACHMENT, tmp_path / "missing")


@pytest.mark.usefixtures("at_once")
async def test_a_source_that_changes_meanwhile_is_refused(
    server: ServerProcess, ada: SignInSource, tmp_path: Path
) -> None:
    source, blob = tmp_path / "source", _name()
    source.write_bytes(octets(1000))

    def change(_across: int, _size: int) -> None:
        source.write_bytes(octets(1000, seed=1))

    async with BlobTransfer(server.url, ada) as transfer:
        with pytest.raises(BadRequest):
            await transfer.upload(blob, ATTACHMENT, source, change)
        await transfer.upload(blob, ATTACHMENT, source)


async def test_deleting_is_for_the_creator_and_may_be_repeated(
    server: ServerProcess, ada: SignInSource, tmp_path: Path
) -> None:
    content, blob = octets(1000), _name()
    async with (
        signed_in(server, tmp_path, "b" + os.urandom(8).hex()) as ben,
        BlobTransfer(server.url, ada) as adas,
        BlobTransfer(server.url, ben) as bens,
    ):
        await adas.upload(blob, ATTACHMENT, content)
        await bens.download(blob, tmp_path / "t", 1000, _sha256(content))
        with pytest.raises(Forbidden):
            await bens.delete(blob)
        for _ in range(2):
            await adas.delete(blob)
        with pytest.raises(NotFound):
            await bens.download(blob, tmp_path / "t", 1000, _sha256(content))


async def test_a_refused_token_is_renewed_once(
    server: ServerProcess, ada: SignInSource
) -> None:
    asked: list[bool] = []

    async def stale_first(*, fresh: bool) -> str:
        asked.append(fresh)
        return await ada(fresh=True) if fresh else "x" * 43

    async def always_stale(*, fresh: bool) -> str:
        return "x" * 43

    async with BlobTransfer(server.url, stale_first) as transfer:
        await transfer.upload(_name(), ATTACHMENT, octets(1000))
    assert asked == [False, True]
    async with BlobTransfer(server.url, always_stale) as transfer:
        with pytest.raises(Unauthorised):
            await transfer.upload(_name(), ATTACHMENT, octets(1000))


@pytest.mark.usefixtures("at_once")
async def test_an_upload_goes_on_with_what_the_server_already_has(
    server: ServerProcess, ada: SignInSource
) -> None:
    content, blob = octets(MIB), _name()
    async with aiohttp.ClientSession() as http:
        caller = BlobCaller(server.url, http, await ada(fresh=False))
        await caller.create(announce(content, blob))
        await caller.append(blob, 0, content[:900_000])
    seen: list[int] = []
    async with BlobTransfer(server.url, ada) as transfer:
        await transfer.upload(
            blob, ATTACHMENT, content, lambda across, _size: seen.append(across)
        )
    assert seen == [900_000, MIB]


def test_a_target_is_on_disk_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part, target = Part(tmp_path / ".part"), tmp_path / "target"
    part.prepare(3)
    part.append(b"abc")
    order: list[str] = []
    fsync = os.fsync

    def record(descriptor: int) -> None:
        order.append(f"fsync, target there: {target.exists()}")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", record)
    part.finish(target)
    assert order == ["fsync, target there: False", "fsync, target there: True"]


async def test_an_upload_that_gets_no_further_ends(at_once: None) -> None:
    """A server that takes octets and never has them is not fed for ever."""
    asked = 0

    async def nothing_arrived(request: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        await request.read()
        status = BlobStatus(blob, 10, 0, complete=False, expires_at=None)
        return web.Response(body=msgspec.json.encode(status))

    async def token(*, fresh: bool) -> str:
        return "token"

    blob = _name()
    async with (
        answering("*", "/api/v1/blobs{rest:.*}", nothing_arrived) as url,
        BlobTransfer(url, token) as way,
    ):
        with pytest.raises(Internal):
            await way.upload(blob, ATTACHMENT, bytes(10))
    assert asked == 2 * attempts.MAX_ATTEMPTS
