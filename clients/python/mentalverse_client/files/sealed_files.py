"""Files on this device: encrypted before they leave, decrypted when they are saved.

`<profile>/files` holds ciphertext on its way. The keys are in the vault, so nothing
here can be read without the passphrase. Synchronous: call it in a thread.
"""

from __future__ import annotations

import mimetypes
import os
import stat
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from mentalverse_crypto.attachments import (
    AttachmentDecryptor,
    AttachmentEncryptor,
    AttachmentReference,
    clean_name,
)
from mentalverse_crypto.errors import InvalidRequest
from mentalverse_crypto.storage_errors import AttachmentError
from mentalverse_signaling.ids import BlobId, id_bytes

from ..errors import BlobDamaged, FileNotSaved, FileNotSendable
from .metadata import UnreadablePicture, picture_type, without_metadata

DOWNLOADS_KEPT_SECONDS = 7 * 24 * 60 * 60
"""How long a download that broke off may be gone on with."""
_CHUNK_BYTES = 1024 * 1024
_ANY_TYPE = "application/octet-stream"


class SealedFiles:
    """The folder of ciphertexts of one profile."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def outgoing(self, blob: BlobId) -> Path:
        """Where the ciphertext of a file to be sent is."""
        return self._folder / f"{blob}.out"

    def incoming(self, blob: BlobId) -> Path:
        """Where a download comes to; made if there is no such folder."""
        self._make()
        return self._folder / f"{blob}.in"

    def seal(
        self,
        source: Path,
        blob: BlobId,
        max_bytes: int,
        keep_metadata: bool,
        rng: Callable[[int], bytes],
    ) -> AttachmentReference:
        """Encrypt a file to `outgoing(blob)`; durable when it returns.

        Raises:
            FileNotSendable: too large, not readable, or a picture whose metadata
                cannot be told from the picture.
        """
        octets = _read(source, max_bytes)
        if not keep_metadata:
            octets = _cleaned(octets)
        encryptor = AttachmentEncryptor(rng, max_bytes)
        try:
            self._make()
            _write(self.outgoing(blob), _sealed(encryptor, octets))
        except OSError as error:
            self.outgoing(blob).unlink(missing_ok=True)
            raise FileNotSendable(_words(error)) from None
        return _reference(encryptor, blob, octets, source.name)

    def open(self, blob: BlobId, reference: AttachmentReference, target: Path) -> Path:
        """Decrypt `incoming(blob)` into a new file: whole, or not at all.

        Args:
            blob: Which ciphertext.
            reference: What opens it.
            target: A path where nothing is, or a folder; the file gets the name
                there that its sender gave it.

        Returns:
            Where it is.

        Raises:
            BlobDamaged: the sender made a file that does not open.
            FileNotSaved: the target exists, or cannot be written.
        """
        if target.is_dir():
            target = _free(target, reference.name)
        beside = target.with_name(f".{blob}.part")
        try:
            require_free(target)
            _write(beside, _opened(self.incoming(blob), reference))
            os.replace(beside, target)
            _sync_folder(target.parent)
            self.incoming(blob).unlink()
            return target
        except AttachmentError as error:
            raise BlobDamaged(f"the file does not open ({error.code})") from None
        except OSError as error:
            raise FileNotSaved(_words(error)) from None
        finally:
            with suppress(OSError):
                beside.unlink(missing_ok=True)

    def sweep(self, waiting: Collection[BlobId], now: datetime) -> None:
        """Remove what a crash left, and downloads nobody went on with."""
        names = {self.outgoing(blob).name for blob in waiting}
        oldest = now.timestamp() - DOWNLOADS_KEPT_SECONDS
        for path in self._folder.glob("*"):
            if path.suffix == ".out":
                is_needed = path.name in names
            else:
                is_needed = path.stat().st_mtime >= oldest
            if not is_needed:
                path.unlink(missing_ok=True)

    def _make(self) -> None:
        self._folder.mkdir(mode=0o700, exist_ok=True)


def require_free(target: Path) -> None:
    """Raise `FileNotSaved` if there is something else than a folder."""
    if target.exists() and not target.is_dir():
        raise FileNotSaved("a file of this name exists")


def _free(folder: Path, name: str) -> Path:
    """A path in `folder` that is free, named after what the sender called it."""
    # A leading dot would hide it, or make it a program's settings.
    plain = Path(clean_name(name.lstrip(".")))
    target, number = folder / plain, 1
    while target.exists():
        number += 1
        target = folder / f"{plain.stem} ({number}){plain.suffix}"
    return target


def _read(source: Path, max_bytes: int) -> bytes:
    try:
        found = source.stat()
        if not stat.S_ISREG(found.st_mode):
            raise FileNotSendable("this is not a file")
        if found.st_size > max_bytes:
            raise FileNotSendable(f"it is larger than {_mib(max_bytes)}")
        with source.open("rb") as file:
            octets = file.read(max_bytes + 1)
    except OSError as error:
        raise FileNotSendable(_words(error)) from None
    if len(octets) > max_bytes:
        raise FileNotSendable(f"it is larger than {_mib(max_bytes)}")
    return octets


def _cleaned(octets: bytes) -> bytes:
    try:
        return without_metadata(octets)
    except UnreadablePicture as error:
        raise FileNotSendable(
            f"{error}, so what the camera wrote into it cannot be taken out"
        ) from None


def _sealed(encryptor: AttachmentEncryptor, octets: bytes) -> Iterator[bytes]:
    for at in range(0, len(octets), _CHUNK_BYTES):
        yield encryptor.update(octets[at : at + _CHUNK_BYTES])
    yield encryptor.finish()


def _opened(sealed: Path, reference: AttachmentReference) -> Iterator[bytes]:
    # Its size was shown before somebody asked for it: no further limit.
    decryptor = AttachmentDecryptor(reference, max_bytes=reference.size)
    with sealed.open("rb") as file:
        while octets := file.read(_CHUNK_BYTES):
            yield decryptor.update(octets)
    decryptor.finish()


def _reference(
    encryptor: AttachmentEncryptor, blob: BlobId, octets: bytes, name: str
) -> AttachmentReference:
    guessed = picture_type(octets) or mimetypes.guess_type(name)[0] or _ANY_TYPE
    try:
        return encryptor.reference(id_bytes(blob), guessed.lower(), name)
    except InvalidRequest:
        return encryptor.reference(id_bytes(blob), _ANY_TYPE, name)


def _write(path: Path, pieces: Iterator[bytes]) -> None:
    """A new file of this device's user alone, on disk when this returns."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        for piece in pieces:
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _mib(size: int) -> str:
    return f"{size / (1024 * 1024):.3g} MiB"


def _words(error: OSError) -> str:
    return (error.strerror or "the file system refused").lower()
