"""The key that questions to providers are signed with: one file, mode 0600.

Made when a provider is first asked over HTTPS. Each is told its public half once
(`mentalverse doctor` shows it). The pseudonyms that a provider sees are made from it as
well: with another key everybody there is somebody else.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from ..durable import sync_folder
from ..errors import StartupError
from .signing import PrivateKey, new_private_key, read_signing_key

FILE_NAME = "provider-key"


def open_provider_key(data_dir: Path, rng: Callable[[int], bytes]) -> PrivateKey:
    """The key of a data folder, made there if there is none.

    Raises `StartupError` when the file is damaged or other users may read it.
    """
    path = data_dir / FILE_NAME
    with contextlib.suppress(FileExistsError):
        _create(path, new_private_key(rng).text)
    if path.stat().st_mode & 0o077:
        raise StartupError(f"{path} must be readable by its owner only: chmod 600")
    try:
        key = read_signing_key(path.read_text(encoding="ascii").strip())
    except ValueError as error:
        raise StartupError(f"{path} is damaged ({error}): remove it") from None
    if not isinstance(key, PrivateKey):
        raise StartupError(f"{path} holds no private key (whsk_)")
    return key


def _create(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)
