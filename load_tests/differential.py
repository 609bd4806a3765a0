"""Random commits in groups of Python and JavaScript members, compared in every epoch.

The operations depend on the seed alone; keys do not. A disagreement (a member that
cannot follow, another epoch authenticator, another text) ends the group and is
written down, so that `divergences` is a count.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.extensions import Extension, ExtensionType
from mentalverse_crypto.proposals import (
    Add,
    GroupContextExtensions,
    PreSharedKey,
    Proposal,
    Remove,
)
from mentalverse_crypto.psk import ExternalPsk

from .js_member import JsMember
from .js_peer import JsPeer
from .mixed_members import REFUSALS, Member, Staged
from .python_member import PythonMember

MAX_MEMBERS = 12


class Disagreement(Exception):
    """Two members do not agree on what happened."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a life came to."""

    commits: int
    by_javascript: int
    """Commits of these that a JavaScript member made."""
    comparisons: int
    """Epoch authenticators compared with that of who began the epoch."""
    messages_read: int
    divergences: tuple[str, ...]


class MixedLife:
    """One group of both kinds living through random commits."""

    def __init__(
        self, seed: int, suite: CipherSuite, peer: JsPeer, most: int = MAX_MEMBERS
    ) -> None:
        self.random = random.Random(seed)  # noqa: S311 a repeatable choice
        self.commits = self.by_javascript = 0
        self.comparisons = self.messages_read = 0
        self._suite, self._peer, self._most = suite, peer, most
        self._made = 0
        self._known: dict[str, Member] = {}
        self._operations: list[Callable[[], None]] = [
            self._add,
            self._grow,
            self._remove,
            self._clear_a_branch,
            self._clear_a_branch,
            self._update,
            self._by_reference,
            self._by_reference,
            self._come_from_outside,
            self._resync,
            self._change_terms,
            self._lose_the_race,
            self._store,
        ]
        first = self._newcomer()
        first.create(self.random.randbytes(16))
        self.members: list[Member] = [first]
        self._grow()

    def run(self, commits: int) -> Outcome:
        """Live until so many commits were made, or somebody disagrees."""
        divergences: tuple[str, ...] = ()
        try:
            while self.commits < commits:
                operation = self.random.choice(self._operations)
                operation()
                self._talk()
        except (Disagreement, *REFUSALS) as error:
            place = f"commit {self.commits}, {operation.__name__.strip('_')}"
            divergences = (f"{place}: {error!r}",)
        return Outcome(
            self.commits,
            self.by_javascript,
            self.comparisons,
            self.messages_read,
            divergences,
        )

    # --- who is there ---

    def _newcomer(self) -> Member:
        """Every other one is written in JavaScript."""
        self._made += 1
        name = f"device {self._made}"
        made: Member = (
            PythonMember(name, self._suite)
            if self._made % 2
            else JsMember(name, self._suite, self._peer)
        )
        self._known[name] = made
        return made

    def _any(self) -> Member:
        return self.random.choice(self.members)

    def _adds(self, most: int) -> list[Proposal]:
        room = self._most - len(self.members)
        count = min(self.random.randint(1, most), room)
        return [Add(self._newcomer().key_package()) for _ in range(count)]

    def _chance(self, probability: float) -> bool:
        return self.random.random() < probability

    # --- handshakes ---

    def _commit(self, committer: Member, proposals: Sequence[Proposal] = ()) -> None:
        inline = self._chance(0.5)
        staged = committer.stage(proposals, path=self._chance(0.7), inline_tree=inline)
        committer.settle(accepted=True)
        self._deliver(committer, staged.commit)
        after = committer.leaves()
        for name in after.keys() - {member.name for member in self.members}:
            self._welcome(self._known[name], staged, inline)
        self.members = [self._known[name] for name in after]
        self._compare(committer)

    def _welcome(self, joiner: Member, staged: Staged, inline: bool) -> None:
        if staged.welcome is None:
            raise Disagreement(f"{joiner.name} was added without a Welcome")
        joiner.join(staged.welcome, None if inline else staged.tree)

    def _deliver(self, author: Member, message: bytes) -> None:
        """Let all others read a handshake, those whom it removes included."""
        self.commits += 1
        self.by_javascript += isinstance(author, JsMember)
        self._read(author, message)

    def _read(self, author: Member, message: bytes) -> None:
        others = [member for member in self.members if member is not author]
        for member in others:
            member.begin_read(message)
        refusals = []
        for member in others:
            try:
                member.end_read()
            except REFUSALS as error:
                refusals.append(f"{_kind(member)} {member.name}: {error!r}")
        if refusals:
            raise Disagreement(f"{_kind(author)} not followed by {refusals}")

    def _compare(self, beginner: Member) -> None:
        expected = beginner.epoch(), beginner.authenticator()
        for member in self.members:
            self.comparisons += 1
            if (member.epoch(), member.authenticator()) != expected:
                raise Disagreement(
                    f"{_kind(beginner)} began, {_kind(member)} {member.name} differs"
                )

    # --- operations ---

    def _add(self) -> None:
        self._commit(self._any(), self._adds(3))

    def _grow(self) -> None:
        """One member after another, by whoever: leaves stay unmerged."""
        for _ in range(self.random.randint(2, 5)):
            self._commit(self._any(), self._adds(1))

    def _remove(self) -> None:
        committer = self._any()
        others = [member for member in self.members if member is not committer]
        if not others:
            return self._add()
        most = len(others) if self._chance(0.3) else min(3, len(others))
        gone = self.random.sample(others, self.random.randint(1, most))
        leaves = committer.leaves()
        proposals: list[Proposal] = [Remove(leaves[member.name]) for member in gone]
        if self._chance(0.4):
            proposals += self._adds(2)
        return self._commit(committer, proposals)

    def _clear_a_branch(self) -> None:
        """Remove all under one node, so that levels of the tree are skipped."""
        committer = self._any()
        leaves = committer.leaves()
        own, width = leaves[committer.name], 1 << max(leaves.values()).bit_length()
        size = 1 << self.random.randrange(max(width.bit_length() - 1, 1))
        branches = {leaf // size for leaf in leaves.values()} - {own // size}
        if not branches:
            return self._add()
        branch = self.random.choice(sorted(branches)[:2])
        gone: list[Proposal] = [
            Remove(leaf) for leaf in leaves.values() if leaf // size == branch
        ]
        if self._chance(0.3):
            gone += self._adds(1)
        return self._commit(committer, gone)

    def _update(self) -> None:
        """Fresh keys for some, so that the tree fills."""
        for _ in range(self.random.randint(1, 4)):
            self._commit(self._any())

    def _by_reference(self) -> None:
        for _ in range(self.random.randint(1, 3)):
            proposer = self._any()
            kind = self.random.random()
            proposal: Proposal | None = None
            if 0.5 <= kind < 0.75 and len(self.members) > 3:
                leaf = self.random.choice(sorted(proposer.leaves().values()))
                proposal = Remove(leaf)
            elif kind >= 0.75:
                proposal = next(iter(self._adds(1)), None)
            self._read(proposer, proposer.propose(proposal))
        self._commit(self._any())

    def _come_from_outside(self) -> None:
        if len(self.members) < self._most:
            self._enter(self._newcomer(), resync=False)

    def _resync(self) -> None:
        if len(self.members) > 1:
            self._enter(self._any(), resync=True)

    def _enter(self, joiner: Member, *, resync: bool) -> None:
        helper = self.random.choice([m for m in self.members if m is not joiner])
        entered = joiner.come_in(helper.group_info(), resync=resync)
        self._deliver(joiner, entered.commit)
        if not resync:
            self.members.append(joiner)
        self._compare(joiner)

    def _change_terms(self) -> None:
        """Another list of extensions, none at all, or a PSK in the schedule."""
        kind = self.random.random()
        if kind < 0.4:
            psk = ExternalPsk(b"shared", self.random.randbytes(32))
            return self._commit(self._any(), [PreSharedKey(psk), *self._adds(1)])
        data = self.random.randbytes(4)
        terms = (Extension(ExtensionType.MV_GROUP, data),) if kind < 0.8 else ()
        return self._commit(self._any(), [GroupContextExtensions(terms)])

    def _lose_the_race(self) -> None:
        """A commit that is refused; its author follows another."""
        loser = self._any()
        loser.stage()
        loser.settle(accepted=False)
        self._commit(self._any())

    def _store(self) -> None:
        self._any().store_and_restore()

    # --- application data ---

    def _talk(self) -> None:
        sender = self._any()
        text, data = self.random.randbytes(8), self.random.randbytes(4)
        message = sender.protect(text, data)
        others = [member for member in self.members if member is not sender]
        for member in others:
            member.begin_read(message)
        leaf = sender.leaves()[sender.name] if not others else None
        seen = [member.end_read() for member in others]
        leaf = sender.leaves()[sender.name] if leaf is None else leaf
        for each in seen:
            self.messages_read += 1
            if (each.plaintext, each.sender, each.authenticated_data) != (
                text,
                leaf,
                data,
            ):
                raise Disagreement(f"{_kind(sender)} {sender.name} was read otherwise")
        if len(set(seen)) > 1:
            raise Disagreement("evidence differs between those who read a message")


def _kind(member: Member) -> str:
    return "JavaScript" if isinstance(member, JsMember) else "Python"
