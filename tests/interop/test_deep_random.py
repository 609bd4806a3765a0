"""Random commits of Python and JavaScript members, agreed on in every epoch.

Every seed is another group; `load_tests crypto` runs the same lives and counts.
"""

from __future__ import annotations

import pytest
from load_tests.differential import MixedLife, Outcome
from load_tests.js_peer import JsPeer

from mentalverse_crypto.ciphersuite import CipherSuite

CLASSICAL = CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519
CHACHA20 = CipherSuite.MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519
HYBRID = CipherSuite.MLS_128_MLKEM768X25519_AES128GCM_SHA256_Ed25519
SEEDS = range(20)


def _live(seed: int, suite: CipherSuite, commits: int, peer: JsPeer) -> Outcome:
    outcome = MixedLife(seed, suite, peer).run(commits)
    assert outcome.divergences == ()
    assert outcome.commits >= commits
    assert 0 < outcome.by_javascript < outcome.commits
    assert outcome.comparisons > outcome.commits
    return outcome


@pytest.mark.parametrize("seed", SEEDS)
def test_members_agree_after_every_random_commit(peer: JsPeer, seed: int) -> None:
    _live(seed, CLASSICAL, 40, peer)


def test_members_agree_with_chacha20(peer: JsPeer) -> None:
    _live(100, CHACHA20, 60, peer)


def test_members_agree_over_200_hybrid_commits(peer: JsPeer) -> None:
    _live(200, HYBRID, 200, peer)


@pytest.mark.nightly
@pytest.mark.parametrize("suite", [CLASSICAL, HYBRID])
@pytest.mark.parametrize("seed", SEEDS)
def test_members_agree_after_200_random_commits(
    peer: JsPeer, seed: int, suite: CipherSuite
) -> None:
    _live(seed, suite, 200, peer)
