"""What a piece of an archive says: messages, and what proves who sent them.

    struct {
        opaque next_blob[16];
        opaque group_contexts<V>;           GroupContext, each as opaque<V>
        opaque leaf_nodes<V>;               LeafNode, each as opaque<V>
        HistoryMessage messages<V>;
    } Piece;

    struct {
        uint64 seq;
        uint64 at_ms;
        opaque account[16];
        opaque device[16];
        opaque content<V>;
        optional<Evidence> evidence;
    } HistoryMessage;

    struct {
        uint64 epoch;
        uint32 leaf_index;
        uint16 group_context;               place in group_contexts
        uint16 leaf_node;                   place in leaf_nodes
        opaque authenticated_data<V>;
        opaque signature<V>;
    } Evidence;

The sender's signature covers the GroupContext (RFC 9420 §6.1), and the LeafNode holds
the key and the credential. Both are the same for many messages and stand once in a
piece. Nothing outside the piece is needed to verify its messages.

Written as `opaque<V>` and followed by zeros up to the bucket of its size, see
`attachments.padded_bytes`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from .attachments import BLOB_ID_BYTES, padded_bytes
from .codec import Reader, decode, opaque, optional, u16, u32, u64, vector
from .errors import DecodeError, InvalidRequest
from .evidence import Evidence

MAX_PIECE_BYTES: Final = 1024 * 1024
"""Longest piece with its padding, before it is sealed."""
MAX_FIELD_BYTES: Final = 64 * 1024
"""Longest content, GroupContext, LeafNode or authenticated_data."""

_ID_BYTES: Final = 16
# next_blob, and five lengths of at most four octets.
_FRAME_BYTES: Final = BLOB_ID_BYTES + 5 * 4


@dataclass(frozen=True, slots=True)
class HistoryMessage:
    """One row of the conversation as a device read it.

    Raises:
        InvalidRequest: an id has not 16 octets, a field is longer than
            `MAX_FIELD_BYTES`, or a number does not fit.
    """

    seq: int
    at_ms: int
    """When the log took it, Unix milliseconds."""
    account: bytes
    """16 octets: who sent it, as the writer of the archive saw it."""
    device: bytes
    """16 octets."""
    content: bytes = field(repr=False)
    """The plaintext of the application message."""
    evidence: Evidence | None = None
    """None for a line that the writer made itself."""

    def __post_init__(self) -> None:
        numbers = [(self.seq, 64), (self.at_ms, 64)]
        fields = [self.content]
        if self.evidence is not None:
            proof = self.evidence
            numbers += [(proof.epoch, 64), (proof.leaf_index, 32)]
            fields += [proof.authenticated_data, proof.signature]
            fields += [proof.group_context, proof.leaf_node]
        if any(not 0 <= number < 1 << bits for number, bits in numbers):
            raise InvalidRequest("a number of a message does not fit")
        if any(len(octets) > MAX_FIELD_BYTES for octets in fields):
            raise InvalidRequest("a field of a message is too long")
        if len(self.account) != _ID_BYTES or len(self.device) != _ID_BYTES:
            raise InvalidRequest("an id has 16 octets")


class PieceWriter:
    """Collects messages until a piece is full."""

    __slots__ = ("_contexts", "_leaves", "_length", "_messages")

    def __init__(self) -> None:
        self._messages: list[bytes] = []
        # A dict keeps the order in which its keys came: that is their place.
        self._contexts: dict[bytes, int] = {}
        self._leaves: dict[bytes, int] = {}
        self._length = _FRAME_BYTES

    @property
    def is_empty(self) -> bool:
        """Whether no message was taken."""
        return not self._messages

    def add(self, message: HistoryMessage) -> bool:
        """Take a message, or say that it belongs into the next piece.

        An empty piece takes any message.
        """
        proof = message.evidence
        fresh = []
        if proof is not None and proof.group_context not in self._contexts:
            fresh.append(proof.group_context)
        if proof is not None and proof.leaf_node not in self._leaves:
            fresh.append(proof.leaf_node)
        written = _write_message(message, self._contexts, self._leaves)
        length = self._length + len(written) + sum(len(opaque(it)) for it in fresh)
        if length > MAX_PIECE_BYTES:
            return False
        self._length = length
        self._messages.append(written)
        if proof is not None:
            self._contexts.setdefault(proof.group_context, len(self._contexts))
            self._leaves.setdefault(proof.leaf_node, len(self._leaves))
        return True

    def finish(self, next_blob: bytes) -> bytes:
        """The piece with its padding."""
        piece = opaque(
            next_blob
            + vector(map(opaque, self._contexts))
            + vector(map(opaque, self._leaves))
            + vector(self._messages)
        )
        return piece.ljust(padded_bytes(len(piece)), b"\0")


def read(padded: bytes) -> tuple[bytes, tuple[HistoryMessage, ...]]:
    """`next_blob` and the messages of a piece with its padding.

    Raises:
        DecodeError: not an output of `PieceWriter.finish`.
    """
    reader = Reader(padded)
    piece = reader.opaque()
    reader.finish_padding()
    return decode(_read_piece, piece)


def _read_piece(reader: Reader) -> tuple[bytes, tuple[HistoryMessage, ...]]:
    next_blob = reader.raw(BLOB_ID_BYTES)
    contexts, leaves = reader.vector(Reader.opaque), reader.vector(Reader.opaque)
    try:
        messages = reader.vector(lambda r: _read_message(r, contexts, leaves))
    except InvalidRequest as error:
        raise DecodeError(str(error)) from None
    return next_blob, messages


def _write_message(
    message: HistoryMessage, contexts: dict[bytes, int], leaves: dict[bytes, int]
) -> bytes:
    proof, evidence = message.evidence, None
    if proof is not None:
        evidence = (
            u64(proof.epoch)
            + u32(proof.leaf_index)
            + u16(contexts.get(proof.group_context, len(contexts)))
            + u16(leaves.get(proof.leaf_node, len(leaves)))
            + opaque(proof.authenticated_data)
            + opaque(proof.signature)
        )
    return (
        u64(message.seq)
        + u64(message.at_ms)
        + message.account
        + message.device
        + opaque(message.content)
        + optional(evidence)
    )


def _read_message(
    reader: Reader, contexts: tuple[bytes, ...], leaves: tuple[bytes, ...]
) -> HistoryMessage:
    return HistoryMessage(
        reader.u64(),
        reader.u64(),
        reader.raw(_ID_BYTES),
        reader.raw(_ID_BYTES),
        reader.opaque(),
        reader.optional(lambda r: _read_evidence(r, contexts, leaves)),
    )


def _read_evidence(
    reader: Reader, contexts: tuple[bytes, ...], leaves: tuple[bytes, ...]
) -> Evidence:
    epoch, leaf_index = reader.u64(), reader.u32()
    context, leaf_node = reader.u16(), reader.u16()
    if context >= len(contexts) or leaf_node >= len(leaves):
        raise DecodeError("evidence refers to what the piece does not hold")
    return Evidence(
        epoch,
        leaf_index,
        reader.opaque(),
        reader.opaque(),
        contexts[context],
        leaves[leaf_node],
    )
