"""`mentalverse_crypto` against the clock, task for task as `clients/web/test/bench.ts`.

Same groups, same places in the tree, same octets, same preparation that is not
measured. A change here is a change there.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime

from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.group import StagedCommit
from mentalverse_crypto.proposals import Add
from mentalverse_crypto.psk import PskStore

from .mls_device import Device, device

MESSAGE_BYTES = 300
BATCH = 50
"""Repetitions on one preparation; fewer than the keys that a receiver follows."""

Run = Callable[[], object]


class PythonBench:
    """`JsPeer.bench` in this process."""

    def __init__(self) -> None:
        self._now = datetime.now(UTC)
        self._circles: dict[tuple[int, int], list[Device]] = {}
        self._tasks: dict[str, Callable[[list[Device]], Run]] = {
            "encrypt": self._encrypt,
            "decrypt": self._decrypt,
            "create": self._create,
            "process": self._process,
            "join": self._join,
        }

    def bench(
        self, what: str, suite: int, leaves: int, repetitions: int
    ) -> list[float]:
        """Seconds for each repetition of `encrypt`, `decrypt`, `create`, `process` or
        `join`; a group of `leaves` is made once and kept."""
        place = suite, leaves
        if place not in self._circles:
            self._circles[place] = self._circle(CipherSuite(suite), leaves)
        members, times = self._circles[place], []
        for done in range(repetitions):
            if done % BATCH == 0:
                run = self._tasks[what](members)
            begin = time.perf_counter()
            run()
            times.append(time.perf_counter() - begin)
        return times

    # --- the group ---

    def _circle(self, suite: CipherSuite, leaves: int) -> list[Device]:
        """A group in which every member has committed, so that its tree is full."""
        first = _person("1", suite)
        first.create(bytes(16), self._now)
        members = [first]
        while len(members) < leaves:
            joiner = _person(str(len(members) + 1), suite)
            staged = self._invitation(members[-1], joiner)
            self._settle(members, members[-1], staged)
            joined = joiner.join(staged.welcome or b"", None, self._now)
            joiner.enter(joined, 0)
            members.append(joiner)
            self._settle(members, joiner, joiner.stage((), self._now))
        return members

    def _invitation(self, inviter: Device, joiner: Device) -> StagedCommit:
        """Without a path, as ts-mls makes those that only add."""
        add = Add(joiner.publish(self._now))
        return inviter.stage((add,), self._now, path=False)

    def _settle(
        self, members: list[Device], committer: Device, staged: StagedCommit
    ) -> None:
        for member in members:
            member.group_state = (
                staged.state
                if member is committer
                else member.read(staged.commit, self._now).state
            )

    # --- each prepares what is not to be measured, and gives what is ---

    def _encrypt(self, members: list[Device]) -> Run:
        sender, plaintext = members[0], bytes(MESSAGE_BYTES)
        return lambda: sender.protect(plaintext)

    def _decrypt(self, members: list[Device]) -> Run:
        sender, receiver = members[:2]
        waiting = [sender.protect(bytes(MESSAGE_BYTES)) for _ in range(BATCH)]
        messages = iter(waiting)

        def run() -> None:
            processed = receiver.read(next(messages), self._now)
            processed.evidence()
            receiver.group_state = processed.state

        return run

    def _create(self, members: list[Device]) -> Run:
        committer = members[0]
        return lambda: committer.stage((), self._now)

    def _process(self, members: list[Device]) -> Run:
        receiver = members[-1]
        message = members[0].stage((), self._now).commit
        return lambda: receiver.read(message, self._now)

    def _join(self, members: list[Device]) -> Run:
        guest = _person("guest", members[0].suite)
        welcome = self._invitation(members[0], guest).welcome or b""
        return lambda: guest.join(welcome, None, self._now)


def _person(name: str, suite: CipherSuite) -> Device:
    return device(name, suite, os.urandom, PskStore())
