"""The archive of a conversation: for a device of the account that was not there.

MLS keys are deleted as they are used (RFC 9420 §9.2), so the ciphertexts of the log
cannot be read again. A device writes what it has read into an archive of its own: a
chain of pieces, which the server stores as blobs that say nothing.

    piece = version[1] = 1 ‖ nonce[24] ‖ sealed
    sealed by XChaCha20-Poly1305 over a `history_piece`, with as AAD
        "MentalVerse history v1" ‖ conversation[16] ‖ writer[16] ‖ uint64 period
        ‖ uint32 index ‖ previous[32]

`previous` is the SHA-256 of the piece before, zeros for the first. Each piece names
the random id of the next. So the server can neither swap, reorder nor leave out a
piece, and a reader finds pieces written after it was told of the archive. That the
newest are withheld shows by an `ArchiveEnd` that is kept elsewhere: in a backup, or
in what an old device hands over.

A piece is one AEAD and no stream: it is of use only whole.

Everybody in the conversation may hold the key, so that a piece opens proves nothing
about who wrote a message. The evidence beside the message does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from nacl import bindings as sodium
from nacl.exceptions import CryptoError

from .attachments import BLOB_ID_BYTES
from .carried import HISTORY_KEY_BYTES
from .ciphersuite import HASH_BYTES, Rng, digest
from .codec import u8, u32, u64
from .errors import DecodeError, InvalidRequest
from .history_piece import MAX_PIECE_BYTES, HistoryMessage, PieceWriter
from .history_piece import read as read_content
from .storage_errors import HistoryDamaged, HistoryMalformed

_VERSION: Final = u8(1)
_LABEL: Final = b"MentalVerse history v1"
_ID_BYTES: Final = 16
_NONCE_BYTES: Final = sodium.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
_TAG_BYTES: Final = sodium.crypto_aead_xchacha20poly1305_ietf_ABYTES
PIECE_OVERHEAD_BYTES: Final = len(_VERSION) + _NONCE_BYTES + _TAG_BYTES
"""By how much a stored piece is longer than `MAX_PIECE_BYTES` at most."""


@dataclass(frozen=True, slots=True)
class Archive:
    """One device's archive of a period of a conversation.

    Raises:
        InvalidRequest: a length is wrong, or the period does not fit 64 bits.
    """

    conversation: bytes
    """16 octets."""
    writer: bytes
    """16 octets: the device that writes it."""
    period: int
    """Which key of the conversation, as its ``history.key`` message says."""
    key: bytes = field(repr=False)
    """32 octets."""
    first_blob: bytes
    """16 random octets: the id of the first piece."""

    def __post_init__(self) -> None:
        ids = (self.conversation, self.writer, self.first_blob)
        if any(len(octets) != _ID_BYTES for octets in ids):
            raise InvalidRequest("an id has 16 octets")
        if len(self.key) != HISTORY_KEY_BYTES:
            raise InvalidRequest("a history key has 32 octets")
        if not 0 <= self.period < 1 << 64:
            raise InvalidRequest("the period does not fit 64 bits")

    @property
    def start(self) -> ArchiveEnd:
        """The end of the archive while it has no piece."""
        return ArchiveEnd(0, bytes(HASH_BYTES), self.first_blob)


@dataclass(frozen=True, slots=True)
class ArchiveEnd:
    """How far an archive goes: what the next piece follows.

    Raises:
        InvalidRequest: a length is wrong, or there are 2^32 pieces.
    """

    pieces: int
    last: bytes
    """SHA-256 of the last piece."""
    next_blob: bytes
    """The id that the next piece will have."""

    def __post_init__(self) -> None:
        if len(self.last) != HASH_BYTES or len(self.next_blob) != BLOB_ID_BYTES:
            raise InvalidRequest("the end of an archive has a wrong length")
        if not 0 <= self.pieces < 1 << 32:
            raise InvalidRequest("the number of pieces does not fit 32 bits")


@dataclass(frozen=True, slots=True)
class StoredPiece:
    """A piece to store, and where the archive ends with it."""

    blob: bytes
    """16 octets: the id to store it under."""
    octets: bytes = field(repr=False)
    end: ArchiveEnd


def write_pieces(
    archive: Archive, after: ArchiveEnd, messages: Iterable[HistoryMessage], rng: Rng
) -> Iterator[StoredPiece]:
    """Messages as pieces, as few as their limit allows; none for no messages.

    When a piece was stored and its end was never written down, the next try finds
    its id taken. Read the stored one with `read_piece` and go on from its end.

    Args:
        archive: What they belong to.
        after: `archive.start`, or the end of the last piece stored.
        messages: In the order of the log; taken as the pieces are.
        rng: Source of nonces and ids.
    """
    writer = PieceWriter()
    for message in messages:
        if writer.add(message):
            continue
        piece = _seal(archive, after, writer, rng)
        yield piece
        after, writer = piece.end, PieceWriter()
        writer.add(message)
    if not writer.is_empty:
        yield _seal(archive, after, writer, rng)


def read_piece(
    archive: Archive, after: ArchiveEnd, octets: bytes
) -> tuple[tuple[HistoryMessage, ...], ArchiveEnd]:
    """The messages of the piece that follows `after`, and the end it makes.

    Raises:
        HistoryDamaged: altered, or not the piece of this place.
        HistoryMalformed: authentic, but not a `history_piece`.
    """
    least, most = PIECE_OVERHEAD_BYTES, PIECE_OVERHEAD_BYTES + MAX_PIECE_BYTES
    if octets[:1] != _VERSION or not least <= len(octets) <= most:
        raise HistoryDamaged("not a piece of a known version")
    nonce, sealed = octets[1 : 1 + _NONCE_BYTES], octets[1 + _NONCE_BYTES :]
    try:
        padded = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
            sealed, _place(archive, after), nonce, archive.key
        )
    except CryptoError:
        raise HistoryDamaged("not the piece that follows here") from None
    try:
        next_blob, messages = read_content(padded)
    except DecodeError as error:
        raise HistoryMalformed(str(error)) from None
    return messages, ArchiveEnd(after.pieces + 1, digest(octets), next_blob)


def _seal(
    archive: Archive, after: ArchiveEnd, writer: PieceWriter, rng: Rng
) -> StoredPiece:
    next_blob, nonce = rng(BLOB_ID_BYTES), rng(_NONCE_BYTES)
    sealed = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
        writer.finish(next_blob), _place(archive, after), nonce, archive.key
    )
    octets = _VERSION + nonce + sealed
    end = ArchiveEnd(after.pieces + 1, digest(octets), next_blob)
    return StoredPiece(after.next_blob, octets, end)


def _place(archive: Archive, after: ArchiveEnd) -> bytes:
    return b"".join(
        (
            _LABEL,
            archive.conversation,
            archive.writer,
            u64(archive.period),
            u32(after.pieces),
            after.last,
        )
    )
