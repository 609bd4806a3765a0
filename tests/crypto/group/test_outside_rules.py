"""Who is not a member, and lists as a whole, beyond what the table of rules breaks."""

from typing import Any

import pytest

from mentalverse_crypto import group
from mentalverse_crypto.errors import (
    CredentialRejected,
    InvalidLeafNode,
    InvalidProposal,
)
from mentalverse_crypto.external import join_external
from mentalverse_crypto.framing import (
    Sender,
)
from mentalverse_crypto.leaf import (
    Capabilities,
    Credential,
    lifetime_from,
)
from mentalverse_crypto.policy import UNRESTRICTED, unsafe_accept_any_credential
from mentalverse_crypto.proposals import (
    Add,
    GroupContextExtensions,
    PreSharedKey,
    Proposal,
    Update,
)
from mentalverse_crypto.psk import ExternalPsk, PskStore
from support.broken.outsiders import (
    NAMED_SERVER,
    NEW_PROPOSAL,
    SERVER,
    external_senders,
    said,
)
from support.careless import required
from support.deterministic import seeded_rng
from support.mls_group import NOW, Client, client, commit, group_of

RNG = seeded_rng(64)
PSKS = PskStore({b"id": b"key"})
_PSK = PreSharedKey(ExternalPsk(b"id", bytes(32)))


def _no_server(credential: Credential, signature_key: bytes) -> None:
    if credential == NAMED_SERVER:
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


def test_a_newcomer_proposes_itself_only_where_the_policy_lets_it() -> None:
    newcomer = client("newcomer", RNG)
    for policy, accepted in ((None, False), (UNRESTRICTED, True)):
        members = group_of(2, RNG, policy=policy)
        add = Add(newcomer.key_package())
        message = said(members[0], NEW_PROPOSAL, add, newcomer.signature_key)
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
    proposal = GroupContextExtensions((external_senders(SERVER.public),))
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
    extension = external_senders(SERVER.public)
    commit(members[0], members[1:], GroupContextExtensions((extension,)))
    newcomer = client("newcomer", RNG)
    staged = members[0].stage(Add(newcomer.key_package()))
    assert staged.welcome is not None
    with pytest.raises(CredentialRejected):
        group.join_welcome(staged.welcome, newcomer.packages, _no_server, NOW)
    newcomer.join(staged.welcome)


# --- beginning a group (§11) ---


# --- lists as a whole (§12.2, §12.3) ---


def test_proposals_are_judged_by_the_extensions_of_their_own_list() -> None:
    capable = Capabilities(extensions=(*Capabilities().extensions, 0xF123))
    creator, plain = client("creator", RNG), client("plain", RNG)
    needed = required(extension_types=(0xF123,))
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
