"""The heads of the transparency log, and what is proven under them (RFC 9162).

    struct {
        uint8  version = 1;
        opaque log_id[32];              SHA-256 of the log's public key
        uint64 size;
        opaque root[32];
        uint64 time;                    Unix milliseconds
        opaque signature[64];           over "MentalVerse log head v1" ‖ all before
    } SignedHead;                       145 octets

A service that shows Ada another key for Ben than Ben knows has to log it, where Ben
finds it, or to show the two of them different logs, which the heads that people send
each other uncover (`log_view`).

That an entry is included says that its owner can see it, not that it is the latest.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from . import merkle
from .ciphersuite import (
    HASH_BYTES,
    SIGNATURE_BYTES,
    SignatureKeyPair,
    digest,
    sign,
)
from .ciphersuite import verify as verify_signature
from .codec import Reader, u8, u64
from .codec import decode as decode_structure
from .errors import (
    DecodeError,
    InvalidRequest,
    LogEntriesMissing,
    LogProofInvalid,
    WrongLog,
)
from .log_entry import EntryKind, LogEntry, tag_of, unix_milliseconds
from .merkle import Frontier

VERSION = 1
"""The only version of heads."""

_HEAD_LABEL = b"MentalVerse log head v1"
_MAX_U64 = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class SignedHead:
    """What the log was at one time; `verify_head` checks the signature."""

    log_id: bytes
    size: int
    root: bytes
    time_ms: int
    """Unix milliseconds, by the clock of the service."""
    signature: bytes = b""

    def encode(self) -> bytes:
        """The structure on the wire."""
        return self._signed() + self.signature

    @staticmethod
    def decode(data: bytes) -> SignedHead:
        """The head that `data` holds; nothing is verified.

        Raises:
            DecodeError: not a head of our version.
        """
        return decode_structure(read_head, data)

    def _signed(self) -> bytes:
        return b"".join(
            (
                u8(VERSION),
                self.log_id,
                u64(self.size),
                self.root,
                u64(self.time_ms),
            )
        )


# --- what the service writes ---


def log_id_of(log_public: bytes) -> bytes:
    """The id of the log that a public key signs the heads of, 32 octets."""
    return digest(log_public)


def sign_head(
    log_key: SignatureKeyPair, size: int, root: bytes, now: datetime
) -> SignedHead:
    """The log's signed statement of its size and root.

    Raises:
        InvalidRequest: the size is negative, the root has not 32 octets, or `now` is
            naive or before 1970.
    """
    if not 0 <= size <= _MAX_U64:
        raise InvalidRequest("a size fits 64 bits")
    if len(root) != HASH_BYTES:
        raise InvalidRequest("a root has 32 octets")
    head = SignedHead(log_id_of(log_key.public), size, root, unix_milliseconds(now))
    return replace(head, signature=sign(log_key, _HEAD_LABEL + head._signed()))


# --- what clients check ---


def verify_head(head: SignedHead, log_public: bytes) -> None:
    """Check that the log signed a head.

    Raises:
        WrongLog: it is of another log.
        SignatureError: the signature does not verify.
    """
    if head.log_id != log_id_of(log_public):
        raise WrongLog("the head is of another log")
    verify_signature(log_public, _HEAD_LABEL + head._signed(), head.signature)


def verify_entry(entry: LogEntry, proof: Sequence[bytes], head: SignedHead) -> None:
    """Check that an entry stands where it says under a head that was verified.

    Raises:
        LogProofInvalid: the inclusion proof does not show it.
    """
    merkle.verify_inclusion(entry.leaf_hash(), entry.seq, head.size, proof, head.root)


def verify_growth(
    before: SignedHead, after: SignedHead, proof: Sequence[bytes]
) -> None:
    """Check that one verified head continues another.

    Raises:
        WrongLog: they are of different logs.
        LogProofInvalid: the consistency proof does not show it.
    """
    if before.log_id != after.log_id:
        raise WrongLog("the heads are of different logs")
    merkle.verify_consistency(before.size, before.root, after.size, after.root, proof)


def proven_account_keys(
    head: SignedHead, proofs: Iterable[tuple[LogEntry, Sequence[bytes]]]
) -> Callable[[bytes], Collection[bytes]]:
    """The account keys that entries show, by account id, each proven to be included.

    Args:
        head: A head that was verified.
        proofs: Entries with their inclusion proofs under it.

    Raises:
        LogProofInvalid: an entry is not in the log.
    """
    keys: dict[bytes, set[bytes]] = {}
    for entry, proof in proofs:
        verify_entry(entry, proof, head)
        if entry.kind is EntryKind.ACCOUNT:
            keys.setdefault(entry.tag, set()).add(entry.public_key)
    return lambda account_id: keys.get(tag_of(account_id), ())


def follow(frontier: Frontier, entries: Iterable[LogEntry]) -> Frontier:
    """The frontier after the entries that come next, none left out.

    Whoever reads every entry needs no proofs: compare the result with a head by
    `check_frontier`.

    Raises:
        LogEntriesMissing: an entry is not the next one.
    """
    for entry in entries:
        if entry.seq != frontier.size:
            raise LogEntriesMissing("the entry is not the next one")
        frontier, _ = frontier.append(entry.leaf_hash())
    return frontier


def check_frontier(frontier: Frontier, head: SignedHead) -> None:
    """Check that a frontier is the one of a head that was verified.

    Raises:
        LogProofInvalid: it is of another size or root.
    """
    if (frontier.size, frontier.root()) != (head.size, head.root):
        raise LogProofInvalid("the entries do not lead to the root")


def read_head(reader: Reader) -> SignedHead:
    """A head from the wire, for structures that hold one."""
    if reader.u8() != VERSION:
        raise DecodeError("log head is of another version")
    return SignedHead(
        log_id=reader.raw(HASH_BYTES),
        size=reader.u64(),
        root=reader.raw(HASH_BYTES),
        time_ms=reader.u64(),
        signature=reader.raw(SIGNATURE_BYTES),
    )
