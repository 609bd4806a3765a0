"""The server's own keys: one file, made at the first start, mode 0600.

It holds the id of this installation, the Ed25519 keys of the Authentication
Service, which signs device credentials (RFC 9420 §5.3.1), and the one that signs
the heads of the transparency log. None of them opens a message. The first key of
the service signs; the others verify what they signed. A key is rotated by putting a
fresh one in front, which the one before signs (`mentalverse_crypto.as_keys`): clients
accept no other, so every key stays in the file. The log's key is not rotated: clients
pin it. Keys for Web Push are made when the operator asks for them; a browser's
subscription is bound to the one it was made with, so they stay in the file, too.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from mentalverse_crypto.public import (
    AsKey,
    as_key_id,
    generate_signing_key,
    next_as_key,
)
from mentalverse_signaling.ids import new_id

from .durable import sync_folder
from .errors import StartupError
from .push.vapid import PushKey, new_push_key

FILE_NAME = "server-keys.json"
VERSION = 1


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An Ed25519 key of this installation."""

    public: bytes
    private: bytes = field(repr=False)
    signature: bytes = b""
    """By the key before, which introduces it; the first has none."""

    @property
    def key_id(self) -> bytes:
        """The 8 octets that name it in a credential."""
        return as_key_id(self.public)


@dataclass(frozen=True, slots=True)
class Keyring:
    """The installation's id (32 hexadecimal digits) and its keys."""

    server: str
    signing_keys: tuple[SigningKey, ...]
    """Of the Authentication Service, newest first."""
    log_key: SigningKey
    """Of the transparency log."""
    push_keys: tuple[PushKey, ...] = ()
    """For Web Push, newest first; none unless the operator made one."""

    @property
    def current(self) -> SigningKey:
        """The key that signs."""
        return self.signing_keys[0]

    @property
    def public_keys(self) -> dict[bytes, bytes]:
        """Every key that verifies, by key id."""
        return {key.key_id: key.public for key in self.signing_keys}

    def derived(self, purpose: bytes, of: SigningKey | None = None) -> bytes:
        """32 octets for one purpose; of the log's key, which stays, or of another."""
        key = self.log_key if of is None else of
        return HKDF(SHA256(), 32, None, b"MentalVerse " + purpose).derive(key.private)

    @property
    def succession(self) -> tuple[AsKey, ...]:
        """Every key with what introduces it, oldest first."""
        return tuple(
            AsKey(counter, key.public, key.signature)
            for counter, key in enumerate(reversed(self.signing_keys), 1)
        )


class _KeyEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    public: bytes
    private: bytes
    signature: bytes = b""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    server: str
    signing_keys: list[_KeyEntry]
    log_key: _KeyEntry
    push_keys: list[_KeyEntry] = []


def open_keyring(data_dir: Path, rng: Callable[[int], bytes]) -> Keyring:
    """The keyring of a data folder, made there if there is none.

    Raises `StartupError` when the file is damaged or other users may read it.
    """
    path = data_dir / FILE_NAME
    if not path.exists():
        # Another process may win the race; then its keyring is the one.
        with contextlib.suppress(FileExistsError):
            _create(path, rng)
    return _read(path)


def rotate(data_dir: Path, rng: Callable[[int], bytes]) -> SigningKey:
    """Put a fresh key of the service in front of the others; the key.

    The file is whole before and after a crash. A server signs with the key from its
    next start on, and logs it then.

    Raises `StartupError` where there is no sound keyring.
    """
    path = _existing(data_dir)
    keyring = _read(path)
    private, public = generate_signing_key(rng)
    newest = keyring.succession[-1]
    introduced = next_as_key(newest, keyring.current.private, public)
    fresh = SigningKey(public, private, introduced.signature)
    _replace(path, replace(keyring, signing_keys=(fresh, *keyring.signing_keys)), rng)
    return fresh


def make_push_key(data_dir: Path, rng: Callable[[int], bytes]) -> PushKey:
    """Put a fresh key for Web Push in front of the others; the key.

    Browsers that subscribed with another are still reached. A server tells of it from
    its next start on.

    Raises `StartupError` where there is no sound keyring.
    """
    path = _existing(data_dir)
    keyring, fresh = _read(path), new_push_key()
    _replace(path, replace(keyring, push_keys=(fresh, *keyring.push_keys)), rng)
    return fresh


def _existing(data_dir: Path) -> Path:
    path = data_dir / FILE_NAME
    if not path.exists():
        raise StartupError(f"{path} is not there: the server was never started here")
    return path


def _replace(path: Path, keyring: Keyring, rng: Callable[[int], bytes]) -> None:
    content = _File(
        VERSION,
        keyring.server,
        [_entry(key) for key in keyring.signing_keys],
        _entry(keyring.log_key),
        [_KeyEntry(key.public, key.private) for key in keyring.push_keys],
    )
    temporary = _write(path, content, rng)
    temporary.replace(path)
    sync_folder(path.parent)


def _create(path: Path, rng: Callable[[int], bytes]) -> None:
    """Write a fresh file completely, then give it its name.

    A crash in between leaves no half-written keyring, and `os.link` refuses to
    replace one that is there.
    """
    content = _File(VERSION, new_id(rng), [_new_key(rng)], _new_key(rng))
    temporary = _write(path, content, rng)
    try:
        os.link(temporary, path)
        sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _write(path: Path, content: _File, rng: Callable[[int], bytes]) -> Path:
    """A durable file beside `path` with this content; its name."""
    temporary = path.with_name(f".{FILE_NAME}.{new_id(rng)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(content))
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _read(path: Path) -> Keyring:
    if path.stat().st_mode & 0o077:
        raise StartupError(f"{path} must be readable by its owner only: chmod 600")
    try:
        content = msgspec.json.decode(path.read_bytes(), type=_File)
    except msgspec.DecodeError:
        raise StartupError(f"{path} is damaged: restore it from a backup") from None
    if content.version != VERSION or not content.signing_keys:
        raise StartupError(f"{path} was written by another version")
    keys = tuple(_signing_key(entry) for entry in content.signing_keys)
    push_keys = tuple(PushKey(key.public, key.private) for key in content.push_keys)
    return Keyring(content.server, keys, _signing_key(content.log_key), push_keys)


def _new_key(rng: Callable[[int], bytes]) -> _KeyEntry:
    private, public = generate_signing_key(rng)
    return _KeyEntry(public, private)


def _signing_key(entry: _KeyEntry) -> SigningKey:
    return SigningKey(entry.public, entry.private, entry.signature)


def _entry(key: SigningKey) -> _KeyEntry:
    return _KeyEntry(key.public, key.private, key.signature)
