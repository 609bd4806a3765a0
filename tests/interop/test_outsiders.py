"""Who is not a member, before Python and JavaScript: joining from outside, proposing.

The scenarios external_join and external_proposals, see `test_scenarios`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from load_tests.mixed_members import REFUSALS, read
from load_tests.python_member import PythonMember

from mentalverse_crypto.ciphersuite import (
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
from mentalverse_crypto.leaf import basic_credential
from mentalverse_crypto.proposals import (
    Add,
    GroupContextExtensions,
    Proposal,
    ReInit,
    Remove,
)
from mentalverse_crypto.protection import sign_content
from mentalverse_crypto.psk import (
    ExternalPsk,
    ResumptionPsk,
    ResumptionPSKUsage,
)
from support.cast import Cast, shared_psk
from support.mixed_group import MixedGroup

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
