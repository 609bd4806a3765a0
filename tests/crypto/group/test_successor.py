"""Groups that continue another: every rule of §11.2 and §11.3 has a case here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from mentalverse_crypto import group, persist, successor
from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.errors import (
    InvalidKeyPackage,
    InvalidProposal,
    InvalidRequest,
    InvalidWelcome,
    NotActive,
    UnknownPsk,
)
from mentalverse_crypto.extensions import Extension, ExtensionType
from mentalverse_crypto.group import StagedCommit
from mentalverse_crypto.leaf import lifetime_from
from mentalverse_crypto.policy import UNRESTRICTED, unsafe_accept_any_credential
from mentalverse_crypto.proposals import PreSharedKey, ReInit, Remove
from mentalverse_crypto.psk import PskStore, ResumptionPsk, ResumptionPSKUsage
from mentalverse_crypto.state import GroupState, GroupStatus
from mentalverse_crypto.successor import Founder
from mentalverse_crypto.welcome import Joined
from support.deterministic import seeded_rng
from support.mls_group import (
    NOW,
    SUITE,
    Client,
    assert_agreement,
    client,
    commit,
    group_of,
)

RNG = seeded_rng(65)
HYBRID = CipherSuite.MLS_128_MLKEM768X25519_AES128GCM_SHA256_Ed25519
TERMS = (Extension(ExtensionType.MV_GROUP, b"circle"),)
REINIT = ReInit(b"next", HYBRID, TERMS)

Join = Callable[..., Joined]


def _founder(of: Client) -> Founder:
    return Founder(
        of.signature_key,
        of.credential,
        lifetime_from(NOW),
        unsafe_accept_any_credential,
    )


def _at(of: Client, suite: CipherSuite) -> Client:
    """The same device with KeyPackages of a suite, and its old state."""
    return replace(of, suite=suite, packages=[])


def _join(join: Join, old: GroupState, who: Client, welcome: bytes | None) -> None:
    assert welcome is not None
    joined = join(old, welcome, who.packages, unsafe_accept_any_credential, NOW)
    who.group_state = joined.state


def _reinitialised(of: Sequence[Client], reinit: ReInit = REINIT) -> list[Client]:
    """The members on the suite of a ReInit that the first of them committed."""
    first, *others = of
    commit(first, others, reinit)
    return [_at(member, reinit.cipher_suite) for member in of]


def _begin(founder: Client, others: Sequence[Client], **options: Any) -> StagedCommit:
    return successor.begin_reinitialised(
        options.pop("old", founder.state),
        _founder(founder),
        [other.key_package() for other in others],
        now=NOW,
        rng=RNG,
        **options,
    )


def _branch(founder: Client, others: Sequence[Client], **options: Any) -> StagedCommit:
    return successor.begin_branch(
        options.pop("old", founder.state),
        _founder(founder),
        options.pop("group_id", b"side"),
        [other.key_package() for other in others],
        now=NOW,
        rng=RNG,
        **options,
    )


@pytest.fixture
def three() -> list[Client]:
    return group_of(3, RNG)


# --- ReInit ---


@pytest.mark.parametrize("begins", [0, 2])
def test_a_group_moves_to_the_hybrid_suite(three: list[Client], begins: int) -> None:
    members = _reinitialised(three)
    founder = members.pop(begins)
    staged = _begin(founder, members)
    for member in members:
        _join(successor.join_reinitialised, member.state, member, staged.welcome)
    founder.group_state = staged.state
    members.append(founder)
    assert_agreement(members)
    assert founder.state.epoch == 1
    assert founder.state.group_id == b"next"
    assert founder.state.suite is HYBRID
    assert founder.state.group_context.extensions == TERMS
    commit(members[0], members[1:])
    assert members[1].process(members[0].protect(b"hello")).plaintext == b"hello"


def test_a_group_that_has_ended_reads_what_came_late_and_does_nothing_else(
    three: list[Client],
) -> None:
    a, b, c = three
    late = b.protect(b"late")
    commit(a, [b, c], REINIT)
    assert a.state.status is GroupStatus.REINITIALISED
    assert a.process(late).plaintext == b"late"
    with pytest.raises(NotActive):
        a.stage()
    with pytest.raises(NotActive):
        a.propose_update()
    with pytest.raises(NotActive):
        _branch(a, [b])


def test_what_a_reinit_calls_for_survives_storing(three: list[Client]) -> None:
    founder, *others = _reinitialised(three)
    old = persist.restore(persist.serialise(founder.state))
    assert old == founder.state
    assert old.reinit == REINIT
    staged = _begin(founder, others, old=old)
    _join(successor.join_reinitialised, others[0].state, others[0], staged.welcome)


def test_a_member_alone_continues_alone() -> None:
    founder = _reinitialised(group_of(1, RNG))[0]
    staged = _begin(founder, [])
    assert staged.welcome is None
    assert staged.state.epoch == 1


def test_nothing_is_begun_or_joined_before_a_reinit_is_committed(
    three: list[Client],
) -> None:
    a, b, c = three
    with pytest.raises(InvalidRequest):
        _begin(a, [b, c])
    staged = _branch(a, [b])
    with pytest.raises(InvalidRequest):
        _join(successor.join_reinitialised, b.state, b, staged.welcome)


def test_a_successor_is_begun_with_everybody_and_nobody_else(
    three: list[Client],
) -> None:
    founder, *others = _reinitialised(three)
    stranger = client("stranger", RNG, HYBRID)
    for wrong in (others[:1], [*others, stranger], [others[0], stranger]):
        with pytest.raises(InvalidRequest):
            _begin(founder, wrong)


def test_key_packages_are_of_the_suite_of_the_reinit(three: list[Client]) -> None:
    founder, *others = _reinitialised(three)
    with pytest.raises(InvalidKeyPackage):
        _begin(founder, [_at(other, SUITE) for other in others])


def test_who_was_not_in_the_last_epoch_cannot_join(three: list[Client]) -> None:
    a, b, c = three
    removed = replace(c, packages=[])
    commit(a, [b], Remove(2))
    founder, other = _reinitialised([a, b])
    staged = _begin(founder, [other])
    _join(successor.join_reinitialised, other.state, other, staged.welcome)
    removed.packages = other.packages
    assert staged.welcome is not None
    with pytest.raises(UnknownPsk):
        group.join_welcome(
            staged.welcome, removed.packages, unsafe_accept_any_credential, NOW
        )


def test_a_successor_is_not_joined_as_if_it_were_a_new_group(
    three: list[Client],
) -> None:
    founder, *others = _reinitialised(three)
    staged = _begin(founder, others)
    held = others[0].state.psk_store(PskStore())
    assert staged.welcome is not None
    with pytest.raises(InvalidWelcome, match="usage"):
        others[0].join(staged.welcome, psks=held)


def _skip_check(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A founder that does not hold itself to a rule."""
    monkeypatch.setattr(successor, name, lambda *_: None)


@dataclass(frozen=True)
class Wrong:
    """A successor that breaks one rule of §11.2."""

    rule: str
    refusal: str
    """How the error begins."""
    begin: Callable[[Client, list[Client]], StagedCommit]


def _old_with(reinit: ReInit) -> Callable[[Client, list[Client]], StagedCommit]:
    def begin(founder: Client, others: list[Client]) -> StagedCommit:
        at = [_at(o, reinit.cipher_suite) for o in others]
        staged = _begin(founder, at, old=replace(founder.state, reinit=reinit))
        for other, used in zip(others, at, strict=True):
            other.packages = used.packages
        return staged

    return begin


def _with_epoch(epoch: int) -> Callable[[Client, list[Client]], StagedCommit]:
    """The key of another epoch, under a number that the others hold a key for."""

    def begin(founder: Client, others: list[Client]) -> StagedCommit:
        context = replace(founder.state.group_context, epoch=epoch)
        old = replace(founder.state, group_context=context)
        return _begin(founder, others, old=old)

    return begin


WRONG = [
    Wrong("group id", "group id", _old_with(replace(REINIT, group_id=b"other"))),
    Wrong("suite", "cipher suite", _old_with(replace(REINIT, cipher_suite=SUITE))),
    Wrong("extensions", "extensions", _old_with(replace(REINIT, extensions=()))),
    Wrong("epoch of the key", "resumption PSK", _with_epoch(1)),
    Wrong("a member is missing", "members", lambda f, others: _begin(f, others[:1])),
    Wrong(
        "a member too many",
        "members",
        lambda f, others: _begin(f, [*others, client("stranger", RNG, HYBRID)]),
    ),
    Wrong(
        "another member",
        "members",
        lambda f, others: _begin(f, [others[0], client("stranger", RNG, HYBRID)]),
    ),
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.rule)
def test_11_2_refuses_another(
    wrong: Wrong, three: list[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    founder, *others = _reinitialised(three)
    with monkeypatch.context() as careless:
        _skip_check(careless, "check_same_members_11_2")
        staged = wrong.begin(founder, others)
    joiner = others[0]
    with pytest.raises(InvalidWelcome, match=f"^{wrong.refusal}"):
        _join(successor.join_reinitialised, joiner.state, joiner, staged.welcome)


def test_11_2_refuses_the_key_of_another_group(three: list[Client]) -> None:
    founder, *others = _reinitialised(three)
    context = replace(founder.state.group_context, group_id=b"foreign")
    staged = _begin(founder, others, old=replace(founder.state, group_context=context))
    joiner = others[0]
    psk = founder.state.resumption_psks[founder.state.epoch]
    held = PskStore(resumption={(b"foreign", founder.state.epoch): psk})
    assert staged.welcome is not None
    with pytest.raises(InvalidWelcome, match="resumption PSK is not of"):
        successor.join_reinitialised(
            joiner.state,
            staged.welcome,
            joiner.packages,
            unsafe_accept_any_credential,
            NOW,
            psks=held,
        )


def test_11_2_refuses_a_branch_in_its_place(three: list[Client]) -> None:
    a, b, c = three
    commit(a, [b, c], ReInit(b"next", SUITE, ()))
    still_open = replace(a.state, status=GroupStatus.ACTIVE)
    staged = _branch(a, [b, c], old=still_open, group_id=b"next")
    with pytest.raises(InvalidWelcome, match="usage"):
        _join(successor.join_reinitialised, b.state, b, staged.welcome)


def test_a_group_does_not_go_back_to_a_weaker_suite() -> None:
    a, b = group_of(2, RNG, HYBRID)
    back = ReInit(b"next", SUITE, ())
    with pytest.raises(InvalidProposal):
        a.stage(back)
    message = replace(a, group_state=replace(a.state, policy=UNRESTRICTED)).stage(back)
    with pytest.raises(InvalidProposal):
        b.process(message.commit)


# --- branch ---


def test_some_members_branch_off_and_the_group_goes_on(three: list[Client]) -> None:
    a, b, c = three
    old = [a.state, b.state]
    staged = _branch(a, [b])
    _join(successor.join_branch, b.state, b, staged.welcome)
    a.group_state = staged.state
    assert_agreement([a, b])
    assert a.state.group_id == b"side"
    assert a.state.group_context.extensions == c.state.group_context.extensions
    commit(a, [b])
    a.group_state, b.group_state = old
    commit(c, [a, b])
    assert_agreement(three)


def test_a_branch_may_have_extensions_of_its_own(three: list[Client]) -> None:
    a, b, _ = three
    staged = _branch(a, [b], extensions=TERMS)
    _join(successor.join_branch, b.state, b, staged.welcome)
    assert b.state.group_context.extensions == TERMS


def test_a_branch_is_joined_after_the_group_went_on(three: list[Client]) -> None:
    a, b, c = three
    staged = _branch(a, [b])
    for _ in range(b.state.policy.past_epochs):
        commit(c, [a, b])
    old = b.state
    _join(successor.join_branch, old, b, staged.welcome)
    b.group_state = old
    commit(c, [a, b])
    with pytest.raises(InvalidWelcome, match="not kept"):
        _join(successor.join_branch, b.state, b, staged.welcome)


def test_who_left_after_the_branch_may_still_join_it(three: list[Client]) -> None:
    a, b, c = three
    staged = _branch(a, [b, c])
    commit(a, [b], Remove(2))
    _join(successor.join_branch, b.state, b, staged.welcome)
    assert len(group.members(b.state)) == 3


def test_11_3_refuses_the_old_group_id(three: list[Client]) -> None:
    a, b, _ = three
    with pytest.raises(InvalidRequest):
        _branch(a, [b], group_id=b"group")
    context = replace(b.state.group_context, group_id=b"side")
    staged = _branch(a, [b])
    old = replace(b.state, group_context=context)
    psk = a.state.resumption_psks[a.state.epoch]
    held = PskStore(resumption={(b"group", a.state.epoch): psk})
    assert staged.welcome is not None
    with pytest.raises(InvalidWelcome, match="old group.s id"):
        successor.join_branch(
            old,
            staged.welcome,
            b.packages,
            unsafe_accept_any_credential,
            NOW,
            psks=held,
        )


def test_11_3_refuses_another_suite(three: list[Client]) -> None:
    a, b, _ = three
    other = _at(b, HYBRID)
    context = replace(a.state.group_context, cipher_suite=HYBRID)
    staged = _branch(a, [other], old=replace(a.state, group_context=context))
    with pytest.raises(InvalidWelcome, match="cipher suite"):
        _join(successor.join_branch, b.state, other, staged.welcome)


def test_11_3_refuses_who_was_no_member(
    three: list[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b, _ = three
    stranger = client("stranger", RNG)
    with pytest.raises(InvalidRequest):
        _branch(a, [b, stranger])
    with monkeypatch.context() as careless:
        _skip_check(careless, "check_members_11_3")
        staged = _branch(a, [b, stranger])
    with pytest.raises(InvalidWelcome, match="not in the old"):
        _join(successor.join_branch, b.state, b, staged.welcome)


def test_11_3_refuses_who_joined_after_the_epoch_branched_from(
    three: list[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b, c = three
    before = a.state
    commit(a, [b], Remove(2))
    with monkeypatch.context() as careless:
        _skip_check(careless, "check_members_11_3")
        staged = _branch(a, [b, c])
    with pytest.raises(InvalidWelcome, match="not in the old"):
        _join(successor.join_branch, b.state, b, staged.welcome)
    _join(successor.join_branch, b.state, b, _branch(a, [b, c], old=before).welcome)


def test_11_3_refuses_the_key_of_another_group(three: list[Client]) -> None:
    a, b, _ = three
    foreign = group_of(2, RNG)[0].state
    context = replace(foreign.group_context, group_id=b"foreign")
    old = replace(foreign, group_context=context, tree=a.state.tree)
    staged = _branch(a, [b], old=old)
    held = PskStore(
        resumption={(b"foreign", e): psk for e, psk in old.resumption_psks.items()}
    )
    assert staged.welcome is not None
    with pytest.raises(UnknownPsk):
        _join(successor.join_branch, b.state, b, staged.welcome)
    with pytest.raises(InvalidWelcome, match="another group"):
        successor.join_branch(
            b.state,
            staged.welcome,
            b.packages,
            unsafe_accept_any_credential,
            NOW,
            psks=held,
        )


@pytest.mark.parametrize(
    "usage", [ResumptionPSKUsage.REINIT, ResumptionPSKUsage.BRANCH]
)
def test_nobody_proposes_the_key_of_a_successor_inside_a_group(
    usage: ResumptionPSKUsage, three: list[Client]
) -> None:
    a, _, _ = three
    psk = PreSharedKey(ResumptionPsk(usage, a.state.group_id, a.state.epoch, RNG(32)))
    with pytest.raises(InvalidProposal):
        a.stage(psk)
