"""What an epoch's bucket pays when it is short: floors first, then the rest by shares.

    1  what is owed from before
    2  the floors; what is missing of them is owed, and paid first next time
    3  what is above the floors; what is missing of that is nobody's

Each step is paid whole or scaled by largest remainders, so a bucket never pays more
than it holds, and never less than it could.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from .split import quota, split


class Claim(msgspec.Struct, frozen=True):
    """What a fact would be paid of a full bucket."""

    floor_micro: int
    """At most `micro`."""
    micro: int


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a share was reckoned from: the bucket and everybody's claims together."""

    left_micro: int
    """Of the bucket, behind what was owed from before."""
    floors_micro: int
    extras_micro: int


class Share(msgspec.Struct, frozen=True):
    """What a claim got."""

    paid_micro: int
    owed_micro: int


class Shared(msgspec.Struct, frozen=True):
    """One bucket in one epoch."""

    terms: Terms
    settled: tuple[int, ...]
    """Paid of what was owed, in its order."""
    shares: tuple[Share, ...]
    """Of the claims, in their order."""


def share(budget: int, owed: Sequence[int], claims: Sequence[Claim]) -> Shared:
    """Pay what a bucket can."""
    settled = _scaled(budget, owed)
    left = budget - sum(settled)
    floors = [claim.floor_micro for claim in claims]
    extras = [claim.micro - claim.floor_micro for claim in claims]
    first = _scaled(left, floors)
    above = _scaled(left - sum(first), extras)
    shares = tuple(
        Share(base + more, floor - base)
        for base, more, floor in zip(first, above, floors, strict=True)
    )
    return Shared(Terms(left, sum(floors), sum(extras)), settled, shares)


def may_be(claim: Claim, terms: Terms, got: Share) -> bool:
    """Whether these terms can have given a claim this share, to the micro."""
    base = claim.floor_micro - got.owed_micro
    above = got.paid_micro - base
    left, floors = terms.left_micro, terms.floors_micro
    return _fits(base, claim.floor_micro, left, floors) and _fits(
        above,
        claim.micro - claim.floor_micro,
        max(0, left - floors),
        terms.extras_micro,
    )


def _scaled(budget: int, wanted: Sequence[int]) -> tuple[int, ...]:
    if sum(wanted) <= budget:
        return tuple(wanted)
    return split(budget, wanted)


def _fits(part: int, wanted: int, budget: int, total: int) -> bool:
    if total <= budget:
        return part == wanted
    low, high = quota(budget, wanted, total)
    return low <= part <= high
