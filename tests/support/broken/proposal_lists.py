"""Rules about lists of proposals, broken by who commits to one (§12.2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from mentalverse_crypto import proposal_list
from mentalverse_crypto.errors import (
    InvalidCommit,
    InvalidLeafNode,
    InvalidProposal,
    MlsError,
)
from mentalverse_crypto.extensions import Extension, ExtensionType
from mentalverse_crypto.leaf import CredentialType, LeafNodeSource
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
from support.broken.leaves import fresh
from support.broken.rule import PSKS, Given, Message, Patch, Plan, Rule, Scene, Table
from support.careless import careless, required
from support.mls_group import SUITE, Client, client


def psk(nonce_bytes: int = 32) -> PreSharedKey:
    """A proposal of the PSK that everybody holds."""
    return PreSharedKey(ExternalPsk(b"id", bytes(nonce_bytes)))


def _resumption(usage: ResumptionPSKUsage) -> PreSharedKey:
    return PreSharedKey(ResumptionPsk(usage, b"group", 1, bytes(32)))


def _extensions(*extensions: Extension) -> GroupContextExtensions:
    return GroupContextExtensions(extensions)


def _own_update(who: Client) -> Update:
    place = who.state.own_leaf
    old = who.state.tree.leaf(place)
    assert old is not None
    leaf = replace(
        fresh(old, who.rng),
        leaf_node_source=LeafNodeSource.UPDATE,
        lifetime=None,
        parent_hash=b"",
    )
    return Update(leaf.sign(who.signature_key, who.state.group_id, place))


Lists = Callable[[Client, Client], Sequence[Proposal]]
"""What a committer, given somebody to add, commits to."""


def _nothing_applied(
    context: Any, tree: RatchetTree, proposals: Any
) -> proposal_list.Applied:
    return proposal_list.Applied(tree, context.extensions)


def _listed(proposals: Lists) -> Rule:
    """The judge would not commit to it, and takes no commit of another to it."""

    def make(scene: Scene, patch: Patch) -> list[Given]:
        culprit, psks = scene.culprit, PskStore(PSKS)
        with careless(patch) as inner:
            inner.setattr(proposal_list, "apply_proposals", _nothing_applied)
            listed = proposals(culprit, scene.stranger)
            staged = culprit.stage(*listed, psks=psks)
        own = tuple(proposals(scene.judge, scene.stranger))
        return [Plan(own), Message(staged.commit)]

    return Rule(InvalidProposal, make)


_LISTS: dict[str, Lists] = {
    "12.2 committer removes itself": lambda a, n: [Remove(a.state.own_leaf)],
    "12.2 committer updates itself": lambda a, n: [_own_update(a)],
    "12.2 a leaf removed twice": lambda a, n: [Remove(2), Remove(2)],
    "12.1.3 a blank leaf removed": lambda a, n: [Remove(7)],
    "12.2 a PSK named twice": lambda a, n: [psk(), psk()],
    "12.1.4 a PSK nonce too short": lambda a, n: [psk(31)],
    "12.1.4 a reinit PSK": lambda a, n: [_resumption(ResumptionPSKUsage.REINIT)],
    "12.1.4 a branch PSK": lambda a, n: [_resumption(ResumptionPSKUsage.BRANCH)],
    "12.2 extensions set twice": lambda a, n: [_extensions(), _extensions()],
    "12.2 ReInit with another": lambda a, n: [ReInit(b"g", SUITE, ()), psk()],
    "12.2 ExternalInit by a member": lambda a, n: [
        ExternalInit(n.signature_key.public)
    ],
    "12.2 a client added twice": lambda a, n: [
        Add(n.key_package()),
        Add(n.key_package()),
    ],
    "12.1.7 a tree as group extension": lambda a, n: [
        _extensions(Extension(ExtensionType.RATCHET_TREE, b"\x00"))
    ],
    "12.1.7 an external key as group extension": lambda a, n: [
        _extensions(Extension(ExtensionType.EXTERNAL_PUB, b"\x00"))
    ],
}

LISTS: Table = {section: _listed(made) for section, made in _LISTS.items()}


def _committed(
    error: type[MlsError], proposals: Sequence[Proposal], *, path: bool
) -> Rule:
    def make(scene: Scene, patch: Patch) -> list[Given]:
        with careless(patch):
            staged = scene.culprit.stage(*proposals, psks=PskStore(PSKS), path=path)
        unwilling: list[Given] = [Plan(tuple(proposals))] if path else []
        return [*unwilling, Message(staged.commit)]

    return Rule(error, make)


_PATHLESS: dict[str, list[Proposal]] = {
    "12.4 nothing": [],
    "12.4 remove": [Remove(3)],
    "12.4 extensions": [_extensions()],
    "12.4 PSK and remove": [psk(), Remove(3)],
}

WITHOUT_PATH: Table = {
    section: _committed(InvalidCommit, proposals, path=False)
    for section, proposals in _PATHLESS.items()
}


UNSUPPORTED: Table = {
    section: _committed(InvalidLeafNode, [_extensions(extension)], path=True)
    for section, extension in {
        "13.4 extension": Extension(0xF123, b""),
        "11.1 required extension": required(extension_types=(0xF123,)),
        "11.1 required proposal": required(proposal_types=(0xF123,)),
        "11.1 required credential": required(credential_types=(CredentialType.X509,)),
    }.items()
}


def _doubled(shared: str) -> Rule:
    """Somebody is added who has what the member at leaf 2 has."""

    def make(scene: Scene, patch: Patch) -> list[Given]:
        clone = client("clone", scene.rng, scene.judge.suite)
        setattr(clone, shared, getattr(scene.members[2], shared))
        add = Add(clone.key_package())
        with careless(patch):
            staged = scene.culprit.stage(add)
        return [Plan((add,)), Message(staged.commit)]

    return Rule(InvalidLeafNode, make)


TWICE: Table = {
    "12.2 client": _doubled("credential"),
    "7.3 signature key": _doubled("signature_key"),
}
