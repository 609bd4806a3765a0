"""What is wrong in the bonuses of a pack."""

from __future__ import annotations

from collections.abc import Iterator

from .bonuses import MEASURES
from .lint_finding import NEVER, Finding, is_forbidden_factor, names_crisis
from .packs import Above, Bonus


def bonuses(every: tuple[Bonus, ...], buckets: set[str]) -> Iterator[Finding]:
    """Everything wrong in these."""
    for bonus in every:
        yield from _of_bonus(bonus, buckets)


def _of_bonus(bonus: Bonus, buckets: set[str]) -> Iterator[Finding]:
    where = bonus.code
    if not 1 <= bonus.pct <= 100:
        yield Finding("bonus_range", where, "1 to 100 %")
    if (where in NEVER or names_crisis(where)) and bonus.state != "forbidden":
        yield Finding("forbidden_mode", where, "this line stays forbidden")
    if not set(bonus.buckets) <= buckets:
        yield Finding("unknown_bucket", where, "a bonus is of buckets of the pack")
    if bonus.above is None:
        if bonus.state == "on":
            yield Finding("no_threshold", where, "without a threshold it stays off")
        return
    yield from _threshold(where, bonus.above)


def _threshold(where: str, above: Above) -> Iterator[Finding]:
    if above.measure not in MEASURES:
        if is_forbidden_factor(above.measure):
            yield Finding("forbidden_factor", where, "never paid by that")
        else:
            yield Finding("unknown_measure", where, f"no measure {above.measure!r}")
        return
    if above.num < 1 or above.den < 1:
        yield Finding("bad_threshold", where, "a ratio of whole numbers above 0")
    if above.least < MEASURES[above.measure]:
        yield Finding("too_few", where, f"counted over {MEASURES[above.measure]}")
