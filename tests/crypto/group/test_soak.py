"""Random lives of groups: whatever happens, the members agree."""

import random

import pytest

from mentalverse_crypto import group, persist, treekem
from mentalverse_crypto.ciphersuite import HASH_BYTES
from mentalverse_crypto.errors import EpochTooOld, GenerationSpent
from mentalverse_crypto.external import join_external
from mentalverse_crypto.labels import derive_secret
from mentalverse_crypto.policy import unsafe_accept_any_credential
from mentalverse_crypto.proposals import Add, Proposal, Remove
from support.deterministic import seeded_rng
from support.mls_group import NOW, Client, assert_agreement, client, commit, group_of

MAX_LEAVES = 24


class Life:
    """One group living through random operations."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.rng = seeded_rng(seed)
        self.members = group_of(self.random.randint(2, 6), self.rng)
        self.late: list[tuple[Client, Client, bytes, bytes]] = []
        self.made = len(self.members)
        self.operations = [
            self.add,
            self.remove,
            self.update,
            self.by_reference,
            self.by_reference,
            self.talk,
            self.talk,
            self.refused,
            self.store,
            self.rejoin,
        ]

    def step(self) -> None:
        self.random.choice(self.operations)()
        assert_agreement(self.members)

    def _others(self, member: Client) -> list[Client]:
        return [m for m in self.members if m is not member]

    def _newcomers(self, most: int) -> list[Client]:
        count = min(self.random.randint(1, most), MAX_LEAVES - len(self.members))
        newcomers = []
        for _ in range(count):
            self.made += 1
            newcomers.append(client(f"client {self.made}", self.rng))
        return newcomers

    def _commit(
        self, committer: Client, proposals: list[Proposal], joiners: list[Client]
    ) -> None:
        path = self.random.random() < 0.7
        before = self._others(committer)
        staged = commit(committer, before, *proposals, joiners=joiners, path=path)
        gone = {m.credential for m in staged.removed}
        self.members = [m for m in self.members if m.credential not in gone]
        self.members += joiners
        self._deliver_late()

    def add(self) -> None:
        joiners = self._newcomers(3)
        adds: list[Proposal] = [Add(j.key_package()) for j in joiners]
        self._commit(self.random.choice(self.members), adds, joiners)

    def remove(self) -> None:
        if len(self.members) < 3:
            return self.add()
        committer = self.random.choice(self.members)
        others = self._others(committer)
        most = len(others) - 1 if self.random.random() < 0.2 else 2
        gone = self.random.sample(
            others, self.random.randint(1, min(most, len(others)))
        )
        proposals: list[Proposal] = [Remove(g.state.own_leaf) for g in gone]
        joiners: list[Client] = []
        if self.random.random() < 0.4:
            joiners = self._newcomers(2)
            proposals += [Add(j.key_package()) for j in joiners]
        return self._commit(committer, proposals, joiners)

    def update(self) -> None:
        self._commit(self.random.choice(self.members), [], [])

    def by_reference(self) -> None:
        joiners: list[Client] = []
        for _ in range(self.random.randint(1, 4)):
            proposer = self.random.choice(self.members)
            kind = self.random.random()
            if kind < 0.6:
                message = proposer.propose_update()
            elif kind < 0.8 and len(self.members) > 3:
                target = self.random.choice(self.members)
                message = proposer.propose(Remove(target.state.own_leaf))
            else:
                newcomers = self._newcomers(1)
                if not newcomers:
                    continue
                joiners += newcomers
                message = proposer.propose(Add(newcomers[0].key_package()))
            for other in self._others(proposer):
                other.process(message)
        committer = self.random.choice(self.members)
        self._commit(committer, [], joiners)

    def talk(self) -> None:
        sender = self.random.choice(self.members)
        texts = [self.rng(8) for _ in range(self.random.randint(1, 12))]
        messages = [(text, sender.protect(text)) for text in texts]
        for receiver in self._others(sender):
            self.random.shuffle(messages)
            for text, message in messages:
                fate = self.random.random()
                if fate < 0.6:
                    assert receiver.process(message).plaintext == text
                    with pytest.raises(GenerationSpent):
                        receiver.read(message)
                elif fate < 0.8:
                    self.late.append((sender, receiver, message, text))

    def _deliver_late(self) -> None:
        """Messages of the epoch just ended, or lost for good one epoch on."""
        still_late = []
        for sender, receiver, message, text in self.late:
            if self.random.random() < 0.3:
                still_late.append((sender, receiver, message, text))
            elif receiver in self.members:
                try:
                    assert receiver.process(message).plaintext == text
                except EpochTooOld:
                    assert len(receiver.state.past) == 2
        self.late = still_late

    def refused(self) -> None:
        member = self.random.choice(self.members)
        member.group_state = member.stage().refused

    def rejoin(self) -> None:
        """A member lost its state and comes back from outside."""
        if len(self.members) < 2:
            return self.add()
        lost, helper = self.random.sample(self.members, 2)
        made = join_external(
            group.group_info(helper.state),
            lost.signature_key,
            lost.credential,
            unsafe_accept_any_credential,
            NOW,
            self.rng,
            replaces=lost.state.own_leaf,
        )
        for other in self._others(lost):
            other.process(made.commit)
        lost.group_state = made.state
        self.late = [late for late in self.late if late[1] is not lost]
        return self._deliver_late()

    def store(self) -> None:
        member = self.random.choice(self.members)
        restored = persist.restore(persist.serialise(member.state))
        assert restored == member.state
        member.group_state = restored


@pytest.mark.parametrize("seed", range(5))
def test_members_agree_through_a_hundred_random_operations(seed: int) -> None:
    life = Life(seed)
    for _ in range(100):
        life.step()


@pytest.mark.nightly
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(100, 120))
def test_members_agree_through_five_hundred_random_operations(seed: int) -> None:
    life = Life(seed)
    for _ in range(500):
        life.step()


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
    made = treekem.make_path(c.state.tree, c.state.own_leaf, seeded_rng(5))
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
