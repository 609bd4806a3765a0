"""When a provider that fails is asked no more, and how it comes back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mentalverse_server.hooks.breaker import FAULTS_TO_OPEN, OPEN_MS, Breaker


def _after_faults(count: int, now_ms: int = 0) -> Breaker:
    breaker = Breaker()
    for _ in range(count):
        breaker = breaker.failed(now_ms)
    return breaker


def test_the_fifth_fault_in_a_row_opens_it() -> None:
    assert not _after_faults(FAULTS_TO_OPEN - 1).is_open
    assert _after_faults(FAULTS_TO_OPEN).is_open


def test_an_answer_between_begins_the_count_anew() -> None:
    breaker = _after_faults(FAULTS_TO_OPEN - 1).answered()
    for _ in range(FAULTS_TO_OPEN - 1):
        breaker = breaker.failed(0)
    assert not breaker.is_open


def test_open_it_asks_nothing_and_then_one_trial() -> None:
    breaker = _after_faults(FAULTS_TO_OPEN, now_ms=1_000)
    assert breaker.asks(1_000 + OPEN_MS - 1) is None
    trying = breaker.asks(1_000 + OPEN_MS)
    assert trying is not None
    assert trying.is_open
    assert trying.asks(1_000 + OPEN_MS) is None


def test_a_trial_that_is_answered_closes_it() -> None:
    trying = _after_faults(FAULTS_TO_OPEN).asks(OPEN_MS)
    assert trying is not None
    assert trying.answered() == Breaker()


def test_a_trial_that_fails_opens_it_at_once_for_as_long_again() -> None:
    trying = _after_faults(FAULTS_TO_OPEN).asks(OPEN_MS)
    assert trying is not None
    failed = trying.failed(OPEN_MS + 300)
    assert failed.asks(2 * OPEN_MS + 299) is None
    assert failed.asks(2 * OPEN_MS + 300) is not None


def test_a_trial_of_which_nothing_is_heard_is_followed_by_another() -> None:
    trying = _after_faults(FAULTS_TO_OPEN).asks(OPEN_MS)
    assert trying is not None
    assert trying.asks(2 * OPEN_MS - 1) is None
    assert trying.asks(2 * OPEN_MS) is not None


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 3_000))))
def test_while_it_is_open_it_asks_once_in_ten_seconds_at_most(
    steps: list[tuple[bool, int]],
) -> None:
    """Whatever the provider does: a fault after a trial, or no word at all."""
    breaker, now_ms = _after_faults(FAULTS_TO_OPEN), 0
    asked_at: list[int] = []
    for fails, wait_ms in steps:
        now_ms += wait_ms
        after = breaker.asks(now_ms)
        if after is None:
            continue
        asked_at.append(now_ms)
        breaker = after.failed(now_ms) if fails else after
    gaps = [b - a for a, b in zip(asked_at, asked_at[1:], strict=False)]
    assert all(gap >= OPEN_MS for gap in gaps)
