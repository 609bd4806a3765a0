"""Whether help came as soon in every language and region, without telling of anybody.

A cell of fewer than ten is not shown. Nor may it follow from what is shown: the whole
is known, so one cell that is withheld alone would be the whole without the others. So
further cells are withheld, the smallest first, until those withheld are at least two
and ten arrivals together; they are shown as one, `rest`. Where that cannot be, nothing
of them is.

That holds within one split. Two splits over cohorts that overlap (a day, and the same
day without A0) give the difference away: publish one. For the same reason there is no
split by language and region at once, and none by band.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

import msgspec

from .sla import Arrival, figures, share

FEWEST = 10
"""Arrivals in a cell that is shown."""


class Cell(msgspec.Struct, frozen=True):
    """One language, one region, or all that are withheld."""

    judged: int
    in_time: int

    @property
    def f3(self) -> Fraction | None:
        """Answered in time, of all who are judged."""
        return share(self.in_time, self.judged)


class Split(msgspec.Struct, frozen=True):
    """A cohort in parts."""

    cells: Mapping[str, Cell]
    """By name; an empty name for who said nothing of it, or had it erased."""
    withheld: int
    """Cells that are not shown."""
    rest: Cell | None
    """The withheld ones together; none if even that would tell too much."""


def by_language(arrivals: Iterable[Arrival]) -> Split:
    """The headline by the language that was asked for."""
    return split(arrivals, lambda one: one.language)


def by_region(arrivals: Iterable[Arrival]) -> Split:
    """The headline by region."""
    return split(arrivals, lambda one: one.region)


def split(arrivals: Iterable[Arrival], key: Callable[[Arrival], str]) -> Split:
    """The headline in parts, small ones withheld."""
    parts: dict[str, list[Arrival]] = {}
    for one in arrivals:
        if not one.drill:
            parts.setdefault(key(one), []).append(one)
    told = {name: _cell(part) for name, part in parts.items()}
    cells = {name: cell for name, cell in told.items() if cell.judged}
    # One that has to be withheld is below ten, so ten together are two at least.
    # By size, then by name: the same arrivals withhold the same cells, in any order.
    names = sorted(cells, key=lambda name: (cells[name].judged, name))
    together, count = Cell(0, 0), 0
    for name in names:
        cell = cells[name]
        if cell.judged >= FEWEST and (count == 0 or together.judged >= FEWEST):
            break
        together = Cell(together.judged + cell.judged, together.in_time + cell.in_time)
        count += 1
    return Split(
        cells={name: cells[name] for name in sorted(names[count:])},
        withheld=count,
        rest=together if together.judged >= FEWEST else None,
    )


def _cell(part: Iterable[Arrival]) -> Cell:
    told = figures(part)
    return Cell(told.judged, told.answered_in_time)
