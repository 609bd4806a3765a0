"""Choices that a structure leaves open, taken where nothing stands (§2, §6 – §13).

The damage is done to an encoder while somebody makes a message, so that signatures and
hashes are right; or, to what nobody signs, in the octets that were made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mentalverse_crypto import group
from mentalverse_crypto.codec import decode, opaque, u8, u16
from mentalverse_crypto.errors import DecodeError, MlsError, UnsupportedError
from mentalverse_crypto.group_info import GroupContext, GroupSecrets
from mentalverse_crypto.key_package import KeyPackage
from mentalverse_crypto.leaf import Capabilities, Credential, LeafNode
from mentalverse_crypto.proposals import (
    Add,
    Commit,
    GroupContextExtensions,
    PreSharedKey,
    Proposal,
    ReInit,
    Remove,
)
from mentalverse_crypto.psk import (
    ExternalPsk,
    PskStore,
    ResumptionPsk,
    ResumptionPSKUsage,
)
from mentalverse_crypto.ratchet_tree import RatchetTree
from mentalverse_crypto.treemath import NodeIndex
from support.broken.outsiders import external_commit
from support.broken.proposal_lists import psk
from support.broken.rule import (
    PSKS,
    Given,
    Invitation,
    Message,
    OpenDoor,
    Patch,
    Rule,
    Scene,
)
from support.careless import careless, required
from support.mls_group import SUITE

GREASE = 0x0A0A
_HEAD_BYTES = 4
"""Version and wire format, in front of every message."""

Carry = Callable[[Scene, Patch], Given]
"""What somebody honest hands over with the structure in it."""
Change = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Structure(Rule):
    """A rule, and what carries the same structure unbroken."""

    carry: Carry


# --- who carries what ---


def _proposing(make: Callable[[Scene], Proposal]) -> Carry:
    def carry(scene: Scene, patch: Patch) -> Given:
        with careless(patch):
            return Message(scene.culprit.propose(make(scene)))

    return carry


def _commit(scene: Scene, patch: Patch) -> Given:
    staged = scene.culprit.stage(psk(), psks=PskStore(PSKS), path=False)
    return Message(staged.commit)


def _external_commit(scene: Scene, patch: Patch) -> Given:
    return Message(external_commit(lambda p, path, s: Commit(p, path), scene, patch))


def _group_info(scene: Scene, patch: Patch) -> Given:
    return OpenDoor(group.group_info(scene.culprit.state))


def _invitation(scene: Scene, patch: Patch) -> Given:
    add = Add(scene.newcomer.key_package())
    staged = scene.culprit.stage(add, inline_tree=False)
    assert staged.welcome is not None
    return Invitation(staged.welcome, group.ratchet_tree(staged.state))


_ADD = _proposing(lambda s: Add(s.stranger.key_package()))
_EXTERNAL_PSK = _proposing(lambda s: PreSharedKey(ExternalPsk(b"id", bytes(32))))
_RESUMPTION_PSK = _proposing(
    lambda s: PreSharedKey(
        ResumptionPsk(ResumptionPSKUsage.APPLICATION, b"group", 1, bytes(32))
    )
)
_REINIT = _proposing(lambda s: ReInit(b"next", SUITE, ()))
_REMOVAL = _proposing(lambda s: Remove(3))
_EXTENSIONS = _proposing(lambda s: GroupContextExtensions((required(),)))


# --- who damages it ---


def _encoded(
    error: type[MlsError], carry: Carry, owner: type, method: str, change: Change
) -> Structure:
    """Everything of a kind is encoded wrongly while it is made."""

    def make(scene: Scene, patch: Patch) -> Sequence[Given]:
        honest: Callable[..., bytes] = getattr(owner, method)
        with patch.context() as inner:
            inner.setattr(owner, method, lambda *args: change(honest(*args)))
            return [carry(scene, inner)]

    return Structure(error, make, carry)


def _unnegotiated() -> Structure:
    """A Remove under a type that nobody listed."""

    def make(scene: Scene, patch: Patch) -> Sequence[Given]:
        with patch.context() as inner:
            inner.setattr(Remove, "type", GREASE)
            return [_REMOVAL(scene, inner)]

    return Structure(UnsupportedError, make, _REMOVAL)


def _edited(
    error: type[MlsError], carry: Carry, field: str, change: Change
) -> Structure:
    """The octets that were made are changed on their way."""

    def make(scene: Scene, patch: Patch) -> Sequence[Given]:
        given: Any = carry(scene, patch)
        return [replace(given, **{field: change(getattr(given, field))})]

    return Structure(error, make, carry)


def _at(place: int, damaged: bytes) -> Change:
    """Other octets in the place of as many."""
    end = place + len(damaged)
    return lambda octets: octets[:place] + damaged + octets[end:]


def _leaf_source(octets: bytes) -> bytes:
    """The content of a KeyPackage's leaf, with a source that nobody knows."""
    before = len(octets) - len(opaque(b"")) - 2 * 8 - 1
    return _at(before, u8(4))(octets)


def _first_node(damaged: bytes) -> Change:
    """The first leaf of a tree: there, a leaf, and its content."""
    return lambda tree: opaque(damaged + decode(_opaque, tree)[len(damaged) :])


def _opaque(reader: Any) -> bytes:
    octets: bytes = reader.opaque()
    return octets


def _moved(source: NodeIndex, target: NodeIndex) -> Change:
    """A tree with a node in the place of another."""

    def change(octets: bytes) -> bytes:
        tree = decode(RatchetTree.read, octets)
        return tree.replace({target: tree.nodes[source]}).encode()

    return change


_GROUP_END = _HEAD_BYTES + len(opaque(b"group")) + 8
"""Where group id and epoch of a message end."""

STRUCTURES: dict[str, Structure] = {
    "2.1.1 neither there nor not": _encoded(
        DecodeError, _commit, Commit, "encode", lambda c: c[:-1] + u8(2)
    ),
    "2.1.1 a node neither there nor blank": _edited(
        DecodeError, _invitation, "tree", _first_node(u8(2))
    ),
    "2.1.1 a path secret neither there nor not": _encoded(
        DecodeError,
        _invitation,
        GroupSecrets,
        "encode",
        _at(len(opaque(bytes(32))), u8(2)),
    ),
    "5.3 an unknown credential type": _encoded(
        DecodeError, _ADD, Credential, "encode", _at(0, u16(GREASE))
    ),
    "6.0 a message of another version": _edited(
        UnsupportedError, _commit, "octets", _at(0, u16(2))
    ),
    "6.0 an unknown wire format": _edited(
        DecodeError, _commit, "octets", _at(2, u16(6))
    ),
    "6.0 an unknown content type": _edited(
        DecodeError, _commit, "octets", _at(_GROUP_END, u8(4))
    ),
    "6.0 an unknown sender type": _edited(
        DecodeError, _external_commit, "octets", _at(_GROUP_END, u8(5))
    ),
    "7.2 an unknown leaf source": _encoded(
        DecodeError, _ADD, LeafNode, "_content", _leaf_source
    ),
    "7.2 half a capability": _encoded(
        DecodeError,
        _ADD,
        Capabilities,
        "encode",
        lambda c: opaque(u8(1)) + c[len(opaque(u16(1))) :],
    ),
    "8.1 a context of another version": _encoded(
        UnsupportedError, _group_info, GroupContext, "encode", _at(0, u16(2))
    ),
    "8.4 an unknown PSK type": _encoded(
        DecodeError, _EXTERNAL_PSK, ExternalPsk, "encode", _at(0, u8(3))
    ),
    "8.4 an unknown use of a resumption key": _encoded(
        DecodeError, _RESUMPTION_PSK, ResumptionPsk, "encode", _at(1, u8(4))
    ),
    "10.0 a KeyPackage of another version": _encoded(
        UnsupportedError, _ADD, KeyPackage, "_to_be_signed", _at(0, u16(2))
    ),
    "10.0 a KeyPackage of an unknown suite": _encoded(
        UnsupportedError, _ADD, KeyPackage, "_to_be_signed", _at(2, u16(GREASE))
    ),
    "12.1 a proposal type that nobody negotiated": _unnegotiated(),
    "12.1.5 a ReInit to an earlier version": _encoded(
        UnsupportedError, _REINIT, ReInit, "body", _at(len(opaque(b"next")), u16(0))
    ),
    "12.4 neither proposal nor reference": _encoded(
        DecodeError,
        _commit,
        Commit,
        "encode",
        lambda c: opaque(_at(0, u8(3))(decode(_opaque, c[:-1]))) + c[-1:],
    ),
    "12.4.3.1 a Welcome of an unknown suite": _edited(
        UnsupportedError, _invitation, "welcome", _at(_HEAD_BYTES, u16(GREASE))
    ),
    "12.4.3.3 a node that is neither leaf nor parent": _edited(
        DecodeError, _invitation, "tree", _first_node(u8(1) + u8(3))
    ),
    "12.4.3.3 a parent in the place of a leaf": _edited(
        DecodeError, _invitation, "tree", _moved(3, 2)
    ),
    "12.4.3.3 a leaf in the place of a parent": _edited(
        DecodeError, _invitation, "tree", _moved(2, 3)
    ),
    "13.4 an extension type repeated": _encoded(
        DecodeError,
        _EXTENSIONS,
        GroupContextExtensions,
        "body",
        lambda b: opaque(decode(_opaque, b) * 2),
    ),
}
