"""A file beside the database that requests for help are appended to, and last in.

    entry = length u32 ‖ CRC-32 of the rest u32 ‖ sealed

What is sealed holds tokens, so it is under a key of this installation (`nacl.secret`).
An entry is there once `append` has returned, and not before. A process that dies while
it writes leaves half an entry at the end, of which nobody was told that it is kept; it
is left out and written over.

Disks fill up. A reserve is kept beside the file, which is given up when there is no
other room.

Used by one thread.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import structlog
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from ..durable import sync_folder

RESERVE_BYTES = 16 * 1024 * 1024
MAX_ENTRY_BYTES = 1024 * 1024
_HEAD_BYTES = 8

log = structlog.get_logger()


class SpoolFile:
    """Opened by `open`; its owner closes it."""

    def __init__(self, path: Path, key: bytes) -> None:
        """`key`: 32 octets."""
        self._path = path
        self._reserve = path.with_name(path.name + ".reserve")
        self._box = SecretBox(key)
        self._descriptor = -1
        self._size = 0
        """Of what is whole: the next entry begins here."""

    @property
    def size(self) -> int:
        """Octets of whole entries."""
        return self._size

    def open(self) -> None:
        """Make or open the file, for its owner alone. Raises `OSError`."""
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        self._descriptor = os.open(self._path, flags, 0o600)
        os.fchmod(self._descriptor, 0o600)
        sync_folder(self._path.parent)
        self._size = sum(length for _, length in self._entries(0))
        left_over = os.fstat(self._descriptor).st_size - self._size
        if left_over:
            log.warning("spool.torn_entry", octets=left_over)
            os.ftruncate(self._descriptor, self._size)
            os.fsync(self._descriptor)
        self._fill_reserve()

    def close(self) -> None:
        """Let go of the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def append(self, text: bytes) -> None:
        """Keep this; durable when it returns.

        Raises:
            OSError: it is not kept, and nothing of it is left.
        """
        sealed = bytes(self._box.encrypt(text))
        head = len(sealed).to_bytes(4) + zlib.crc32(sealed).to_bytes(4)
        try:
            self._write(head + sealed)
        except OSError:
            if not self._give_up_reserve():
                raise
            self._write(head + sealed)

    def read(self, begin: int) -> Iterator[tuple[bytes | None, int]]:
        """Every entry from an offset on, with the offset behind it.

        None for one that cannot be opened: it is of another installation.
        """
        for sealed, length in self._entries(begin):
            begin += length
            try:
                yield self._box.decrypt(sealed), begin
            except CryptoError:
                yield None, begin

    def clear(self, end: int) -> bool:
        """Forget all entries, unless one was added behind `end`; whether it did.

        Raises `OSError`: they are still there, and may come again.
        """
        if self._size != end:
            return False
        os.ftruncate(self._descriptor, 0)
        os.fsync(self._descriptor)
        self._size = 0
        self._fill_reserve()
        return True

    # --- inside ---

    def _entries(self, begin: int) -> Iterator[tuple[bytes, int]]:
        """Sealed entries with their lengths, up to the first that is not whole."""
        while True:
            head = os.pread(self._descriptor, _HEAD_BYTES, begin)
            length, check = int.from_bytes(head[:4]), int.from_bytes(head[4:])
            if len(head) < _HEAD_BYTES or not 0 < length <= MAX_ENTRY_BYTES:
                return
            sealed = os.pread(self._descriptor, length, begin + _HEAD_BYTES)
            if len(sealed) < length or zlib.crc32(sealed) != check:
                return
            begin += _HEAD_BYTES + length
            yield sealed, _HEAD_BYTES + length

    def _write(self, entry: bytes) -> None:
        """At the end of what is whole: over whatever a failure has left there."""
        written = 0
        try:
            while written < len(entry):
                at = self._size + written
                written += os.pwrite(self._descriptor, entry[written:], at)
            os.fsync(self._descriptor)
        except OSError:
            # Its head may be on the disk: a later start must not find it.
            with suppress(OSError):
                os.ftruncate(self._descriptor, self._size)
                os.fsync(self._descriptor)
            raise
        self._size += len(entry)

    def _give_up_reserve(self) -> bool:
        """Make room; whether there was any to make."""
        try:
            self._reserve.unlink()
        except OSError:
            return False
        log.warning("spool.reserve_given_up")
        return True

    def _fill_reserve(self) -> None:
        if self._reserve.exists() or not hasattr(os, "posix_fallocate"):
            return
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        try:
            descriptor = os.open(self._reserve, flags, 0o600)
        except OSError as error:
            log.warning("spool.no_reserve", reason=error.strerror)
            return
        try:
            os.posix_fallocate(descriptor, 0, RESERVE_BYTES)
        except OSError as error:
            log.warning("spool.no_reserve", reason=error.strerror)
            with suppress(OSError):
                self._reserve.unlink()
        finally:
            os.close(descriptor)
