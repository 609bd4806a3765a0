"""Blobs over real HTTP: who may do what, and what is shown of them."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import threading
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from mentalverse_server.clock import to_millis
from mentalverse_server.config import Config
from mentalverse_server.operator import BLOB_FOLDER
from mentalverse_server.store import accounts
from mentalverse_server.store.blob_files import BlobFiles
from mentalverse_server.store.transaction import Transaction
from mentalverse_server.store.writer import WriterLane
from mentalverse_server.transport import hardening
from mentalverse_signaling.blob_api import (
    MAX_PATCH_BYTES,
    UPLOAD_OFFSET,
    BlobPurpose,
    BlobStatus,
)
from mentalverse_signaling.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    NotFound,
    TooLarge,
    Unauthorised,
)
from mentalverse_signaling.events import Empty
from mentalverse_signaling.ids import BlobId
from support.account_api import Api
from support.blobs import OCTETS, BlobCaller, announce, blob_files, octets

MIB = 1024 * 1024
DAY_SECONDS = 24 * 3600


def _folder(config: Config) -> Path:
    return config.server.data_dir / BLOB_FOLDER


def _names(config: Config) -> set[str]:
    return {path.name for path in blob_files(config)}


# --- uploading ----------------------------------------------------------------


async def test_what_was_uploaded_in_pieces_is_fetched_whole(
    ada: BlobCaller, ben: BlobCaller
) -> None:
    content = octets(3 * MIB + 17)
    blob = await ada.upload(content)

    for who in (ada, ben):
        answer = await who.fetch(blob)
        assert (answer.status, answer.body) == (200, content)
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == "attachment"
    assert answer.headers["Cache-Control"] == "no-store"


async def test_each_piece_moves_the_offset_and_the_last_completes(
    ada: BlobCaller, api: Api
) -> None:
    content = octets(1000)
    request = announce(content)
    now = api.clock.now()
    tomorrow = to_millis(now + timedelta(days=1))
    in_90_days = to_millis(now + timedelta(days=90))

    created = await ada.create(request)
    first = await ada.append(request.blob, 0, content[:600])
    last = await ada.append(request.blob, 600, content[600:])

    assert created == BlobStatus(request.blob, 1000, 0, False, tomorrow)
    assert first == BlobStatus(request.blob, 1000, 600, False, tomorrow)
    assert last == BlobStatus(request.blob, 1000, 1000, True, in_90_days)
    assert await ada.status(request.blob) == last


async def test_creating_again_gives_the_state_before_and_after_completion(
    ada: BlobCaller,
) -> None:
    content = octets(1000)
    request = announce(content)
    await ada.create(request)
    begun = await ada.append(request.blob, 0, content[:600])
    assert await ada.create(request) == begun
    complete = await ada.append(request.blob, 600, content[600:])
    assert await ada.create(request) == complete


async def test_octets_for_another_place_change_nothing_and_tell_the_true_offset(
    ada: BlobCaller,
) -> None:
    content = octets(1000)
    request = announce(content)
    await ada.create(request)
    await ada.append(request.blob, 0, content[:600])

    for offset in (0, 599, 601, 1000, 10**14):
        answer = await ada.patch(request.blob, offset, content[:1])
        with pytest.raises(Conflict):
            answer.of(BlobStatus)
        assert answer.headers[UPLOAD_OFFSET] == "600"

    await ada.append(request.blob, 600, content[600:])
    assert (await ada.fetch(request.blob)).body == content
    answer = await ada.patch(request.blob, 600, content[600:])
    assert (answer.status, answer.headers[UPLOAD_OFFSET]) == (409, "1000")


async def test_a_lost_last_answer_is_asked_for_again_without_octets(
    ada: BlobCaller,
) -> None:
    content = octets(1000)
    blob = await ada.upload(content)
    again = await ada.append(blob, 1000, b"")
    assert again.complete
    with pytest.raises(TooLarge):
        await ada.append(blob, 1000, b"x")


async def test_two_uploads_of_the_same_octets_at_once_give_one_blob(
    ada: BlobCaller,
) -> None:
    content = octets(MIB)
    request = announce(content)
    await ada.create(request)

    answers = await asyncio.gather(
        *(ada.patch(request.blob, 0, content) for _ in range(4))
    )

    assert {answer.status for answer in answers} <= {200, 409, 503}
    status = await ada.create(request)
    if not status.complete:
        await ada.append(request.blob, status.offset, content[status.offset :])
    assert (await ada.fetch(request.blob)).body == content


async def test_octets_with_another_hash_are_never_shown_and_the_upload_is_gone(
    ada: BlobCaller, config: Config
) -> None:
    content = octets(1000)
    request = announce(content)
    await ada.create(request)

    with pytest.raises(BadRequest, match="SHA-256"):
        await ada.append(request.blob, 0, octets(1000, seed=1))

    with pytest.raises(NotFound):
        await ada.status(request.blob)
    assert _names(config) == set()
    assert (await ada.create(request)).offset == 0
    assert (await ada.append(request.blob, 0, content)).complete


async def test_more_octets_than_announced_are_refused(ada: BlobCaller) -> None:
    request = announce(octets(1000))
    await ada.create(request)
    with pytest.raises(TooLarge):
        await ada.append(request.blob, 0, octets(1001))
    assert (await ada.status(request.blob)).offset == 0


async def test_a_body_over_the_limit_is_refused_with_and_without_a_length(
    ada: BlobCaller,
) -> None:
    content = octets(3 * MIB)
    request = announce(content)
    await ada.create(request)

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(48):
            yield content[: 64 * 1024]

    with pytest.raises(TooLarge):
        await ada.append(request.blob, 0, content[: MAX_PATCH_BYTES + 1])
    assert (await ada.status(request.blob)).offset == 0
    headers = {UPLOAD_OFFSET: "0", **OCTETS}
    answer = await ada.request("PATCH", f"/{request.blob}", endless(), **headers)
    with pytest.raises(TooLarge):
        answer.of(BlobStatus)


async def test_what_arrived_of_a_broken_body_is_kept(ada: BlobCaller, api: Api) -> None:
    content = octets(MIB)
    request = announce(content)
    await ada.create(request)
    host, port = api.server.url.removeprefix("http://").split(":")
    head = (
        f"PATCH /api/v1/blobs/{request.blob} HTTP/1.1\r\nHost: {host}\r\n"
        f"Authorization: Bearer {ada.token}\r\nUpload-Offset: 0\r\n"
        f"Content-Type: application/octet-stream\r\nContent-Length: {MIB}\r\n\r\n"
    )

    def send_part() -> None:
        with socket.create_connection((host, int(port))) as line:
            line.sendall(head.encode() + content[:700_000])

    await asyncio.to_thread(send_part)
    async with asyncio.timeout(30):
        while (await ada.status(request.blob)).offset < 700_000:  # noqa: ASYNC110
            # 200 calls are let ask at once, and the clock of the quota stands still.
            await asyncio.sleep(0.2)

    answer = await ada.append(request.blob, 700_000, content[700_000:])
    assert answer.complete
    assert (await ada.fetch(request.blob)).body == content


@pytest.mark.parametrize("offset", ["", "-1", "1.0", "+1", "x", "1" * 16, "٣"])
async def test_an_offset_that_is_no_number_is_refused(
    ada: BlobCaller, offset: str
) -> None:
    request = announce(octets(10))
    await ada.create(request)
    headers = {UPLOAD_OFFSET: offset, **OCTETS}
    answer = await ada.request("PATCH", f"/{request.blob}", b"x", **headers)
    with pytest.raises(BadRequest):
        answer.of(BlobStatus)


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/octet-stream", "Content-Encoding": "gzip"},
    ],
)
async def test_octets_in_a_wrong_wrapping_are_refused(
    ada: BlobCaller, headers: dict[str, str]
) -> None:
    request = announce(octets(10))
    await ada.create(request)
    answer = await ada.request(
        "PATCH", f"/{request.blob}", b"x", **{UPLOAD_OFFSET: "0"}, **headers
    )
    with pytest.raises(BadRequest):
        answer.of(BlobStatus)


# --- who may ------------------------------------------------------------------


async def test_an_upload_is_for_its_creator_alone_until_it_is_complete(
    ada: BlobCaller, ben: BlobCaller
) -> None:
    content = octets(1000)
    request = announce(content)
    await ada.create(request)

    with pytest.raises(Conflict):
        await ben.create(request)
    with pytest.raises(NotFound):
        await ben.status(request.blob)
    with pytest.raises(NotFound):
        await ben.append(request.blob, 0, content)
    assert (await ben.delete(request.blob)).status == 200
    for who in (ada, ben):
        with pytest.raises(NotFound):
            (await who.fetch(request.blob)).of(Empty)

    assert (await ada.append(request.blob, 0, content)).complete
    assert (await ben.status(request.blob)).complete
    with pytest.raises(NotFound):
        await ben.append(request.blob, 1000, b"")


@pytest.mark.parametrize("other", ["size", "hash", "purpose"])
async def test_an_id_names_one_blob(ada: BlobCaller, other: str) -> None:
    content = octets(1000)
    request = announce(content)
    await ada.create(request)
    with pytest.raises(Conflict):
        await ada.create(
            {
                "size": announce(octets(1001), request.blob),
                "hash": announce(octets(1000, seed=1), request.blob),
                "purpose": announce(content, request.blob, BlobPurpose.ARCHIVE),
            }[other]
        )


async def test_only_the_creator_deletes_and_deleting_again_is_fine(
    ada: BlobCaller, ben: BlobCaller, config: Config
) -> None:
    blob = await ada.upload(octets(1000))

    with pytest.raises(Forbidden):
        (await ben.delete(blob)).of(Empty)
    for _ in range(2):
        assert (await ada.delete(blob)).of(Empty) == Empty()

    for who in (ada, ben):
        with pytest.raises(NotFound):
            (await who.fetch(blob)).of(Empty)
        with pytest.raises(NotFound):
            await who.status(blob)
    (await ben.delete(blob)).of(Empty)


async def test_a_deleted_attachment_waits_for_a_report_and_an_archive_does_not(
    ada: BlobCaller, config: Config
) -> None:
    kept = await ada.upload(octets(1000))
    gone = await ada.upload(octets(1000), BlobPurpose.ARCHIVE)
    for blob in (kept, gone):
        (await ada.delete(blob)).of(Empty)
    assert _names(config) == {kept}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", ""),
        ("PATCH", "/" + "0" * 32),
        ("GET", "/" + "0" * 32),
        ("GET", "/" + "0" * 32 + "/status"),
        ("DELETE", "/" + "0" * 32),
    ],
)
async def test_every_endpoint_needs_a_sign_in_that_is_live(
    ada: BlobCaller, api: Api, method: str, path: str
) -> None:
    stranger = BlobCaller(ada.url, ada.http, "x" * 43)
    with pytest.raises(Unauthorised):
        (await stranger.request(method, path)).of(Empty)

    device = ada.device
    assert device is not None

    def revoke(transaction: Transaction) -> None:
        accounts.revoke_device(transaction.connection, device.device, transaction.now)

    await api.server.writer.run(revoke, lane=WriterLane.OTHER)
    with pytest.raises(Unauthorised):
        (await ada.request(method, path)).of(Empty)


@pytest.mark.parametrize("blob", ["x", "0" * 31, "A" * 32, "..%2f..%2fserver-keys"])
async def test_what_is_no_id_reaches_no_file(ada: BlobCaller, blob: str) -> None:
    for answer in (await ada.fetch(blob), await ada.patch(blob, 0, b"x")):
        with pytest.raises((BadRequest, NotFound)):
            answer.of(Empty)


async def test_files_are_for_the_server_alone(ada: BlobCaller, config: Config) -> None:
    await ada.upload(octets(1000))
    for path in [_folder(config), *_folder(config).rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0, path


# --- downloading --------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("bytes=990-", 990, 1000),
        ("bytes=990-5000", 990, 1000),
        ("bytes=-10", 990, 1000),
        ("bytes=-5000", 0, 1000),
    ],
)
async def test_a_range_is_answered_with_that_range(
    ada: BlobCaller, asked: str, start: int, stop: int
) -> None:
    content = octets(1000)
    answer = await ada.fetch(await ada.upload(content), Range=asked)
    assert (answer.status, answer.body) == (206, content[start:stop])
    assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/1000"


@pytest.mark.parametrize("asked", ["bytes=1000-", "bytes=5000-6000", "bytes=-0"])
async def test_a_range_outside_is_told_the_size(ada: BlobCaller, asked: str) -> None:
    answer = await ada.fetch(await ada.upload(octets(1000)), Range=asked)
    assert (answer.status, answer.headers["Content-Range"]) == (416, "bytes */1000")


@pytest.mark.parametrize(
    "asked",
    ["bytes=0-1,5-6", "lines=0-1", "bytes=", "bytes=-", "bytes=5-4", "bytes=a-"],
)
async def test_a_range_that_is_not_understood_is_ignored(
    ada: BlobCaller, asked: str
) -> None:
    content = octets(1000)
    answer = await ada.fetch(await ada.upload(content), Range=asked)
    assert (answer.status, answer.body) == (200, content)


async def test_a_range_of_another_version_gives_the_whole(ada: BlobCaller) -> None:
    content = octets(1000)
    blob = await ada.upload(content)
    etag = (await ada.fetch(blob)).headers["ETag"]

    same = await ada.fetch(blob, Range="bytes=5-", **{"If-Range": etag})
    other = await ada.fetch(blob, Range="bytes=5-", **{"If-Range": '"other"'})

    assert (same.status, same.body) == (206, content[5:])
    assert (other.status, other.body) == (200, content)


async def test_the_head_of_a_blob_comes_without_octets(ada: BlobCaller) -> None:
    blob = await ada.upload(octets(1000))
    answer = await ada.request("HEAD", f"/{blob}")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["Content-Length"] == "1000"


async def test_a_download_that_cannot_go_on_ends_the_connection(
    ada: BlobCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anything else in the body would be taken for octets of the blob."""
    blob = await ada.upload(octets(MIB))
    read = BlobFiles.read

    def fail_half_way(files: BlobFiles, blob: BlobId, offset: int, size: int) -> bytes:
        if offset >= MIB // 2:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return read(files, blob, offset, size)

    monkeypatch.setattr(BlobFiles, "read", fail_half_way)
    with pytest.raises(aiohttp.ClientPayloadError):
        await ada.fetch(blob)


async def test_a_download_whose_time_is_up_ends_with_octets_of_the_blob(
    ada: BlobCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = octets(MIB)
    blob = await ada.upload(content)
    read, release = BlobFiles.read, threading.Event()

    def stall_half_way(files: BlobFiles, blob: BlobId, offset: int, size: int) -> bytes:
        assert offset < MIB // 2 or release.wait(60)
        return read(files, blob, offset, size)

    monkeypatch.setattr(BlobFiles, "read", stall_half_way)
    monkeypatch.setitem(
        hardening.TRANSFER_SECONDS, ("GET", "/api/v1/blobs/{blob}"), 1.0
    )
    came = b""
    async with ada.http.get(
        f"{ada.url}/api/v1/blobs/{blob}",
        headers={"Authorization": f"Bearer {ada.token}"},
    ) as response:
        with pytest.raises(aiohttp.ClientPayloadError):
            async for piece in response.content.iter_any():
                came += piece
    release.set()
    assert came == content[: len(came)]
    assert len(came) <= MIB // 2


@pytest.mark.parametrize("left", [None, 0, 999])
async def test_a_row_whose_file_is_not_whole_is_not_shown_as_complete(
    ada: BlobCaller, config: Config, left: int | None
) -> None:
    request = announce(octets(1000))
    await ada.create(request)
    await ada.append(request.blob, 0, octets(1000))
    path = _folder(config) / request.blob[:2] / request.blob
    path.unlink() if left is None else os.truncate(path, left)
    with pytest.raises(NotFound):
        (await ada.fetch(request.blob)).of(Empty)
    with pytest.raises(NotFound):
        await ada.status(request.blob)
    with pytest.raises(NotFound):
        await ada.create(request)
