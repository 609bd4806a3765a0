"""The sealed file of a recording on a disk: it grows chunk by chunk, or goes."""

from __future__ import annotations

import os
from pathlib import Path

from mentalverse_crypto.recording_file import RecordingSealer

_MODE = 0o600


class SealedOutput:
    """Appends to a new file only what is sealed.

    Args:
        path: Of a file that does not exist.
        sealer: Seals what is appended.

    Raises:
        OSError: `FileExistsError`, or the file cannot be written, by every method.
    """

    def __init__(self, path: Path, sealer: RecordingSealer) -> None:
        self._path, self._sealer = path, sealer
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
        self._file = open(os.open(path, flags, _MODE), "wb", buffering=0)  # noqa: PTH123, SIM115 - `close` and `discard` close it
        self._write(sealer.push(b""))

    def append(self, octets: bytes) -> None:
        """More of the recording; it is on the disk once a chunk is full."""
        self._write(self._sealer.push(octets))

    def close(self) -> None:
        """The recording is whole."""
        try:
            self._write(self._sealer.finish())
            os.fsync(self._file.fileno())
        finally:
            self._file.close()

    def cut(self) -> None:
        """Write no more: what is there opens up to its last chunk."""
        self._file.close()

    def discard(self) -> None:
        """Delete the file; nothing of it is left."""
        self._file.close()
        self._path.unlink(missing_ok=True)

    def _write(self, octets: bytes) -> None:
        left = memoryview(octets)
        while left:
            left = left[self._file.write(left) :]
