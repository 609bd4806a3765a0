"""The file of a recorded call: sealed while it is made, for the accounts it names.

    magic[8] = "MVREC" 0x00 0x00 0x01
    uint32 header_bytes
    struct {
        opaque    call[16];
        opaque    request[16];
        uint64    started_at_ms;            Unix milliseconds, by the recorder's clock
        opaque    media_type<V>;            type/subtype, lower case
        SealedKey keys<V>;                  ascending by account, 1 to 64
    } header;
    struct {
        opaque account[16];
        opaque account_public[32];          Ed25519
        opaque kem_output<V>;               32 octets
        opaque ciphertext<V>;               48 octets
    } SealedKey;
    secretstream header[24] ‖ chunk ‖ chunk … ‖ last chunk

A chunk is 64 KiB of plaintext in libsodium's secretstream construction, 17 octets
longer; the last one is shorter than that, may be empty, and alone carries TAG_FINAL.
So every chunk goes out as soon as it is full, and nothing of a call ever lies on a disk
in the clear. The first chunk has as AAD the SHA-256 of all that stands before the
secretstream header, and with it the whole header is authentic; the others have none.

The file's key is sealed to each receiver with HPKE (RFC 9180, base mode,
DHKEM(X25519), HKDF-SHA256, AES-128-GCM), without AAD and with the info

    "MentalVerse recording key v1" ‖ call ‖ request ‖ account

under the account key turned into one of X25519, as libsodium does it
(`crypto_sign_ed25519_pk_to_curve25519`). That one key pair may sign and be sealed to is
the result of Thormarker, "On using the same key pair for Ed25519 and an X25519 based
KEM" (eprint 2021/509). So any device of the account opens it, also one that came later.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from nacl import bindings as sodium
from nacl.exceptions import RuntimeError as SodiumError

from . import hpke
from .attachments import CHUNK_BYTES, is_media_type
from .ciphersuite import (
    KEY_BYTES,
    TAG_BYTES,
    CipherSuite,
    HpkeKeyPair,
    Rng,
    SignatureKeyPair,
    digest,
    x25519_public,
)
from .codec import Reader, decode, opaque, u32, u64, vector
from .errors import DecodeError, DecryptError, InvalidRequest, require
from .hpke import HPKECiphertext
from .identity import ACCOUNT_ID_BYTES, AccountIdentity
from .storage_errors import (
    RecordingCut,
    RecordingDamaged,
    RecordingKeyChanged,
    RecordingMalformed,
    RecordingNotForAccount,
)

MAGIC: Final = b"MVREC\x00\x00\x01"
"""With which every file begins; its last octet is the version."""
ID_BYTES: Final = 16
"""Length of the ids of calls and requests."""
MAX_RECEIVERS: Final = 64
"""Most accounts to which one file can be sealed."""
MAX_HEADER_BYTES: Final = 16 * 1024
"""Longest header that is read."""

_SUITE: Final = CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519
_LABEL: Final = b"MentalVerse recording key v1"
_FILE_KEY_BYTES: Final = sodium.crypto_secretstream_xchacha20poly1305_KEYBYTES
_STREAM_HEADER_BYTES: Final = sodium.crypto_secretstream_xchacha20poly1305_HEADERBYTES
_SEALED_CHUNK_BYTES: Final = (
    CHUNK_BYTES + sodium.crypto_secretstream_xchacha20poly1305_ABYTES
)
_MESSAGE: Final = sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
_FINAL: Final = sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL
_PRELUDE_BYTES: Final = len(MAGIC) + 4


@dataclass(frozen=True, slots=True)
class RecordingAbout:
    """What a file says of itself before anybody opens it; signed by nobody.

    Raises:
        InvalidRequest: a length is wrong, or `media_type` is not lower-case
            type/subtype (RFC 6838).
    """

    call: bytes
    """16 octets."""
    request: bytes
    """16 octets: the request to which everybody agreed."""
    started_at_ms: int
    """Unix milliseconds."""
    media_type: str

    def __post_init__(self) -> None:
        require(len(self.call) == ID_BYTES, "a call id has 16 octets")
        require(len(self.request) == ID_BYTES, "a request id has 16 octets")
        require(0 <= self.started_at_ms < 1 << 64, "the time does not fit")
        require(is_media_type(self.media_type), "not a media type in lower case")

    def _encode(self) -> bytes:
        ids = self.call + self.request
        return ids + u64(self.started_at_ms) + opaque(self.media_type.encode())


@dataclass(frozen=True, slots=True)
class SealedKey:
    """The file's key for one account."""

    account: bytes
    """16 octets."""
    account_public: bytes
    """Ed25519, as it was when the call was recorded."""
    sealed: HPKECiphertext

    def encode(self) -> bytes:
        """The structure in the file."""
        return self.account + self.account_public + self.sealed.encode()


@dataclass(frozen=True, slots=True)
class RecordingHeader:
    """The header of a file; authentic once its first chunk has opened."""

    about: RecordingAbout
    keys: tuple[SealedKey, ...]

    def encode(self) -> bytes:
        """All that stands before the secretstream header."""
        keys = vector(each.encode() for each in self.keys)
        header = self.about._encode() + keys
        return MAGIC + u32(len(header)) + header


def read_header(octets: bytes) -> tuple[RecordingHeader, int] | None:
    """The header with which a file begins, and how many octets it took.

    Args:
        octets: The beginning of a file, of any length.

    Returns:
        None: more of the file is needed.

    Raises:
        RecordingMalformed: it is no recording, or one of another version.
    """
    begins = octets[: len(MAGIC)]
    if begins != MAGIC[: len(begins)]:
        raise RecordingMalformed("not a recording of a known version")
    if len(octets) < _PRELUDE_BYTES:
        return None
    length = int.from_bytes(octets[len(MAGIC) : _PRELUDE_BYTES], "big")
    if length > MAX_HEADER_BYTES:
        raise RecordingMalformed("the header is too long")
    end = _PRELUDE_BYTES + length
    if len(octets) < end:
        return None
    try:
        return decode(_read, octets[_PRELUDE_BYTES:end]), end
    except (DecodeError, InvalidRequest) as error:
        raise RecordingMalformed(str(error)) from None


class RecordingSealer:
    """Seals one recording: `push` its octets in order, then `finish` once.

    The file is what the calls return, one after the other; the first returns the
    header. From `rng` come the file's key, what HPKE needs for each receiver ascending
    by account, and the header of the stream, in this order.

    Args:
        about: What the file says of itself.
        receivers: Who can open it.
        rng: Source of randomness.

    Raises:
        InvalidRequest: there are no receivers, too many, one twice, or one whose key
            is not usable.
    """

    def __init__(
        self, about: RecordingAbout, receivers: Iterable[AccountIdentity], rng: Rng
    ) -> None:
        ordered = sorted(receivers, key=lambda it: it.account_id)
        require(0 < len(ordered) <= MAX_RECEIVERS, "for nobody, or for too many")
        ids = {it.account_id for it in ordered}
        require(len(ids) == len(ordered), "a receiver is named twice")
        key = rng(_FILE_KEY_BYTES)
        keys = tuple(_seal_key(key, about, it, rng) for it in ordered)
        self.header = RecordingHeader(about, keys)
        """Of the file."""
        head = self.header.encode()
        stream_header = rng(_STREAM_HEADER_BYTES)
        # See `attachments`: both directions start from one state.
        self._stream = _stream(key, stream_header)
        self._out = bytearray(head + stream_header)
        self._aad: bytes | None = digest(head)
        self._held = bytearray()
        self._is_finished = False

    def push(self, octets: bytes) -> bytes:
        """The octets of the file that these complete; often none."""
        require(not self._is_finished, "the recording is finished")
        self._held += octets
        while len(self._held) >= CHUNK_BYTES:
            self._seal(bytes(self._held[:CHUNK_BYTES]), _MESSAGE)
            del self._held[:CHUNK_BYTES]
        return self._taken()

    def finish(self) -> bytes:
        """The rest of the file."""
        require(not self._is_finished, "the recording is finished")
        self._is_finished = True
        self._seal(bytes(self._held), _FINAL)
        self._held.clear()
        return self._taken()

    def _seal(self, chunk: bytes, tag: int) -> None:
        self._out += sodium.crypto_secretstream_xchacha20poly1305_push(
            self._stream, chunk, self._aad, tag
        )
        self._aad = None

    def _taken(self) -> bytes:
        out = bytes(self._out)
        self._out.clear()
        return out


class RecordingOpener:
    """Opens one recording: `push` the file in order, then `finish` once.

    The recording is what the calls return. Each octet of it is authentic when it is
    returned; only `finish` tells whether it is all of it.

    Args:
        account: Whose device this is, 16 octets.
        account_key: Its key.

    Raises:
        RecordingMalformed: by `push`, for what is no recording.
        RecordingNotForAccount: by `push`, when it is sealed to others.
        RecordingKeyChanged: by `push`, when the account had another key then.
        RecordingDamaged: by `push`, for a key or at the first chunk that does not
            open. Pass small pieces to have what stands before it.
        RecordingCut: by `finish`, when the end is missing. What came before holds.
    """

    def __init__(self, account: bytes, account_key: SignatureKeyPair) -> None:
        self._account, self._account_key = account, account_key
        self._held = bytearray()
        self._stream: _Stream | None = None
        self._key = b""
        self._aad: bytes | None = None
        self.header: RecordingHeader | None = None
        """Once it has been read."""

    def push(self, octets: bytes) -> bytes:
        """The octets of the recording that these complete."""
        self._held += octets
        if self.header is None and not self._begin():
            return b""
        if self._stream is None:
            if len(self._held) < _STREAM_HEADER_BYTES:
                return b""
            self._stream = _stream(self._key, self._take(_STREAM_HEADER_BYTES))
        plain = bytearray()
        while len(self._held) >= _SEALED_CHUNK_BYTES:
            opened = self._pull(self._stream, self._take(_SEALED_CHUNK_BYTES))
            if opened is None or opened[1] != _MESSAGE:
                raise RecordingDamaged("a chunk does not authenticate")
            plain += opened[0]
        return bytes(plain)

    def finish(self) -> bytes:
        """The rest of the recording."""
        if self._stream is not None:
            opened = self._pull(self._stream, bytes(self._held))
            if opened is not None and opened[1] == _FINAL:
                return opened[0]
        raise RecordingCut("the end is missing")

    def _begin(self) -> bool:
        read = read_header(bytes(self._held))
        if read is None:
            return False
        header, length = read
        self._key = _open_key(header, self._account, self._account_key)
        self._aad = digest(self._take(length))
        self.header = header
        return True

    def _take(self, length: int) -> bytes:
        taken = bytes(self._held[:length])
        del self._held[:length]
        return taken

    def _pull(self, stream: _Stream, sealed: bytes) -> tuple[bytes, int] | None:
        if len(sealed) < _SEALED_CHUNK_BYTES - CHUNK_BYTES:
            return None
        try:
            opened: tuple[bytes, int] = (
                sodium.crypto_secretstream_xchacha20poly1305_pull(
                    stream, sealed, self._aad
                )
            )
        except SodiumError:
            return None
        self._aad = None
        return opened


_Stream = sodium.crypto_secretstream_xchacha20poly1305_state


def _stream(key: bytes, header: bytes) -> _Stream:
    state = _Stream()
    sodium.crypto_secretstream_xchacha20poly1305_init_pull(state, header, key)
    return state


def _info(about: RecordingAbout, account: bytes) -> bytes:
    return _LABEL + about.call + about.request + account


def _seal_key(
    key: bytes, about: RecordingAbout, receiver: AccountIdentity, rng: Rng
) -> SealedKey:
    account, public = receiver.account_id, receiver.account_public
    try:
        montgomery = sodium.crypto_sign_ed25519_pk_to_curve25519(public)
        sealed = hpke.seal(_SUITE, montgomery, _info(about, account), b"", key, rng)
    except (SodiumError, DecryptError):
        raise InvalidRequest("nothing can be sealed to this account key") from None
    return SealedKey(account, public, sealed)


def _open_key(
    header: RecordingHeader, account: bytes, account_key: SignatureKeyPair
) -> bytes:
    mine = next((it for it in header.keys if it.account == account), None)
    if mine is None:
        raise RecordingNotForAccount("the recording is sealed to others")
    if mine.account_public != account_key.public:
        raise RecordingKeyChanged("sealed to another key of this account")
    private = sodium.crypto_sign_ed25519_sk_to_curve25519(
        account_key.private + account_key.public
    )
    pair = HpkeKeyPair(private, x25519_public(private))
    try:
        info = _info(header.about, account)
        key = hpke.open_(_SUITE, pair, info, b"", mine.sealed)
    except DecryptError:
        raise RecordingDamaged("the key does not open") from None
    return key


def _read(reader: Reader) -> RecordingHeader:
    about = RecordingAbout(
        reader.raw(ID_BYTES), reader.raw(ID_BYTES), reader.u64(), _read_text(reader)
    )
    keys = reader.vector(_read_key)
    if not 0 < len(keys) <= MAX_RECEIVERS:
        raise DecodeError("for nobody, or for too many")
    if any(one.account >= other.account for one, other in pairwise(keys)):
        raise DecodeError("accounts are not ascending")
    return RecordingHeader(about, keys)


def _read_text(reader: Reader) -> str:
    try:
        return reader.opaque().decode("ascii")
    except UnicodeDecodeError:
        raise DecodeError("not a media type") from None


def _read_key(reader: Reader) -> SealedKey:
    account, public = reader.raw(ACCOUNT_ID_BYTES), reader.raw(KEY_BYTES)
    sealed = HPKECiphertext.read(reader)
    lengths = len(sealed.kem_output), len(sealed.ciphertext)
    if lengths != (KEY_BYTES, _FILE_KEY_BYTES + TAG_BYTES):
        raise DecodeError("a sealed key has the wrong length")
    return SealedKey(account, public, sealed)
