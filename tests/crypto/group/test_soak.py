"""Random lives of groups: whatever happens, the members agree."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from load_tests.mls_life import live

from mentalverse_crypto import group, treekem
from mentalverse_crypto.ciphersuite import HASH_BYTES, CipherSuite
from mentalverse_crypto.labels import derive_secret
from mentalverse_crypto.proposals import Add, Proposal, Remove
from mentalverse_crypto.ratchet_tree import RatchetTree
from support.deterministic import seeded_rng
from support.mls_group import Client, assert_agreement, client, commit, group_of

SUITE_1, *OTHER_SUITES = CipherSuite


@pytest.mark.parametrize("seed", range(5))
def test_members_agree_through_a_hundred_random_operations(seed: int) -> None:
    assert live(seed, 100, SUITE_1).divergences == ()


@pytest.mark.parametrize("suite", OTHER_SUITES, ids=hex)
def test_members_agree_on_every_suite(suite: CipherSuite) -> None:
    assert live(suite, 100, suite).divergences == ()


@pytest.mark.nightly
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(100, 120))
def test_members_agree_through_five_hundred_random_operations(seed: int) -> None:
    assert live(seed, 500, SUITE_1).divergences == ()


def test_a_life_is_the_same_again_and_not_idle() -> None:
    outcome = live(7, 60)
    assert outcome == live(7, 60)
    assert outcome.operations == 60
    assert outcome.epochs > 30
    assert outcome.messages_read > 100


def test_a_life_counts_those_who_derive_a_secret_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    honest = treekem.make_path

    def up_to_a_blank_root(
        suite: CipherSuite, tree: RatchetTree, leaf: int, rng: Callable[[int], bytes]
    ) -> treekem.MadePath:
        made = honest(suite, tree, leaf, rng)
        root = len(tree.nodes) // 2
        if not made.steps or made.steps[-1].node == root:
            return made
        once_more = derive_secret(made.secrets.commit_secret, b"path")
        return replace(made, secrets=replace(made.secrets, commit_secret=once_more))

    monkeypatch.setattr(treekem, "make_path", up_to_a_blank_root)
    assert any(live(seed, 60).divergences for seed in range(20))


def _all_can_follow(members: list[Client]) -> None:
    """Everybody's keys work: each commits once and all follow."""
    for member in members:
        commit(member, [m for m in members if m is not member])
        assert_agreement(members)


def _filtered(member: Client) -> list[int]:
    path = member.state.tree.filtered_direct_path(member.state.own_leaf)
    return [step.node for step in path]


def test_a_blank_root_takes_no_derivation() -> None:
    members = group_of(4, seeded_rng(21))
    a, b, c, d = members
    commit(c, [a, b, d], Remove(0), Remove(1))
    assert _filtered(c) == [5]
    assert c.state.tree.nodes[3] is None
    first = seeded_rng(5)(HASH_BYTES)
    made = treekem.make_path(
        c.state.suite, c.state.tree, c.state.own_leaf, seeded_rng(5)
    )
    assert made.secrets.commit_secret == derive_secret(first, b"path")
    assert_agreement([c, d])
    _all_can_follow([c, d])


@pytest.mark.parametrize(
    ("size", "kept", "path"),
    [
        pytest.param(4, [1, 2, 3], [3], id="one level"),
        pytest.param(8, [3, 4, 5, 6, 7], [7], id="two levels"),
        pytest.param(8, [0, 7], [7], id="both halves thin"),
        pytest.param(8, [4, 7], [11], id="root and an inner level"),
        pytest.param(8, [6, 7], [13], id="two levels above"),
    ],
)
def test_levels_with_nobody_beside_are_skipped(
    size: int, kept: list[int], path: list[int]
) -> None:
    everybody = group_of(size, seeded_rng(22))
    committer = everybody[kept[0]]
    gone = [Remove(m.state.own_leaf) for i, m in enumerate(everybody) if i not in kept]
    commit(committer, [m for m in everybody if m is not committer], *gone)
    members = [everybody[i] for i in kept]
    assert_agreement(members)
    assert _filtered(committer) == path
    _all_can_follow(members)


def test_a_level_of_an_unmerged_leaf_only_is_not_skipped() -> None:
    rng = seeded_rng(23)
    members = group_of(4, rng)
    a, b, c, d = members
    commit(c, [a, b, d], Remove(0), Remove(1))
    assert _filtered(c) == [5]
    newcomer = client("newcomer", rng)
    add = Add(newcomer.key_package())
    commit(d, [c], add, joiners=[newcomer], path=False)
    assert newcomer.state.own_leaf == 0
    assert _filtered(c) == [5, 3]
    _all_can_follow([c, d, newcomer])


def test_a_leaf_unmerged_at_a_node_above_is_still_reached() -> None:
    rng = seeded_rng(24)
    members = group_of(4, rng)
    a, b, c, d = members
    _all_can_follow(members)
    commit(a, [b, c, d], Remove(3))
    commit(c, [a, b])
    commit(b, [a, c])
    newcomer = client("newcomer", rng)
    commit(a, [b, c], Add(newcomer.key_package()), joiners=[newcomer], path=False)
    parent = c.state.tree.parent_node(3)
    assert parent is not None
    assert parent.unmerged_leaves == (3,)
    _all_can_follow([a, b, c, newcomer])


@pytest.mark.parametrize("path", [True, False])
def test_a_level_filled_by_the_same_commit_counts(path: bool) -> None:
    rng = seeded_rng(25)
    members = group_of(8, rng)
    committer, rest = members[6], [m for i, m in enumerate(members) if i != 6]
    commit(committer, rest, *(Remove(i) for i in range(6)))
    assert _filtered(committer) == [13]
    newcomers = [client(f"newcomer {i}", rng) for i in range(2)]
    adds = [Add(n.key_package()) for n in newcomers]
    commit(committer, [members[7]], *adds, joiners=newcomers, path=path)
    assert _filtered(committer) == [13, 7]
    everybody = [committer, members[7], *newcomers]
    assert_agreement(everybody)
    _all_can_follow(everybody)


def test_a_leaf_replaced_in_one_commit_leaves_the_rest_reachable() -> None:
    rng = seeded_rng(26)
    members = group_of(6, rng)
    committer = members[0]
    renewed = client(members[5].name, rng)
    others = members[1:]
    proposals: list[Proposal] = [Remove(5), Add(renewed.key_package())]
    commit(committer, others, *proposals, joiners=[renewed])
    everybody = [*members[:5], renewed]
    assert_agreement(everybody)
    assert renewed.state.own_leaf == 5
    _all_can_follow(everybody)


def test_thirty_two_members_follow_each_other() -> None:
    members = group_of(32, seeded_rng(27))
    for committer in (members[0], members[17], members[31]):
        commit(committer, [m for m in members if m is not committer])
    assert_agreement(members)
    assert len(group.members(members[5].state)) == 32
