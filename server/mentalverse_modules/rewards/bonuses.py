"""Percent on top of a base: additive, the highest of each category, capped."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from .facts import Measured
from .packs import Above, Bonus, Pack

MEASURES = {"satisfaction": 20, "availability": 1}
"""What a bonus may go by, and the fewest that each may be counted over: satisfaction
over people who were not in a crisis, availability over minutes that somebody published.
Both are of a quarter that is over."""


class BonusLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A bonus that counts."""

    code: str
    category: str
    pct: int


def earned(
    pack: Pack, bucket: str, measures: Mapping[str, Measured]
) -> tuple[BonusLine, ...]:
    """The bonuses of a payment from this bucket, one of each category."""
    best: dict[str, Bonus] = {}
    for bonus in pack.bonuses:
        if bonus.state != "on" or bonus.above is None or bucket not in bonus.buckets:
            continue
        held = best.get(bonus.category)
        if is_above(bonus.above, measures) and (held is None or bonus.pct > held.pct):
            best[bonus.category] = bonus
    return tuple(BonusLine(one.code, one.category, one.pct) for one in best.values())


def is_above(above: Above, measures: Mapping[str, Measured]) -> bool:
    """Whether a measure is above its ratio: not at it, and of enough."""
    found = measures.get(above.measure)
    if found is None or found.count < above.least:
        return False
    return above.den * found.total > above.num * found.count


def bonus_micro(base_micro: int, pcts: tuple[int, ...], cap_pct: int) -> int:
    """The bonuses together, in micro-MVT."""
    return base_micro * min(sum(pcts), cap_pct) // 100
