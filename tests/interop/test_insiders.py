"""Members who break a rule, before the browser's engine: what Python refuses, it does.

The rules and the careless members are those of `tests/crypto/group/test_rules`.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from load_tests.js_peer import JsPeer
from load_tests.mixed_members import NOW, PSKS, REFUSALS, read
from load_tests.python_member import PythonMember

from mentalverse_crypto import commit as making
from mentalverse_crypto import group, hpke, treekem
from mentalverse_crypto.ciphersuite import CipherSuite, HpkeKeyPair
from mentalverse_crypto.extensions import (
    Extension,
    ExtensionType,
    RequiredCapabilities,
)
from mentalverse_crypto.key_package import KeyPackage
from mentalverse_crypto.leaf import LeafNode, LeafNodeSource, Lifetime, basic_credential
from mentalverse_crypto.policy import unsafe_accept_any_credential
from mentalverse_crypto.proposals import (
    Add,
    GroupContextExtensions,
    PreSharedKey,
    Proposal,
    Update,
)
from mentalverse_crypto.psk import (
    ExternalPsk,
    PskStore,
)
from mentalverse_crypto.update_path import UpdatePath
from support.careless import capabilities, careless, package_with, resigned
from support.mixed_group import MixedGroup
from support.mls_group import client

SUITE = CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519
CHACHA20 = CipherSuite.MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519


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


def _psk(nonce_bytes: int = 32) -> PreSharedKey:
    return PreSharedKey(ExternalPsk(b"shared", bytes(nonce_bytes)))


def _extensions(*pairs: tuple[int, bytes]) -> GroupContextExtensions:
    return GroupContextExtensions(tuple(Extension(t, d) for t, d in pairs))


def _required(**wanted: tuple[int, ...]) -> GroupContextExtensions:
    data = RequiredCapabilities(**wanted).encode()
    return _extensions((ExtensionType.REQUIRED_CAPABILITIES, data))


LISTS: dict[str, Callable[[], list[Proposal]]] = {
    "12.2 a PSK named twice": lambda: [_psk(), _psk()],
    "12.1.4 a PSK nonce too short": lambda: [_psk(31)],
    "12.2 extensions set twice": lambda: [_extensions(), _extensions()],
    "12.1.7 a tree as group extension": lambda: [
        _extensions((ExtensionType.RATCHET_TREE, b"\x00"))
    ],
    "12.1.7 an external key as group extension": lambda: [
        _extensions((ExtensionType.EXTERNAL_PUB, b"\x00"))
    ],
    "13.4 extension": lambda: [_extensions((0xF123, b""))],
    "11.1 required extension": lambda: [_required(extension_types=(0xF123,))],
    "11.1 required proposal": lambda: [_required(proposal_types=(0xF123,))],
    "11.1 required credential": lambda: [_required(credential_types=(2,))],
}


@pytest.mark.parametrize("broken", LISTS)
def test_a_list_of_proposals_is_refused_for(
    peer: JsPeer, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = MixedGroup(["python", "python", "javascript"], SUITE, peer)
    _refused_by_all(of, _commit(of, LISTS[broken](), monkeypatch))


PACKAGES: dict[str, Callable[[Any], KeyPackage]] = {
    "10.1 an init key that is the leaf's": lambda n: package_with(
        n,
        leaf={"encryption_key": n.signature_key.public},
        package={"init_key": n.signature_key.public},
    ),
    "10.1 a broken signature": lambda n: replace(n.key_package(), signature=bytes(64)),
    "7.3 a broken leaf signature": lambda n: resigned(
        n,
        replace(
            (made := n.key_package()),
            leaf_node=replace(made.leaf_node, signature=bytes(64)),
        ),
    ),
    "7.3 a leaf made for an update": lambda n: package_with(
        n, leaf={"leaf_node_source": LeafNodeSource.UPDATE}
    ),
    "7.3 a leaf made for a commit": lambda n: package_with(
        n, leaf={"leaf_node_source": LeafNodeSource.COMMIT}
    ),
    "7.3 a lifetime that ended": lambda n: package_with(n, leaf=_lifetime(-20, -1)),
    "7.3 a lifetime not begun": lambda n: package_with(n, leaf=_lifetime(1, 20)),
    "7.2 a lifetime too long": lambda n: package_with(n, leaf=_lifetime(-1, 31)),
    "7.3 an unknown protocol version": lambda n: package_with(
        n, leaf=capabilities(versions=(2,))
    ),
    "7.3 no support for the suite": lambda n: package_with(
        n, leaf=capabilities(cipher_suites=(3,))
    ),
    "7.2 no support for its own credential": lambda n: package_with(
        n, leaf=capabilities(credentials=(2,))
    ),
    "7.3 an extension of its own it does not support": lambda n: package_with(
        n, leaf={"extensions": (Extension(0xF123, b""),)}
    ),
}


def _lifetime(begin_days: int, end_days: int) -> dict[str, Any]:
    now = int(NOW.timestamp())
    return {"lifetime": Lifetime(now + begin_days * 86_400, now + end_days * 86_400)}


@pytest.mark.parametrize("broken", PACKAGES)
def test_a_key_package_is_refused_for(
    peer: JsPeer, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = MixedGroup(["python", "python", "javascript"], SUITE, peer)
    package = PACKAGES[broken](client("newcomer", os.urandom))
    _refused_by_all(of, _commit(of, [Add(package)], monkeypatch))


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


LEAVES: dict[str, Callable[[LeafNode], LeafNode]] = {
    "7.3 the wrong source": lambda leaf: replace(
        leaf, leaf_node_source=LeafNodeSource.UPDATE
    ),
    "5.3.1 another client": lambda leaf: replace(
        leaf, credential=basic_credential(b"somebody else")
    ),
    "7.2 no support for the suite": lambda leaf: replace(
        leaf, **capabilities(cipher_suites=())
    ),
    "7.2 no support for its own credential": lambda leaf: replace(
        leaf, **capabilities(credentials=(2,))
    ),
    "7.3 an extension it does not support": lambda leaf: replace(
        leaf, extensions=(Extension(0xF123, b""),)
    ),
}


@pytest.mark.parametrize("broken", LEAVES)
def test_a_committers_leaf_is_refused_for(
    peer: JsPeer, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = MixedGroup(["python", "python", "javascript"], SUITE, peer)
    honest = making.committed_leaf
    with monkeypatch.context() as patch:
        patch.setattr(
            making, "committed_leaf", lambda *args: LEAVES[broken](honest(*args))
        )
        message = _commit(of, [], patch)
    _refused_by_all(of, message)


UPDATES: dict[str, Callable[[LeafNode], LeafNode]] = {
    "7.3 an unchanged key": lambda leaf: leaf,
    "7.3 the wrong source": lambda leaf: replace(
        _fresh(leaf), leaf_node_source=LeafNodeSource.COMMIT
    ),
    "5.3.1 another client": lambda leaf: replace(
        _fresh(leaf), credential=basic_credential(b"somebody else")
    ),
    "7.3 an extension it does not support": lambda leaf: replace(
        _fresh(leaf), extensions=(Extension(0xF123, b""),)
    ),
}


def _fresh(leaf: LeafNode) -> LeafNode:
    key = hpke.generate_key_pair(SUITE, os.urandom).public
    return replace(leaf, encryption_key=key)


def _update(
    of: MixedGroup,
    change: Callable[[LeafNode], LeafNode],
    place: int,
    patch: pytest.MonkeyPatch,
) -> bytes:
    """What a careless leader proposes for its own leaf, signed for a place."""
    leader = of.members[0]
    assert isinstance(leader, PythonMember)
    old = leader.state.tree.leaf(0)
    assert old is not None
    base = replace(
        old,
        leaf_node_source=LeafNodeSource.UPDATE,
        lifetime=None,
        parent_hash=b"",
    )
    leaf = change(base).sign(leader.state.signature_key, of.group_id(), place)
    with careless(patch):
        return group.propose(
            leader.state,
            Update(leaf),
            validate_credential=unsafe_accept_any_credential,
            now=NOW,
            rng=os.urandom,
        )[1]


@pytest.mark.parametrize("broken", UPDATES)
def test_an_update_is_refused_for(
    peer: JsPeer, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = MixedGroup(["python", "python", "javascript"], SUITE, peer)
    _refused_by_all(of, _update(of, UPDATES[broken], 0, monkeypatch))


def test_an_update_signed_for_another_leaf_is_refused(
    peer: JsPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = MixedGroup(["python", "python", "javascript"], SUITE, peer)
    _refused_by_all(of, _update(of, _fresh, 1, monkeypatch))


def _with_key(path: UpdatePath, key: bytes) -> UpdatePath:
    first, *rest = path.nodes
    return replace(path, nodes=(replace(first, encryption_key=key), *rest))


PATHS: dict[str, Callable[[UpdatePath], UpdatePath]] = {
    "7.6 a node too few": lambda p: replace(p, nodes=p.nodes[:-1]),
    "7.6 a node too many": lambda p: replace(p, nodes=p.nodes * 2),
    "7.9 another key than its hash says": lambda p: _with_key(
        p, hpke.generate_key_pair(SUITE, os.urandom).public
    ),
    "7.3 a broken leaf signature": lambda p: replace(
        p, leaf_node=replace(p.leaf_node, signature=bytes(64))
    ),
}


@pytest.mark.parametrize("broken", PATHS)
def test_a_path_is_refused_for(
    peer: JsPeer, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = MixedGroup(["python", "python", "javascript"], SUITE, peer)
    honest = treekem.encrypt_path
    with monkeypatch.context() as patch:
        patch.setattr(
            treekem, "encrypt_path", lambda *args: PATHS[broken](honest(*args))
        )
        message = _commit(of, [], patch)
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
