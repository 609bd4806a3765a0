"""TreeKEM: making, applying and reading UpdatePaths (§7.4–§7.6, §12.4).

    path_secret[0]   random, for the first node of the filtered direct path
    path_secret[i]   DeriveSecret(path_secret[i - 1], "path")
    node key pair    DeriveKeyPair(DeriveSecret(path_secret, "node"))
    commit_secret    one more "path" step after the last filtered node

The steps are those of `RatchetTree.filtered_direct_path` and no others: a node
that is left out, the root included, takes neither key nor derivation.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from . import hpke, treemath
from .ciphersuite import (
    HASH_BYTES,
    CipherSuite,
    HpkeKeyPair,
    Rng,
)
from .errors import InvalidCommit
from .labels import decrypt_with_label, derive_secret, encrypt_with_label
from .leaf import LeafNode
from .ratchet_tree import Node, ParentNode, PathStep, RatchetTree
from .treemath import LeafIndex, NodeIndex
from .update_path import UpdatePath, UpdatePathNode

_LABEL = b"UpdatePathNode"

PrivateKeys = Mapping[NodeIndex, bytes]
"""A member's private keys: its leaf and ancestors it knows."""


@dataclass(frozen=True, slots=True)
class PathSecrets:
    """What a path secret leads to."""

    path_secrets: Mapping[NodeIndex, bytes] = field(repr=False)
    key_pairs: Mapping[NodeIndex, HpkeKeyPair] = field(repr=False)
    commit_secret: bytes = field(repr=False)

    def private_keys(self) -> dict[NodeIndex, bytes]:
        """The private keys by node."""
        return {node: pair.private for node, pair in self.key_pairs.items()}


def derive_path(
    suite: CipherSuite, path_secret: bytes, nodes: Sequence[NodeIndex]
) -> PathSecrets:
    """The secrets and keys of the nodes in order, and the commit secret (§7.4)."""
    secrets: dict[NodeIndex, bytes] = {}
    pairs: dict[NodeIndex, HpkeKeyPair] = {}
    for node in nodes:
        secrets[node] = path_secret
        pairs[node] = node_key_pair(suite, path_secret)
        path_secret = derive_secret(path_secret, b"path")
    return PathSecrets(secrets, pairs, path_secret)


def node_key_pair(suite: CipherSuite, path_secret: bytes) -> HpkeKeyPair:
    """The key pair of the node that holds a path secret (§7.4)."""
    return hpke.derive_key_pair(suite, derive_secret(path_secret, b"node"))


def _set_path(
    tree: RatchetTree,
    leaf: LeafIndex,
    steps: Sequence[PathStep],
    keys: Sequence[bytes],
) -> tuple[RatchetTree, bytes]:
    """The tree with new keys above a leaf, and the leaf's parent hash (§7.9)."""
    path = treemath.direct_path(treemath.node_of_leaf(leaf), tree.leaf_count)
    changes: dict[NodeIndex, Node | None] = dict.fromkeys(path)
    for step, key in zip(steps, keys, strict=True):
        changes[step.node] = ParentNode(key)
    tree = tree.replace(changes)
    parent_hash = b""
    for step, key in zip(reversed(steps), reversed(keys), strict=True):
        tree = tree.replace({step.node: ParentNode(key, parent_hash)})
        parent_hash = tree.parent_hash(step.node, step.copath_child)
    return tree, parent_hash


@dataclass(frozen=True, slots=True)
class MadePath:
    """A path of our own before it is encrypted."""

    tree: RatchetTree
    """With the keys above the leaf, the leaf itself still to be set."""
    parent_hash: bytes
    """For the committer's leaf."""
    steps: tuple[PathStep, ...]
    secrets: PathSecrets


def make_path(
    suite: CipherSuite, tree: RatchetTree, leaf: LeafIndex, rng: Rng
) -> MadePath:
    """Fresh keys for the filtered direct path of a leaf (§7.5)."""
    steps = tree.filtered_direct_path(leaf)
    secrets = derive_path(suite, rng(HASH_BYTES), [step.node for step in steps])
    keys = [secrets.key_pairs[step.node].public for step in steps]
    changed, parent_hash = _set_path(tree, leaf, steps, keys)
    return MadePath(changed, parent_hash, steps, secrets)


def _receivers(
    tree: RatchetTree, step: PathStep, excluded: Collection[LeafIndex]
) -> list[NodeIndex]:
    """Whom a path secret is sealed to; leaves just added have the Welcome."""
    hidden = set(map(treemath.node_of_leaf, excluded))
    return [n for n in tree.resolution(step.copath_child) if n not in hidden]


def _encryption_key(tree: RatchetTree, index: NodeIndex) -> bytes:
    node = tree.nodes[index]
    if node is None:
        raise InvalidCommit("path secret for a blank node")
    return node.encryption_key


def encrypt_path(
    suite: CipherSuite,
    made: MadePath,
    leaf_node: LeafNode,
    context: bytes,
    excluded: Collection[LeafIndex],
    rng: Rng,
) -> UpdatePath:
    """The UpdatePath to send (§7.6).

    `context` is the encoded provisional GroupContext, `excluded` the leaves
    added by the same commit.
    """
    nodes = []
    for step in made.steps:
        secret = made.secrets.path_secrets[step.node]
        sealed = tuple(
            encrypt_with_label(
                suite, _encryption_key(made.tree, n), _LABEL, context, secret, rng
            )
            for n in _receivers(made.tree, step, excluded)
        )
        public = made.secrets.key_pairs[step.node].public
        nodes.append(UpdatePathNode(public, sealed))
    return UpdatePath(leaf_node, tuple(nodes))


def apply_path(
    tree: RatchetTree, sender: LeafIndex, path: UpdatePath
) -> tuple[RatchetTree, tuple[PathStep, ...]]:
    """The tree with a received path, and the steps it covers (§7.5).

    Raises:
        InvalidCommit: the path has the wrong length, or the leaf's parent hash
            is not that of the tree it makes (§7.9.2).
    """
    steps = tree.filtered_direct_path(sender)
    if len(steps) != len(path.nodes):
        raise InvalidCommit("path is not as long as the filtered direct path")
    keys = [node.encryption_key for node in path.nodes]
    tree, parent_hash = _set_path(tree, sender, steps, keys)
    if path.leaf_node.parent_hash != parent_hash:
        raise InvalidCommit("leaf's parent hash does not match the path")
    return tree.replace({treemath.node_of_leaf(sender): path.leaf_node}), steps


def open_path(
    suite: CipherSuite,
    tree: RatchetTree,
    steps: Sequence[PathStep],
    path: UpdatePath,
    own_leaf: LeafIndex,
    private_keys: PrivateKeys,
    context: bytes,
    excluded: Collection[LeafIndex],
) -> PathSecrets:
    """The secrets that a received path holds for us (§7.6, §12.4.2).

    `tree` and `steps` come from `apply_path`.

    Raises:
        InvalidCommit: there is no secret for us, the number of ciphertexts is
            wrong, or a key does not follow from its secret.
        DecryptError: our ciphertext does not open.
    """
    own = treemath.node_of_leaf(own_leaf)
    for step, node in zip(steps, path.nodes, strict=True):
        expected = len(_receivers(tree, step, excluded))
        if len(node.encrypted_path_secret) != expected:
            raise InvalidCommit("path has the wrong number of ciphertexts")
    overlap = next(
        (i for i, s in enumerate(steps) if treemath.is_ancestor(s.node, own)), None
    )
    if overlap is None:
        raise InvalidCommit("path does not reach this leaf")
    receivers = _receivers(tree, steps[overlap], excluded)
    place = next((i for i, n in enumerate(receivers) if n in private_keys), None)
    if place is None:
        raise InvalidCommit("path holds no secret for this leaf")
    receiver = receivers[place]
    pair = HpkeKeyPair(private_keys[receiver], _encryption_key(tree, receiver))
    sealed = path.nodes[overlap].encrypted_path_secret[place]
    secret = decrypt_with_label(suite, pair, _LABEL, context, sealed)
    return derive_checked(suite, tree, secret, [s.node for s in steps[overlap:]])


def derive_checked(
    suite: CipherSuite,
    tree: RatchetTree,
    path_secret: bytes,
    nodes: Sequence[NodeIndex],
) -> PathSecrets:
    """`derive_path`, with every public key compared with the tree (§7.4).

    Raises:
        InvalidCommit: a key of the tree is another.
    """
    secrets = derive_path(suite, path_secret, nodes)
    for node, pair in secrets.key_pairs.items():
        if _encryption_key(tree, node) != pair.public:
            raise InvalidCommit("path secret does not lead to the key in the tree")
    return secrets
