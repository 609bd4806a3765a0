"""One signed root of the ledger, for whoever keeps it elsewhere.

The tree is that of RFC 9162 over the hashes of the rows: 0x00 before a leaf, 0x01
before a node. The leaves are over salted commitments, so a root tells nothing. A proof
is the hashes beside the way from a row up to the root.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from .canonical import canonical

_LABEL = b"MentalVerse ledger checkpoint v1"


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """The state of the books after an epoch, or a day."""

    epoch: str
    rows: int
    head: str
    """The hash of the last row."""
    root: str
    at_ms: int
    signature: str = ""


def root(hashes: Sequence[str]) -> str:
    """The root over the hashes of all rows, in hex."""
    return _root([_leaf(one) for one in hashes]).hex()


def proof(hashes: Sequence[str], place: int) -> tuple[str, ...]:
    """What shows that a row is in the tree, from the leaf upwards."""
    if not 0 <= place < len(hashes):
        raise IndexError("no such row")
    return tuple(one.hex() for one in _proof([_leaf(each) for each in hashes], place))


def is_in(row_hash: str, place: int, size: int, way: Sequence[str], top: str) -> bool:
    """Whether a proof leads from a row to a root."""
    steps = list(reversed(way))
    found = _climb(_leaf(row_hash), place, size, steps)
    return not steps and found is not None and found.hex() == top


def signed(checkpoint: Checkpoint, private_key: bytes) -> Checkpoint:
    """With the installation's signature, by an Ed25519 seed of 32 octets."""
    key = Ed25519PrivateKey.from_private_bytes(private_key)
    signature = key.sign(_message(checkpoint)).hex()
    return msgspec.structs.replace(checkpoint, signature=signature)


def is_signed(checkpoint: Checkpoint, public_key: bytes) -> bool:
    """Whether this key has signed exactly this."""
    try:
        signature = bytes.fromhex(checkpoint.signature)
        key = Ed25519PublicKey.from_public_bytes(public_key)
        key.verify(signature, _message(checkpoint))
    except (InvalidSignature, ValueError):
        return False
    return True


def _message(checkpoint: Checkpoint) -> bytes:
    said = msgspec.to_builtins(msgspec.structs.replace(checkpoint, signature=""))
    return _LABEL + canonical(said)


def _leaf(row_hash: str) -> bytes:
    return hashlib.sha256(b"\x00" + bytes.fromhex(row_hash)).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _left(size: int) -> int:
    """The largest power of 2 below a size of 2 or more."""
    return 1 << ((size - 1).bit_length() - 1)


def _root(leaves: Sequence[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    middle = _left(len(leaves))
    return _node(_root(leaves[:middle]), _root(leaves[middle:]))


def _proof(leaves: Sequence[bytes], place: int) -> list[bytes]:
    if len(leaves) == 1:
        return []
    middle = _left(len(leaves))
    if place < middle:
        return [*_proof(leaves[:middle], place), _root(leaves[middle:])]
    return [*_proof(leaves[middle:], place - middle), _root(leaves[:middle])]


def _climb(leaf: bytes, place: int, size: int, steps: list[str]) -> bytes | None:
    """From the top down by the size, and back up by the steps, the last one first."""
    if size <= 1:
        return leaf if size == 1 and place == 0 else None
    if not steps:
        return None
    beside, middle = bytes.fromhex(steps.pop(0)), _left(size)
    if place < middle:
        below = _climb(leaf, place, middle, steps)
        return None if below is None else _node(below, beside)
    below = _climb(leaf, place - middle, size - middle, steps)
    return None if below is None else _node(beside, below)
