"""When a device is woken, as a pure rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ..store.push_pending import Pending
from .quiet_hours import quiet_until

FIRST_PAUSE = timedelta(seconds=30)
MAX_ATTEMPTS = 7
"""The pauses between them add up to half an hour: 30 s, 1, 2, 4, 8 and 16 minutes."""


@dataclass(frozen=True, slots=True)
class Rest:
    """A browser that could not be reached: how often, and until when it is left."""

    attempts: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Rules:
    """The operator's settings."""

    delay: timedelta
    again: timedelta

    def due(self, found: Pending, rest: Rest | None, now: datetime) -> datetime:
        """When the device may be woken; not after `now` means at once.

        The account's devices have `delay` to show that somebody is there. Waking again
        for the same conversation waits for `again`, a push service for its pause, and
        everything for the end of quiet hours.
        """
        moments = [found.since + self.delay]
        if found.told_at is not None:
            moments.append(found.told_at + self.again)
        if rest is not None:
            moments.append(rest.until)
        if found.quiet is not None:
            moments.append(quiet_until(found.quiet, now) or now)
        return max(moments)


def rest_after(before: Rest | None, asked: timedelta, now: datetime) -> Rest | None:
    """The rest after an attempt that failed; None when it was the last.

    `asked` is what the push service asked for.
    """
    attempts = 1 if before is None else before.attempts + 1
    if attempts >= MAX_ATTEMPTS:
        return None
    pause = max(asked, FIRST_PAUSE * 2 ** (attempts - 1))
    return Rest(attempts, now + pause)
