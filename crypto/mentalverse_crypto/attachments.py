"""Files beside a conversation: encrypted in chunks, padded, named by a reference.

    header[24] ‖ chunk ‖ chunk … ‖ last chunk

Each file has a key of its own. A chunk is 64 KiB of plaintext in libsodium's
secretstream construction (XChaCha20-Poly1305, 17 octets longer than its plaintext);
the last one carries TAG_FINAL, and a stream without it was cut. Secretstream and
not one AEAD, because a file is too large to hold back until its last octet.

The plaintext is the file and zeros up to 64 KiB · 2^k, from 1 MiB on up to whole
MiB: the server learns the bucket, the message says the size. Zeros, so that a file
has one encoding and nothing can hide behind it.

The key stands in the message together with the SHA-256 of the ciphertext. These
AEADs do not commit to a key: one ciphertext could open under two keys to two
contents. With key and hash under one signature, it opens to exactly one.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from typing import Final

from nacl import bindings as sodium
from nacl.exceptions import RuntimeError as SodiumError

from .ciphersuite import Rng
from .errors import require
from .storage_errors import (
    AttachmentDamaged,
    AttachmentHashMismatch,
    AttachmentPadding,
    AttachmentTooLarge,
    AttachmentTruncated,
)

MAX_ATTACHMENT_BYTES: Final = 10 * 1024 * 1024
"""Largest file by default: 10 MiB."""
CHUNK_BYTES: Final = 64 * 1024
"""Plaintext of a chunk."""
BLOB_ID_BYTES: Final = 16
"""Length of the id under which the ciphertext is stored."""
ATTACHMENT_KEY_BYTES: Final = sodium.crypto_secretstream_xchacha20poly1305_KEYBYTES
"""Length of a file's key."""
MAX_NAME_CHARACTERS: Final = 255
"""Longest file name, in code points."""

_MIB: Final = 1024 * 1024
_HEADER_BYTES: Final = sodium.crypto_secretstream_xchacha20poly1305_HEADERBYTES
_SEALED_CHUNK_BYTES: Final = (
    CHUNK_BYTES + sodium.crypto_secretstream_xchacha20poly1305_ABYTES
)
_MESSAGE: Final = sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
_FINAL: Final = sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL

# RFC 6838 §4.2, lower case only: a media type has one spelling here.
_MEDIA_TYPE = re.compile(
    r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}"
)
# Controls, line separators, and the marks that turn the reading direction, by which
# "gpj.exe" is shown as "exe.jpg". A fixed list: what is unassigned in one version of
# Unicode is somebody's letter in the next.
_UNSHOWN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)
_UNNAMEABLE = re.compile(r'[/\\:*?"<>|]')


@dataclass(frozen=True, slots=True)
class AttachmentReference:
    """What a message says of a file: where it is and what opens it.

    Raises:
        InvalidRequest: a length is wrong, `media_type` is not lower-case
            type/subtype (RFC 6838), or `name` is not one of `clean_name`.
    """

    blob: bytes
    """16 octets: the id under which the server stores the ciphertext."""
    key: bytes = field(repr=False)
    """32 octets."""
    sha256: bytes
    """Of the ciphertext."""
    size: int
    """Of the file in octets, without padding."""
    media_type: str
    name: str = field(repr=False)
    """As the sender called it: for people to read, never a path to write to."""

    def __post_init__(self) -> None:
        require(len(self.blob) == BLOB_ID_BYTES, "a blob id has 16 octets")
        require(len(self.key) == ATTACHMENT_KEY_BYTES, "a file's key has 32 octets")
        require(len(self.sha256) == hashlib.sha256().digest_size, "not a SHA-256")
        require(self.size >= 0, "the size is negative")
        require(is_media_type(self.media_type), "not a media type in lower case")
        require(self.name == clean_name(self.name), "the name cannot be shown as is")


def is_media_type(text: str) -> bool:
    """Whether it is type/subtype in lower case, without parameters (RFC 6838)."""
    return _MEDIA_TYPE.fullmatch(text) is not None


def clean_name(name: str) -> str:
    """A file name that says what it is: no path, no invisible characters.

    What cannot stand in a file name on some system becomes a low line; a name of
    which nothing is left becomes "file".
    """
    shown = _UNNAMEABLE.sub("_", _UNSHOWN.sub("", name))
    shown = shown[:MAX_NAME_CHARACTERS].strip(" ").rstrip(". ")
    return shown or "file"


def padded_bytes(size: int) -> int:
    """The length of a file of `size` octets with its padding."""
    if size > _MIB:
        return -(-size // _MIB) * _MIB
    bucket = CHUNK_BYTES
    while bucket < size:
        bucket *= 2
    return bucket


def ciphertext_bytes(size: int) -> int:
    """The length of the ciphertext of a file of `size` octets."""
    return _HEADER_BYTES + padded_bytes(size) // CHUNK_BYTES * _SEALED_CHUNK_BYTES


class AttachmentEncryptor:
    """Encrypts one file: `update` with its octets in order, then `finish` once.

    The ciphertext is what the calls return, one after the other. It holds at most
    one chunk back, so the file is never in memory whole.

    Raises:
        AttachmentTooLarge: by `update`, for more octets than `max_bytes`.
    """

    def __init__(self, rng: Rng, max_bytes: int = MAX_ATTACHMENT_BYTES) -> None:
        self._key = rng(ATTACHMENT_KEY_BYTES)
        self._max_bytes = max_bytes
        self._size = 0
        self._held = bytearray()
        self._hash = hashlib.sha256()
        self._finished = False
        # libsodium would draw the header itself: both directions start from one
        # state, so the one that takes a header serves to encrypt as well.
        self._header = rng(_HEADER_BYTES)
        self._stream = _stream(self._key, self._header)

    def update(self, octets: bytes) -> bytes:
        """The ciphertext that these octets complete; often none."""
        require(not self._finished, "the file is finished")
        self._size += len(octets)
        if self._size > self._max_bytes:
            raise AttachmentTooLarge(f"more than {self._max_bytes} bytes")
        self._held += octets
        sealed = bytearray()
        # The last chunk needs its tag, so one is kept back until more comes.
        while len(self._held) > CHUNK_BYTES:
            sealed += self._push(bytes(self._held[:CHUNK_BYTES]), _MESSAGE)
            del self._held[:CHUNK_BYTES]
        return self._out(sealed)

    def finish(self) -> bytes:
        """The rest of the ciphertext."""
        require(not self._finished, "the file is finished")
        self._finished = True
        # Octets not held went out in whole chunks.
        missing = padded_bytes(self._size) - (self._size - len(self._held))
        sealed = bytearray()
        while missing:
            missing -= CHUNK_BYTES
            chunk = bytes(self._held[:CHUNK_BYTES]).ljust(CHUNK_BYTES, b"\0")
            del self._held[:CHUNK_BYTES]
            sealed += self._push(chunk, _MESSAGE if missing else _FINAL)
        return self._out(sealed)

    def reference(self, blob: bytes, media_type: str, name: str) -> AttachmentReference:
        """What the message has to say of the file, once it is finished.

        Args:
            blob: 16 octets, the id the ciphertext is stored under.
            media_type: Lower-case type/subtype.
            name: Any; cleaned by `clean_name`.

        Raises:
            InvalidRequest: not finished, or an argument has the wrong form.
        """
        require(self._finished, "the file is not finished")
        digest = self._hash.digest()
        return AttachmentReference(
            blob, self._key, digest, self._size, media_type, clean_name(name)
        )

    def _push(self, chunk: bytes, tag: int) -> bytes:
        return sodium.crypto_secretstream_xchacha20poly1305_push(
            self._stream, chunk, None, tag
        )

    def _out(self, sealed: bytearray) -> bytes:
        out = self._header + bytes(sealed) if sealed else b""
        if sealed:
            self._header = b""
        self._hash.update(out)
        return out


class AttachmentDecryptor:
    """Decrypts one file: `update` with its ciphertext in order, then `finish` once.

    The file is what `update` returns. It is not to be shown or used before `finish`
    returned: only then is it complete and the one that the message names.

    Raises:
        AttachmentTooLarge: on creation, when the reference is over `max_bytes`.
        AttachmentDamaged: by `update`, at the first chunk that does not open.
        AttachmentTruncated: by `update` or `finish`, when the stream ends early.
        AttachmentPadding: by `update`, for padding that is not zero.
        AttachmentHashMismatch: by `finish`, for another ciphertext.
    """

    def __init__(
        self, reference: AttachmentReference, max_bytes: int = MAX_ATTACHMENT_BYTES
    ) -> None:
        if reference.size > max_bytes:
            raise AttachmentTooLarge(f"more than {max_bytes} bytes")
        self._reference = reference
        self._plain_left = reference.size
        self._padded_left = padded_bytes(reference.size)
        self._held = bytearray()
        self._hash = hashlib.sha256()
        self._stream: _Stream | None = None

    def update(self, octets: bytes) -> bytes:
        """The octets of the file that this ciphertext completes."""
        self._hash.update(octets)
        self._held += octets
        if self._stream is None:
            if len(self._held) < _HEADER_BYTES:
                return b""
            self._stream = _stream(self._reference.key, self._take(_HEADER_BYTES))
        plain = bytearray()
        while self._padded_left and len(self._held) >= _SEALED_CHUNK_BYTES:
            plain += self._pull(self._stream, self._take(_SEALED_CHUNK_BYTES))
        if self._held and not self._padded_left:
            raise AttachmentDamaged("octets behind the last chunk")
        return bytes(plain)

    def finish(self) -> None:
        """Check that the file is complete and the one of the reference."""
        if self._padded_left:
            raise AttachmentTruncated("the ciphertext ends before the file")
        if not hmac.compare_digest(self._hash.digest(), self._reference.sha256):
            raise AttachmentHashMismatch("not the ciphertext of the message")

    def _take(self, length: int) -> bytes:
        taken = bytes(self._held[:length])
        del self._held[:length]
        return taken

    def _pull(self, stream: _Stream, sealed: bytes) -> bytes:
        try:
            chunk, tag = sodium.crypto_secretstream_xchacha20poly1305_pull(
                stream, sealed
            )
        except SodiumError:
            raise AttachmentDamaged("a chunk does not authenticate") from None
        self._padded_left -= CHUNK_BYTES
        self._check_tag(tag)
        plain, padding = chunk[: self._plain_left], chunk[self._plain_left :]
        if padding.count(0) != len(padding):
            raise AttachmentPadding("the padding is not zero")
        self._plain_left -= len(plain)
        return plain

    def _check_tag(self, tag: int) -> None:
        if tag not in (_MESSAGE, _FINAL):
            raise AttachmentDamaged("a chunk with a tag that is not used")
        if (tag == _FINAL) != (self._padded_left == 0):
            raise AttachmentTruncated("the stream ends elsewhere than the file")


_Stream = sodium.crypto_secretstream_xchacha20poly1305_state


def _stream(key: bytes, header: bytes) -> _Stream:
    state = _Stream()
    sodium.crypto_secretstream_xchacha20poly1305_init_pull(state, header, key)
    return state
