"""Message keys: the secret tree and its ratchets (§9).

A `SecretTree` is frozen: using a key gives a tree without it. Node secrets are
derived only on the way to a leaf that speaks, and dropped as soon as both
children are known, so that a leaked tree tells nothing about used keys (§9.2).
Maps are copied whole; they hold at most two entries per leaf, which costs less
than a persistent structure would at the sizes of a conversation.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum

from . import treemath
from .ciphersuite import HASH_BYTES, NONCE_BYTES, CipherSuite
from .errors import GenerationSpent, GenerationTooFarAhead, InvalidMessage
from .labels import derive_tree_secret, expand_with_label
from .policy import RatchetLimits
from .treemath import LeafIndex, NodeIndex

MAX_GENERATION = 0xFFFF_FFFF


class RatchetKind(IntEnum):
    """The two ratchets of a leaf."""

    HANDSHAKE = 0
    APPLICATION = 1


_LABELS = {RatchetKind.HANDSHAKE: b"handshake", RatchetKind.APPLICATION: b"application"}


@dataclass(frozen=True, slots=True)
class MessageKey:
    """Key and nonce of one generation."""

    generation: int
    key: bytes = field(repr=False)
    nonce: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ratchet:
    """One ratchet of one leaf: the next generation and the keys left behind."""

    generation: int
    secret: bytes = field(repr=False)
    skipped: Mapping[int, MessageKey] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class SecretTree:
    """All message keys of one epoch that have not been used."""

    leaf_count: int
    nodes: Mapping[NodeIndex, bytes] = field(repr=False)
    """Secrets of the subtrees where no leaf has spoken."""
    ratchets: Mapping[tuple[LeafIndex, RatchetKind], Ratchet] = field(repr=False)


def create(encryption_secret: bytes, leaf_count: int) -> SecretTree:
    """The tree of an epoch; `leaf_count` is a power of two."""
    return SecretTree(leaf_count, {treemath.root(leaf_count): encryption_secret}, {})


def next_key(
    suite: CipherSuite, tree: SecretTree, leaf: LeafIndex, kind: RatchetKind
) -> tuple[SecretTree, MessageKey]:
    """The key for the leaf's next message, and the tree without it.

    Raises:
        GenerationSpent: the ratchet has no generation left.
    """
    tree = _with_ratchets(tree, leaf)
    ratchet = tree.ratchets[leaf, kind]
    if ratchet.generation > MAX_GENERATION:
        raise GenerationSpent("no generation is left in this epoch")
    key, secret = _step(suite, ratchet.secret, ratchet.generation)
    ratchet = Ratchet(ratchet.generation + 1, secret, ratchet.skipped)
    return _with_ratchet(tree, leaf, kind, ratchet), key


def key_for(
    suite: CipherSuite,
    tree: SecretTree,
    leaf: LeafIndex,
    kind: RatchetKind,
    generation: int,
    limits: RatchetLimits,
) -> tuple[SecretTree, MessageKey]:
    """The key of a received generation, and the tree without it.

    Raises:
        InvalidMessage: the tree has no such leaf.
        GenerationSpent: used before, or older than the window.
        GenerationTooFarAhead: beyond the forward limit.
    """
    if leaf >= tree.leaf_count:
        raise InvalidMessage("sender's leaf is outside the tree")
    tree = _with_ratchets(tree, leaf)
    ratchet = tree.ratchets[leaf, kind]
    if generation < ratchet.generation:
        key = ratchet.skipped.get(generation)
        if key is None:
            raise GenerationSpent("key was used or has left the window")
        rest = {g: k for g, k in ratchet.skipped.items() if g != generation}
        return _with_ratchet(tree, leaf, kind, replace(ratchet, skipped=rest)), key
    ratchet, key = _advance(suite, ratchet, generation, limits)
    return _with_ratchet(tree, leaf, kind, ratchet), key


def _advance(
    suite: CipherSuite, ratchet: Ratchet, generation: int, limits: RatchetLimits
) -> tuple[Ratchet, MessageKey]:
    if generation - ratchet.generation > limits.forward_generations:
        raise GenerationTooFarAhead("generation is beyond the forward limit")
    secret = ratchet.secret
    skipped = dict(ratchet.skipped)
    oldest_kept = generation - limits.out_of_order_window
    for current in range(ratchet.generation, generation):
        if current >= oldest_kept:
            skipped[current], secret = _step(suite, secret, current)
        else:
            secret = _next_secret(secret, current)
    key, secret = _step(suite, secret, generation)
    surplus = len(skipped) - limits.out_of_order_window
    if surplus > 0:
        gone = set(sorted(skipped)[:surplus])
        skipped = {g: k for g, k in skipped.items() if g not in gone}
    return Ratchet(generation + 1, secret, skipped), key


def _next_secret(secret: bytes, generation: int) -> bytes:
    return derive_tree_secret(secret, b"secret", generation, HASH_BYTES)


def _step(
    suite: CipherSuite, secret: bytes, generation: int
) -> tuple[MessageKey, bytes]:
    """The key of a generation and the secret of the one after (§9.1)."""
    key = derive_tree_secret(secret, b"key", generation, suite.key_bytes)
    nonce = derive_tree_secret(secret, b"nonce", generation, NONCE_BYTES)
    return MessageKey(generation, key, nonce), _next_secret(secret, generation)


def _with_ratchet(
    tree: SecretTree, leaf: LeafIndex, kind: RatchetKind, ratchet: Ratchet
) -> SecretTree:
    ratchets = dict(tree.ratchets)
    ratchets[leaf, kind] = ratchet
    return SecretTree(tree.leaf_count, tree.nodes, ratchets)


def _with_ratchets(tree: SecretTree, leaf: LeafIndex) -> SecretTree:
    """The tree with both ratchets of a leaf begun."""
    if (leaf, RatchetKind.APPLICATION) in tree.ratchets:
        return tree
    target = treemath.node_of_leaf(leaf)
    nodes = dict(tree.nodes)
    path = (target, *treemath.direct_path(target, tree.leaf_count))
    node = next(n for n in path if n in nodes)
    while node != target:
        secret = nodes.pop(node)
        for child, side in (
            (treemath.left(node), b"left"),
            (treemath.right(node), b"right"),
        ):
            nodes[child] = expand_with_label(secret, b"tree", side, HASH_BYTES)
        node = path[path.index(node) - 1]
    secret = nodes.pop(target)
    ratchets = dict(tree.ratchets)
    for kind, label in _LABELS.items():
        first = expand_with_label(secret, label, b"", HASH_BYTES)
        ratchets[leaf, kind] = Ratchet(0, first)
    return SecretTree(tree.leaf_count, nodes, ratchets)


def sender_data_key_and_nonce(
    suite: CipherSuite, sender_data_secret: bytes, ciphertext: bytes
) -> tuple[bytes, bytes]:
    """Key and nonce of the encrypted sender data (§6.3.2)."""
    sample = ciphertext[:HASH_BYTES]
    return (
        expand_with_label(sender_data_secret, b"key", sample, suite.key_bytes),
        expand_with_label(sender_data_secret, b"nonce", sample, NONCE_BYTES),
    )
