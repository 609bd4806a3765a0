"""Who is planned when: counted by hour and language, at the worst moment of each."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mentalverse_crisis.cover import (
    ANY_OTHER,
    HOUR_MS,
    Cover,
    Shift,
    Uncovered,
    cover,
    languages_of,
    uncovered,
)
from mentalverse_crisis.desk import CRISIS, Responder

ANY = Responder(id="any", skills={CRISIS: 1})
ES = Responder(id="es", languages=("es",))
EN = Responder(id="en", languages=("en",), skills={CRISIS: 3})
TEAM = {one.id: one for one in (ANY, ES, EN)}
QUARTER_MS = HOUR_MS // 4


def test_an_uncovered_hour_is_found_before_it_comes() -> None:
    """By language; and by the skill for A0 and A1 where somebody else is there."""
    shifts = [
        Shift("any", 0, HOUR_MS // 2),
        Shift("any", HOUR_MS // 2, 2 * HOUR_MS),
        Shift("es", 2 * HOUR_MS, 4 * HOUR_MS),
        Shift("gone", 0, 4 * HOUR_MS),
    ]
    found = uncovered(cover(TEAM, shifts, ("en", "es"), 0, 3 * HOUR_MS + 1))
    assert found == (
        Uncovered(2 * HOUR_MS, "en", is_urgent=False),
        Uncovered(2 * HOUR_MS, "es", is_urgent=True),
        Uncovered(3 * HOUR_MS, "en", is_urgent=False),
        Uncovered(3 * HOUR_MS, "es", is_urgent=True),
    )


def test_an_hour_counts_for_its_worst_moment() -> None:
    """A minute without anybody is one in which somebody may find nobody."""
    shifts = [
        Shift("any", 0, HOUR_MS),
        Shift("any", QUARTER_MS, 2 * HOUR_MS),
        Shift("en", 0, HOUR_MS - 1),
        Shift("es", 0, 2 * HOUR_MS),
    ]
    assert cover(TEAM, shifts, ("en", "es"), 0, 2 * HOUR_MS) == (
        Cover(0, "en", people=1, urgent_people=1),
        Cover(0, "es", people=2, urgent_people=1),
        Cover(HOUR_MS, "en", people=1, urgent_people=1),
        Cover(HOUR_MS, "es", people=2, urgent_people=1),
    )


def test_what_is_over_of_an_hour_is_no_gap() -> None:
    """Whoever looks at half past sees whether the rest of the hour is covered."""
    shifts = [Shift("any", HOUR_MS // 2, 2 * HOUR_MS)]
    whole = cover(TEAM, shifts, ("en",), 0, HOUR_MS)
    rest = cover(TEAM, shifts, ("en",), HOUR_MS // 2, HOUR_MS)
    assert (whole[0].people, rest[0].people) == (0, 1)


def test_a_team_is_looked_at_for_every_language_that_somebody_names() -> None:
    """Whoever takes any counts for each, and for all that nobody names."""
    assert languages_of([ES, EN]) == ("en", "es")
    assert languages_of([ES, ANY]) == (ANY_OTHER, "es")
    assert languages_of([]) == (ANY_OTHER,)
    shifts = [Shift("any", 0, HOUR_MS), Shift("es", 0, 2 * HOUR_MS)]
    counted = cover(TEAM, shifts, (ANY_OTHER, "es"), 0, 2 * HOUR_MS)
    assert [one.people for one in counted] == [1, 2, 0, 1]


_SHIFTS = st.lists(
    st.builds(
        lambda who, start, quarters: Shift(
            who, start * QUARTER_MS, (start + quarters) * QUARTER_MS
        ),
        st.sampled_from(["any", "es", "en", "gone"]),
        st.integers(-8, 24),
        st.integers(1, 12),
    ),
    max_size=12,
)


@given(_SHIFTS, st.integers(0, 8), st.integers(1, 16))
def test_counting_is_looking_at_every_moment(
    shifts: list[Shift], start: int, quarters: int
) -> None:
    """No cleverer way to count differs from looking at each quarter of an hour."""
    start_ms, end_ms = start * QUARTER_MS, (start + quarters) * QUARTER_MS
    found = {
        (one.start_ms - one.start_ms % HOUR_MS, one.language): one
        for one in cover(TEAM, shifts, ("en", "es"), start_ms, end_ms)
    }
    looked: dict[tuple[int, str], list[set[str]]] = {}
    for moment in range(start_ms, end_ms, QUARTER_MS):
        there = {one.responder for one in shifts if _is_at(one, moment)} & set(TEAM)
        for language in ("en", "es"):
            able = {one for one in there if one in ("any", language)}
            key = (moment - moment % HOUR_MS, language)
            looked.setdefault(key, []).append(able)
    assert found.keys() == looked.keys()
    for key, moments in looked.items():
        assert found[key].people == min(map(len, moments))
        assert found[key].urgent_people == min(
            sum(TEAM[one].skill(CRISIS) > 0 for one in able) for able in moments
        )


def _is_at(shift: Shift, moment_ms: int) -> bool:
    return shift.start_ms <= moment_ms < shift.end_ms
