"""Rules about who is not a member, broken by an outsider or the server (§12.4.3.2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mentalverse_crypto import external, group
from mentalverse_crypto.ciphersuite import (
    SignatureKeyPair,
    generate_signature_key_pair,
)
from mentalverse_crypto.codec import vector
from mentalverse_crypto.errors import (
    InvalidCommit,
    InvalidLeafNode,
    InvalidMessage,
    InvalidProposal,
    MlsError,
    SignatureError,
)
from mentalverse_crypto.extensions import Extension, ExtensionType
from mentalverse_crypto.framing import (
    AuthenticatedContent,
    Content,
    FramedContent,
    FramedContentAuthData,
    PublicMessage,
    Sender,
    SenderType,
    WireFormat,
    encode_message,
)
from mentalverse_crypto.group_info import ExternalSender
from mentalverse_crypto.leaf import Credential, LeafNodeSource, basic_credential
from mentalverse_crypto.policy import UNRESTRICTED
from mentalverse_crypto.proposals import (
    Add,
    Commit,
    ExternalInit,
    GroupContextExtensions,
    PreSharedKey,
    Proposal,
    ProposalOrRef,
    ProposalRef,
    ReInit,
    Remove,
    Update,
)
from mentalverse_crypto.protection import sign_content
from mentalverse_crypto.psk import ExternalPsk
from mentalverse_crypto.update_path import UpdatePath
from support.broken.proposal_lists import psk
from support.broken.rule import Given, Message, Patch, Rule, Scene, Table, come_in
from support.deterministic import seeded_rng
from support.mls_group import SUITE, Client, commit

SERVER = generate_signature_key_pair(seeded_rng(64))
NAMED_SERVER = basic_credential(b"server")


def external_senders(*keys: bytes, credential: Credential = NAMED_SERVER) -> Extension:
    """Who may propose from outside."""
    senders = [ExternalSender(key, credential) for key in keys]
    data = vector(sender.encode() for sender in senders)
    return Extension(ExtensionType.EXTERNAL_SENDERS, data)


# --- external commits ---


Made = Callable[[tuple[ProposalOrRef, ...], UpdatePath, Scene], Commit]


def external_commit(made: Made, scene: Scene, patch: Patch) -> bytes:
    """The stranger's external commit, with something else in it."""
    with patch.context() as inner:
        inner.setattr(external, "Commit", lambda p, path: made(p, path, scene))
        info = group.group_info(scene.culprit.state)
        return come_in(scene.stranger, info, policy=UNRESTRICTED).commit


def _entered(error: type[MlsError], made: Made) -> Rule:
    return Rule(error, lambda s, patch: [Message(external_commit(made, s, patch))])


def _external_list(
    change: Callable[[tuple[ProposalOrRef, ...], Scene], tuple[ProposalOrRef, ...]],
) -> Rule:
    return _entered(InvalidProposal, lambda p, path, s: Commit(change(p, s), path))


EXTERNAL_LISTS: Table = {
    section: _external_list(change)
    for section, change in {
        "12.2 no ExternalInit": lambda p, s: (psk(),),
        "12.2 ExternalInit twice": lambda p, s: p * 2,
        "12.4.3.2 somebody else removed": lambda p, s: (*p, Remove(1)),
        "12.2 two leaves removed": lambda p, s: (*p, Remove(1), Remove(2)),
        "12.2 a PSK named twice": lambda p, s: (*p, psk(), psk()),
        "12.2 a device added": lambda p, s: (*p, Add(s.stranger.key_package())),
        "12.2 extensions set": lambda p, s: (*p, GroupContextExtensions(())),
        "12.2 a ReInit": lambda p, s: (*p, ReInit(b"g", SUITE, ())),
        "12.1.3 a blank leaf removed": lambda p, s: (*p, Remove(9)),
        "12.1.4 a PSK nonce too short": lambda p, s: (
            *p,
            PreSharedKey(ExternalPsk(b"id", bytes(31))),
        ),
    }.items()
}


def _referring(scene: Scene, patch: Patch) -> list[Given]:
    """The stranger refers to what a member has proposed."""
    scene.judge.process(scene.culprit.propose(Remove(3)))
    ref = ProposalRef(next(iter(scene.judge.state.proposals)))
    made = external_commit(lambda p, path, s: Commit((*p, ref), path), scene, patch)
    return [Message(made)]


EXTERNAL_LISTS["12.4.3.2 a proposal referred to"] = Rule(InvalidCommit, _referring)


EXTERNAL_PATHS: Table = {
    "12.4.3.2 no path": _entered(InvalidMessage, lambda p, path, s: Commit(p, None)),
    "7.3 the wrong source": _entered(
        InvalidLeafNode,
        lambda p, path, s: Commit(
            p,
            replace(
                path,
                leaf_node=replace(
                    path.leaf_node, leaf_node_source=LeafNodeSource.UPDATE
                ),
            ),
        ),
    ),
    "7.3 a broken leaf signature": _entered(
        SignatureError,
        lambda p, path, s: Commit(
            p, replace(path, leaf_node=replace(path.leaf_node, signature=bytes(64)))
        ),
    ),
    "12.4.3.2 the key of somebody else": _entered(
        SignatureError,
        lambda p, path, s: Commit(
            p,
            replace(
                path, leaf_node=replace(path.leaf_node, signature_key=SERVER.public)
            ),
        ),
    ),
}


# --- who may say what (§6, §12.1.8) ---


def said(
    member: Client, sender: Sender, content: Content, keys: SignatureKeyPair = SERVER
) -> bytes:
    """A PublicMessage of somebody who is not inside."""
    state = member.state
    framed = FramedContent(state.group_id, state.epoch, sender, b"", content)
    inside = sender.sender_type is SenderType.NEW_MEMBER_COMMIT
    wire_format = WireFormat.PUBLIC_MESSAGE
    context = state.context if inside else b""
    signature = sign_content(keys, wire_format, framed, context)
    tag = bytes(32) if isinstance(content, Commit) else None
    auth = FramedContentAuthData(signature, tag)
    body = AuthenticatedContent(wire_format, framed, auth)
    return encode_message(PublicMessage(body.content, body.auth))


OUTSIDE = Sender(SenderType.EXTERNAL, 0)
NEW_PROPOSAL = Sender(SenderType.NEW_MEMBER_PROPOSAL)
NEW_COMMIT = Sender(SenderType.NEW_MEMBER_COMMIT)


def _spoken(
    error: type[MlsError], sender: Sender, content: Callable[[Scene], Content]
) -> Rule:
    """The server, listed as a sender, says what it may not."""

    def make(scene: Scene, patch: Patch) -> list[Given]:
        scene.allow_everything()
        listed = external_senders(SERVER.public)
        commit(scene.culprit, scene.others, GroupContextExtensions((listed,)))
        return [Message(said(scene.culprit, sender, content(scene)))]

    return Rule(error, make)


def _always(content: Content) -> Callable[[Scene], Content]:
    return lambda scene: content


SPOKEN: Table = {
    section: _spoken(InvalidMessage, sender, _always(content))
    for section, sender, content in (
        ("6.1 a commit of an external sender", OUTSIDE, Commit((), None)),
        ("6.1 a commit of a proposing newcomer", NEW_PROPOSAL, Commit((), None)),
        ("6.1 a removal proposed by a newcomer", NEW_PROPOSAL, Remove(1)),
        ("6.1 a proposal of a committing newcomer", NEW_COMMIT, Remove(1)),
        ("6.2 application data in the open", OUTSIDE, b"text"),
        (
            "12.1.8.1 a sender that is not listed",
            Sender(SenderType.EXTERNAL, 1),
            Remove(1),
        ),
    )
}


def _update_of_the_judge(scene: Scene) -> Proposal:
    leaf = scene.judge.state.tree.leaf(1)
    assert leaf is not None
    return Update(leaf)


NEVER_FROM_OUTSIDE: Table = {
    "12.1.8 Update": _spoken(InvalidProposal, OUTSIDE, _update_of_the_judge),
    "12.1.8 ExternalInit": _spoken(
        InvalidProposal, OUTSIDE, lambda s: ExternalInit(bytes(32))
    ),
}
