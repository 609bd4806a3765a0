"""Trees that a dishonest member hands to a newcomer; the signature on each is right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from load_tests.js_peer import JsError, JsPeer
from load_tests.python_member import PythonMember

from mentalverse_crypto import group
from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.proposals import Add
from mentalverse_crypto.ratchet_tree import ParentNode, RatchetTree
from support.mixed_group import MixedGroup

SUITE = CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519
ROOT, INNER = 7, 11
"""The parents that list leaf 7: of leaves 0–7, and of leaves 4–7."""


@pytest.fixture
def of(peer: JsPeer) -> MixedGroup:
    """Seven members who have all committed, and an eighth that is unmerged."""
    made = MixedGroup(["python"] * 7, SUITE, peer)
    for member in made.members:
        made.commit(member)
    newest = made.newcomer("python")
    made.commit(made.members[0], [Add(newest.key_package())], [newest], path=False)
    return made


def _listing(tree: RatchetTree, leaves: Mapping[int, tuple[int, ...]]) -> RatchetTree:
    """The tree with other `unmerged_leaves` at some parents."""
    nodes = {}
    for index, listed in leaves.items():
        node = tree.nodes[index]
        assert isinstance(node, ParentNode)
        nodes[index] = replace(node, unmerged_leaves=listed)
    return tree.replace(nodes)


def _group_info(member: PythonMember, leaves: Mapping[int, tuple[int, ...]]) -> bytes:
    """A GroupInfo that is signed and consistent, whatever the tree says."""
    state = member.state
    tree = _listing(state.tree, leaves)
    context = replace(state.group_context, tree_hash=tree.tree_hash())
    return group.group_info(replace(state, tree=tree, group_context=context))


def _dishonest(of: MixedGroup) -> PythonMember:
    member = of.members[0]
    assert isinstance(member, PythonMember)
    return member


def test_a_newcomer_takes_the_tree_as_it_is(of: MixedGroup) -> None:
    leader = _dishonest(of)
    tree = leader.state.tree
    assert {i: node.unmerged_leaves for i, node in tree.parents()} == {
        **{i: () for i, _ in tree.parents()},
        ROOT: (7,),
        INNER: (7,),
    }
    same = {ROOT: (7,), INNER: (7,)}
    of.newcomer("javascript").come_in(_group_info(leader, same))


@pytest.mark.parametrize(
    ("leaves", "section"),
    [
        ({ROOT: (7, 7)}, "increasing order"),
        ({ROOT: (7, 6)}, "increasing order"),
        ({INNER: (0, 7)}, "descendant"),
        ({ROOT: (7, 9)}, "descendant"),
        ({ROOT: (7, 2**32 - 1)}, "descendant"),
        ({INNER: ()}, "intermediate node"),
        ({ROOT: (), INNER: ()}, "parent hash"),
    ],
    ids=[
        "7.1 repeated",
        "7.1 out of order",
        "12.4.3.1 not below",
        "12.4.3.1 outside the tree",
        "12.4.3.1 far outside the tree",
        "12.4.3.1 not listed between",
        "7.9.2 a reader nobody lists",
    ],
)
def test_a_newcomer_refuses_a_tree_with_unmerged_leaves(
    of: MixedGroup, leaves: Mapping[int, tuple[int, ...]], section: str
) -> None:
    with pytest.raises(JsError, match=section):
        of.newcomer("javascript").come_in(_group_info(_dishonest(of), leaves))
