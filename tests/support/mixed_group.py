"""A group of Python and JavaScript members that hand each other what they make."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Sequence

from load_tests.js_member import JsMember
from load_tests.js_peer import JsPeer
from load_tests.mixed_members import Member, Staged, read
from load_tests.python_member import PythonMember

from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.extensions import Extensions
from mentalverse_crypto.proposals import Add, Proposal, Remove

LANGUAGES = ("python", "javascript")


class MixedGroup:
    """Members by the language of each; the first one begins, alone."""

    def __init__(
        self,
        languages: Iterable[str],
        suite: CipherSuite,
        peer: JsPeer,
        extensions: Extensions = (),
    ) -> None:
        self.suite, self._peer = suite, peer
        self._numbers = itertools.count(1)
        first, *others = [self.newcomer(each) for each in languages]
        first.create(os.urandom(16), extensions)
        self.members: list[Member] = [first]
        for other in others:
            self.add(self.members[-1], other)

    def group_id(self) -> bytes:
        """As a member in Python says it."""
        return next(
            m.state.group_id for m in self.members if isinstance(m, PythonMember)
        )

    def newcomer(self, language: str) -> Member:
        """Somebody who is not in the group so far."""
        name = f"{language} {next(self._numbers)}"
        if language == "python":
            return PythonMember(name, self.suite)
        return JsMember(name, self.suite, self._peer)

    def add(
        self, committer: Member, *joiners: Member, inline_tree: bool = True
    ) -> None:
        """Let a member add newcomers by one commit."""
        adds = [Add(joiner.key_package()) for joiner in joiners]
        self.commit(committer, adds, joiners, inline_tree=inline_tree)

    def remove(self, committer: Member, *gone: Member) -> None:
        """Let a member remove others by one commit."""
        leaves = committer.leaves()
        self.commit(committer, [Remove(leaves[member.name]) for member in gone])

    def commit(
        self,
        committer: Member,
        proposals: Sequence[Proposal] = (),
        joiners: Sequence[Member] = (),
        *,
        path: bool = True,
        inline_tree: bool = True,
    ) -> Staged:
        """A commit that is accepted, read by all, and agreed on."""
        staged = committer.stage(proposals, path=path, inline_tree=inline_tree)
        committer.settle(accepted=True)
        self.deliver(committer, staged.commit)
        for joiner in joiners:
            assert staged.welcome is not None
            joiner.join(staged.welcome, None if inline_tree else staged.tree)
        self.settle_members(committer, [*self.members, *joiners])
        return staged

    def propose(self, proposer: Member, proposal: Proposal | None) -> None:
        """A proposal that all others read."""
        self.deliver(proposer, proposer.propose(proposal))

    def deliver(self, author: Member | None, message: bytes) -> None:
        """Let all but the author read a message."""
        for member in self.members:
            if member is not author:
                read(member, message)

    def come_in(self, joiner: Member, helper: Member, **options: object) -> None:
        """An external commit that is accepted, read by all others, and agreed on."""
        entered = joiner.come_in(helper.group_info(), **options)  # type: ignore[arg-type]
        self.deliver(joiner, entered.commit)
        self.settle_members(joiner, [*self.members, joiner])

    def settle_members(self, beginner: Member, known: Iterable[Member]) -> None:
        """Take as members who is in the tree, and let all of them agree."""
        by_name = {member.name: member for member in known}
        self.members = [by_name[name] for name in beginner.leaves()]
        self.agree()

    def agree(self) -> None:
        """All are in the same epoch with the same secrets, and hear each other."""
        first, *others = self.members
        place = first.epoch(), first.authenticator()
        for other in others:
            assert (other.epoch(), other.authenticator()) == place, other.name
            assert other.leaves() == first.leaves()

    def talk(self) -> None:
        """Everybody is read by everybody else, with the same proof of who wrote."""
        for sender in self.members:
            text, data = os.urandom(8), os.urandom(4)
            message = sender.protect(text, data)
            seen = {read(m, message) for m in self.members if m is not sender}
            assert len(seen) <= 1
            for each in seen:
                assert (each.plaintext, each.authenticated_data) == (text, data)
                assert each.sender == sender.leaves()[sender.name]
