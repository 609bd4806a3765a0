"""Every rule about who is not a member, and about lists as a whole, broken once."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mentalverse_crypto import external, group
from mentalverse_crypto.ciphersuite import (
    SignatureKeyPair,
    generate_signature_key_pair,
)
from mentalverse_crypto.codec import vector
from mentalverse_crypto.errors import (
    CredentialRejected,
    DecodeError,
    InvalidCommit,
    InvalidLeafNode,
    InvalidMessage,
    InvalidProposal,
    MlsError,
    SignatureError,
)
from mentalverse_crypto.extensions import (
    Extension,
    Extensions,
    ExtensionType,
    RequiredCapabilities,
)
from mentalverse_crypto.external import join_external
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
from mentalverse_crypto.leaf import (
    Capabilities,
    Credential,
    CredentialType,
    LeafNodeSource,
    basic_credential,
    lifetime_from,
)
from mentalverse_crypto.policy import UNRESTRICTED, unsafe_accept_any_credential
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
from mentalverse_crypto.psk import ExternalPsk, PskStore
from mentalverse_crypto.update_path import UpdatePath
from support.deterministic import seeded_rng
from support.mls_group import NOW, SUITE, Client, client, commit, group_of

RNG = seeded_rng(64)
PSKS = PskStore({b"id": b"key"})
_PSK = PreSharedKey(ExternalPsk(b"id", bytes(32)))
_SERVER = generate_signature_key_pair(RNG)


_NAMED_SERVER = basic_credential(b"server")
_CERTIFIED_SERVER = Credential(CredentialType.X509, certificates=(b"server",))


def _external_senders(
    *keys: bytes, credential: Credential = _NAMED_SERVER
) -> Extension:
    senders = [ExternalSender(key, credential) for key in keys]
    data = vector(sender.encode() for sender in senders)
    return Extension(ExtensionType.EXTERNAL_SENDERS, data)


def _required(**wanted: tuple[int, ...]) -> Extension:
    data = RequiredCapabilities(**wanted).encode()
    return Extension(ExtensionType.REQUIRED_CAPABILITIES, data)


def _no_server(credential: Credential, signature_key: bytes) -> None:
    if credential == _NAMED_SERVER:
        raise CredentialRejected("not known")


# --- external commits (§12.4.3.2) ---


def _come_in(who: Client, helper: Client, **options: Any) -> bytes:
    return join_external(
        group.group_info(helper.state),
        who.signature_key,
        who.credential,
        unsafe_accept_any_credential,
        NOW,
        RNG,
        policy=UNRESTRICTED,
        **options,
    ).commit


Lists = Callable[[tuple[ProposalOrRef, ...]], tuple[ProposalOrRef, ...]]
EXTERNAL_LISTS: dict[str, tuple[Lists, type[MlsError]]] = {
    "12.2 no ExternalInit": (lambda p: (_PSK,), InvalidProposal),
    "12.2 ExternalInit twice": (lambda p: p * 2, InvalidProposal),
    "12.2 two leaves removed": (
        lambda p: (*p, Remove(1), Remove(2)),
        InvalidProposal,
    ),
    "12.2 a PSK named twice": (lambda p: (*p, _PSK, _PSK), InvalidProposal),
    "12.2 a device added": (
        lambda p: (*p, Add(client("friend", RNG).key_package())),
        InvalidProposal,
    ),
    "12.2 extensions set": (
        lambda p: (*p, GroupContextExtensions(())),
        InvalidProposal,
    ),
    "12.2 a ReInit": (lambda p: (*p, ReInit(b"g", SUITE, ())), InvalidProposal),
    "12.1.3 a blank leaf removed": (lambda p: (*p, Remove(9)), InvalidProposal),
    "12.1.4 a PSK nonce too short": (
        lambda p: (*p, PreSharedKey(ExternalPsk(b"id", bytes(31)))),
        InvalidProposal,
    ),
}


@pytest.mark.parametrize("broken", EXTERNAL_LISTS)
def test_an_external_commit_is_refused_for(
    broken: str, members: list[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    change, error = EXTERNAL_LISTS[broken]
    with monkeypatch.context() as patch:
        patch.setattr(
            external,
            "Commit",
            lambda proposals, path: Commit(change(proposals), path),
        )
        message = _come_in(client("outsider", RNG), members[0])
    with pytest.raises(error):
        members[1].process(message, psks=PSKS)


def test_an_outsider_cannot_refer_to_proposals(
    members: list[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b, *_ = members
    b.process(a.propose(Remove(3)))
    ref = next(iter(b.state.proposals))
    with monkeypatch.context() as patch:
        patch.setattr(
            external,
            "Commit",
            lambda proposals, path: Commit((*proposals, ProposalRef(ref)), path),
        )
        message = _come_in(client("outsider", RNG), a)
    with pytest.raises(InvalidCommit):
        b.process(message)


Paths = Callable[[UpdatePath], UpdatePath | None]
EXTERNAL_PATHS: dict[str, tuple[Paths, type[MlsError]]] = {
    "12.4.3.2 no path": (lambda p: None, InvalidMessage),
    "7.3 the wrong source": (
        lambda p: replace(
            p,
            leaf_node=replace(p.leaf_node, leaf_node_source=LeafNodeSource.UPDATE),
        ),
        InvalidLeafNode,
    ),
    "7.3 a broken leaf signature": (
        lambda p: replace(p, leaf_node=replace(p.leaf_node, signature=bytes(64))),
        SignatureError,
    ),
    "12.4.3.2 the key of somebody else": (
        lambda p: replace(
            p, leaf_node=replace(p.leaf_node, signature_key=_SERVER.public)
        ),
        SignatureError,
    ),
}


@pytest.mark.parametrize("broken", EXTERNAL_PATHS)
def test_an_outsiders_path_is_refused_for(
    broken: str, members: list[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    change, error = EXTERNAL_PATHS[broken]
    with monkeypatch.context() as patch:
        patch.setattr(
            external,
            "Commit",
            lambda proposals, path: Commit(proposals, change(path)),
        )
        message = _come_in(client("outsider", RNG), members[0])
    with pytest.raises(error):
        members[1].process(message)


def test_an_outsider_with_a_rejected_credential_stays_outside(
    members: list[Client],
) -> None:
    outsider = client("server", RNG)
    message = _come_in(outsider, members[0])
    with pytest.raises(CredentialRejected):
        group.process(members[1].state, message, _no_server, NOW)


def test_nobody_is_thrown_out_by_who_is_not_its_successor(
    members: list[Client],
) -> None:
    message = _come_in(
        client("outsider", RNG), members[0], replaces=1, client_of=lambda c: b""
    )
    for member in members:
        with pytest.raises(InvalidProposal):
            member.process(message)


def test_an_outsider_makes_no_commit_that_the_members_refuse(
    members: list[Client],
) -> None:
    helper = members[0]
    with pytest.raises(InvalidProposal):
        _come_in(client("outsider", RNG), helper, psk_ids=[_PSK.psk] * 2, psks=PSKS)
    outsider = client("server", RNG)
    with pytest.raises(CredentialRejected):
        join_external(
            group.group_info(helper.state),
            outsider.signature_key,
            outsider.credential,
            _no_server,
            NOW,
            RNG,
        )


# --- who may say what (§6, §12.1.8) ---


def _said(
    member: Client, sender: Sender, content: Content, keys: SignatureKeyPair = _SERVER
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


_OUTSIDE = Sender(SenderType.EXTERNAL, 0)
_NEW_PROPOSAL = Sender(SenderType.NEW_MEMBER_PROPOSAL)
_NEW_COMMIT = Sender(SenderType.NEW_MEMBER_COMMIT)

SPOKEN: dict[str, tuple[Sender, Content]] = {
    "6.1 a commit of an external sender": (_OUTSIDE, Commit((), None)),
    "6.1 a commit of a proposing newcomer": (_NEW_PROPOSAL, Commit((), None)),
    "6.1 a removal proposed by a newcomer": (_NEW_PROPOSAL, Remove(1)),
    "6.1 a proposal of a committing newcomer": (_NEW_COMMIT, Remove(1)),
    "6.2 application data in the open": (_OUTSIDE, b"text"),
    "12.1.8.1 a sender that is not listed": (
        Sender(SenderType.EXTERNAL, 1),
        Remove(1),
    ),
}


@pytest.mark.parametrize("broken", SPOKEN)
def test_it_is_not_for_outsiders_to_say(broken: str) -> None:
    members = group_of(3, RNG, policy=UNRESTRICTED)
    extension = _external_senders(_SERVER.public)
    commit(members[0], members[1:], GroupContextExtensions((extension,)))
    with pytest.raises(InvalidMessage):
        members[1].process(_said(members[1], *SPOKEN[broken]))


@pytest.mark.parametrize(
    "kind", [Update, ExternalInit], ids=["12.1.8 Update", "12.1.8 ExternalInit"]
)
def test_an_external_sender_never_proposes(kind: type[Proposal]) -> None:
    members = group_of(3, RNG, policy=UNRESTRICTED)
    extension = _external_senders(_SERVER.public)
    commit(members[0], members[1:], GroupContextExtensions((extension,)))
    leaf = members[1].state.tree.leaf(1)
    assert leaf is not None
    proposal = Update(leaf) if kind is Update else ExternalInit(bytes(32))
    with pytest.raises(InvalidProposal):
        members[1].process(_said(members[1], _OUTSIDE, proposal))


def test_a_newcomer_proposes_itself_only_where_the_policy_lets_it() -> None:
    newcomer = client("newcomer", RNG)
    for policy, accepted in ((None, False), (UNRESTRICTED, True)):
        members = group_of(2, RNG, policy=policy)
        add = Add(newcomer.key_package())
        message = _said(members[0], _NEW_PROPOSAL, add, newcomer.signature_key)
        if accepted:
            assert members[0].process(message).proposal == add
        else:
            with pytest.raises(InvalidProposal):
                members[0].process(message)


# --- external senders are judged too (§5.3.1) ---


def test_an_external_sender_has_an_accepted_credential(
    members: list[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b, *_ = members
    proposal = GroupContextExtensions((_external_senders(_SERVER.public),))
    with pytest.raises(CredentialRejected):
        group.stage_commit(
            a.state, [proposal], validate_credential=_no_server, now=NOW, rng=RNG
        )
    with pytest.raises(CredentialRejected):
        group.process(b.state, a.stage(proposal).commit, _no_server, NOW)
    with pytest.raises(CredentialRejected):
        group.process(b.state, a.propose(proposal), _no_server, NOW)


def test_a_newcomer_judges_the_external_senders_of_its_group(
    members: list[Client],
) -> None:
    extension = _external_senders(_SERVER.public)
    commit(members[0], members[1:], GroupContextExtensions((extension,)))
    newcomer = client("newcomer", RNG)
    staged = members[0].stage(Add(newcomer.key_package()))
    assert staged.welcome is not None
    with pytest.raises(CredentialRejected):
        group.join_welcome(staged.welcome, newcomer.packages, _no_server, NOW)
    newcomer.join(staged.welcome)


EXTENSIONS: dict[str, tuple[Extensions, type[MlsError]]] = {
    "5.3.1 an external key too short": (
        (_external_senders(bytes(31)),),
        CredentialRejected,
    ),
    "5.3.1 an external sender with an X.509 credential": (
        (_external_senders(_SERVER.public, credential=_CERTIFIED_SERVER),),
        CredentialRejected,
    ),
    "12.1.8.1 external senders cut short": (
        (Extension(ExtensionType.EXTERNAL_SENDERS, b"\x05\x00"),),
        DecodeError,
    ),
    "11.1 required capabilities cut short": (
        (Extension(ExtensionType.REQUIRED_CAPABILITIES, b"\x02"),),
        DecodeError,
    ),
    "12.1.7 a tree": (
        (Extension(ExtensionType.RATCHET_TREE, b"\x00"),),
        InvalidProposal,
    ),
}


@pytest.mark.parametrize("broken", EXTENSIONS)
@pytest.mark.parametrize("kind", [GroupContextExtensions, ReInit])
def test_extensions_of_a_group_are_refused_for(
    kind: type[Proposal], broken: str, members: list[Client]
) -> None:
    extensions, error = EXTENSIONS[broken]
    proposal: Proposal = (
        ReInit(b"next", SUITE, extensions)
        if kind is ReInit
        else GroupContextExtensions(extensions)
    )
    with pytest.raises(error):
        members[0].stage(proposal)


def test_an_extension_occurs_once(members: list[Client]) -> None:
    twice = (_required(), _required())
    staged = members[0].stage(GroupContextExtensions(twice))
    with pytest.raises(DecodeError):
        members[1].process(staged.commit)


# --- beginning a group (§11) ---


@pytest.mark.parametrize(
    "extension",
    [
        Extension(0xF123, b""),
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
def test_nobody_begins_a_group_it_could_not_join(extension: Extension) -> None:
    with pytest.raises(InvalidLeafNode):
        client("creator", RNG).create(extensions=(extension,))


# --- lists as a whole (§12.2, §12.3) ---


def test_proposals_are_judged_by_the_extensions_of_their_own_list() -> None:
    capable = Capabilities(extensions=(*Capabilities().extensions, 0xF123))
    creator, plain = client("creator", RNG), client("plain", RNG)
    needed = _required(extension_types=(0xF123,))
    creator.create(extensions=(needed,), capabilities=capable)
    friend = client("friend", RNG)
    commit(
        creator,
        [],
        Add(friend.key_package(capabilities=capable)),
        joiners=[friend],
    )
    add = Add(plain.key_package())
    with pytest.raises(InvalidLeafNode):
        creator.stage(add)
    commit(creator, [friend], add, GroupContextExtensions(()), joiners=[plain])
    with pytest.raises(InvalidLeafNode):
        creator.stage(GroupContextExtensions((needed,)))


def test_a_committer_takes_the_latest_update_of_a_leaf(members: list[Client]) -> None:
    a, b, c, d = members
    updates = [b.propose_update() for _ in range(3)]
    for message in updates:
        for other in (a, c, d):
            other.process(message)
    latest = list(a.state.proposals.values())[-1].proposal
    assert isinstance(latest, Update)
    commit(a, [b, c, d])
    for member in members:
        leaf = member.state.tree.leaf(1)
        assert leaf == latest.leaf_node


def test_a_committer_leaves_out_what_ran_out_while_it_waited(
    members: list[Client],
) -> None:
    a, b, *_ = members
    newcomer = client("newcomer", RNG)
    b.process(a.propose(Add(newcomer.key_package())))
    end = lifetime_from(NOW).not_after - NOW.timestamp()
    for seconds, taken in ((0, 1), (end + 1, 0)):
        now = NOW.fromtimestamp(NOW.timestamp() + seconds, NOW.tzinfo)
        judged = {"validate_credential": unsafe_accept_any_credential, "now": now}
        staged = group.stage_commit(b.state, rng=RNG, **judged)  # type: ignore[arg-type]
        assert len(staged.added) == taken
        refs = group.committable(b.state, **judged)  # type: ignore[arg-type]
        assert len(refs) == taken


def _no_adds(proposal: Proposal, sender: Sender) -> None:
    if isinstance(proposal, Add):
        raise InvalidProposal("nobody is added here")


def test_the_application_has_a_rule_of_its_own(members: list[Client]) -> None:
    a, b, c, d = members
    add = Add(client("newcomer", RNG).key_package())
    proposed = a.propose(add)
    with pytest.raises(InvalidProposal):
        a.stage(add, permit=_no_adds)
    with pytest.raises(InvalidProposal):
        b.process(a.stage(add, include_pending=False).commit, permit=_no_adds)
    with pytest.raises(InvalidProposal):
        b.process(proposed, permit=_no_adds)
    c.process(proposed)
    assert not c.stage(permit=_no_adds).added
    assert c.stage().added
