"""Messages of every kind with flipped bits, and who is to refuse them.

In `SENT` the damage is done on the way. In `HANDSHAKE` and `FORGED` somebody does it
before it signs and encrypts, so that it reaches what lies behind the signature.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from mentalverse_crypto import group, protection
from mentalverse_crypto.codec import u16
from mentalverse_crypto.errors import MlsError
from mentalverse_crypto.framing import (
    AuthenticatedContent,
    Content,
    FramedContent,
    FramedContentAuthData,
    PublicMessage,
    WireFormat,
    decode_message,
    encode_content,
    encode_message,
    member,
)
from mentalverse_crypto.group import StagedCommit
from mentalverse_crypto.group_info import GroupContext, GroupInfo, GroupSecrets
from mentalverse_crypto.key_package import KeyPackage
from mentalverse_crypto.leaf import LeafNode
from mentalverse_crypto.proposals import (
    Add,
    Commit,
    GroupContextExtensions,
    Proposal,
    ReInit,
    Remove,
)
from support.broken.outsiders import SERVER, external_senders
from support.broken.proposal_lists import psk
from support.broken.rule import (
    Given,
    Invitation,
    Message,
    Offer,
    OpenDoor,
    Scene,
    come_in,
)
from support.mls_group import Client


def flipped(octets: bytes, chance: random.Random) -> bytes:
    """A copy with a few bits changed, most often one."""
    damaged = bytearray(octets)
    for bit in chance.sample(range(8 * len(damaged)), chance.choice((1, 1, 1, 2, 8))):
        damaged[bit // 8] ^= 1 << bit % 8
    return bytes(damaged)


def damaged(given: Given, chance: random.Random) -> Given:
    """The same with a few bits of one part changed."""
    parts: Any = {
        field: value for field, value in vars(given).items() if isinstance(value, bytes)
    }
    field = chance.choice(sorted(parts))
    whole: Any = given
    changed: Given = replace(whole, **{field: flipped(parts[field], chance)})
    return changed


# --- on the way ---


def _staged(scene: Scene, **options: Any) -> StagedCommit:
    add = Add(scene.newcomer.key_package())
    return scene.culprit.stage(Remove(3), add, **options)


def _welcome(scene: Scene, *, inline_tree: bool) -> Given:
    staged = _staged(scene, inline_tree=inline_tree)
    assert staged.welcome is not None
    tree = None if inline_tree else group.ratchet_tree(staged.state)
    return Invitation(staged.welcome, tree)


def public_commit(scene: Scene) -> Given:
    """A member's commit that the server can read, which only some policies admit."""
    return Message(_staged(scene, wire_format=WireFormat.PUBLIC_MESSAGE).commit)


def _external_commit(scene: Scene) -> Given:
    info = group.group_info(scene.culprit.state)
    return Message(come_in(scene.stranger, info).commit)


SENT: dict[str, Callable[[Scene], Given]] = {
    "application message": lambda s: Message(s.culprit.protect(b"text", b"data")),
    "proposal": lambda s: Message(s.culprit.propose(Add(s.stranger.key_package()))),
    "commit": lambda s: Message(_staged(s).commit),
    "external commit": _external_commit,
    "Welcome": lambda s: _welcome(s, inline_tree=True),
    "Welcome and tree": lambda s: _welcome(s, inline_tree=False),
    "GroupInfo": lambda s: OpenDoor(group.group_info(s.culprit.state)),
    "KeyPackage": lambda s: Offer(encode_message(s.stranger.key_package())),
}


# --- before it is signed ---


@dataclass(frozen=True)
class RawCommit(Commit):
    """A commit that is encoded as these octets."""

    octets: bytes = b""

    def encode(self) -> bytes:
        return self.octets


@dataclass(frozen=True)
class RawProposal:
    """A proposal that is encoded as these octets."""

    type: int
    octets: bytes

    def body(self) -> bytes:
        return self.octets


def signed(who: Client, content: Content, tag: bytes | None) -> bytes:
    """A message of a member with any content whatever."""
    state, wire_format = who.state, WireFormat.PRIVATE_MESSAGE
    framed = FramedContent(
        state.group_id, state.epoch, member(state.own_leaf), b"", content
    )
    signature = protection.sign_content(
        state.signature_key, wire_format, framed, state.context
    )
    message = AuthenticatedContent(
        wire_format, framed, FramedContentAuthData(signature, tag)
    )
    _, private = protection.protect_private(
        state.suite,
        message,
        state.secret_tree,
        state.secrets.sender_data_secret,
        who.rng,
    )
    return encode_message(private)


def raw(octets: bytes, *, is_commit: bool) -> Content:
    """Octets in the place of a commit or of a proposal."""
    if is_commit:
        return RawCommit((), None, octets)
    proposal: Any = RawProposal(int.from_bytes(octets[:2]), octets[len(u16(0)) :])
    content: Content = proposal
    return content


@dataclass(frozen=True)
class Signed:
    """Content of a member with the confirmation tag that belongs to it."""

    octets: bytes
    tag: bytes | None

    def damaged_by(self, who: Client, chance: random.Random) -> Message:
        """The content with flipped bits, truly signed and encrypted."""
        content = raw(flipped(self.octets, chance), is_commit=self.tag is not None)
        return Message(signed(who, content, self.tag))


def _handshakes(scene: Scene) -> list[Signed]:
    """Honest commits and proposals of the culprit, of every type."""
    who = scene.culprit
    old = who.state.tree.leaf(0)
    assert old is not None
    add = Add(scene.stranger.key_package())
    proposals: list[Proposal] = [
        Remove(3),
        add,
        psk(),
        ReInit(b"next", who.suite, ()),
        GroupContextExtensions((external_senders(SERVER.public),)),
    ]
    found = [Signed(encode_content(proposal), None) for proposal in proposals]
    for listed in ([Remove(3), add], [], [add]):
        staged = who.stage(*listed, wire_format=WireFormat.PUBLIC_MESSAGE)
        body = decode_message(staged.commit)
        assert isinstance(body, PublicMessage)
        content, tag = body.content.content, body.auth.confirmation_tag
        found.append(Signed(encode_content(content), tag))
    return found


@dataclass(frozen=True)
class Forgery:
    """A structure that is damaged wherever it is encoded while something is made."""

    owner: type
    method: str
    make: Callable[[Scene], Given]

    def by(self, scene: Scene, chance: random.Random) -> Given:
        """What is made so, its signatures, hashes and tags over what it says.

        Raises:
            MlsError: who makes it stumbles over it.
        """
        honest: Callable[..., bytes] = getattr(self.owner, self.method)
        seed = chance.random()

        def encode(*args: Any) -> bytes:
            return flipped(honest(*args), random.Random(seed))

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(self.owner, self.method, encode)
            return self.make(scene)


FORGED: dict[str, Forgery] = {
    "commit": Forgery(Commit, "encode", SENT["commit"]),
    "leaf of a commit": Forgery(
        LeafNode, "_content", lambda s: Message(s.culprit.stage().commit)
    ),
    "leaf of a KeyPackage": Forgery(LeafNode, "_content", SENT["KeyPackage"]),
    "KeyPackage": Forgery(KeyPackage, "_to_be_signed", SENT["KeyPackage"]),
    "GroupInfo": Forgery(GroupInfo, "_to_be_signed", SENT["GroupInfo"]),
    "GroupContext": Forgery(GroupContext, "encode", SENT["GroupInfo"]),
    "group secrets": Forgery(GroupSecrets, "encode", SENT["Welcome"]),
}

HANDSHAKE = "content of a handshake"
KINDS = (*SENT, HANDSHAKE, *(f"forged {part}" for part in FORGED))


def attacks(kind: str, scene: Scene, chance: random.Random) -> Iterator[Given]:
    """Damaged messages of a kind without end."""
    if kind in SENT:
        honest = SENT[kind](scene)
        while True:
            yield damaged(honest, chance)
    if kind == HANDSHAKE:
        contents = _handshakes(scene)
        while True:
            yield chance.choice(contents).damaged_by(scene.culprit, chance)
    forgery = FORGED[kind.removeprefix("forged ")]
    while True:
        with contextlib.suppress(MlsError):
            yield forgery.by(scene, chance)
