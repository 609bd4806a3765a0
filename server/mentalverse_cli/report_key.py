"""The safety team's key: a file with the public half readable, the private sealed.

    {"version": 1, "suite": …, "public": base64, "sealed": base64}

`sealed` is the private key under a passphrase (`mentalverse_crypto.keystore`). The
file is the only place of the private key; a lost one cannot be made again. Beside it
lies one of the same form and the suffix `.pub`, without `sealed`: for the server.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import msgspec

from mentalverse_crypto import keystore
from mentalverse_crypto.errors import MlsError, WrongPassphrase
from mentalverse_crypto.public import (
    CipherSuite,
    HpkeKeyPair,
    generate_report_key,
    report_key_id,
)
from mentalverse_server.safety import SafetyKey

VERSION = 1
SUITE = CipherSuite.MLS_128_MLKEM768X25519_AES128GCM_SHA256_Ed25519
"""Reports stay secret for decades: X-Wing, which a quantum computer does not open."""


class KeyFileError(Exception):
    """The file cannot be used; the text is one line for the operator."""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    suite: int
    public: bytes
    sealed: bytes = b""


def create(path: Path, passphrase: str) -> SafetyKey:
    """Make a key and its two files, which must not exist."""
    pair = generate_report_key(SUITE, secrets.token_bytes)
    store_key = keystore.new_key(passphrase.encode(), secrets.token_bytes)
    sealed = keystore.seal(store_key, pair.private, 1, secrets.token_bytes)
    _write(path, 0o600, _File(VERSION, SUITE, pair.public, sealed))
    _write(public_file(path), 0o644, _File(VERSION, SUITE, pair.public))
    return SafetyKey(SUITE, pair.public)


def public_file(path: Path) -> Path:
    """Where the public half of a key file lies."""
    return path.with_name(f"{path.name}.pub")


def read_public(path: Path) -> SafetyKey:
    """The public half of a key file."""
    content = _read(path)
    return SafetyKey(CipherSuite(content.suite), content.public)


def unseal(path: Path, passphrase: str) -> HpkeKeyPair:
    """The key pair of a key file."""
    content = _read(path)
    if not content.sealed:
        raise KeyFileError(f"{path} holds no private key")
    try:
        private = keystore.open_(content.sealed, passphrase.encode()).plaintext
    except WrongPassphrase:
        raise KeyFileError("the passphrase is wrong") from None
    except MlsError:
        raise KeyFileError(f"{path} is damaged") from None
    return HpkeKeyPair(private, content.public)


def name_of(public: bytes) -> str:
    """How a key is named to people: its id in hexadecimal digits."""
    return report_key_id(public).hex()


def _write(path: Path, mode: int, content: _File) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(content))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise KeyFileError(f"{path}: {error.strerror}") from None


def _read(path: Path) -> _File:
    try:
        content = msgspec.json.decode(path.read_bytes(), type=_File)
    except OSError as error:
        raise KeyFileError(f"{path}: {error.strerror}") from None
    except msgspec.DecodeError:
        raise KeyFileError(f"{path} is not a key file") from None
    if content.version != VERSION or content.suite not in set(CipherSuite):
        raise KeyFileError(f"{path} was written by another version")
    return content
