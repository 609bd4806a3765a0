"""A bucket pays what it can, in its order, and no more than it has."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from mentalverse_modules.rewards.budget import Claim, Share, may_be, share

amounts = st.integers(0, 10**9)
claims = st.lists(
    st.builds(lambda floor, more: Claim(floor, floor + more), amounts, amounts),
    max_size=12,
)
debts = st.lists(st.integers(1, 10**9), max_size=6)


@given(st.integers(0, 10**10), debts, claims)
def test_a_bucket_pays_all_it_can_and_never_more(
    budget: int, owed: list[int], wanted: list[Claim]
) -> None:
    """What is owed, floors, and only then the rest."""
    found = share(budget, owed, wanted)
    paid = sum(found.settled) + sum(one.paid_micro for one in found.shares)
    due = sum(owed) + sum(claim.micro for claim in wanted)
    assert paid == min(budget, due)
    floors = sum(claim.floor_micro for claim in wanted)
    if budget < sum(owed):
        assert not any(one.paid_micro for one in found.shares)
    if budget < sum(owed) + floors:
        for claim, got in zip(wanted, found.shares, strict=True):
            assert got.paid_micro + got.owed_micro == claim.floor_micro
    else:
        assert not any(one.owed_micro for one in found.shares)
        for claim, got in zip(wanted, found.shares, strict=True):
            assert claim.floor_micro <= got.paid_micro <= claim.micro


@given(st.integers(0, 10**10), debts, claims)
def test_a_share_can_be_checked_by_its_own_receipt(
    budget: int, owed: list[int], wanted: list[Claim]
) -> None:
    """And one that was changed by two micro is found."""
    found = share(budget, owed, wanted)
    for claim, got in zip(wanted, found.shares, strict=True):
        assert may_be(claim, found.terms, got)
        more = replace(got, paid_micro=got.paid_micro + 2)
        assert not may_be(claim, found.terms, more)


def test_vectors() -> None:
    """A full bucket, one short of the rest, one short of the floors, an empty one."""
    wanted = [Claim(25, 75), Claim(25, 50)]
    assert share(125, [], wanted).shares == (Share(75, 0), Share(50, 0))
    assert share(65, [], wanted).shares == (Share(35, 0), Share(30, 0))
    assert share(30, [10], wanted).shares == (Share(10, 15), Share(10, 15))
    assert share(0, [10], wanted).settled == (0,)
