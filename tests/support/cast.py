"""Who takes part in a scenario of both languages: one kind leads, the other follows."""

from __future__ import annotations

import os
from dataclasses import dataclass

from load_tests.js_peer import JsPeer

from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.extensions import Extension
from mentalverse_crypto.proposals import PreSharedKey
from mentalverse_crypto.psk import ExternalPsk
from support.mixed_group import MixedGroup

SUITES = {"classical": 0x0001, "chacha20": 0x0003, "hybrid": 0xF07A}


@dataclass(frozen=True)
class Cast:
    """The two kinds, and the suite they speak."""

    leading: str
    following: str
    suite: CipherSuite
    peer: JsPeer

    def group(
        self, count: int = 4, extensions: tuple[Extension, ...] = ()
    ) -> MixedGroup:
        """The leader first, and then both kinds in turns."""
        turns = [self.leading, self.following] * count
        return MixedGroup(turns[:count], self.suite, self.peer, extensions)


def shared_psk() -> PreSharedKey:
    """A proposal of the external PSK that everybody holds."""
    return PreSharedKey(ExternalPsk(b"shared", os.urandom(32)))
