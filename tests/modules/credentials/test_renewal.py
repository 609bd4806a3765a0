"""Nothing new begins after the end, and each thing is told once."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_modules.credentials.days import DAY_MS, day_of, start_ms
from mentalverse_modules.credentials.documents import shipped
from mentalverse_modules.credentials.renewal import (
    Held,
    Standing,
    Status,
    Told,
    due,
    is_supervised,
    next_ms,
    standing,
    steps_due,
    until_ms,
)

pytestmark = pytest.mark.capability("K09")

RULES = shipped("professional").renewal
FROM = start_ms(date(2026, 1, 1))
UNTIL = until_ms(FROM, 365)
HELD = Held("c1", FROM, UNTIL)


def _told(held: Held, now_ms: int) -> list[Told]:
    return [each.what for each in due(held, RULES, (), now_ms)]


@pytest.mark.parametrize(
    ("now_ms", "found"),
    [
        (FROM - 1, Standing.NOT_YET),
        (FROM, Standing.GOOD),
        (UNTIL - 1, Standing.GOOD),
        (UNTIL, Standing.EXPIRED),
    ],
)
def test_something_new_begins_between_the_first_moment_and_the_last(
    now_ms: int, found: Standing
) -> None:
    assert standing(HELD, now_ms) is found


def test_what_was_taken_back_is_so_at_once() -> None:
    for status, found in (
        (Status.SUSPENDED, Standing.SUSPENDED),
        (Status.REVOKED, Standing.REVOKED),
    ):
        assert standing(Held("c1", FROM, UNTIL, status), FROM) is found


def test_the_notice_comes_thirty_days_before_the_end() -> None:
    assert _told(HELD, UNTIL - 30 * DAY_MS - 1) == []
    assert _told(HELD, UNTIL - 30 * DAY_MS) == [Told.EXPIRING]
    assert _told(HELD, UNTIL) == [Told.EXPIRED]


def test_nothing_is_told_of_what_was_revoked() -> None:
    revoked = Held("c1", FROM, UNTIL, Status.REVOKED, FROM)
    assert _told(revoked, UNTIL) == []
    assert next_ms(revoked, RULES, FROM) is None


@pytest.mark.capability("K14")
def test_fourteen_days_without_supervision_end_new_cases() -> None:
    held = Held("c1", FROM, UNTIL, supervised_ms=FROM)
    last = FROM + 14 * DAY_MS
    assert is_supervised(held, RULES, last) and _told(held, last) == []
    assert not is_supervised(held, RULES, last + 1)
    assert _told(held, last + 1) == [Told.SUPERVISION_OVERDUE]
    assert is_supervised(HELD, RULES, UNTIL)


TIMES = st.integers(FROM - 40 * DAY_MS, UNTIL + 40 * DAY_MS)


@given(st.lists(TIMES, max_size=20), st.none() | st.just(FROM))
def test_whoever_looks_often_tells_each_thing_once(
    looks: list[int], supervised_ms: int | None
) -> None:
    held = Held("c1", FROM, UNTIL, supervised_ms=supervised_ms)
    told: list[tuple[str, str, str]] = []
    for now_ms in sorted(looks):
        told += [each.key for each in due(held, RULES, told, now_ms)]
    assert len(told) == len(set(told))


@given(TIMES, st.none() | TIMES)
def test_between_two_times_nothing_changes(
    now_ms: int, supervised_ms: int | None
) -> None:
    held = Held("c1", FROM, UNTIL, supervised_ms=supervised_ms)
    later = next_ms(held, RULES, now_ms)
    last = UNTIL + 60 * DAY_MS if later is None else later - 1
    for look in (standing, lambda one, at: is_supervised(one, RULES, at)):
        assert look(held, now_ms) == look(held, last)
    assert due(held, RULES, (), now_ms) == due(held, RULES, (), last)


def test_the_steps_of_a_year() -> None:
    steps = steps_due(HELD, RULES)
    codes = [code for code, _ in steps]
    assert codes.count("monthly_session") == 12
    assert codes.count("quarterly_update") == 4
    assert steps[-3:] == (
        ("annual_renewal", date(2027, 1, 1)),
        ("monthly_session", date(2027, 1, 1)),
        ("quarterly_update", date(2027, 1, 1)),
    )


@given(TIMES, st.integers(1, 4000))
def test_an_end_is_the_midnight_after_whole_days(from_ms: int, days: int) -> None:
    end = until_ms(from_ms, days)
    assert end == start_ms(day_of(end)) and 0 <= end - from_ms - days * DAY_MS <= DAY_MS
