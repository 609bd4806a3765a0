"""The octets of blobs: one file each, under `<data folder>/blobs/ab/abcd…`.

How much of an upload is here is the length of its file, kept nowhere else: an
offset that a client is told can never be beyond what the server has. The row of a
blob is written before its file is made and deleted before its file is, so that
what a crash leaves behind is at worst a file without a row, for the sweep at the
next start.

Synchronous (`BlobDisk` has the threads). Whatever changes a file is called from one
thread, one call at a time.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
from pathlib import Path

from mentalverse_signaling.ids import BlobId

from ..durable import sync_folder
from ..errors import StartupError

_FOLDER_MODE = 0o700
_FILE_MODE = 0o600
_FILE_NAME = re.compile(r"[0-9a-f]{32}", re.ASCII)


class WrongOffset(Exception):
    """The file does not end where the octets belong."""

    def __init__(self, length: int) -> None:
        super().__init__("the octets do not belong at the end of the file")
        self.length = length
        """Where it does end."""


class BlobFiles:
    """The folder of blob files. Every method but `prepare` may raise `OSError`."""

    def __init__(self, root: Path, min_free_bytes: int = 0) -> None:
        self._root = root
        self._min_free_bytes = min_free_bytes

    def prepare(self) -> None:
        """Make the folder, for the server's user alone, or raise `StartupError`."""
        try:
            self._make_folder(self._root)
        except OSError as error:
            raise StartupError(f"blob folder {self._root}: {error.strerror}") from None
        if not os.access(self._root, os.R_OK | os.W_OK | os.X_OK):
            raise StartupError(f"blob folder {self._root} is not writable by this user")

    def create(self, blob: BlobId) -> None:
        """Make an empty file; one that is there stays as it is."""
        self._require_room(0)
        path = self._path(blob)
        self._make_folder(path.parent)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, _FILE_MODE))

    def length(self, blob: BlobId) -> int:
        """The number of octets stored; 0 without a file."""
        try:
            return self._path(blob).stat().st_size
        except FileNotFoundError:
            return 0

    def append(self, blob: BlobId, offset: int, octets: bytes) -> int:
        """Write `octets` at the end, which must be at `offset`; the new length.

        Raises `WrongOffset`, or `FileNotFoundError`: a file that was removed while
        an upload was on its way does not come back. What was written of `octets`
        before a disk was full stays, and counts.
        """
        self._require_room(len(octets))
        descriptor = os.open(self._path(blob), os.O_WRONLY)
        try:
            length = os.fstat(descriptor).st_size
            if length != offset:
                raise WrongOffset(length)
            view = memoryview(octets)
            while view:
                written = os.pwrite(descriptor, view, offset)
                offset += written
                view = view[written:]
            return offset
        finally:
            os.close(descriptor)

    def seal(self, blob: BlobId, sha256: bytes) -> bool:
        """Make a whole file durable; False, and not durable, if its hash is another.

        When the disk refuses, the file is emptied: what the system still shows of
        it after a failed fsync need not be what the disk will give back.
        """
        path = self._path(blob)
        with path.open("r+b") as file:
            try:
                os.fsync(file.fileno())
                sync_folder(path.parent)
            except OSError:
                file.truncate(0)
                raise
            return hashlib.file_digest(file, "sha256").digest() == sha256

    def remove(self, *blobs: BlobId) -> None:
        """Delete the files that are there."""
        for blob in blobs:
            self._path(blob).unlink(missing_ok=True)

    def read(self, blob: BlobId, offset: int, size: int) -> bytes:
        """`size` octets from `offset`, fewer at the end of the file."""
        with self._path(blob).open("rb", buffering=0) as file:
            return os.pread(file.fileno(), size, offset)

    def folders(self) -> list[str]:
        """The names of the folders that hold the files."""
        return sorted(entry.name for entry in self._root.iterdir() if entry.is_dir())

    def stored(self, folder: str) -> list[BlobId]:
        """The blobs that have a file in `folder`; other files are nobody's business."""
        names = os.listdir(self._root / folder)
        return [
            BlobId(name)
            for name in names
            if _FILE_NAME.fullmatch(name) and name[:2] == folder
        ]

    def _require_room(self, size: int) -> None:
        """Leave the rest of the disk to the database: messages go first."""
        if shutil.disk_usage(self._root).free - size < self._min_free_bytes:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _make_folder(self, path: Path) -> None:
        if not path.is_dir():
            path.mkdir(mode=_FOLDER_MODE, exist_ok=True)
            sync_folder(path.parent)

    def _path(self, blob: BlobId) -> Path:
        return self._root / blob[:2] / blob
