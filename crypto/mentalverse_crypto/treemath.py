"""Index arithmetic of the array-based complete binary tree (Appendix C).

Leaf `i` is node `2 * i`; the width is always a power of two of leaves. A node's
level is the number of its trailing one bits.
"""

NodeIndex = int
LeafIndex = int


def node_of_leaf(leaf: LeafIndex) -> NodeIndex:
    """The node index of a leaf."""
    return 2 * leaf


def leaf_of_node(node: NodeIndex) -> LeafIndex:
    """The leaf index of an even node."""
    return node >> 1


def is_leaf(node: NodeIndex) -> bool:
    """Whether a node is a leaf."""
    return not node & 1


def level(node: NodeIndex) -> int:
    """Height above the leaves."""
    return (node ^ (node + 1)).bit_length() - 1


def node_width(leaf_count: int) -> int:
    """Nodes of a tree with this many leaves."""
    return 2 * leaf_count - 1 if leaf_count else 0


def full_leaf_count(leaf_count: int) -> int:
    """The smallest power of two that holds this many leaves."""
    return 1 << max(leaf_count - 1, 0).bit_length()


def root(leaf_count: int) -> NodeIndex:
    """The root of a complete tree with a power of two of leaves."""
    return leaf_count - 1


def left(node: NodeIndex) -> NodeIndex:
    """The left child of a parent node."""
    return node ^ (1 << (level(node) - 1))


def right(node: NodeIndex) -> NodeIndex:
    """The right child of a parent node."""
    return node ^ (3 << (level(node) - 1))


def parent(node: NodeIndex) -> NodeIndex:
    """The parent of a node that is not the root."""
    k = level(node)
    return (node | (1 << k)) & ~(1 << (k + 1))


def sibling(node: NodeIndex) -> NodeIndex:
    """The other child of the parent of a node that is not the root."""
    above = parent(node)
    return right(above) if node < above else left(above)


def direct_path(node: NodeIndex, leaf_count: int) -> tuple[NodeIndex, ...]:
    """The ancestors of a node, nearest first, root included."""
    top = root(leaf_count)
    path = []
    while node != top:
        node = parent(node)
        path.append(node)
    return tuple(path)


def is_ancestor(ancestor: NodeIndex, node: NodeIndex) -> bool:
    """Whether `node` lies in the subtree under `ancestor`, itself included."""
    reach = (1 << level(ancestor)) - 1
    return ancestor - reach <= node <= ancestor + reach


def common_ancestor(a: NodeIndex, b: NodeIndex) -> NodeIndex:
    """The lowest node with both in its subtree."""
    while not is_ancestor(a, b):
        a = parent(a)
    return a


def leaves_under(node: NodeIndex) -> range:
    """The leaf indices in the subtree of a node."""
    reach = (1 << level(node)) - 1
    return range((node - reach) >> 1, ((node + reach) >> 1) + 1)
