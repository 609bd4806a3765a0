"""When a delivery is tried again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mentalverse_server.hooks.delivery.schedule import (
    DELAYS_MS,
    HOUR_MS,
    JITTER_BP,
    MAX_RETRY_AFTER_MS,
    SHUFFLE_MS,
    WINDOW_MS,
    attempts_allowed,
    not_before_ms,
    retry_delay_ms,
)


def test_ten_attempts_over_75_hours() -> None:
    assert len(DELAYS_MS) == attempts_allowed(on_probation=False) == 10
    assert sum(DELAYS_MS) == (75 * 3600 + 35 * 60 + 5) * 1_000


def test_three_attempts_behind_a_dead_letter() -> None:
    delays = [
        retry_delay_ms(failed, on_probation=True, jitter_bp=0) for failed in (1, 2, 3)
    ]

    assert delays == [5_000, 300_000, None]


@given(
    failed=st.integers(1, 9),
    jitter_bp=st.integers(-JITTER_BP, JITTER_BP),
)
def test_jitter_is_ten_per_cent_either_way(failed: int, jitter_bp: int) -> None:
    delay = retry_delay_ms(failed, on_probation=False, jitter_bp=jitter_bp)

    assert delay is not None
    assert abs(delay - DELAYS_MS[failed]) <= DELAYS_MS[failed] // 10


def test_it_is_given_up_after_the_last_attempt() -> None:
    assert retry_delay_ms(10, on_probation=False, jitter_bp=0) is None


def test_retry_after_is_waited_out_up_to_a_day() -> None:
    def wait(seconds: int) -> int | None:
        return retry_delay_ms(
            1, on_probation=False, jitter_bp=0, retry_after_ms=seconds * 1_000
        )

    assert wait(1) == 5_000
    assert wait(3_600) == HOUR_MS
    assert wait(30 * 86_400) == MAX_RETRY_AFTER_MS


@given(at_ms=st.integers(0, 2**44), shuffle_ms=st.integers(0, SHUFFLE_MS))
def test_of_a_crisis_nothing_is_sent_before_its_window_is_over(
    at_ms: int, shuffle_ms: int
) -> None:
    sent_ms = not_before_ms(2, at_ms, shuffle_ms)

    assert sent_ms // WINDOW_MS == at_ms // WINDOW_MS + 1
    assert sent_ms == not_before_ms(2, at_ms - at_ms % WINDOW_MS, shuffle_ms)
    assert not_before_ms(1, at_ms, shuffle_ms) == at_ms
