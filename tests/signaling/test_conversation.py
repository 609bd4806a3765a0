"""Membership rules: seats, authority, and that a refused change takes nothing."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_signaling.conversation import (
    CIRCLE_PARTICIPANT_SEATS,
    CIRCLE_STAFF_SEATS,
    MAX_DEVICES_PER_ACCOUNT,
    MAX_LEAVES,
    Change,
    ConversationKind,
    Leaf,
    Membership,
    Seat,
    apply_change,
    apply_rejoin,
    seats_for,
)
from mentalverse_signaling.errors import (
    BadRequest,
    Conflict,
    ConversationFull,
    Forbidden,
    SignalingError,
)
from mentalverse_signaling.ids import AccountId, DeviceId

FIXED = settings(database=None, deadline=None, derandomize=True, max_examples=200)


def account(number: int) -> AccountId:
    return AccountId(f"{number:032x}")


def leaf(number: int, device: int = 0) -> Leaf:
    return account(number), DeviceId(f"{number:016x}{device:016x}")


def revoked(*leaves: Leaf) -> frozenset[DeviceId]:
    return frozenset(device for _, device in leaves)


def group_of(
    kind: ConversationKind,
    *leaves: Leaf,
    staff: tuple[int, ...] = (),
    leaving: tuple[int, ...] = (),
) -> Membership:
    staff_accounts = {account(n) for n in staff}
    return Membership(
        kind=kind,
        seats={
            a: Seat.STAFF if a in staff_accounts else Seat.PARTICIPANT
            for a, _ in leaves
        },
        leaves=frozenset(leaves),
        leaving=frozenset(account(n) for n in leaving),
    )


def circle(*leaves: Leaf, leaving: tuple[int, ...] = ()) -> Membership:
    """A circle whose account 0 is its facilitator."""
    return group_of(
        ConversationKind.CIRCLE, leaf(0), *leaves, staff=(0,), leaving=leaving
    )


def direct(*leaves: Leaf, leaving: tuple[int, ...] = ()) -> Membership:
    return group_of(ConversationKind.DIRECT, *leaves, leaving=leaving)


def test_the_ninth_participant_finds_no_seat() -> None:
    members = circle(*(leaf(n) for n in range(1, 1 + CIRCLE_PARTICIPANT_SEATS)))
    with pytest.raises(ConversationFull):
        apply_change(members, leaf(0), Change(adds=(leaf(9),)))


def test_the_third_member_of_staff_finds_no_seat() -> None:
    members = apply_change(
        circle(), leaf(0), Change(adds=(leaf(1),)), staff=[account(1)]
    )
    assert seats_for(members.kind, Seat.STAFF) == CIRCLE_STAFF_SEATS == 2
    with pytest.raises(ConversationFull):
        apply_change(members, leaf(0), Change(adds=(leaf(2),)), staff=[account(2)])


def test_in_the_group_of_a_call_everybody_adds_and_the_staff_puts_out() -> None:
    members = group_of(ConversationKind.CALL, leaf(0), leaf(1), leaf(2), staff=(0,))
    added = apply_change(members, leaf(1), Change(adds=(leaf(3),)))
    assert added.seats[account(3)] is Seat.PARTICIPANT
    with pytest.raises(Forbidden):
        apply_change(members, leaf(1), Change(adds=(leaf(3),)), staff=[account(3)])
    with pytest.raises(Forbidden):
        apply_change(added, leaf(1), Change(removes=(leaf(3),)))
    assert (
        leaf(3) not in apply_change(added, leaf(0), Change(removes=(leaf(3),))).leaves
    )


def test_aside_are_two_and_neither_puts_the_other_out() -> None:
    members = group_of(ConversationKind.SIDE, leaf(0), leaf(1))
    with pytest.raises(ConversationFull):
        apply_change(members, leaf(0), Change(adds=(leaf(2),)))
    with pytest.raises(Forbidden):
        apply_change(members, leaf(0), Change(removes=(leaf(1),)))


def test_a_staff_seat_is_not_taken_from_the_participants() -> None:
    members = circle(*(leaf(n) for n in range(1, 1 + CIRCLE_PARTICIPANT_SEATS)))
    after = apply_change(members, leaf(0), Change(adds=(leaf(9),)), staff=[account(9)])
    assert after.seats[account(9)] is Seat.STAFF


def test_a_second_phone_takes_no_seat() -> None:
    members = circle(*(leaf(n) for n in range(1, 1 + CIRCLE_PARTICIPANT_SEATS)))
    after = apply_change(members, leaf(3), Change(adds=(leaf(3, device=1),)))
    assert after.seats == members.seats


def test_a_seat_freed_by_a_commit_is_free_for_its_own_adds() -> None:
    members = circle(*(leaf(n) for n in range(1, 1 + CIRCLE_PARTICIPANT_SEATS)))
    after = apply_change(members, leaf(0), Change(adds=(leaf(9),), removes=(leaf(8),)))
    assert account(9) in after.seats
    assert account(8) not in after.seats


def test_a_direct_conversation_never_holds_a_third_person() -> None:
    with pytest.raises(ConversationFull):
        apply_change(direct(leaf(1), leaf(2)), leaf(1), Change(adds=(leaf(3),)))


def test_a_direct_conversation_has_no_staff() -> None:
    with pytest.raises(ConversationFull):
        apply_change(
            direct(leaf(1)), leaf(1), Change(adds=(leaf(2),)), staff=[account(2)]
        )


def test_a_device_that_comes_back_replaces_its_leaf_and_nothing_else() -> None:
    members = circle(leaf(1), leaf(2), leaving=(2,))
    change = Change(adds=(leaf(1),), removes=(leaf(1),))
    assert apply_rejoin(members, leaf(1), change) == members


def test_a_member_brings_a_device_that_nobody_added() -> None:
    members = circle(leaf(1))
    after = apply_rejoin(members, leaf(1, 7), Change(adds=(leaf(1, 7),)))
    assert after.leaves == members.leaves | {leaf(1, 7)}
    assert after.seats == members.seats


def test_nobody_comes_back_into_a_conversation_of_others() -> None:
    with pytest.raises(Forbidden):
        apply_rejoin(circle(leaf(1)), leaf(2), Change(adds=(leaf(2),)))


@pytest.mark.parametrize(
    "change",
    [
        Change(),
        Change(adds=(leaf(1),)),
        Change(removes=(leaf(1),)),
        Change(adds=(leaf(1),), removes=(leaf(2),)),
        Change(adds=(leaf(1),), removes=(leaf(1), leaf(2))),
        Change(adds=(leaf(1), leaf(1, 7)), removes=(leaf(1),)),
        Change(adds=(leaf(1, 7),), removes=(leaf(1),)),
    ],
)
def test_who_comes_back_changes_nobody_else(change: Change) -> None:
    with pytest.raises(BadRequest):
        apply_rejoin(circle(leaf(1), leaf(2)), leaf(1), change)


def test_a_device_brings_itself_only_while_there_is_room() -> None:
    own = tuple(leaf(0, device) for device in range(1, MAX_DEVICES_PER_ACCOUNT))
    with pytest.raises(ConversationFull):
        apply_rejoin(circle(*own), leaf(0, 99), Change(adds=(leaf(0, 99),)))
    back = Change(adds=(leaf(0),), removes=(leaf(0),))
    assert apply_rejoin(circle(*own), leaf(0), back) == circle(*own)


def test_an_account_has_no_more_devices_than_the_limit() -> None:
    own = tuple(leaf(0, device) for device in range(1, MAX_DEVICES_PER_ACCOUNT))
    full = circle(*own)
    with pytest.raises(ConversationFull):
        apply_change(full, leaf(0), Change(adds=(leaf(0, device=99),)))


def test_the_group_has_no_more_leaves_than_the_limit() -> None:
    leaves = [
        leaf(n, device)
        for n in range(1, 8)
        for device in range(MAX_DEVICES_PER_ACCOUNT)
    ]
    leaves += [leaf(8, device) for device in range(MAX_LEAVES - 1 - len(leaves))]
    full = circle(*leaves)
    assert len(full.leaves) == MAX_LEAVES
    with pytest.raises(ConversationFull):
        apply_change(full, leaf(8), Change(adds=(leaf(8, device=99),)))


@dataclass(frozen=True)
class Case:
    """One cell of the authority table; account 0 is a circle's staff."""

    kind: ConversationKind
    actor: int
    change: Change
    allowed: bool
    leaving: tuple[int, ...] = ()
    revoked: frozenset[DeviceId] = frozenset()


CIRCLE, DIRECT = ConversationKind.CIRCLE, ConversationKind.DIRECT
AUTHORITY = {
    "staff adds a newcomer": Case(CIRCLE, 0, Change(adds=(leaf(7),)), True),
    "staff removes a participant": Case(CIRCLE, 0, Change(removes=(leaf(1),)), True),
    "participant adds a newcomer": Case(CIRCLE, 1, Change(adds=(leaf(7),)), False),
    "participant adds an own device": Case(CIRCLE, 1, Change(adds=(leaf(1, 5),)), True),
    "participant adds a member's device": Case(
        CIRCLE, 1, Change(adds=(leaf(2, 5),)), True
    ),
    "participant removes an own device": Case(
        CIRCLE, 1, Change(removes=(leaf(1, 1),)), True
    ),
    "participant removes a person": Case(CIRCLE, 1, Change(removes=(leaf(2),)), False),
    "participant removes staff": Case(CIRCLE, 1, Change(removes=(leaf(0),)), False),
    "participant lets a leaver go": Case(
        CIRCLE, 1, Change(removes=(leaf(2),)), True, leaving=(2,)
    ),
    "one removes the other": Case(DIRECT, 1, Change(removes=(leaf(2),)), False),
    "one lets the other go": Case(
        DIRECT, 1, Change(removes=(leaf(2),)), True, leaving=(2,)
    ),
    "participant removes a revoked device of an account that stays": Case(
        CIRCLE, 1, Change(removes=(leaf(2, 1),)), True, revoked=revoked(leaf(2, 1))
    ),
    "participant removes another device of that account": Case(
        CIRCLE, 1, Change(removes=(leaf(2, 0),)), False, revoked=revoked(leaf(2, 1))
    ),
    "participant removes the last device, which is revoked": Case(
        CIRCLE, 1, Change(removes=(leaf(3),)), False, revoked=revoked(leaf(3))
    ),
    "participant replaces the last device, which is revoked": Case(
        CIRCLE,
        1,
        Change(adds=(leaf(3, 5),), removes=(leaf(3),)),
        True,
        revoked=revoked(leaf(3)),
    ),
    "one replaces the other's revoked device": Case(
        DIRECT,
        1,
        Change(adds=(leaf(2, 5),), removes=(leaf(2),)),
        True,
        revoked=revoked(leaf(2)),
    ),
    "one removes the other's only device, which is revoked": Case(
        DIRECT, 1, Change(removes=(leaf(2),)), False, revoked=revoked(leaf(2))
    ),
    "an update alone": Case(DIRECT, 1, Change(), True),
}


@pytest.mark.parametrize("name", AUTHORITY)
def test_who_may_change_what(name: str) -> None:
    case = AUTHORITY[name]
    if case.kind is CIRCLE:
        others = (leaf(1), leaf(1, 1), leaf(2), leaf(2, 1), leaf(3))
        members = circle(*others, leaving=case.leaving)
    else:
        members = direct(leaf(1), leaf(2), leaving=case.leaving)
    actor = leaf(case.actor)
    if case.allowed:
        after = apply_change(members, actor, case.change, revoked=case.revoked)
        expected = members.leaves - set(case.change.removes) | set(case.change.adds)
        assert after.leaves == expected
    else:
        with pytest.raises(Forbidden):
            apply_change(members, actor, case.change, revoked=case.revoked)


def test_a_stranger_changes_nothing() -> None:
    with pytest.raises(Forbidden):
        apply_change(circle(leaf(1)), leaf(5), Change())


def test_another_device_of_a_member_is_a_stranger_too() -> None:
    with pytest.raises(Forbidden):
        apply_change(circle(leaf(1)), leaf(1, device=1), Change())


def test_a_commit_cannot_remove_its_own_sender() -> None:
    with pytest.raises(BadRequest):
        apply_change(circle(leaf(1)), leaf(1), Change(removes=(leaf(1),)))


@pytest.mark.parametrize(
    "change",
    [
        Change(adds=(leaf(7), leaf(7))),
        Change(removes=(leaf(1), leaf(1))),
        Change(adds=(leaf(1),), removes=(leaf(1),)),
    ],
)
def test_no_device_is_named_twice(change: Change) -> None:
    with pytest.raises(BadRequest):
        apply_change(circle(leaf(1)), leaf(0), change)


def test_adding_a_present_device_is_a_conflict() -> None:
    with pytest.raises(Conflict):
        apply_change(circle(leaf(1)), leaf(0), Change(adds=(leaf(1),)))


def test_removing_an_absent_device_is_a_conflict() -> None:
    with pytest.raises(Conflict):
        apply_change(circle(leaf(1)), leaf(0), Change(removes=(leaf(2),)))


def test_who_left_is_no_longer_leaving() -> None:
    members = circle(leaf(1), leaf(2), leaving=(1,))
    after = apply_change(members, leaf(2), Change(removes=(leaf(1),)))
    assert after.leaving == frozenset()


_LEAVES = st.builds(leaf, st.integers(0, 12), st.integers(0, 1))
_STEPS = st.lists(
    st.tuples(
        _LEAVES,
        st.builds(
            Change,
            adds=st.lists(_LEAVES, max_size=4).map(tuple),
            removes=st.lists(_LEAVES, max_size=2).map(tuple),
        ),
        st.lists(st.builds(account, st.integers(0, 12)), max_size=2),
    ),
    max_size=30,
)


@FIXED
@given(kind=st.sampled_from(ConversationKind), steps=_STEPS)
def test_no_history_of_changes_breaks_the_laws_of_membership(
    kind: ConversationKind, steps: list[tuple[Leaf, Change, list[AccountId]]]
) -> None:
    staff = (0,) if kind is CIRCLE else ()
    members = group_of(kind, leaf(0), staff=staff)
    for actor, change, named_staff in steps:
        before = members
        try:
            members = apply_change(members, actor, change, named_staff)
        except SignalingError:
            assert members == before
            continue
        assert actor in members.leaves, "no commit removes its sender"
        assert members.leaves == before.leaves - set(change.removes) | set(change.adds)
        assert set(members.seats) == {a for a, _ in members.leaves}
        for seat in Seat:
            held = [s for s in members.seats.values() if s is seat]
            assert len(held) <= seats_for(kind, seat)
        kept = set(members.seats) & set(before.seats)
        assert all(members.seats[a] is before.seats[a] for a in kept)
