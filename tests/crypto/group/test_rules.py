"""Every rule about proposals and leaves, broken once by a careless member.

The careless member's own checks are switched off while it makes its message,
so that what arrives is well formed, correctly signed, and wrong.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mentalverse_crypto import hpke, proposal_list
from mentalverse_crypto.errors import (
    InvalidCommit,
    InvalidLeafNode,
    InvalidProposal,
    InvalidTree,
    MlsError,
    SignatureError,
)
from mentalverse_crypto.extensions import Extension, ExtensionType, RequiredCapabilities
from mentalverse_crypto.leaf import CredentialType, LeafNode, LeafNodeSource
from mentalverse_crypto.policy import Policy
from mentalverse_crypto.proposals import (
    Add,
    ExternalInit,
    GroupContextExtensions,
    PreSharedKey,
    Proposal,
    ReInit,
    Remove,
    Update,
)
from mentalverse_crypto.psk import (
    ExternalPsk,
    PskStore,
    ResumptionPsk,
    ResumptionPSKUsage,
)
from mentalverse_crypto.ratchet_tree import RatchetTree
from support.careless import capabilities, careless, package_with
from support.deterministic import seeded_rng
from support.mls_group import SUITE, Client, client, group_of

RNG = seeded_rng(62)
PSKS = PskStore({b"id": b"key"})


def _psk(nonce_bytes: int = 32) -> PreSharedKey:
    return PreSharedKey(ExternalPsk(b"id", bytes(nonce_bytes)))


def _resumption(usage: ResumptionPSKUsage) -> PreSharedKey:
    return PreSharedKey(ResumptionPsk(usage, b"group", 1, bytes(32)))


def _extensions(*pairs: tuple[int, bytes]) -> GroupContextExtensions:
    return GroupContextExtensions(tuple(Extension(t, d) for t, d in pairs))


def _required(**wanted: tuple[int, ...]) -> GroupContextExtensions:
    data = RequiredCapabilities(**wanted).encode()
    return _extensions((ExtensionType.REQUIRED_CAPABILITIES, data))


def _own_update(a: Client) -> Update:
    old = a.state.tree.leaf(0)
    assert old is not None
    leaf = replace(_fresh(old), leaf_node_source=LeafNodeSource.UPDATE, parent_hash=b"")
    return Update(leaf.sign(a.signature_key, a.state.group_id, 0))


Lists = Callable[[Client, Client], list[Proposal]]
_SAME_PACKAGE = client("same", RNG)

PROPOSAL_LISTS: dict[str, Lists] = {
    "12.2 committer removes itself": lambda a, n: [Remove(0)],
    "12.2 committer updates itself": lambda a, n: [_own_update(a)],
    "12.2 a leaf removed twice": lambda a, n: [Remove(1), Remove(1)],
    "12.1.3 a blank leaf removed": lambda a, n: [Remove(7)],
    "12.2 a PSK named twice": lambda a, n: [_psk(), _psk()],
    "12.1.4 a PSK nonce too short": lambda a, n: [_psk(31)],
    "12.1.4 a reinit PSK": lambda a, n: [_resumption(ResumptionPSKUsage.REINIT)],
    "12.1.4 a branch PSK": lambda a, n: [_resumption(ResumptionPSKUsage.BRANCH)],
    "12.2 extensions set twice": lambda a, n: [_extensions(), _extensions()],
    "12.2 ReInit with another": lambda a, n: [ReInit(b"g", SUITE, ()), _psk()],
    "12.2 ExternalInit by a member": lambda a, n: [
        ExternalInit(n.signature_key.public)
    ],
    "12.2 a client added twice": lambda a, n: [
        Add(n.key_package()),
        Add(n.key_package()),
    ],
    "12.1.7 a tree as group extension": lambda a, n: [
        _extensions((ExtensionType.RATCHET_TREE, b"\x00"))
    ],
    "12.1.7 an external key as group extension": lambda a, n: [
        _extensions((ExtensionType.EXTERNAL_PUB, b"\x00"))
    ],
}


@pytest.mark.parametrize("broken", PROPOSAL_LISTS)
def test_a_list_of_proposals_is_refused_for(
    broken: str, members: list[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b, *_ = members
    proposals = PROPOSAL_LISTS[broken](a, client("newcomer", RNG))
    with pytest.raises(MlsError):
        a.stage(*proposals, psks=PSKS)
    with careless(monkeypatch) as patch:
        patch.setattr(proposal_list, "apply_proposals", _nothing_applied)
        staged = a.stage(*proposals, psks=PSKS, path=False)
    with pytest.raises(InvalidProposal):
        b.process(staged.commit, psks=PSKS)


def _nothing_applied(
    context: Any, tree: RatchetTree, proposals: Any
) -> proposal_list.Applied:
    return proposal_list.Applied(tree, context.extensions)


@pytest.mark.parametrize(
    "proposals",
    [[], [Remove(3)], [_extensions()], [_psk(), Remove(3)]],
    ids=["12.4 nothing", "12.4 remove", "12.4 extensions", "12.4 PSK and remove"],
)
def test_a_commit_without_its_path_is_refused(
    proposals: list[Proposal],
    members: list[Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a, b, *_ = members
    with careless(monkeypatch):
        staged = a.stage(*proposals, psks=PSKS, path=False)
    with pytest.raises(InvalidCommit):
        b.process(staged.commit, psks=PSKS)


@pytest.mark.parametrize(
    "proposal",
    [
        _extensions((0xF123, b"")),
        _required(extension_types=(0xF123,)),
        _required(proposal_types=(0xF123,)),
        _required(credential_types=(CredentialType.X509,)),
    ],
    ids=[
        "13.4 extension",
        "11.1 required extension",
        "11.1 required proposal",
        "11.1 required credential",
    ],
)
def test_what_a_member_does_not_support_cannot_enter_the_group(
    proposal: Proposal, members: list[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b, *_ = members
    with pytest.raises(InvalidLeafNode):
        a.stage(proposal)
    with careless(monkeypatch):
        staged = a.stage(proposal)
    with pytest.raises(InvalidLeafNode):
        b.process(staged.commit)


# --- members together ---


@pytest.mark.parametrize(
    "shared",
    ["credential", "signature_key"],
    ids=["12.2 client", "7.3 signature key"],
)
def test_nobody_is_in_a_group_twice(
    shared: str, members: list[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b, c, _ = members
    clone = client("clone", RNG)
    setattr(clone, shared, getattr(c, shared))
    add = Add(clone.key_package())
    with pytest.raises(InvalidLeafNode):
        a.stage(add)
    with careless(monkeypatch):
        staged = a.stage(add)
    with pytest.raises(InvalidLeafNode):
        b.process(staged.commit)


def test_an_encryption_key_of_the_tree_is_refused(
    members: list[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b, c, _ = members
    leaf = c.state.tree.leaf(2)
    assert leaf is not None
    package = package_with(
        client("newcomer", RNG), leaf={"encryption_key": leaf.encryption_key}
    )
    with careless(monkeypatch):
        staged = a.stage(Add(package))
    with pytest.raises(InvalidTree):
        b.process(staged.commit)


def test_a_group_beyond_its_limit_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a, b = group_of(2, RNG, policy=Policy(max_leaves=2))
    add = Add(client("newcomer", RNG).key_package())
    with pytest.raises(InvalidTree):
        a.stage(add)
    with careless(monkeypatch):
        staged = a.stage(add)
    with pytest.raises(InvalidTree):
        b.process(staged.commit)


# --- updates ---


Leaves = Callable[[LeafNode, Client], LeafNode]
UPDATES: dict[str, tuple[Leaves, type[MlsError]]] = {
    "7.3 an unchanged key": (lambda leaf, b: leaf, InvalidProposal),
    "5.3.1 another client": (
        lambda leaf, b: replace(_fresh(leaf), credential=_SAME_PACKAGE.credential),
        InvalidProposal,
    ),
    "7.3 the wrong source": (
        lambda leaf, b: replace(_fresh(leaf), leaf_node_source=LeafNodeSource.COMMIT),
        InvalidLeafNode,
    ),
    "7.3 lost capabilities": (
        lambda leaf, b: replace(_fresh(leaf), **capabilities(cipher_suites=())),
        InvalidLeafNode,
    ),
}


def _fresh(leaf: LeafNode) -> LeafNode:
    return replace(leaf, encryption_key=hpke.generate_key_pair(SUITE, RNG).public)


@pytest.mark.parametrize("broken", UPDATES)
def test_an_update_is_refused_for(
    broken: str, members: list[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b, *_ = members
    make, error = UPDATES[broken]
    old = b.state.tree.leaf(1)
    assert old is not None
    base = replace(old, leaf_node_source=LeafNodeSource.UPDATE, parent_hash=b"")
    leaf = make(base, b).sign(b.signature_key, b.state.group_id, 1)
    with careless(monkeypatch):
        message = b.propose(Update(leaf))
    with pytest.raises(error):
        a.process(message)


@pytest.mark.parametrize(
    ("group_id", "index"),
    [(b"other", 1), (b"group", 2)],
    ids=["7.2 group", "7.2 leaf"],
)
def test_an_update_signed_for_another_place_is_refused(
    group_id: bytes,
    index: int,
    members: list[Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a, b, *_ = members
    old = b.state.tree.leaf(1)
    assert old is not None
    leaf = replace(
        _fresh(old), leaf_node_source=LeafNodeSource.UPDATE, parent_hash=b""
    ).sign(b.signature_key, group_id, index)
    with careless(monkeypatch):
        message = b.propose(Update(leaf))
    with pytest.raises(SignatureError):
        a.process(message)
