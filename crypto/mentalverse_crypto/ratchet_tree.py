"""The public ratchet tree: nodes, resolution, hashes, changes (§4.1, §7).

A `RatchetTree` is frozen; every change gives a tree that shares the nodes it
left alone. Subtree hashes are kept beside the nodes and dropped only where a
change reaches, so a commit hashes the paths it touched and nothing else.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from . import treemath
from .ciphersuite import digest
from .codec import Reader, opaque, optional, u8, u32, vector
from .errors import DecodeError, InvalidProposal, InvalidTree
from .leaf import LeafNode
from .treemath import LeafIndex, NodeIndex

_LEAF, _PARENT = 1, 2


@dataclass(frozen=True, slots=True)
class ParentNode:
    """`ParentNode` (§7.1)."""

    encryption_key: bytes
    parent_hash: bytes = b""
    unmerged_leaves: tuple[LeafIndex, ...] = ()
    """Ascending; leaves below that do not hold the private key."""

    def encode(self) -> bytes:
        """The structure on the wire."""
        return (
            opaque(self.encryption_key)
            + opaque(self.parent_hash)
            + vector(map(u32, self.unmerged_leaves))
        )

    @classmethod
    def read(cls, reader: Reader) -> "ParentNode":
        """The structure from the wire."""
        return cls(reader.opaque(), reader.opaque(), reader.vector(Reader.u32))


Node = LeafNode | ParentNode


def _encode_node(node: Node | None) -> bytes | None:
    if node is None:
        return None
    return u8(_LEAF if isinstance(node, LeafNode) else _PARENT) + node.encode()


def _read_node(reader: Reader) -> Node:
    match reader.u8():
        case 1:
            return LeafNode.read(reader)
        case 2:
            return ParentNode.read(reader)
        case _:
            raise DecodeError("unknown node type")


@dataclass(frozen=True, slots=True)
class PathStep:
    """A node of a filtered direct path and its child on the copath."""

    node: NodeIndex
    copath_child: NodeIndex


@dataclass(frozen=True, slots=True)
class RatchetTree:
    """A complete tree: a power of two of leaves, blank nodes as None."""

    nodes: tuple[Node | None, ...]
    _hashes: dict[NodeIndex, bytes] = field(
        default_factory=dict, repr=False, compare=False
    )
    """Subtree hashes found so far; a cache, never part of the value."""
    _encoded: list[bytes] = field(default_factory=list, repr=False, compare=False)
    """The encoding once made; a state is stored after every message."""

    # --- the wire (§7.8, §12.4.3.3) ---

    def encode(self) -> bytes:
        """`optional<Node> ratchet_tree<V>`, without blanks at the end."""
        if not self._encoded:
            used = len(self.nodes)
            while used and self.nodes[used - 1] is None:
                used -= 1
            nodes = (optional(_encode_node(node)) for node in self.nodes[:used])
            self._encoded.append(vector(nodes))
        return self._encoded[0]

    @classmethod
    def read(cls, reader: Reader) -> "RatchetTree":
        """The tree from the wire, widened to be complete."""
        nodes = reader.vector(lambda r: r.optional(_read_node))
        if not nodes or nodes[-1] is None:
            raise DecodeError("ratchet tree is empty or ends in a blank node")
        for index, node in enumerate(nodes):
            if node and isinstance(node, LeafNode) != treemath.is_leaf(index):
                raise DecodeError("leaf and parent nodes are in the wrong places")
        leaves = treemath.full_leaf_count((len(nodes) + 1) // 2)
        blanks = (None,) * (treemath.node_width(leaves) - len(nodes))
        return cls(nodes + blanks)

    # --- looking ---

    @property
    def leaf_count(self) -> int:
        """Places for leaves, blank ones included: a power of two."""
        return (len(self.nodes) + 1) >> 1

    def leaf(self, index: LeafIndex) -> LeafNode | None:
        """The leaf at an index; None when blank or outside the tree."""
        node = self.nodes[2 * index] if index < self.leaf_count else None
        return node if isinstance(node, LeafNode) else None

    def parent_node(self, index: NodeIndex) -> ParentNode | None:
        """The parent node at a node index; None when blank."""
        node = self.nodes[index]
        return node if isinstance(node, ParentNode) else None

    def leaves(self) -> Iterator[tuple[LeafIndex, LeafNode]]:
        """The leaves that are not blank, from left to right."""
        for index, node in enumerate(self.nodes[::2]):
            if isinstance(node, LeafNode):
                yield index, node

    def parents(self) -> Iterator[tuple[NodeIndex, ParentNode]]:
        """The parent nodes that are not blank, from left to right."""
        for index, node in enumerate(self.nodes):
            if isinstance(node, ParentNode):
                yield index, node

    def resolution(self, index: NodeIndex) -> tuple[NodeIndex, ...]:
        """The nodes that together reach every leaf below (§4.1.1)."""
        node = self.nodes[index]
        if isinstance(node, ParentNode):
            return (index, *map(treemath.node_of_leaf, node.unmerged_leaves))
        if node is not None:
            return (index,)
        if treemath.is_leaf(index):
            return ()
        left = self.resolution(treemath.left(index))
        return left + self.resolution(treemath.right(index))

    def filtered_direct_path(self, leaf: LeafIndex) -> tuple[PathStep, ...]:
        """The ancestors that get a key when the leaf commits (§4.1.2).

        An ancestor is left out when nobody is below its other child. Making a
        path, applying one and deriving keys from a Welcome all walk this list.
        """
        steps = []
        below = treemath.node_of_leaf(leaf)
        for node in treemath.direct_path(below, self.leaf_count):
            copath_child = treemath.sibling(below)
            if self.resolution(copath_child):
                steps.append(PathStep(node, copath_child))
            below = node
        return tuple(steps)

    # --- hashes (§7.8, §7.9) ---

    def tree_hash(self) -> bytes:
        """The hash of the whole tree (§7.8)."""
        return self.subtree_hash(treemath.root(self.leaf_count))

    def subtree_hash(self, index: NodeIndex) -> bytes:
        """The hash of the subtree under a node (§7.8)."""
        known = self._hashes.get(index)
        if known is None:
            known = self._hashes[index] = self._digest(index, frozenset())
        return known

    def _hash_without(self, index: NodeIndex, absent: frozenset[LeafIndex]) -> bytes:
        """The subtree hash as if the leaves `absent` were not there."""
        if absent.isdisjoint(treemath.leaves_under(index)):
            return self.subtree_hash(index)
        return self._digest(index, absent)

    def _digest(self, index: NodeIndex, absent: frozenset[LeafIndex]) -> bytes:
        node = self.nodes[index]
        if treemath.is_leaf(index):
            leaf = treemath.leaf_of_node(index)
            shown = None if node is None or leaf in absent else node.encode()
            return digest(u8(_LEAF) + u32(leaf) + optional(shown))
        if absent and isinstance(node, ParentNode):
            kept = tuple(x for x in node.unmerged_leaves if x not in absent)
            node = replace(node, unmerged_leaves=kept)
        shown = None if node is None else node.encode()
        left = self._hash_without(treemath.left(index), absent)
        right = self._hash_without(treemath.right(index), absent)
        return digest(u8(_PARENT) + optional(shown) + opaque(left) + opaque(right))

    def parent_hash(self, index: NodeIndex, copath_child: NodeIndex) -> bytes:
        """The parent hash of a parent node towards one child (§7.9)."""
        node = self.parent_node(index)
        if node is None:
            raise InvalidTree("parent hash of a blank node")
        sibling_hash = self._hash_without(copath_child, frozenset(node.unmerged_leaves))
        return digest(
            opaque(node.encryption_key)
            + opaque(node.parent_hash)
            + opaque(sibling_hash)
        )

    # --- changes (§7.7, §12.1) ---

    def replace(self, changes: Mapping[NodeIndex, Node | None]) -> "RatchetTree":
        """The tree with some nodes changed."""
        nodes = list(self.nodes)
        stale = set(changes)
        for index, node in changes.items():
            nodes[index] = node
            stale.update(treemath.direct_path(index, self.leaf_count))
        hashes = {i: h for i, h in self._hashes.items() if i not in stale}
        return RatchetTree(tuple(nodes), hashes)

    def add_leaf(self, leaf: LeafNode) -> tuple["RatchetTree", LeafIndex]:
        """The tree with a leaf in the leftmost free place (§12.1.1)."""
        tree = self
        index = next((i for i, n in enumerate(self.nodes[::2]) if n is None), None)
        if index is None:
            index = self.leaf_count
            blanks = (None,) * (len(self.nodes) + 1)
            tree = RatchetTree(self.nodes + blanks, dict(self._hashes))
        changes: dict[NodeIndex, Node | None] = {treemath.node_of_leaf(index): leaf}
        path = treemath.direct_path(treemath.node_of_leaf(index), tree.leaf_count)
        for above in path:
            node = tree.parent_node(above)
            if node is not None:
                unmerged = tuple(sorted({*node.unmerged_leaves, index}))
                changes[above] = replace(node, unmerged_leaves=unmerged)
        return tree.replace(changes), index

    def _with_blank_path(self, leaf: LeafIndex, node: LeafNode | None) -> "RatchetTree":
        index = treemath.node_of_leaf(leaf)
        path = treemath.direct_path(index, self.leaf_count)
        return self.replace({index: node, **dict.fromkeys(path)})

    def update_leaf(self, leaf: LeafIndex, node: LeafNode) -> "RatchetTree":
        """The tree with a leaf exchanged and its ancestors blank (§12.1.2)."""
        return self._with_blank_path(leaf, node)

    def remove_leaf(self, leaf: LeafIndex) -> "RatchetTree":
        """The tree without a leaf, its ancestors blank, truncated (§12.1.3).

        Raises:
            InvalidProposal: there is no such leaf.
        """
        if self.leaf(leaf) is None:
            raise InvalidProposal("removed leaf is blank")
        return self._with_blank_path(leaf, None)._truncated()

    def _truncated(self) -> "RatchetTree":
        """Halved for as long as the right half holds no leaf (§7.7)."""
        nodes: Sequence[Node | None] = self.nodes
        while len(nodes) > 1:
            half = len(nodes) >> 1
            if any(node is not None for node in nodes[half + 1 :]):
                break
            nodes = nodes[:half]
        if len(nodes) == len(self.nodes):
            return self
        hashes = {i: h for i, h in self._hashes.items() if i < len(nodes)}
        return RatchetTree(tuple(nodes), hashes)

    def encryption_keys(self) -> set[bytes]:
        """The public keys in the tree."""
        return {node.encryption_key for node in self.nodes if node is not None}


def single_leaf(leaf: LeafNode) -> RatchetTree:
    """The tree of a group with one member."""
    return RatchetTree((leaf,))
