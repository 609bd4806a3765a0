"""When a delivery is tried again, and when it is given up.

The times are those of Standard Webhooks 1.0.0: ten attempts over 75 hours, so that an
endpoint which broke on a Friday evening still gets everything on Monday. Behind a dead
letter a lane is on probation: with the whole schedule for each, 42 events of one bad
key would hold each other up for 132 days.
"""

from __future__ import annotations

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS

DELAYS_MS = (
    0,
    5 * SECOND_MS,
    5 * MINUTE_MS,
    30 * MINUTE_MS,
    2 * HOUR_MS,
    5 * HOUR_MS,
    10 * HOUR_MS,
    14 * HOUR_MS,
    20 * HOUR_MS,
    24 * HOUR_MS,
)
"""How long after the attempt before each attempt is made."""
ATTEMPTS_ON_PROBATION = 3
"""Behind a dead letter, until an event of that lane is taken."""
MAX_RETRY_AFTER_MS = 24 * HOUR_MS
JITTER_BP = 1_000
"""Ten per cent either way, in basis points, so that lanes do not come back as one."""


def attempts_allowed(*, on_probation: bool) -> int:
    """How often one event is tried."""
    return ATTEMPTS_ON_PROBATION if on_probation else len(DELAYS_MS)


def retry_delay_ms(
    failed_attempts: int,
    *,
    on_probation: bool,
    jitter_bp: int,
    retry_after_ms: int = 0,
) -> int | None:
    """How long to wait after the last of so many failed attempts; None: give up.

    `jitter_bp` is drawn by the caller from −`JITTER_BP` to `JITTER_BP`. What the
    endpoint asks for (`Retry-After`) is waited out, up to a day.
    """
    if failed_attempts >= attempts_allowed(on_probation=on_probation):
        return None
    delay = DELAYS_MS[failed_attempts]
    delay += delay * jitter_bp // 10_000
    return max(delay, min(retry_after_ms, MAX_RETRY_AFTER_MS))


WINDOW_MS = 5 * MINUTE_MS
"""What is told of a crisis is told to five minutes, once they are over."""
SHUFFLE_MS = 30 * SECOND_MS
"""Over so long they are then spread, so that their order tells nothing either."""
TIER_OF_WINDOWS = 2


def not_before_ms(tier: int, occurred_at_ms: int, shuffle_ms: int) -> int:
    """From when an event may be sent; of tier 2, after the end of its window.

    Otherwise the time of the attempt tells what the rounded time of the event hides.
    `shuffle_ms` is drawn by the caller, from 0 to `SHUFFLE_MS`.
    """
    if tier < TIER_OF_WINDOWS:
        return occurred_at_ms
    return (occurred_at_ms // WINDOW_MS + 1) * WINDOW_MS + shuffle_ms
