"""Time with a case, of the time on duty: counted once, and within duty alone."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_crisis.occupancy import Span, occupancy

repeatable = settings(database=None, deadline=None, derandomize=True, max_examples=200)


def test_two_cases_at_once_are_one_time_and_what_outlasts_a_duty_is_cut() -> None:
    """Half of the first duty, nothing of the second, none of who is not on duty."""
    duties = [Span("r1", 0, 100), Span("r2", 0, 100)]
    holds = [
        Span("r1", 10, 40),
        Span("r1", 20, 30),
        Span("r1", 80, 900),
        Span("r3", 0, 100),
    ]
    assert occupancy(holds, duties) == Fraction(50, 200)


def test_nobody_on_duty_is_no_occupancy() -> None:
    """Not 0 % either."""
    assert occupancy([Span("r1", 0, 9)], []) is None


SPANS = st.lists(
    st.builds(
        lambda who, begin, length: Span(who, begin, begin + length),
        st.sampled_from(["r1", "r2"]),
        st.integers(0, 40),
        st.integers(0, 15),
    ),
    max_size=8,
)


@given(SPANS, SPANS)
@repeatable
def test_it_is_what_counting_each_millisecond_gives(
    holds: list[Span], duties: list[Span]
) -> None:
    """A set of milliseconds for each responder, on duty and with a case."""

    def moments(spans: list[Span]) -> set[tuple[str, int]]:
        return {
            (span.responder, at)
            for span in spans
            for at in range(span.from_ms, span.until_ms)
        }

    duty = moments(duties)
    both = moments(holds) & duty
    assert occupancy(holds, duties) == (
        Fraction(len(both), len(duty)) if duty else None
    )
