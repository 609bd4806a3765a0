"""What is shown of languages and regions tells of no group smaller than ten."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_crisis.equity import FEWEST, Cell, Split, by_language, by_region
from mentalverse_crisis.policy import DEFAULT
from mentalverse_crisis.record import Entry, What
from mentalverse_crisis.sla import Arrival, arrival, figures
from support.case_logs import DAWN_MS, opening

repeatable = settings(database=None, deadline=None, derandomize=True, max_examples=200)


def answered(language: str, after: int = 60, **fields: Any) -> Arrival:
    entries = [
        opening(language=language, **fields),
        Entry(DAWN_MS + after * 1000, "c1", What.ACCEPTED),
    ]
    return arrival(entries, DEFAULT, DAWN_MS + 10**6)


def cohort(**sizes: int) -> list[Arrival]:
    """So many answered cases of each language."""
    return [one for name, size in sizes.items() for one in [answered(name)] * size]


def test_cells_of_ten_are_shown() -> None:
    """With their headline; a drill is in no cell."""
    late = [answered("de", 121)] * 5
    drill = [answered("fi", drill="drill")]
    found = by_language([*cohort(de=15, ar=10), *late, *drill])
    assert found == Split({"ar": Cell(10, 10), "de": Cell(20, 15)}, 0, None)
    assert found.cells["de"].f3 == Fraction(3, 4)


def test_a_small_cell_takes_the_next_one_with_it() -> None:
    """Alone, it would be the whole without the others."""
    found = by_language(cohort(de=50, ar=12, fi=3))
    assert found == Split({"de": Cell(50, 50)}, 2, Cell(15, 15))


def test_small_cells_are_hidden_until_they_are_ten_together() -> None:
    """Two of 2 and 3 would be told as a group of 5."""
    found = by_language(cohort(de=50, ar=20, fi=3, es=2))
    assert found == Split({"de": Cell(50, 50)}, 3, Cell(25, 25))
    enough = by_language(cohort(de=50, ar=20, fi=8, es=2))
    assert enough == Split({"ar": Cell(20, 20), "de": Cell(50, 50)}, 2, Cell(10, 10))


def test_where_nothing_can_be_shown_nothing_is() -> None:
    """A single small cell, or all together below ten."""
    assert by_language(cohort(fi=3)) == Split({}, 1, None)
    assert by_language(cohort(fi=3, de=4)) == Split({}, 2, None)
    assert by_language([]) == Split({}, 0, None)


def test_regions_are_split_alike_and_who_is_not_judged_is_in_no_cell() -> None:
    """Somebody who waits and is not late is not told of by a cell of their own."""
    waiting = arrival([opening(region="FI")], DEFAULT, DAWN_MS)
    cases = [answered("de", region="AT")] * 10
    assert by_region([waiting, *cases]) == Split({"AT": Cell(10, 10)}, 0, None)


SIZES = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 30))


@given(SIZES)
@repeatable
def test_no_sum_of_what_is_shown_tells_a_group_below_ten(sizes: dict[str, int]) -> None:
    """Every shown cell has ten; and what is left of the whole is nothing, or at least
    two cells that are ten together, or the whole itself."""
    arrivals = cohort(**sizes)
    found = by_language(arrivals)
    whole = figures(arrivals).judged
    shown = sum(cell.judged for cell in found.cells.values())
    assert all(cell.judged >= FEWEST for cell in found.cells.values())
    assert found.withheld == len(sizes) - len(found.cells)
    rest = whole - shown
    assert rest == 0 or not found.cells or (rest >= FEWEST and found.withheld >= 2)
    if found.rest is not None:
        assert (found.rest.judged, found.rest.judged >= FEWEST) == (rest, True)


@given(SIZES, st.randoms(use_true_random=False))
@repeatable
def test_what_is_withheld_does_not_depend_on_the_order(
    sizes: dict[str, int], random: object
) -> None:
    """Else two runs over one cohort would show two sets of cells."""
    arrivals = cohort(**sizes)
    shuffled = list(arrivals)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert by_language(shuffled) == by_language(arrivals)
    assert Counter(one.language for one in shuffled) == Counter(sizes)
