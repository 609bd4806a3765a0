"""Who is not a member, before Python and JavaScript: joining from outside, proposing.

The scenarios external_join and external_proposals, see `test_scenarios`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from load_tests.js_peer import JsPeer
from load_tests.mixed_members import NOW, PSKS, REFUSALS, read
from load_tests.python_member import PythonMember

from mentalverse_crypto import external, proposal_list
from mentalverse_crypto.ciphersuite import (
    CipherSuite,
    SignatureKeyPair,
    generate_signature_key_pair,
)
from mentalverse_crypto.codec import vector
from mentalverse_crypto.extensions import Extension, ExtensionType
from mentalverse_crypto.framing import (
    FramedContent,
    FramedContentAuthData,
    PublicMessage,
    Sender,
    SenderType,
    WireFormat,
    encode_message,
)
from mentalverse_crypto.group_info import ExternalSender
from mentalverse_crypto.key_package import KeyPackage
from mentalverse_crypto.leaf import basic_credential
from mentalverse_crypto.policy import unsafe_accept_any_credential
from mentalverse_crypto.proposals import (
    Add,
    Commit,
    GroupContextExtensions,
    PreSharedKey,
    Proposal,
    ProposalRef,
    ReInit,
    Remove,
)
from mentalverse_crypto.protection import sign_content
from mentalverse_crypto.psk import (
    ExternalPsk,
    PskStore,
    ResumptionPsk,
    ResumptionPSKUsage,
)
from support.cast import Cast, shared_psk
from support.mixed_group import MixedGroup
from support.mls_group import client

CLASSICAL = CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519


# --- external_join ---


def test_external_join(cast: Cast) -> None:
    of = cast.group(3)
    of.come_in(of.newcomer(cast.leading), of.members[1])
    of.come_in(of.newcomer(cast.following), of.members[-1])
    of.talk()


def test_external_join_with_the_tree_beside(cast: Cast) -> None:
    of = cast.group(2)
    staged = of.commit(of.members[1], inline_tree=False)
    joiner = of.newcomer(cast.leading)
    entered = joiner.come_in(staged.group_info, tree=staged.tree)
    of.deliver(joiner, entered.commit)
    of.settle_members(joiner, [*of.members, joiner])
    of.talk()


def test_external_join_with_a_psk(cast: Cast) -> None:
    of = cast.group(2)
    psk = ExternalPsk(b"shared", os.urandom(32))
    of.come_in(of.newcomer(cast.leading), of.members[1], psks=[psk])
    of.talk()


@pytest.mark.parametrize("with_psk", [False, True])
def test_external_join_resync(cast: Cast, with_psk: bool) -> None:
    of = cast.group(4)
    lost, helper = of.members[2], of.members[1]
    epoch, group_id = lost.epoch(), of.group_id()
    usage = ResumptionPSKUsage.APPLICATION
    psk = ResumptionPsk(usage, group_id, epoch, os.urandom(32))
    of.come_in(lost, helper, resync=True, psks=[psk] if with_psk else [])
    of.talk()


def test_the_only_member_resyncs(cast: Cast) -> None:
    of = cast.group(1)
    only = of.members[0]
    entered = only.come_in(only.group_info(), resync=True)
    of.settle_members(only, [only])
    joiner = of.newcomer(cast.following)
    joiner.come_in(entered.group_info)


# --- external_proposals ---


@dataclass(frozen=True)
class Server:
    """An external sender of a group."""

    key: SignatureKeyPair

    def extension(self) -> Extension:
        """The second of two senders."""
        other = generate_signature_key_pair(os.urandom).public
        senders = [
            ExternalSender(key, basic_credential(b"server")).encode()
            for key in (other, self.key.public)
        ]
        return Extension(ExtensionType.EXTERNAL_SENDERS, vector(senders))

    def propose(
        self, of: MixedGroup, proposal: Proposal, kind: SenderType = SenderType.EXTERNAL
    ) -> bytes:
        """A signed proposal, as the server sends it."""
        member = next(m for m in of.members if isinstance(m, PythonMember))
        index = 1 if kind is SenderType.EXTERNAL else 0
        framed = FramedContent(
            member.state.group_id, member.epoch(), Sender(kind, index), b"", proposal
        )
        wire_format = WireFormat.PUBLIC_MESSAGE
        signature = sign_content(self.key, wire_format, framed, member.state.context)
        return encode_message(PublicMessage(framed, FramedContentAuthData(signature)))


@pytest.fixture
def server() -> Server:
    return Server(generate_signature_key_pair(os.urandom))


def test_external_proposals_of_removal_and_add(cast: Cast, server: Server) -> None:
    of = cast.group(4, (server.extension(),))
    joiner = of.newcomer(cast.following)
    of.deliver(None, server.propose(of, Remove(3)))
    of.deliver(None, server.propose(of, Add(joiner.key_package())))
    of.commit(of.members[0], joiners=[joiner])
    assert joiner in of.members
    assert len(of.members) == 4
    of.talk()


REFUSED: dict[str, Callable[[Cast], Proposal]] = {
    "psk": lambda _: shared_psk(),
    "extensions": lambda _: GroupContextExtensions(()),
    "reinit": lambda cast: ReInit(b"next", cast.suite, ()),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_external_proposals_of_anything_else_are_refused_by_all(
    cast: Cast, server: Server, kind: str
) -> None:
    of = cast.group(2, (server.extension(),))
    message = server.propose(of, REFUSED[kind](cast))
    for member in of.members:
        with pytest.raises(REFUSALS):
            read(member, message)


def test_external_proposals_of_a_newcomer_for_itself_are_refused_by_all(
    cast: Cast, server: Server
) -> None:
    of = cast.group(2, (server.extension(),))
    add = Add(of.newcomer(cast.following).key_package())
    message = server.propose(of, add, SenderType.NEW_MEMBER_PROPOSAL)
    for member in of.members:
        with pytest.raises(REFUSALS):
            read(member, message)


def test_external_proposals_of_a_stranger_are_refused_by_all(
    cast: Cast, server: Server
) -> None:
    of = cast.group(2, (server.extension(),))
    stranger = Server(generate_signature_key_pair(os.urandom))
    for member in of.members:
        with pytest.raises(REFUSALS):
            read(member, stranger.propose(of, Remove(1)))


def _psk(nonce_bytes: int = 32) -> PreSharedKey:
    return PreSharedKey(ExternalPsk(b"shared", bytes(nonce_bytes)))


def _newcomer() -> KeyPackage:
    return client("friend", os.urandom).key_package()


EXTERNAL_LISTS: dict[str, Callable[[], list[Any]]] = {
    "12.4.3.2 somebody else removed": lambda: [Remove(1)],
    "12.4.3.2 two leaves removed": lambda: [Remove(1), Remove(2)],
    "12.2 a PSK named twice": lambda: [_psk(), _psk()],
    "12.1.4 a PSK nonce too short": lambda: [_psk(31)],
    "12.2 extensions set": lambda: [GroupContextExtensions(())],
    "12.2 a device added": lambda: [Add(_newcomer())],
    "12.2 a ReInit": lambda: [ReInit(b"g", CLASSICAL, ())],
}


def _carelessly(patch: pytest.MonkeyPatch, extra: list[Any], of: MixedGroup) -> bytes:
    """An external commit with more in it than its maker should put there."""
    for name in (
        "check_proposal_12_1",
        "check_external_list_12_2",
        "check_successor_12_1_2",
    ):
        patch.setattr(proposal_list, name, lambda *args: None)
    patch.setattr(external, "PreSharedKey", lambda proposal: proposal)
    outsider = client("outsider", os.urandom, of.suite)
    return external.join_external(
        of.members[0].group_info(),
        outsider.signature_key,
        outsider.credential,
        unsafe_accept_any_credential,
        NOW,
        os.urandom,
        psk_ids=extra,
        psks=PskStore(PSKS),
    ).commit


@pytest.mark.parametrize("broken", EXTERNAL_LISTS)
def test_external_join_is_refused_by_all_for(
    peer: JsPeer, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = MixedGroup(["python", "javascript", "javascript"], CLASSICAL, peer)
    with monkeypatch.context() as patch:
        message = _carelessly(patch, EXTERNAL_LISTS[broken](), of)
    for member in of.members:
        with pytest.raises(REFUSALS):
            read(member, message)


def test_external_join_refers_to_no_proposal(
    peer: JsPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = MixedGroup(["python", "javascript", "javascript"], CLASSICAL, peer)
    leader = of.members[0]
    assert isinstance(leader, PythonMember)
    of.propose(leader, Remove(2))
    ref = ProposalRef(next(iter(leader.state.proposals)))
    with monkeypatch.context() as patch:
        patch.setattr(external, "Commit", lambda p, path: Commit((*p[:-1], ref), path))
        message = _carelessly(patch, [Remove(2)], of)
    for member in of.members:
        with pytest.raises(REFUSALS):
            read(member, message)
