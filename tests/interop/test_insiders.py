"""Keys that nothing can be sealed to, before members of both languages.

The other rules that a member may break are in `test_rules`.
"""

from __future__ import annotations

import itertools
import os
from dataclasses import replace

import pytest
from load_tests.js_peer import JsPeer
from load_tests.mixed_members import NOW, PSKS, REFUSALS, read
from load_tests.python_member import PythonMember

from mentalverse_crypto import group, hpke, treekem
from mentalverse_crypto.ciphersuite import CipherSuite, HpkeKeyPair
from mentalverse_crypto.policy import unsafe_accept_any_credential
from mentalverse_crypto.proposals import (
    Add,
    Proposal,
)
from mentalverse_crypto.psk import (
    PskStore,
)
from support.careless import careless, package_with
from support.mixed_group import MixedGroup
from support.mls_group import client

SUITE = CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519


def _commit(
    of: MixedGroup, proposals: list[Proposal], patch: pytest.MonkeyPatch
) -> bytes:
    """What a careless leader commits to."""
    leader = of.members[0]
    assert isinstance(leader, PythonMember)
    with careless(patch):
        return group.stage_commit(
            leader.state,
            proposals,
            validate_credential=unsafe_accept_any_credential,
            now=NOW,
            rng=os.urandom,
            psks=PskStore(PSKS),
        ).commit


def _refused_by_all(of: MixedGroup, message: bytes) -> None:
    for member in of.members[1:]:
        with pytest.raises(REFUSALS):
            read(member, message)


@pytest.mark.parametrize("suite", CipherSuite, ids=hex)
@pytest.mark.parametrize("field", ["init_key", "encryption_key"])
@pytest.mark.parametrize("octets", ["small order", "too short", "beyond the field"])
def test_a_key_package_with_a_key_that_cannot_be_used_is_refused(
    peer: JsPeer,
    suite: CipherSuite,
    field: str,
    octets: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    of = MixedGroup(["python", "python", "javascript"], suite, peer)
    newcomer = client("newcomer", os.urandom, suite)
    honest = hpke.generate_key_pair(suite, os.urandom).public
    key = {
        "small order": honest[:-32] + bytes(32),
        "too short": honest[:-1],
        "beyond the field": b"\xff" * (len(honest) - 32) + b"\xee" + b"\xff" * 31,
    }[octets]
    place = "package" if field == "init_key" else "leaf"
    add = Add(package_with(newcomer, **{place: {field: key}}))
    leader = of.members[0]
    assert isinstance(leader, PythonMember)
    with careless(monkeypatch):
        _, message = group.propose(
            leader.state,
            add,
            validate_credential=unsafe_accept_any_credential,
            now=NOW,
            rng=os.urandom,
        )
    _refused_by_all(of, message)


@pytest.mark.parametrize("kind", ["5.1.1 of small order", "12.4.2 in the tree already"])
def test_a_path_takes_no_key_that_is(
    peer: JsPeer, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told by who gets no secret of that node, and would not see it otherwise."""
    of = MixedGroup(["python", "python", "python", "javascript"], SUITE, peer)
    leader = of.members[0]
    assert isinstance(leader, PythonMember)
    used = leader.state.tree.leaf(3)
    assert used is not None
    taken = bytes(32) if kind.endswith("order") else used.encryption_key
    honest, nodes = treekem.node_key_pair, itertools.count()

    def lowest_taken(suite: CipherSuite, path_secret: bytes) -> HpkeKeyPair:
        pair = honest(suite, path_secret)
        return pair if next(nodes) else replace(pair, public=taken)

    with monkeypatch.context() as patch:
        patch.setattr(treekem, "node_key_pair", lowest_taken)
        message = _commit(of, [], patch)
    _refused_by_all(of, message)
