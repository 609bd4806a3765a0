"""The figures are the design's to the digit, and nobody drops out of them unseen."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.clocks import ClockKind, Outage, Outcome
from mentalverse_crisis.policy import DEFAULT
from mentalverse_crisis.record import Entry, What
from mentalverse_crisis.sla import (
    INTERVAL_MS,
    Arrival,
    Fate,
    arrival,
    by_band,
    by_interval,
    figures,
    nearest_rank,
    share,
    tenths_of_percent,
)
from support.case_logs import DAWN_MS, opening, several_logs

repeatable = settings(database=None, deadline=None, derandomize=True, max_examples=100)

T = 120
"""Seconds: what A2 is promised."""


def case(*steps: tuple[float, What], as_of: float = 100_000, **fields: Any) -> Arrival:
    """An A2 case tapped at dawn; seconds since then, and what happened."""
    entries = [opening(**fields)]
    entries += [
        Entry(DAWN_MS + int(seconds * 1000), "c1", what) for seconds, what in steps
    ]
    return arrival(entries, DEFAULT, DAWN_MS + int(as_of * 1000))


ANSWERED = case((60, What.ACCEPTED))
ANSWERED_LATE = case((T + 1, What.ACCEPTED))
LEFT_AT_ONCE = case((5, What.LEFT))
LEFT_IN_TIME = case((60, What.LEFT))
LEFT_LATE = case((T + 1, What.LEFT))
WAITS_LATE = case(as_of=T + 1)
WAITS = case(as_of=T)

GOLDEN = (
    [ANSWERED] * 860
    + [ANSWERED_LATE] * 140
    + [LEFT_AT_ONCE] * 10
    + [LEFT_IN_TIME] * 10
    + [LEFT_LATE] * 40
)


def test_the_golden_vector() -> None:
    """1000 answered, 860 in time; 60 left, 20 in time, 10 of them at once."""
    told = figures(GOLDEN)
    assert (told.answered, told.answered_in_time) == (1000, 860)
    assert (told.abandoned, told.abandoned_in_time, told.abandoned_short) == (
        60,
        20,
        10,
    )
    formulas = (told.f1, told.f2, told.f3, told.f4, told.f5)
    assert formulas == (
        Fraction(880, 1060),
        Fraction(860, 1000),
        Fraction(860, 1060),
        Fraction(860, 1040),
        Fraction(870, 1060),
    )
    shown = [tenths_of_percent(one) for one in formulas if one is not None]
    assert shown == [830, 860, 811, 827, 821]
    assert told.abandonment == Fraction(60, 1060)


def test_who_waits_past_due_is_missed_and_who_waits_before_is_counted_apart() -> None:
    """14 in time, 2 late, 1 + 1 left, 1 + 1 waiting: F3 is 14 of 19."""
    told = figures(
        [ANSWERED] * 14
        + [ANSWERED_LATE] * 2
        + [LEFT_IN_TIME, LEFT_LATE, WAITS_LATE, WAITS]
    )
    assert (told.f3, told.excluded, told.judged) == (Fraction(14, 19), 1, 19)
    assert tenths_of_percent(Fraction(14, 19)) == 737


def test_nobody_arrived_is_no_percentage() -> None:
    """Not 0 %, and not 100 % either."""
    told = figures([])
    assert (told.f1, told.f2, told.f3, told.f4, told.f5) == (None,) * 5
    assert told.waits.mean_answered is None
    assert (told.waits.p50, told.waits.longest) == (None, None)
    assert set(by_band([])) == set(Band)
    assert by_interval([]) == {}


@pytest.mark.parametrize("seconds", [5, 5.001])
def test_leaving_at_once_is_told_apart_and_stays_in_the_headline(
    seconds: float,
) -> None:
    """Five seconds from the tap, by the policy."""
    told = figures([case((seconds, What.LEFT)), ANSWERED])
    assert told.abandoned_short == (1 if seconds == 5 else 0)
    assert told.f3 == Fraction(1, 2)


def test_drills_and_canaries_are_in_no_figure() -> None:
    """Neither in the shares nor in the waits nor in the counts of clocks."""
    drills = [
        case((1, What.ACCEPTED), drill="drill"),
        case((1, What.ACCEPTED), drill="canary"),
    ]
    assert figures([*drills, ANSWERED_LATE]) == figures([ANSWERED_LATE])


def test_a_raised_case_is_of_its_highest_band_and_waited_from_the_tap() -> None:
    """Judged from the raise; the wait is told whole."""
    entries = [
        opening(),
        Entry(DAWN_MS + 60_000, "c1", What.BAND_SET, band=Band.A0),
        Entry(DAWN_MS + 70_000, "c1", What.ACCEPTED),
        Entry(DAWN_MS + 80_000, "c1", What.BAND_SET, band=Band.A4),
    ]
    one = arrival(entries, DEFAULT, DAWN_MS + 90_000)
    assert (one.band, one.is_late, one.wait_ms) == (Band.A0, False, 70_000)
    assert by_band([one])[Band.A0].answered_in_time == 1
    assert by_band([one])[Band.A2].judged == 0


@pytest.mark.parametrize(("seconds", "is_judged"), [(T, False), (T + 1, True)])
def test_a_case_dismissed_past_due_is_a_miss(seconds: int, is_judged: bool) -> None:
    """Merging and voiding mend no figure."""
    told = figures([case((seconds, What.CLOSED)), ANSWERED])
    assert (told.unanswered_late, told.excluded) == ((1, 0) if is_judged else (0, 1))
    assert case((seconds, What.CLOSED)).fate is Fate.DISMISSED


def test_waits_are_exact() -> None:
    """Means as fractions; nearest rank of the answered; the longest of everybody."""
    waits = figures(
        [case((second, What.ACCEPTED)) for second in (1, 2, 4)]
        + [LEFT_LATE, WAITS_LATE]
    ).waits
    assert waits.mean_answered == Fraction(7_000, 3)
    assert waits.mean_with_abandoned == Fraction(7_000 + 121_000, 4)
    assert (waits.p50, waits.p90, waits.p95, waits.p99) == (2_000, 4_000, 4_000, 4_000)
    assert waits.longest == 121_000


def test_an_arrival_belongs_to_the_half_hour_of_its_tap() -> None:
    """Also if it was answered in another; an hour that a zone has twice is two here."""
    early = case((3_000, What.ACCEPTED), at_ms=DAWN_MS + 500, tap_ms=DAWN_MS - 1)
    later = [
        arrival([opening(at_ms=at, tap_ms=at)], DEFAULT, at)
        for at in (DAWN_MS + 2 * INTERVAL_MS, DAWN_MS + 3 * INTERVAL_MS - 1)
    ]
    cohorts = by_interval([*later, early])
    assert list(cohorts) == [DAWN_MS - INTERVAL_MS, DAWN_MS + 2 * INTERVAL_MS]
    assert [told.answered for told in cohorts.values()] == [1, 0]
    assert [told.excluded for told in cohorts.values()] == [0, 2]


def test_offers_after_everybody_declined_are_counted_and_so_are_rescues() -> None:
    """Several at once are one asking; what follows a rescue is no second asking."""

    def offer(seconds: int, what: What, name: str) -> Entry:
        return Entry(DAWN_MS + seconds * 1000, "c1", what, offer=name)

    entries = [
        opening(),
        offer(1, What.OFFERED, "o1"),
        offer(2, What.OFFERED, "o2"),
        offer(3, What.OFFER_ENDED, "o1"),
        offer(3, What.OFFERED, "o3"),
        offer(4, What.OFFER_ENDED, "o2"),
        offer(4, What.OFFER_ENDED, "o3"),
        offer(5, What.OFFERED, "o4"),
        offer(6, What.ACCEPTED, "o4"),
        offer(51, What.RETURNED, ""),
        offer(52, What.OFFERED, "o5"),
        offer(53, What.ACCEPTED, "o5"),
        offer(54, What.REPLIED, ""),
        offer(60, What.RESCUE, ""),
        offer(61, What.OFFERED, "o6"),
    ]
    told = figures([arrival(entries, DEFAULT, DAWN_MS + 70_000)])
    assert (told.offered_again, told.rescues) == (2, 1)


def test_an_answer_without_a_word_is_an_answer_and_told_apart() -> None:
    """Over before anybody spoke; not while somebody still may, nor after a word."""
    accepted = (10, What.ACCEPTED)
    ended = (40, What.ENDED)
    told = figures(
        [
            case(accepted),
            case(accepted, ended),
            case(accepted, (40, What.CLOSED)),
            case(accepted, (20, What.REPLIED), ended),
            case(ended),
        ]
    )
    assert (told.answered, told.answered_wordless) == (4, 2)


def test_follow_ups_in_time_are_a_share_of_those_that_were_due() -> None:
    """What is not due yet is in neither part."""
    day = 24 * 3600

    def asked(as_of: int, **attempt: int) -> Arrival:
        due = Entry(DAWN_MS + 100_000, "c1", What.FOLLOW_UP, outcome="due")
        made = [
            Entry(DAWN_MS + at * 1000, "c1", What.FOLLOW_UP, outcome="reached")
            for at in attempt.values()
        ]
        return arrival([opening(), due, *made], DEFAULT, DAWN_MS + as_of * 1000)

    told = figures(
        [
            asked(4 * day, at=day),
            asked(3 * day + 100),
            asked(3 * day + 101),
            asked(4 * day, at=3 * day + 101),
        ]
    )
    assert told.in_time(ClockKind.FOLLOW_UP) == Fraction(1, 3)
    assert told.clocks[ClockKind.FOLLOW_UP][Outcome.EXCLUDED] == 1
    assert told.in_time(ClockKind.SILENCE) is None


def test_an_outage_counts_against_us() -> None:
    """It is a cause, never an excuse."""
    outage = Outage(DAWN_MS, DAWN_MS + 600_000)
    waiting = arrival([opening()], DEFAULT, DAWN_MS + 121_000, [outage])
    assert figures([waiting]).f3 == 0


@given(st.lists(st.integers(0, 99), min_size=1), st.integers(1, 100))
@repeatable
def test_nearest_rank_is_the_smallest_that_enough_do_not_exceed(
    values: list[int], percent: int
) -> None:
    """Its definition, by trying all values."""
    found = min(
        value
        for value in values
        if sum(one <= value for one in values) * 100 >= percent * len(values)
    )
    assert nearest_rank(values, percent) == found


@given(st.integers(0, 10**6), st.integers(1, 10**6))
@repeatable
def test_percentages_are_rounded_half_up(part: int, whole: int) -> None:
    """To a tenth of a percent, by whole numbers alone."""
    exact = share(part, whole)
    assert exact is not None
    distance = 1000 * exact - tenths_of_percent(exact)
    assert -Fraction(1, 2) <= distance < Fraction(1, 2)


@given(several_logs(), st.integers(0, 10**8))
@repeatable
def test_everybody_is_in_one_band_one_half_hour_and_one_count(
    logs: list[list[Entry]], later: int
) -> None:
    """The parts are the whole; judged and excluded are all arrivals but drills; and F3
    follows from the accept clocks alone."""
    as_of_ms = max((log[-1].at_ms for log in logs), default=DAWN_MS) + later
    arrivals = [arrival(log, DEFAULT, as_of_ms) for log in logs]
    whole = figures(arrivals)
    real = [one for one in arrivals if not one.drill]
    assert whole.judged + whole.excluded == len(real)
    for parts in (by_band(arrivals), by_interval(arrivals)):
        assert sum(part.judged for part in parts.values()) == whole.judged
        assert sum(part.answered_in_time for part in parts.values()) == (
            whole.answered_in_time
        )
    accept = whole.clocks[ClockKind.ACCEPT]
    assert accept[Outcome.MET] == whole.answered_in_time
    assert whole.in_time(ClockKind.ACCEPT) == whole.f3
    assert whole.excluded == accept[Outcome.EXCLUDED]
