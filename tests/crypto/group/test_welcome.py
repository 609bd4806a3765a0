"""What a newcomer accepts as an invitation, and what it does not."""

from dataclasses import replace
from typing import Any

import pytest

from mentalverse_crypto import group, welcome
from mentalverse_crypto.ciphersuite import generate_signature_key_pair
from mentalverse_crypto.codec import decode
from mentalverse_crypto.errors import (
    InvalidLeafNode,
    InvalidWelcome,
    SignatureError,
    UnknownPsk,
)
from mentalverse_crypto.extensions import Extension
from mentalverse_crypto.framing import decode_message, encode_message
from mentalverse_crypto.group_info import GroupInfo, Welcome
from mentalverse_crypto.policy import Policy
from mentalverse_crypto.proposals import Add, PreSharedKey, Proposal
from mentalverse_crypto.psk import (
    ExternalPsk,
    PreSharedKeyID,
    PskStore,
    ResumptionPsk,
    ResumptionPSKUsage,
)
from mentalverse_crypto.ratchet_tree import RatchetTree
from support.deterministic import seeded_rng
from support.mls_group import Client, assert_agreement, client, commit, group_of

RNG = seeded_rng(81)


@pytest.fixture
def members() -> list[Client]:
    clients = group_of(3, RNG)
    commit(clients[1], [clients[0], clients[2]])
    return clients


def test_an_unknown_extension_of_a_group_info_is_ignored(
    members: list[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    a = members[0]
    newcomer = client("newcomer", RNG)
    honest = welcome.make_group_info
    grease = Extension(0x0A0A, b"\x01\x02")

    def greased(*args: Any, **options: Any) -> GroupInfo:
        info = honest(*args, **options)
        return replace(info, extensions=(grease, *info.extensions)).sign(
            a.signature_key
        )

    monkeypatch.setattr(welcome, "make_group_info", greased)
    commit(a, members[1:], Add(newcomer.key_package()), joiners=[newcomer])
    assert_agreement([*members, newcomer])


def test_a_welcome_signed_by_nobody_inside_is_refused(
    members: list[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    a = members[0]
    newcomer = client("newcomer", RNG)
    honest = welcome.make_group_info
    stranger = generate_signature_key_pair(RNG)
    monkeypatch.setattr(
        welcome, "make_group_info", lambda *a, **o: honest(*a, **o).sign(stranger)
    )
    staged = a.stage(Add(newcomer.key_package()), with_group_info=False)
    assert staged.welcome is not None
    with pytest.raises(SignatureError):
        newcomer.join(staged.welcome)


def test_a_member_that_is_valid_too_long_keeps_newcomers_out() -> None:
    long = Policy(max_lifetime_seconds=1 << 40)
    inviter, newcomer = group_of(1, RNG, policy=long)[0], client("newcomer", RNG)
    leaf = inviter.state.tree.leaf(0)
    assert leaf is not None
    assert leaf.lifetime is not None
    lifetime = replace(leaf.lifetime, not_after=leaf.lifetime.not_before + (1 << 30))
    leaf = replace(leaf, lifetime=lifetime).sign(inviter.signature_key)
    tree = inviter.state.tree.replace({0: leaf})
    inviter.group_state = replace(inviter.state, tree=tree)
    staged = inviter.stage(Add(newcomer.key_package()), path=False)
    assert staged.welcome is not None
    with pytest.raises(InvalidLeafNode):
        newcomer.join(staged.welcome)
    newcomer.join(staged.welcome, policy=long)


def test_a_path_secret_that_leads_elsewhere_is_refused(
    members: list[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    a = members[0]
    newcomer = client("newcomer", RNG)
    honest = welcome.make_welcome

    def lie(*args: Any) -> Welcome:
        info, joiner, secret, added, paths, *rest = args
        lies = dict.fromkeys(paths, bytes(32))
        return honest(info, joiner, secret, added, lies, *rest)

    monkeypatch.setattr(welcome, "make_welcome", lie)
    staged = a.stage(Add(newcomer.key_package()))
    assert staged.welcome is not None
    with pytest.raises(InvalidWelcome):
        newcomer.join(staged.welcome)


def test_one_welcome_serves_several_newcomers(members: list[Client]) -> None:
    newcomers = [client(f"newcomer {i}", RNG) for i in range(4)]
    adds = [Add(n.key_package()) for n in newcomers]
    commit(members[2], members[:2], *adds, joiners=newcomers)
    assert_agreement([*members, *newcomers])


def test_a_welcome_names_its_key_packages_to_the_server(
    members: list[Client],
) -> None:
    newcomer = client("newcomer", RNG)
    package = newcomer.key_package()
    staged = members[0].stage(Add(package))
    assert staged.welcome is not None
    body = decode_message(staged.welcome)
    assert isinstance(body, Welcome)
    assert [s.new_member for s in body.secrets] == [package.ref()]
    assert encode_message(body) == staged.welcome


def test_a_newcomer_needs_the_preshared_key_too(members: list[Client]) -> None:
    newcomer = client("newcomer", RNG)
    psks = PskStore({b"id": b"shared"})
    proposals: list[Proposal] = [
        Add(newcomer.key_package()),
        PreSharedKey(ExternalPsk(b"id", RNG(32))),
    ]
    staged = members[0].stage(*proposals, psks=psks)
    assert staged.welcome is not None
    with pytest.raises(UnknownPsk):
        newcomer.join(staged.welcome)
    newcomer.join(staged.welcome, psks=psks)
    assert newcomer.state.secrets == staged.state.secrets


_PLAIN = ResumptionPSKUsage.APPLICATION
_REINIT = ResumptionPSKUsage.REINIT
_BRANCH = ResumptionPSKUsage.BRANCH


@pytest.mark.parametrize(
    ("continues", "usages", "epoch", "allowed"),
    [
        (None, [_PLAIN], 7, True),
        (_REINIT, [_REINIT], 1, True),
        (_BRANCH, [_BRANCH], 1, True),
        (_REINIT, [_PLAIN, _REINIT], 1, True),
        (None, [_REINIT], 1, False),
        (None, [_BRANCH], 1, False),
        (_REINIT, [], 1, False),
        (_REINIT, [_PLAIN], 1, False),
        (_REINIT, [_BRANCH], 1, False),
        (_BRANCH, [_REINIT], 1, False),
        (_REINIT, [_REINIT], 2, False),
        (_BRANCH, [_BRANCH], 2, False),
        (_REINIT, [_REINIT], 0, False),
        (_BRANCH, [_BRANCH, _REINIT], 1, False),
        (_BRANCH, [_BRANCH, _BRANCH], 1, False),
    ],
)
def test_resumption_keys_fit_what_a_group_continues(
    continues: ResumptionPSKUsage | None,
    usages: list[ResumptionPSKUsage],
    epoch: int,
    allowed: bool,
    members: list[Client],
) -> None:
    context = replace(members[0].state.group_context, epoch=epoch)
    ids: list[PreSharedKeyID] = [
        ResumptionPsk(usage, b"old", 3, RNG(32)) for usage in usages
    ]
    if allowed:
        welcome.check_psks_12_4_3_1(context, ids, continues)
    else:
        with pytest.raises(InvalidWelcome):
            welcome.check_psks_12_4_3_1(context, ids, continues)


def test_no_preshared_key_is_named_twice(members: list[Client]) -> None:
    ids = [ResumptionPsk(_PLAIN, b"old", 3, bytes(32))] * 2
    with pytest.raises(InvalidWelcome):
        welcome.check_psks_12_4_3_1(members[0].state.group_context, ids, None)


def test_a_resumption_key_is_one_of_the_last_epochs(members: list[Client]) -> None:
    a, b, c = members
    old = ResumptionPsk(ResumptionPSKUsage.APPLICATION, b"group", 1, RNG(32))
    commit(a, [b, c], PreSharedKey(old))
    for _ in range(a.state.policy.resumption_epochs):
        commit(a, [b, c], path=False)
    assert min(a.state.resumption_psks) == a.state.epoch - 32
    with pytest.raises(UnknownPsk):
        a.stage(PreSharedKey(replace(old, psk_nonce=RNG(32))))


def test_the_tree_is_the_same_after_the_wire(members: list[Client]) -> None:
    tree = members[0].state.tree
    again = decode(RatchetTree.read, group.ratchet_tree(members[0].state))
    assert again == tree
    assert again.tree_hash() == tree.tree_hash()
