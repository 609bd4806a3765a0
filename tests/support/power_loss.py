"""A disk that forgets: a SQLite VFS that knows what was synced and what was not.

Every write goes to the real file, so that SQLite works as usual, and to a list
of unsynced writes. A sync moves the list into the durable image. Cutting the
power leaves, of each file, the durable image and a random half of the unsynced
writes; the shared-memory index of the write-ahead log is lost, as it is after a
restart.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw

VFS_NAME = "power-loss"


@dataclass(slots=True)
class _Image:
    durable: bytearray = field(default_factory=bytearray)
    unsynced: list[tuple[int, bytes | None]] = field(default_factory=list)
    """(offset, data), or (size, None) for a truncation."""

    def sync(self) -> None:
        for offset, data in self.unsynced:
            _apply(self.durable, offset, data)
        self.unsynced.clear()

    def after_cut(self, rng: random.Random) -> bytes:
        left = bytearray(self.durable)
        for offset, data in self.unsynced:
            if rng.random() < 0.5:
                _apply(left, offset, data)
        return bytes(left)


def _apply(image: bytearray, offset: int, data: bytes | None) -> None:
    if data is None:
        del image[offset:]
        return
    if len(image) < offset:
        image.extend(bytes(offset - len(image)))
    image[offset : offset + len(data)] = data


class PowerLossVfs(apsw.VFS):
    """Registered under `power-loss` while it lives."""

    def __init__(self) -> None:
        self.images: dict[str, _Image] = {}
        super().__init__(VFS_NAME, "")

    def xOpen(self, name: Any, flags: list[int]) -> PowerLossFile:
        return PowerLossFile(self, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        self.images.pop(filename, None)
        super().xDelete(filename, syncdir)

    def cut(self, folder: Path, rng: random.Random) -> None:
        """Write into `folder` what the disk holds when the power comes back."""
        for name, image in self.images.items():
            if not name.endswith("-shm"):
                (folder / Path(name).name).write_bytes(image.after_cut(rng))


class PowerLossFile(apsw.VFSFile):
    """A file whose unsynced writes are remembered."""

    def __init__(self, vfs: PowerLossVfs, name: Any, flags: list[int]) -> None:
        path = name.filename() if isinstance(name, apsw.URIFilename) else (name or "")
        self._image = vfs.images.setdefault(path, _Image()) if path else _Image()
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        self._image.unsynced.append((offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:
        self._image.unsynced.append((newsize, None))
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:
        self._image.sync()
        super().xSync(flags)
