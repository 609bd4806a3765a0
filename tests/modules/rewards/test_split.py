"""Shares that add up, whatever the amount."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_modules.rewards.documents import shipped
from mentalverse_modules.rewards.split import quota, split

weights = st.lists(st.integers(0, 10**12), min_size=1, max_size=30).filter(any)
SOURCES = [40, 30, 20, 10]


@pytest.mark.capability("T06")
@pytest.mark.capability("T12")
@pytest.mark.parametrize(
    ("shares", "parts"),
    [
        (SOURCES, (400_001, 300_001, 200_001, 100_000)),
        ([60, 25, 10, 5], (600_002, 250_001, 100_000, 50_000)),
        ([70, 20, 5, 5], (700_002, 200_001, 50_000, 50_000)),
    ],
)
def test_what_is_left_goes_to_the_largest_remainders(
    shares: list[int], parts: tuple[int, ...]
) -> None:
    """Ties by the order in which they are named."""
    assert split(1_000_003, shares) == parts


@pytest.mark.capability("T06")
def test_two_hundred_thousand_amounts_add_up() -> None:
    """Where rounding each share for itself would not."""
    chance, naive = Random(7), 0
    for _ in range(200_000):
        amount = chance.randrange(10**12)
        assert sum(split(amount, SOURCES)) == amount
        rounded = sum(round(amount * share / 100) for share in SOURCES)
        naive += rounded != amount
    assert naive > 20_000


@given(st.integers(0, 10**24), weights)
def test_each_share_is_its_quota_or_one_more(amount: int, shares: list[int]) -> None:
    """And all of them are the amount."""
    parts, total = split(amount, shares), sum(shares)
    assert sum(parts) == amount
    for part, share in zip(parts, shares, strict=True):
        low, high = quota(amount, share, total)
        assert low <= part <= high <= low + 1


@given(st.integers(0, 10**9), weights)
def test_who_weighs_nothing_gets_nothing(amount: int, shares: list[int]) -> None:
    """Not even a remainder."""
    for part, share in zip(split(amount, shares), shares, strict=True):
        assert share or not part


def test_nothing_is_split_among_nobody() -> None:
    """Of nothing there is nothing to lose; anything else would be lost."""
    assert split(0, [0, 0]) == (0, 0)
    assert split(0, []) == ()
    with pytest.raises(ValueError, match="weight"):
        split(1, [0, 0])


@pytest.mark.parametrize(("amount", "shares"), [(-1, [1]), (1, [2, -1])])
def test_below_zero_is_refused(amount: int, shares: list[int]) -> None:
    """Of amounts and of weights."""
    with pytest.raises(ValueError, match="0 or more"):
        split(amount, shares)


@pytest.mark.capability("T06")
def test_the_shipped_shares_are_those_of_the_texts() -> None:
    """Sources and buckets of peers; where a professional revenue goes."""
    peer, professional = shipped("peer"), shipped("professional")
    assert [share for _, share in peer.sources] == SOURCES
    assert [share for _, share in peer.buckets] == [60, 25, 10, 5]
    assert [share for _, share in professional.buckets] == [70, 20, 5, 5]
