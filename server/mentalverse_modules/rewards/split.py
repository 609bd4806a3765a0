"""Whole amounts shared out by weights, with nothing lost and nothing invented.

Each gets the floor of its share; what is left, always less than one micro for each,
goes one by one to the largest remainders, and where two are equal to the one that is
named first. Rounding each share for itself fails to add up in almost every second case.
"""

from __future__ import annotations

from collections.abc import Sequence


def split(amount: int, weights: Sequence[int]) -> tuple[int, ...]:
    """The shares of `amount` by `weights`, in their order; they sum to it exactly.

    Raises:
        ValueError: below 0, or an amount and nobody to have it.
    """
    total = sum(weights)
    if amount < 0 or any(weight < 0 for weight in weights):
        raise ValueError("amounts and weights are 0 or more")
    if amount == 0:
        return (0,) * len(weights)
    if total == 0:
        raise ValueError("an amount needs a weight to go to")
    shares, rests = zip(
        *(divmod(amount * weight, total) for weight in weights), strict=True
    )
    first = sorted(range(len(weights)), key=lambda place: -rests[place])
    raised = set(first[: amount - sum(shares)])
    return tuple(share + (place in raised) for place, share in enumerate(shares))


def quota(amount: int, weight: int, total: int) -> tuple[int, int]:
    """The least and the most that `split` can give one weight of so many."""
    share, rest = divmod(amount * weight, total)
    return share, share + (rest > 0)
