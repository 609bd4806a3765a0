"""Trees whose filtered direct paths leave nodes out (RFC 9420 §4.1.2).

Commit secrets begin after the last node of the filtered direct path, whatever its
level. A mistake here shows only where a level is skipped.
"""

from __future__ import annotations

import pytest
from load_tests.js_peer import JsPeer
from load_tests.mixed_members import Member

from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.proposals import Add, Remove
from support.mixed_group import LANGUAGES, MixedGroup

SUITE = CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519


def _full(leading: str, count: int, peer: JsPeer) -> MixedGroup:
    """A group whose every member has committed, so that no node is blank."""
    following = next(each for each in LANGUAGES if each != leading)
    turns = [following, leading] * count
    of = MixedGroup(turns[:count], SUITE, peer)
    for member in of.members:
        of.commit(member)
    return of


def _clear(of: MixedGroup, committer: Member, gone: range) -> None:
    by_leaf = {leaf: name for name, leaf in committer.leaves().items()}
    of.commit(committer, [Remove(leaf) for leaf in gone if leaf in by_leaf])


def _use(of: MixedGroup) -> None:
    """Everybody commits, speaks, and a newcomer of either kind joins."""
    for member in list(of.members):
        of.commit(member)
    of.talk()
    for language in LANGUAGES:
        of.add(of.members[0], of.newcomer(language))
    for language in LANGUAGES:
        of.come_in(of.newcomer(language), of.members[-1])
    of.talk()


@pytest.mark.parametrize("leading", LANGUAGES)
@pytest.mark.parametrize("committer", [2, 3])
def test_the_root_is_blank(peer: JsPeer, leading: str, committer: int) -> None:
    of = _full(leading, 4, peer)
    _clear(of, of.members[committer], range(2))
    _use(of)


@pytest.mark.parametrize("leading", LANGUAGES)
def test_one_inner_level_is_skipped(peer: JsPeer, leading: str) -> None:
    of = _full(leading, 8, peer)
    _clear(of, of.members[7], range(4, 6))
    _use(of)


@pytest.mark.parametrize("leading", LANGUAGES)
def test_two_inner_levels_are_skipped(peer: JsPeer, leading: str) -> None:
    of = _full(leading, 16, peer)
    _clear(of, of.members[15], range(8, 14))
    of.remove(of.members[-1], of.members[-2])
    _use(of)


@pytest.mark.parametrize("leading", LANGUAGES)
@pytest.mark.parametrize("in_the_same_commit", [False, True])
def test_a_level_resolves_to_an_unmerged_leaf_alone(
    peer: JsPeer, leading: str, in_the_same_commit: bool
) -> None:
    of = _full(leading, 8, peer)
    committer = of.members[7]
    joiner = of.newcomer(leading)
    removes = [Remove(leaf) for leaf in range(4, 6)]
    if in_the_same_commit:
        of.commit(committer, [*removes, Add(joiner.key_package())], [joiner])
    else:
        of.commit(committer, removes)
        of.commit(of.members[0], [Add(joiner.key_package())], [joiner], path=False)
        of.commit(committer)
    assert joiner.leaves()[joiner.name] == 4
    _use(of)


@pytest.mark.parametrize("leading", LANGUAGES)
def test_the_last_member_commits_a_secret_nobody_removed_knows(
    peer: JsPeer, leading: str
) -> None:
    of = _full(leading, 3, peer)
    last = of.members[1]
    of.remove(last, *(member for member in of.members if member is not last))
    assert of.members == [last]
    of.add(last, of.newcomer("python"), of.newcomer("javascript"))
    _use(of)


@pytest.mark.parametrize("leading", LANGUAGES)
def test_a_newcomer_reads_the_tree_of_a_group_with_unmerged_leaves(
    peer: JsPeer, leading: str
) -> None:
    of = _full(leading, 8, peer)
    leader = of.members[1]
    _clear(of, leader, range(2, 4))
    for language in LANGUAGES:
        of.commit(leader, [Add((n := of.newcomer(language)).key_package())], [n])
    of.commit(of.members[-1])
    of.commit(leader, [Add((last := of.newcomer(leading)).key_package())], [last])
    _use(of)
