"""The files at the ends of a transfer: a source that is read, a part that grows."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path


def read_at(source: Path | bytes, offset: int, size: int) -> bytes:
    """`size` octets from `offset`, fewer at the end."""
    if isinstance(source, bytes):
        return source[offset : offset + size]
    with source.open("rb") as file:
        file.seek(offset)
        return file.read(size)


def measure(source: Path | bytes) -> tuple[int, bytes]:
    """Size and SHA-256."""
    if isinstance(source, bytes):
        return len(source), hashlib.sha256(source).digest()
    with source.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").digest()
        return file.tell(), digest


class Part:
    """A download that is not whole. Synchronous; any method may raise `OSError`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.length = 0

    def prepare(self, size: int) -> bool:
        """Make the file, or go on with one that is there; True for the latter.

        One that is longer than `size` is not a part of that.
        """
        flags = os.O_CREAT | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0)
        os.close(os.open(self._path, flags, 0o600))
        self.length = self._path.stat().st_size
        if self.length > size:
            self.restart()
        return self.length > 0

    def append(self, octets: bytes) -> None:
        """Add octets at the end."""
        with self._path.open("r+b") as file:
            file.seek(self.length)
            file.write(octets)
        self.length += len(octets)

    def restart(self) -> None:
        """Throw away what is there."""
        os.truncate(self._path, 0)
        self.length = 0

    def hash(self) -> bytes:
        """SHA-256 of what is there."""
        return measure(self._path)[1]

    def finish(self, target: Path) -> None:
        """Make it durable, then give it its name."""
        with self._path.open("r+b") as file:
            os.fsync(file.fileno())
        os.replace(self._path, target)
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def remove(self) -> None:
        """Delete it."""
        self._path.unlink(missing_ok=True)
