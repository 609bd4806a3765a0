"""The public key that reports are sealed to: a file in the data folder.

The private half stays with the safety team, on a machine of their own. The file is
public and put there by `mentalverse report publish-key`; the server reads it when it
starts.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import msgspec

from mentalverse_crypto.public import CipherSuite

from .durable import sync_folder
from .errors import StartupError

FILE_NAME = "safety-key.json"
VERSION = 1


@dataclass(frozen=True, slots=True)
class SafetyKey:
    """A public HPKE key, and the MLS cipher suite whose KEM and AEAD go with it."""

    suite: CipherSuite
    public: bytes


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    suite: int
    public: bytes


def read_safety_key(data_dir: Path) -> SafetyKey | None:
    """The published key; None if there is no safety team. `StartupError` if damaged."""
    path = data_dir / FILE_NAME
    try:
        content = msgspec.json.decode(path.read_bytes(), type=_File)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError:
        raise StartupError(f"{path} is damaged: publish the key again") from None
    if content.version != VERSION or content.suite not in set(CipherSuite):
        raise StartupError(f"{path} was written by another version")
    return SafetyKey(CipherSuite(content.suite), content.public)


def write_safety_key(data_dir: Path, key: SafetyKey) -> None:
    """Publish a key instead of the one before; whole or not at all."""
    path = data_dir / FILE_NAME
    temporary = path.with_name(f".{FILE_NAME}.{os.getpid()}")
    try:
        with temporary.open("wb") as file:
            file.write(msgspec.json.encode(_File(VERSION, key.suite, key.public)))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_folder(data_dir)
    except OSError as error:
        raise StartupError(f"{path}: {error.strerror}") from None
    finally:
        temporary.unlink(missing_ok=True)
