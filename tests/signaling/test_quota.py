"""Token buckets: never more than the burst and the rate allow, never a lock-out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_signaling.quota import (
    DAY,
    RATES,
    Lane,
    Rate,
    full,
    take,
    wait_of_day,
)

FIXED = settings(database=None, deadline=None, derandomize=True)

_RATES = st.builds(
    Rate,
    rate_per_second=st.floats(0.1, 100),
    burst=st.floats(1, 200),
)


@FIXED
@given(rate=_RATES, waits=st.lists(st.floats(0, 5), max_size=200))
def test_no_schedule_of_calls_passes_more_than_burst_and_rate_allow(
    rate: Rate, waits: list[float]
) -> None:
    now, passed = 0.0, 0
    bucket = full(rate, now)
    for wait in waits:
        now += wait
        bucket, retry = take(rate, bucket, now)
        assert -1e-9 <= bucket.tokens <= rate.burst
        passed += retry is None
    assert passed <= rate.burst + now * rate.rate_per_second + 1e-6


@FIXED
@given(rate=_RATES, calls=st.integers(0, 300))
def test_a_call_repeated_after_the_told_wait_succeeds(rate: Rate, calls: int) -> None:
    bucket = full(rate, 0.0)
    for _ in range(calls):
        bucket, _ = take(rate, bucket, 0.0)
    bucket, retry = take(rate, bucket, 0.0)
    if retry is not None:
        # The bound is exact in real numbers; a float may miss it by one rounding.
        _, again = take(rate, bucket, retry / 1000 + 1e-6)
        assert again is None


def test_a_refused_call_costs_nothing() -> None:
    rate = Rate(rate_per_second=1, burst=1)
    bucket, _ = take(rate, full(rate, 0.0), 0.0)
    refused, retry = take(rate, bucket, 0.5)
    assert retry == 500
    _, retry = take(rate, refused, 1.0)
    assert retry is None


def test_a_clock_that_steps_back_takes_nothing_away() -> None:
    rate = Rate(rate_per_second=1, burst=2)
    bucket, _ = take(rate, full(rate, 10.0), 10.0)
    _, retry = take(rate, bucket, 3.0)
    assert retry is None


def test_every_lane_but_that_of_help_has_a_rate() -> None:
    assert set(RATES) == set(Lane) - {Lane.CRISIS}
    assert all(rate.burst >= 1 and rate.rate_per_second > 0 for rate in RATES.values())


@FIXED
@given(
    gaps=st.lists(st.integers(0, 20 * 3_600_000), max_size=60),
    per_day=st.integers(1, 5),
)
def test_no_day_sees_more_than_its_share_and_the_wait_that_is_told_is_enough(
    gaps: list[int], per_day: int
) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    allowed: list[datetime] = []
    for gap in gaps:
        now += timedelta(milliseconds=gap)
        recent = [at for at in allowed if at > now - DAY]
        wait_ms = wait_of_day(recent, per_day, now)
        if wait_ms is not None:
            assert 0 < wait_ms <= DAY / timedelta(milliseconds=1) + 1
            now += timedelta(milliseconds=wait_ms)
            recent = [at for at in allowed if at > now - DAY]
            assert wait_of_day(recent, per_day, now) is None
        allowed.append(now)
        assert len([at for at in allowed if at > now - DAY]) <= per_day
