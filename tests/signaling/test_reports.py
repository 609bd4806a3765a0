"""How a report goes on: every stage, every step, and no other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_signaling.errors import Conflict, NotNow, SignalingError
from mentalverse_signaling.report_events import ReportState
from mentalverse_signaling.reports import (
    APPEAL_TIME,
    NEXT,
    Course,
    Decision,
    ReportOutcome,
    Stage,
    Step,
    appeal,
    decide,
    decide_again,
)

ACTIONED, DISMISSED = ReportOutcome.ACTIONED, ReportOutcome.DISMISSED
THEN = datetime(2026, 3, 1, tzinfo=UTC)
DAY, MOMENT = timedelta(days=1), timedelta(microseconds=1)
NOW = THEN + 2 * DAY
FIRST, SECOND = Decision(DISMISSED, THEN), Decision(ACTIONED, NOW)
LATE = THEN + APPEAL_TIME

AT = {
    Stage.FILED: Course(),
    Stage.DECIDED: Course(FIRST),
    Stage.APPEALED: Course(FIRST, THEN + DAY),
    Stage.FINAL: Course(FIRST, THEN + DAY, SECOND),
}
"""A report at each stage, two days after what happened to it first."""


def _step(course: Course, step: Step, now: datetime) -> Course:
    """What was not said by this step so far, or an appeal."""
    match step:
        case Step.APPEAL:
            return appeal(course, now)
        case Step.DECIDE:
            return decide(course, _other(course.first), now)
        case Step.DECIDE_AGAIN:
            return decide_again(course, _other(course.second), now)


def _other(decision: Decision | None) -> ReportOutcome:
    return DISMISSED if decision and decision.outcome is ACTIONED else ACTIONED


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("step", Step)
def test_a_step_goes_where_the_table_says_and_no_other_moves_it(
    stage: Stage, step: Step
) -> None:
    course = AT[stage]
    assert course.stage(NOW) is stage
    try:
        after = _step(course, step, NOW)
    except SignalingError:
        after = course
    assert after.stage(NOW) is NEXT.get((stage, step), stage)
    assert (after != course) is ((stage, step) in NEXT)


def test_what_is_no_step_says_why() -> None:
    for course, error in (
        (AT[Stage.FILED], NotNow),
        (AT[Stage.FINAL], Conflict),
    ):
        with pytest.raises(error):
            appeal(course, NOW)
    with pytest.raises(NotNow):
        appeal(AT[Stage.DECIDED], LATE)
    for stage, step in product(Stage, (Step.DECIDE, Step.DECIDE_AGAIN)):
        if (stage, step) not in NEXT:
            with pytest.raises(Conflict):
                _step(AT[stage], step, NOW)


def test_what_was_done_is_not_done_again() -> None:
    assert appeal(AT[Stage.APPEALED], LATE) == AT[Stage.APPEALED]
    assert decide(AT[Stage.DECIDED], DISMISSED, NOW) == AT[Stage.DECIDED]
    assert decide_again(AT[Stage.FINAL], ACTIONED, LATE) == AT[Stage.FINAL]


def test_the_first_decision_said_twice_is_not_the_second() -> None:
    """Whoever repeats it may not have seen the appeal that came meanwhile."""
    for stage in (Stage.APPEALED, Stage.FINAL):
        assert decide(AT[stage], DISMISSED, NOW) == AT[stage]


def test_an_appeal_has_thirty_days_to_the_moment_and_its_decision_all_time() -> None:
    course = AT[Stage.DECIDED]
    assert course.appeal_until(NOW) == course.closed_at == THEN + 30 * DAY
    assert appeal(course, LATE - MOMENT).closed_at is None
    assert course.stage(LATE) is Stage.FINAL
    assert course.appeal_until(LATE) is None
    late = decide_again(AT[Stage.APPEALED], DISMISSED, LATE + 400 * DAY)
    assert late.closed_at == LATE + 400 * DAY


def test_a_clock_that_is_put_back_gives_nobody_a_second_appeal() -> None:
    final = AT[Stage.FINAL]
    assert final.stage(THEN) is Stage.FINAL and final.appeal_until(THEN) is None


def test_the_wire_says_the_newest_of_it() -> None:
    assert [course.state for course in AT.values()] == [
        ReportState.FILED,
        ReportState.DISMISSED,
        ReportState.APPEALED,
        ReportState.ACTIONED,
    ]
    assert [course.newest for course in AT.values()] == [None, FIRST, FIRST, SECOND]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(Step), st.sampled_from(ReportOutcome), st.integers(0, 40)
        ),
        max_size=12,
    )
)
def test_whoever_tries_what_there_are_at_most_two_decisions_and_one_appeal(
    tries: list[tuple[Step, ReportOutcome, int]],
) -> None:
    """Nothing that happened is changed, and the times are in order."""
    course, now = Course(), THEN
    for step, outcome, days in tries:
        now += days * DAY
        before = course
        try:
            match step:
                case Step.DECIDE:
                    course = decide(course, outcome, now)
                case Step.APPEAL:
                    course = appeal(course, now)
                case Step.DECIDE_AGAIN:
                    course = decide_again(course, outcome, now)
        except SignalingError:
            continue
        for name in ("first", "appealed_at", "second"):
            was = getattr(before, name)
            assert was is None or getattr(course, name) == was
    first, second = course.first, course.second
    times = [first.at if first else None, course.appealed_at]
    times.append(second.at if second else None)
    known = [each for each in times if each is not None]
    assert known == sorted(known) and times[: len(known)] == known
    if first and course.appealed_at:
        assert course.appealed_at < first.at + APPEAL_TIME
