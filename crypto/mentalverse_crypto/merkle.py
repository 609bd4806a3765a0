"""The Merkle tree of an append-only log (RFC 9162 §2.1), with SHA-256.

    MTH({})     = SHA-256()
    MTH({d})    = SHA-256(0x00 ‖ d)
    MTH(D[0:n]) = SHA-256(0x01 ‖ MTH(D[0:k]) ‖ MTH(D[k:n]))   k < n ≤ 2k, k = 2^i

Whoever keeps the log stores each complete subtree's hash once under its coordinate:
`(level, position)` covers the leaves from `position · 2^level` up to, not including,
`(position + 1) · 2^level`. Such a hash never changes. An append makes the few that it
completes, and every root and proof of every size is made from O(log n) of them.

Whoever follows the log keeps a `Frontier` only: entry by entry it gives the root.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from .ciphersuite import HASH_BYTES, digest
from .errors import InvalidRequest, LogProofInvalid

EMPTY_ROOT = digest(b"")
"""The root of a log without entries."""
MAX_PROOF_HASHES = 64
"""Most hashes in a proof of a log of fewer than 2^63 entries."""

NodeAt: TypeAlias = Callable[[int, int], bytes]
"""The stored hash at a level and position. Asked only for complete subtrees."""


class Coordinate(NamedTuple):
    """Where a complete subtree stands."""

    level: int
    position: int


class Node(NamedTuple):
    """A complete subtree's hash and where it stands."""

    level: int
    position: int
    hash: bytes


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry, 32 octets."""
    return digest(b"\x00" + entry)


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees, 32 octets."""
    return digest(b"\x01" + left + right)


# --- growing ---


@dataclass(frozen=True, slots=True)
class Frontier:
    """All that appending needs of a log: one hash for each set bit of its size.

    Raises:
        InvalidRequest: the number or length of the hashes does not fit the size.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()
    """Of the complete subtrees from left to right, the largest first."""

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.peaks) != self.size.bit_count():
            raise InvalidRequest("a log has one peak for each set bit of its size")
        if any(len(peak) != HASH_BYTES for peak in self.peaks):
            raise InvalidRequest("a peak has 32 octets")

    def append(self, leaf: bytes) -> tuple[Frontier, tuple[Node, ...]]:
        """The log with one more `leaf_hash`, and the nodes that this completed."""
        position, peaks = self.size, list(self.peaks)
        nodes = [Node(0, position, leaf)]
        while position & 1:
            position >>= 1
            leaf = node_hash(peaks.pop(), leaf)
            nodes.append(Node(len(nodes), position, leaf))
        return Frontier(self.size + 1, (*peaks, leaf)), tuple(nodes)

    def root(self) -> bytes:
        """The root of the log at this size."""
        return _fold(self.peaks) if self.peaks else EMPTY_ROOT


def frontier_at(size: int, node_at: NodeAt) -> Frontier:
    """The frontier of the first `size` entries of a stored log."""
    return Frontier(size, tuple(node_at(*c) for c in frontier_nodes(size)))


def frontier_nodes(size: int) -> tuple[Coordinate, ...]:
    """What `frontier_at` asks for."""
    return _complete_parts(_Span(0, size))


# --- proving (§2.1.3.1, §2.1.4.1) ---


def inclusion_proof(index: int, size: int, node_at: NodeAt) -> tuple[bytes, ...]:
    """The proof that entry `index`, from 0, is among the first `size`.

    Raises:
        InvalidRequest: not `0 ≤ index < size`.
    """
    return _hashes(_inclusion_spans(index, size), node_at)


def inclusion_nodes(index: int, size: int) -> tuple[Coordinate, ...]:
    """What `inclusion_proof` asks for: to fetch all of it at once.

    Raises:
        InvalidRequest: not `0 ≤ index < size`.
    """
    return _all_parts(_inclusion_spans(index, size))


def consistency_proof(first: int, second: int, node_at: NodeAt) -> tuple[bytes, ...]:
    """The proof that the first `first` of `second` entries are still the same.

    Empty when `first` is 0 or equal to `second`: then there is nothing to prove.

    Raises:
        InvalidRequest: not `0 ≤ first ≤ second`.
    """
    return _hashes(_consistency_spans(first, second), node_at)


def consistency_nodes(first: int, second: int) -> tuple[Coordinate, ...]:
    """What `consistency_proof` asks for: to fetch all of it at once.

    Raises:
        InvalidRequest: not `0 ≤ first ≤ second`.
    """
    return _all_parts(_consistency_spans(first, second))


class _Span(NamedTuple):
    """The leaves from `start` up to, not including, `end`."""

    start: int
    end: int


def _split(start: int, end: int) -> int:
    """Where the left subtree of a span of two or more leaves ends."""
    return start + (1 << (end - start - 1).bit_length() - 1)


def _inclusion_spans(index: int, size: int) -> list[_Span]:
    if not 0 <= index < size:
        raise InvalidRequest("the entry is not in the log")
    siblings: list[_Span] = []
    start, end = 0, size
    while end - start > 1:
        middle = _split(start, end)
        if index < middle:
            siblings.append(_Span(middle, end))
            end = middle
        else:
            siblings.append(_Span(start, middle))
            start = middle
    return siblings[::-1]


def _consistency_spans(first: int, second: int) -> list[_Span]:
    if not 0 <= first <= second:
        raise InvalidRequest("a log does not shrink")
    if first in (0, second):
        return []
    siblings: list[_Span] = []
    start, end = 0, second
    while first < end:
        middle = _split(start, end)
        if first <= middle:
            siblings.append(_Span(middle, end))
            end = middle
        else:
            siblings.append(_Span(start, middle))
            start = middle
    if start:
        siblings.append(_Span(start, end))
    return siblings[::-1]


def _complete_parts(span: _Span) -> tuple[Coordinate, ...]:
    parts: list[Coordinate] = []
    start, end = span
    while start < end:
        level = (end - start).bit_length() - 1
        parts.append(Coordinate(level, start >> level))
        start += 1 << level
    return tuple(parts)


def _all_parts(spans: Sequence[_Span]) -> tuple[Coordinate, ...]:
    return tuple(part for span in spans for part in _complete_parts(span))


def _hashes(spans: Sequence[_Span], node_at: NodeAt) -> tuple[bytes, ...]:
    return tuple(
        _fold([node_at(*part) for part in _complete_parts(span)]) for span in spans
    )


def _fold(peaks: Sequence[bytes]) -> bytes:
    whole = peaks[-1]
    for peak in reversed(peaks[:-1]):
        whole = node_hash(peak, whole)
    return whole


# --- verifying (§2.1.3.2, §2.1.4.2) ---


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that `leaf` is the hash of entry `index` of the log with that root.

    Raises:
        LogProofInvalid: the proof does not show it.
    """
    _check_form(proof, root)
    if not 0 <= index < size:
        raise LogProofInvalid("the entry is outside the log")
    place, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise LogProofInvalid("the proof is too long")
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            place, last = _skip_even(place, last)
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    if last != 0 or not hmac.compare_digest(found, root):
        raise LogProofInvalid("the proof does not lead to the root")


def verify_consistency(
    first: int,
    first_root: bytes,
    second: int,
    second_root: bytes,
    proof: Sequence[bytes],
) -> None:
    """Check that the log with the second root begins as the one with the first.

    Raises:
        LogProofInvalid: the proof does not show it.
    """
    _check_form(proof, first_root, second_root)
    if not 0 <= first <= second:
        raise LogProofInvalid("a log does not shrink")
    if first in (0, second):
        known = EMPTY_ROOT if first == 0 else second_root
        if proof or first_root != known:
            raise LogProofInvalid("the roots differ without a reason")
        return
    old, new = _both_roots(first, first_root, second, proof)
    if not (
        hmac.compare_digest(old, first_root) and hmac.compare_digest(new, second_root)
    ):
        raise LogProofInvalid("the proof does not lead to the roots")


def _both_roots(
    first: int, first_root: bytes, second: int, proof: Sequence[bytes]
) -> tuple[bytes, bytes]:
    """The roots of both sizes that a proof leads to."""
    is_complete = first & (first - 1) == 0
    path = [first_root, *proof] if is_complete else list(proof)
    if not path:
        raise LogProofInvalid("the proof is too short")
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise LogProofInvalid("the proof is too long")
        if place & 1 or place == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            place, last = _skip_even(place, last)
        else:
            new = node_hash(new, sibling)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise LogProofInvalid("the proof is too short")
    return old, new


def _skip_even(place: int, last: int) -> tuple[int, int]:
    """Upwards over the levels on which a right edge has no sibling."""
    while place and not place & 1:
        place, last = place >> 1, last >> 1
    return place, last


def _check_form(proof: Sequence[bytes], *roots: bytes) -> None:
    if len(proof) > MAX_PROOF_HASHES:
        raise LogProofInvalid("the proof is too long")
    if any(len(each) != HASH_BYTES for each in (*proof, *roots)):
        raise LogProofInvalid("a hash has 32 octets")
