"""The key under which the desk's halves of sealed locations rest: one file, mode 0600.

32 random octets, made when a desk first starts. It is no part of the keyring, so that
it can be left out of backups: a backup of the database without this file opens no half,
and what was destroyed stays destroyed in it. To lose the file costs locations that were
sealed within the last day, and nothing else; the next start makes another.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from mentalverse_signaling.ids import new_id

from .durable import sync_folder
from .errors import StartupError

FILE_NAME = "emergency-key"
KEY_BYTES = 32


def open_emergency_key(data_dir: Path, rng: Callable[[int], bytes]) -> bytes:
    """The key of a data folder, made there if there is none.

    Raises `StartupError` when the file is damaged or other users may read it.
    """
    path = data_dir / FILE_NAME
    if not path.exists():
        # Another process may win the race; then its key is the one.
        with contextlib.suppress(FileExistsError):
            _create(path, rng)
    if path.stat().st_mode & 0o077:
        raise StartupError(f"{path} must be readable by its owner only: chmod 600")
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise StartupError(f"{path} is damaged: remove it, and another is made")
    return key


def _create(path: Path, rng: Callable[[int], bytes]) -> None:
    """Write a fresh file completely, then give it its name, unless that is taken."""
    temporary = path.with_name(f".{FILE_NAME}.{new_id(rng)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(rng(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)
        sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)
