"""Files of the operator's in the data folder: written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from .durable import sync_folder
from .errors import StartupError

MAX_FILE_BYTES = 4 * 1024 * 1024


def read_file(path: Path) -> bytes:
    """The octets of a list, which is never large.

    Raises:
        StartupError: the file cannot be read.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise StartupError(f"{path} is larger than any such list")
        return path.read_bytes()
    except OSError as error:
        raise StartupError(f"{path}: {error.strerror}") from None


def write_file(path: Path, document: bytes) -> None:
    """Write the file whole or not at all, for its owner alone.

    Raises:
        StartupError: the file cannot be written.
    """
    beside = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(document)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise StartupError(f"{path}: {error.strerror}") from None
