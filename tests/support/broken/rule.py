"""A rule of RFC 9420 that somebody breaks, and who has to refuse it.

A table maps the section and what is wrong to a `Rule`. Its `make` builds, with the
checks of the culprit off, what the judged are given: octets, or a wish of their own.
The tests of Python and those of the browser's engine walk through the same tables.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from mentalverse_crypto.ciphersuite import CipherSuite, Rng
from mentalverse_crypto.errors import DecodeError, MlsError
from mentalverse_crypto.extensions import Extensions
from mentalverse_crypto.external import ExternalCommit, join_external
from mentalverse_crypto.framing import decode_message
from mentalverse_crypto.key_package import KeyPackage
from mentalverse_crypto.policy import UNRESTRICTED, unsafe_accept_any_credential
from mentalverse_crypto.proposals import Add, Proposal
from mentalverse_crypto.psk import PskStore
from support.deterministic import seeded_rng
from support.mls_group import NOW, SUITE, Client, client, commit, group_of

PSKS = {b"id": b"key"}
"""External PSKs that everybody holds."""
Patch = pytest.MonkeyPatch


@dataclass(frozen=True)
class Scene:
    """Four members whose tree has paths set by two of them, and two outside.

    Who breaks a rule inside is the first member, or the last one where a rule needs
    somebody to vouch for a tree without the first.
    """

    members: list[Client]
    judge: Client
    """The second member, at leaf 1, who has not committed."""
    newcomer: Client
    """Outside, judges Welcomes and GroupInfos."""
    stranger: Client
    """Outside, its KeyPackages and external commits break rules."""
    rng: Rng

    @property
    def culprit(self) -> Client:
        return self.members[0]

    @property
    def others(self) -> list[Client]:
        """The members after the culprit."""
        return self.members[1:]

    def allow_everything(self) -> None:
        """Lift the policy of the members, so that a rule of the RFC itself counts."""
        for member in self.members:
            member.group_state = replace(member.state, policy=UNRESTRICTED)


def scene(
    seed: int = 61,
    suite: CipherSuite = SUITE,
    *,
    judge: Callable[[str, Rng, CipherSuite], Client] = client,
) -> Scene:
    """A scene in which `judge` makes those who have to refuse."""
    rng = seeded_rng(seed)
    members = group_of(4, rng, suite, second=judge)
    for committer in (members[3], members[0]):
        commit(committer, [each for each in members if each is not committer])
    newcomer = judge("newcomer", rng, suite)
    return Scene(members, members[1], newcomer, client("stranger", rng, suite), rng)


# --- what the judged are given ---


@dataclass(frozen=True)
class Message:
    """Octets for a member."""

    octets: bytes


@dataclass(frozen=True)
class Invitation:
    """A Welcome for somebody outside, with the tree beside it or inside."""

    welcome: bytes
    tree: bytes | None = None


@dataclass(frozen=True)
class OpenDoor:
    """A GroupInfo for somebody outside."""

    group_info: bytes


@dataclass(frozen=True)
class Plan:
    """What a member is asked to commit to."""

    proposals: tuple[Proposal, ...]


@dataclass(frozen=True)
class Offer:
    """A published KeyPackage that a member is asked to add."""

    key_package: bytes


@dataclass(frozen=True)
class Suggestion:
    """What a member is asked to propose."""

    proposal: Proposal


@dataclass(frozen=True)
class Beginning:
    """The extensions that somebody outside is asked to begin a group with."""

    extensions: Extensions


@dataclass(frozen=True)
class Publication:
    """How somebody outside is asked to publish a KeyPackage."""

    options: dict[str, Any]


FOR_NEWCOMERS = (Invitation, OpenDoor, Beginning, Publication)
"""What somebody outside is given, and the rest a member."""
Given = (
    Message
    | Invitation
    | OpenDoor
    | Plan
    | Offer
    | Suggestion
    | Beginning
    | Publication
)


@dataclass(frozen=True)
class Rule:
    """What is given to break the rule, and Python's name for the refusal."""

    error: type[MlsError]
    make: Callable[[Scene, Patch], Sequence[Given]]


Table = dict[str, Rule]


def take(scene: Scene, given: Given) -> None:
    """Let who is judged take what it is given, in Python, and keep nothing of it."""
    psks, newcomer = PskStore(PSKS), scene.newcomer
    match given:
        case Message(octets):
            scene.judge.read(octets, psks=psks)
        case Invitation(welcome, tree):
            newcomer.try_to_join(welcome, ratchet_tree=tree, psks=psks)
        case OpenDoor(group_info):
            come_in(newcomer, group_info)
        case Plan(proposals):
            scene.judge.stage(*proposals, psks=psks)
        case Offer(octets):
            scene.judge.stage(Add(_key_package(octets)))
        case Suggestion(proposal):
            replace(scene.judge).propose(proposal)
        case Beginning(extensions):
            replace(newcomer).create(extensions=extensions)
        case Publication(options):
            newcomer.key_package(**options)


def _key_package(octets: bytes) -> KeyPackage:
    package = decode_message(octets)
    if not isinstance(package, KeyPackage):
        raise DecodeError("not a KeyPackage")
    return package


def come_in(who: Client, group_info: bytes, **options: Any) -> ExternalCommit:
    """An external commit by a GroupInfo."""
    return join_external(
        group_info,
        who.signature_key,
        who.credential,
        unsafe_accept_any_credential,
        NOW,
        who.rng,
        **options,
    )
