"""How far two have come: time opens a phase, and a milestone of both enters it.

| Phase | From the start | |
|---|---|---|
| 1 | [0, 28 days) | getting to know each other |
| 2 | [28 days, 6 months) | working on what was agreed |
| 3 | [6 months, …) | standing on one's own |

Intervals are half open, so that the instant of the sixth month is in phase 3 alone.
Months are those of the calendar in UTC, clamped to the last day of a shorter month. A
milestone enters the phase that is open, also over one that was not entered; no phase
is ever left for an earlier one, and none is entered by the clock.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from .relationship import Relationship

FIRST, SECOND, THIRD = 1, 2, 3
FIRST_DAYS = 28
SECOND_MONTHS = 6
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


def open_phase(started_ms: int, at_ms: int) -> int:
    """The one phase that is open at a moment."""
    started, at = _EPOCH + started_ms * _MS, _EPOCH + at_ms * _MS
    if at >= _months_after(started, SECOND_MONTHS):
        return THIRD
    return SECOND if at >= started + timedelta(days=FIRST_DAYS) else FIRST


def entered(relationship: Relationship, at_ms: int) -> Relationship:
    """What a milestone of both makes of a relationship; unchanged if it opens none."""
    if not relationship.may_meet:
        return relationship
    phase = open_phase(relationship.started_ms, at_ms)
    return (
        replace(relationship, phase=phase)
        if phase > relationship.phase
        else relationship
    )


def _months_after(start: datetime, months: int) -> datetime:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    day = min(start.day, monthrange(year, month + 1)[1])
    return start.replace(year=year, month=month + 1, day=day)
