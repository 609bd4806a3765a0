"""Who is not a member: joining from outside, and external senders."""

from dataclasses import replace

import pytest

from mentalverse_crypto import group
from mentalverse_crypto.ciphersuite import (
    SignatureKeyPair,
    generate_signature_key_pair,
)
from mentalverse_crypto.codec import vector
from mentalverse_crypto.errors import (
    InvalidMessage,
    InvalidProposal,
    InvalidWelcome,
    SignatureError,
)
from mentalverse_crypto.extensions import Extension, ExtensionType
from mentalverse_crypto.external import ExternalCommit, join_external
from mentalverse_crypto.framing import (
    AuthenticatedContent,
    FramedContent,
    FramedContentAuthData,
    PublicMessage,
    Sender,
    SenderType,
    WireFormat,
    encode_message,
)
from mentalverse_crypto.group_info import ExternalSender
from mentalverse_crypto.leaf import basic_credential
from mentalverse_crypto.policy import unsafe_accept_any_credential
from mentalverse_crypto.proposals import (
    Add,
    GroupContextExtensions,
    PreSharedKey,
    Proposal,
    Remove,
    Update,
)
from mentalverse_crypto.protection import sign_content
from mentalverse_crypto.psk import PskStore, ResumptionPsk, ResumptionPSKUsage
from support.deterministic import seeded_rng
from support.mls_group import (
    NOW,
    Client,
    assert_agreement,
    client,
    commit,
    group_of,
)

RNG = seeded_rng(51)


def _come_in(who: Client, group_info: bytes, **options: object) -> ExternalCommit:
    return join_external(
        group_info,
        who.signature_key,
        who.credential,
        unsafe_accept_any_credential,
        NOW,
        RNG,
        **options,  # type: ignore[arg-type]
    )


def test_an_outsider_joins_and_everybody_sees_it() -> None:
    members = group_of(3, RNG)
    outsider = client("outsider", RNG)
    made = _come_in(outsider, group.group_info(members[1].state))
    for member in members:
        seen = member.process(made.commit)
        assert seen.external
        assert [m.credential for m in seen.added] == [outsider.credential]
        assert seen.sender_leaf == 3
    outsider.group_state = made.state
    assert_agreement([*members, outsider])
    commit(outsider, members)
    assert_agreement([*members, outsider])


def test_a_device_that_lost_its_state_replaces_its_old_leaf() -> None:
    members = group_of(5, RNG)
    lost = members[1]
    others = [m for m in members if m is not lost]
    psk = ResumptionPsk(
        ResumptionPSKUsage.APPLICATION,
        lost.state.group_id,
        lost.state.epoch,
        RNG(32),
    )
    held = {(psk.psk_group_id, psk.psk_epoch): lost.state.secrets.resumption_psk}
    made = _come_in(
        lost,
        group.group_info(members[0].state),
        replaces=1,
        psk_ids=[psk],
        psks=PskStore(resumption=held),
    )
    for other in others:
        seen = other.process(made.commit)
        assert [m.leaf_index for m in seen.removed] == [1]
        assert [m.leaf_index for m in seen.added] == [1]
    lost.group_state = made.state
    assert_agreement(members)
    commit(members[4], members[:4])
    assert_agreement(members)


def test_the_replaced_device_learns_that_it_is_out() -> None:
    members = group_of(3, RNG)
    old = members[2]
    made = _come_in(old, group.group_info(members[0].state), replaces=2)
    assert old.read(made.commit).self_removed


def test_an_outsider_cannot_push_out_somebody_else() -> None:
    members = group_of(3, RNG)
    info = group.group_info(members[0].state)
    outsider = client("outsider", RNG)
    with pytest.raises(InvalidProposal):
        _come_in(outsider, info, replaces=1)
    made = join_external(
        info,
        outsider.signature_key,
        outsider.credential,
        unsafe_accept_any_credential,
        NOW,
        RNG,
        replaces=1,
        client_of=lambda credential: b"",
        policy=replace(members[0].state.policy, distinct_clients=False),
    )
    with pytest.raises(InvalidProposal):
        members[0].process(made.commit)


def test_without_an_external_key_nobody_joins_from_outside() -> None:
    a = group_of(1, RNG)[0]
    outsider = client("outsider", RNG)
    package = outsider.key_package()
    welcome = a.stage(Add(package)).welcome
    assert welcome is not None
    with pytest.raises(InvalidWelcome):
        _come_in(outsider, welcome)


# --- external senders ---


def _with_server(members: list[Client]) -> SignatureKeyPair:
    """Make the server an external sender of the group."""
    keys = generate_signature_key_pair(RNG)
    sender = ExternalSender(keys.public, basic_credential(b"server"))
    data = vector([sender.encode()])
    extension = Extension(ExtensionType.EXTERNAL_SENDERS, data)
    commit(members[0], members[1:], GroupContextExtensions((extension,)))
    return keys


def _from_server(
    member: Client, keys: SignatureKeyPair, proposal: Proposal, index: int = 0
) -> bytes:
    framed = FramedContent(
        member.state.group_id,
        member.state.epoch,
        Sender(SenderType.EXTERNAL, index),
        b"",
        proposal,
    )
    wire_format = WireFormat.PUBLIC_MESSAGE
    signature = sign_content(keys, wire_format, framed, b"")
    content = AuthenticatedContent(
        wire_format, framed, FramedContentAuthData(signature)
    )
    return encode_message(PublicMessage(content.content, content.auth))


def test_the_server_proposes_and_a_member_commits() -> None:
    members = group_of(3, RNG)
    keys = _with_server(members)
    newcomer = client("newcomer", RNG)
    for proposal in (Remove(2), Add(newcomer.key_package())):
        message = _from_server(members[0], keys, proposal)
        for member in members:
            assert member.process(message).sender is None
    staged = commit(members[0], members[1:])
    assert staged.welcome is not None
    newcomer.join(staged.welcome)
    assert_agreement([*members[:2], newcomer])


def test_the_server_proposes_nothing_else() -> None:
    members = group_of(2, RNG)
    keys = _with_server(members)
    leaf = members[1].state.tree.leaf(1)
    assert leaf is not None
    psk = ResumptionPsk(ResumptionPSKUsage.APPLICATION, b"g", 0, bytes(32))
    for proposal in (GroupContextExtensions(()), Update(leaf), PreSharedKey(psk)):
        with pytest.raises(InvalidProposal):
            members[0].process(_from_server(members[0], keys, proposal))


def test_only_listed_senders_propose_from_outside() -> None:
    members = group_of(2, RNG)
    stranger = generate_signature_key_pair(RNG)
    with pytest.raises(InvalidMessage):
        members[0].process(_from_server(members[0], stranger, Remove(1)))
    keys = _with_server(members)
    with pytest.raises(SignatureError):
        members[0].process(_from_server(members[0], stranger, Remove(1)))
    with pytest.raises(InvalidMessage):
        members[0].process(_from_server(members[0], keys, Remove(1), index=1))


def test_members_do_not_speak_in_the_open() -> None:
    a, b = group_of(2, RNG)
    staged = a.stage(wire_format=WireFormat.PUBLIC_MESSAGE)
    with pytest.raises(InvalidMessage):
        b.process(staged.commit)
