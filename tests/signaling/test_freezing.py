"""Who freezes a conversation, who begins it anew, and how often that may happen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mentalverse_signaling.conversation import Seat
from mentalverse_signaling.freezing import (
    DAY,
    RECREATION_PAUSE,
    RECREATIONS_PER_DAY,
    TURN,
    is_frozen_by,
    is_stuck,
    makers,
    staying,
    turn_begins,
)
from mentalverse_signaling.ids import AccountId

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PEOPLE = [AccountId(f"{number:032x}") for number in range(10)]
people = st.sets(st.sampled_from(PEOPLE), min_size=1)
moments = st.lists(st.integers(0, 3 * 86_400), max_size=6).map(
    lambda ages: [NOW - timedelta(seconds=age) for age in ages]
)


@given(people, people, st.sampled_from(PEOPLE))
def test_half_of_the_others_freeze_and_fewer_do_not(
    accounts: set[AccountId], rejecting: set[AccountId], committer: AccountId
) -> None:
    """Frozen exactly if others exist and at least half of them reject."""
    others = accounts - {committer}
    share = len(others & rejecting) / len(others) if others else 0
    assert is_frozen_by(accounts, committer, rejecting) is (share >= 0.5)


@given(people, people, st.sampled_from(PEOPLE))
def test_the_committer_and_strangers_have_no_say(
    accounts: set[AccountId], rejecting: set[AccountId], committer: AccountId
) -> None:
    """The committer's own rejection and those of outsiders change nothing."""
    heard = rejecting & accounts - {committer}
    told = is_frozen_by(accounts, committer, rejecting | {committer})
    assert told is is_frozen_by(accounts, committer, heard)


@given(people, people, st.sampled_from(PEOPLE), st.sampled_from(PEOPLE))
def test_one_more_rejection_never_thaws(
    accounts: set[AccountId],
    rejecting: set[AccountId],
    committer: AccountId,
    another: AccountId,
) -> None:
    """Rejections only ever move a conversation towards being frozen."""
    if is_frozen_by(accounts, committer, rejecting):
        assert is_frozen_by(accounts, committer, rejecting | {another})


def test_between_two_it_is_the_other_one_and_both_stay() -> None:
    """In a direct conversation one rejection freezes; the fresh group has both."""
    ada, ben = PEOPLE[:2]
    assert is_frozen_by([ada, ben], ada, [ben])
    assert not is_frozen_by([ada, ben], ada, [ada])
    assert staying([ada, ben], ada) == {ada, ben}


@given(people, st.sampled_from(PEOPLE))
def test_the_fresh_group_leaves_the_committer_out_and_nobody_alone(
    accounts: set[AccountId], committer: AccountId
) -> None:
    """Nobody new comes, only the committer goes, and only if two others stay."""
    stay = staying(accounts, committer)
    assert stay <= accounts and accounts - stay <= {committer}
    assert (committer in accounts and committer not in stay) is (
        committer in accounts and len(accounts) > 2
    )


@given(
    st.dictionaries(st.sampled_from(PEOPLE), st.integers(0, 5), min_size=1),
    st.sets(st.sampled_from(PEOPLE)),
    st.sampled_from(PEOPLE),
)
def test_the_turns_are_fixed_staff_first_and_without_the_committer(
    places: dict[AccountId, int], staff: set[AccountId], committer: AccountId
) -> None:
    """Every peer computes the same order from the same facts, in any order given."""
    seats = {a: Seat.STAFF if a in staff else Seat.PARTICIPANT for a in places}
    order = makers(places, seats, committer)
    assert order == makers(dict(reversed(places.items())), seats, committer)
    assert set(order) == set(places) - {committer}
    ranks = [(a not in staff, places[a]) for a in order]
    assert ranks == sorted(ranks)


@given(moments)
def test_the_fourth_freeze_in_a_day_is_for_the_operator(
    recreated: list[datetime],
) -> None:
    """Stuck exactly if three fresh groups were begun within the last day."""
    today = sum(NOW - at < DAY for at in recreated)
    assert is_stuck(recreated, NOW) is (today >= RECREATIONS_PER_DAY)


@given(moments, st.sampled_from(PEOPLE))
def test_nobody_begins_before_their_turn_or_within_the_pause(
    recreated: list[datetime], account: AccountId
) -> None:
    """Each later account waits a turn longer; all wait out the pause."""
    order = PEOPLE[:4]
    begins = turn_begins(order, account, NOW, recreated)
    if account not in order:
        assert begins is None
        return
    assert begins is not None
    assert begins >= NOW + order.index(account) * TURN
    assert all(begins - at >= RECREATION_PAUSE for at in recreated)
