"""Files of blobs: they grow at their end, and are durable when it is said."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import threading
from pathlib import Path

import pytest

from mentalverse_server.errors import StartupError
from mentalverse_server.store import blob_disk
from mentalverse_server.store.blob_disk import BlobDisk
from mentalverse_server.store.blob_files import BlobFiles, WrongOffset
from mentalverse_signaling.errors import Overloaded, Unavailable
from mentalverse_signaling.ids import BlobId
from support.stored import ids


@pytest.fixture
def files(tmp_path: Path) -> BlobFiles:
    files = BlobFiles(tmp_path / "blobs")
    files.prepare()
    return files


@pytest.fixture
def blob(files: BlobFiles) -> BlobId:
    name = BlobId(ids())
    files.create(name)
    return name


def test_a_file_grows_at_its_end_only(files: BlobFiles, blob: BlobId) -> None:
    assert files.append(blob, 0, b"abc") == 3
    for offset in (0, 2, 4):
        with pytest.raises(WrongOffset) as wrong:
            files.append(blob, offset, b"x")
        assert wrong.value.length == 3
    assert files.append(blob, 3, b"de") == 5
    assert files.read(blob, 0, 10) == b"abcde"
    assert files.read(blob, 1, 3) == b"bcd"
    assert files.length(blob) == 5


def test_creating_again_keeps_what_is_there(files: BlobFiles, blob: BlobId) -> None:
    files.append(blob, 0, b"abc")
    files.create(blob)
    assert files.length(blob) == 3


def test_a_removed_file_does_not_come_back(files: BlobFiles, blob: BlobId) -> None:
    for _ in range(2):
        files.remove(blob)
    with pytest.raises(FileNotFoundError):
        files.append(blob, 0, b"abc")
    assert files.length(blob) == 0


def test_sealing_tells_whether_the_hash_is_the_announced_one(
    files: BlobFiles, blob: BlobId
) -> None:
    files.append(blob, 0, b"abc")
    assert files.seal(blob, hashlib.sha256(b"abc").digest())
    assert not files.seal(blob, hashlib.sha256(b"abd").digest())


def test_the_file_and_its_folder_are_on_disk_before_a_seal_is_told(
    files: BlobFiles, blob: BlobId, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.append(blob, 0, b"abc")
    synced: list[str] = []
    fsync = os.fsync

    def record(descriptor: int) -> None:
        synced.append(os.readlink(f"/proc/self/fd/{descriptor}"))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", record)
    files.seal(blob, bytes(32))
    folder = tmp_path / "blobs" / blob[:2]
    assert synced == [str(folder / blob), str(folder)]


def test_a_file_whose_sync_failed_begins_anew(
    files: BlobFiles, blob: BlobId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system may drop what it could not write and still show it until then."""
    files.append(blob, 0, b"abc")

    def fail(_descriptor: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(OSError, match="error"):
            files.seal(blob, hashlib.sha256(b"abc").digest())
    assert files.length(blob) == 0


def test_what_fitted_on_a_full_disk_counts(
    files: BlobFiles, blob: BlobId, monkeypatch: pytest.MonkeyPatch
) -> None:
    pwrite = os.pwrite
    room = 5

    def write_until_full(descriptor: int, data: memoryview, offset: int) -> int:
        if offset >= room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return pwrite(descriptor, data[: room - offset], offset)

    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", write_until_full)
        with pytest.raises(OSError, match="space"):
            files.append(blob, 0, b"abcdefgh")
    assert files.length(blob) == 5
    assert files.append(blob, 5, b"fgh") == 8
    assert files.read(blob, 0, 10) == b"abcdefgh"


def test_the_last_of_the_disk_is_not_for_blobs(tmp_path: Path) -> None:
    files = BlobFiles(tmp_path / "blobs", min_free_bytes=2**60)
    files.prepare()
    with pytest.raises(OSError, match="space"):
        files.create(BlobId(ids()))


def test_only_files_of_blobs_are_listed(
    files: BlobFiles, blob: BlobId, tmp_path: Path
) -> None:
    folder = tmp_path / "blobs" / blob[:2]
    (folder / "notes.txt").touch()
    (folder / ("f" * 32 if blob[0] != "f" else "e" * 32)).touch()
    (tmp_path / "blobs" / "file").touch()
    assert files.folders() == [blob[:2]]
    assert files.stored(blob[:2]) == [blob]


def test_a_folder_that_will_not_do_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "blobs").touch()
    with pytest.raises(StartupError, match="blob folder"):
        BlobFiles(tmp_path / "blobs").prepare()


async def test_changes_happen_one_after_another_in_the_order_asked() -> None:
    disk, order = BlobDisk(), list[int]()
    release = threading.Event()

    def step(number: int) -> None:
        assert release.wait(60)
        order.append(number)

    steps = [asyncio.create_task(disk.change(step, number)) for number in range(20)]
    await asyncio.sleep(0)
    assert await disk.read(lambda: "not held up") == "not held up"
    release.set()
    await asyncio.gather(*steps)
    assert order == list(range(20))
    disk.close()


async def test_a_failing_disk_is_unavailable_and_a_missing_file_is_itself() -> None:
    disk = BlobDisk()

    def fail(number: int) -> None:
        raise OSError(number, os.strerror(number))

    for number in (errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT):
        with pytest.raises(Unavailable):
            await disk.change(fail, number)
    with pytest.raises(FileNotFoundError):
        await disk.read(fail, errno.ENOENT)
    disk.close()


async def test_calls_that_wait_are_bounded_also_when_nobody_waits_for_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(blob_disk, "MAX_WAITING_CALLS", 2)
    disk, release = BlobDisk(), threading.Event()

    def wait() -> bool:
        return release.wait(60)

    calls = [asyncio.create_task(disk.change(wait)) for _ in range(2)]
    await asyncio.sleep(0)
    calls[0].cancel()
    await asyncio.wait({calls[0]})
    with pytest.raises(Overloaded):
        await disk.read(wait)
    release.set()
    assert await calls[1]
    assert await disk.read(wait)
    disk.close()
