"""Rules about trees, broken by who vouches for one (§7.1, §7.9.2, §12.4.3.1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mentalverse_crypto import group
from mentalverse_crypto.errors import InvalidTree
from mentalverse_crypto.ratchet_tree import ParentNode, RatchetTree
from support.broken.rule import Given, OpenDoor, Patch, Rule, Scene, Table
from support.mls_group import Client

Trees = Callable[[RatchetTree], RatchetTree]


def parent(tree: RatchetTree, index: int) -> ParentNode:
    """A parent that is not blank."""
    node = tree.parent_node(index)
    assert node is not None
    return node


def with_unmerged(tree: RatchetTree, index: int, *leaves: int) -> RatchetTree:
    """The tree with other `unmerged_leaves` at a parent."""
    node = replace(parent(tree, index), unmerged_leaves=leaves)
    return tree.replace({index: node})


def vouched(member: Client, tree: RatchetTree) -> bytes:
    """A GroupInfo that is signed and consistent, whatever the tree says."""
    context = replace(member.state.group_context, tree_hash=tree.tree_hash())
    return group.group_info(replace(member.state, tree=tree, group_context=context))


def _tree(change: Trees) -> Rule:
    def make(scene: Scene, patch: Patch) -> list[Given]:
        # The last member stands in every one of these trees.
        voucher = scene.members[-1]
        return [OpenDoor(vouched(voucher, change(voucher.state.tree)))]

    return Rule(InvalidTree, make)


UNMERGED: Table = {
    section: _tree(change)
    for section, change in {
        "7.1 out of order": lambda t: with_unmerged(t, 3, 1, 0),
        "7.1 repeated": lambda t: with_unmerged(t, 3, 1, 1),
        "12.4.3.1 outside the tree": lambda t: with_unmerged(t, 3, 9),
        "12.4.3.1 not below": lambda t: with_unmerged(t, 1, 2),
        "12.4.3.1 blank": lambda t: with_unmerged(t.replace({4: None}), 3, 2),
        "12.4.3.1 merged further down": lambda t: with_unmerged(t, 3, 1),
    }.items()
}


PARENTS: Table = {
    section: _tree(change)
    for section, change in {
        "7.9.2 another key": lambda t: t.replace(
            {3: replace(parent(t, 3), encryption_key=bytes(31) + b"\x09")}
        ),
        "7.9.2 another parent hash below": lambda t: t.replace(
            {1: replace(parent(t, 1), parent_hash=bytes(32))}
        ),
        "7.9.2 a leaf that did not commit": lambda t: t.replace(
            {i: None for i in range(3)} | {4: t.nodes[4]}
        ),
        "7.9.2 its authenticating child gone": lambda t: t.replace({5: None, 1: None}),
    }.items()
}
