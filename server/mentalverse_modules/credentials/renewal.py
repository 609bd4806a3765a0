"""How a credential stays in force, and what its end means.

    until − 30 d   a notice, once for each end
    until          nothing new begins by it; what runs may finish
    suspended      the same, until it is reinstated
    revoked        the same, for good
    supervision    more than 14 days ago: an alert, then no new case

Whether something new may begin is decided by the time alone, so a server that was
asleep at the end lets nobody in afterwards. What is to be *told* at a time has a key of
(credential, what, period): who looks twice tells once, and who looks late tells still.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import Enum

from .days import DAY_MS, day_of, months_after, start_ms
from .packs import Renewal


class Status(Enum):
    """What its issuer says of a credential."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


class Standing(Enum):
    """Whether something new may begin by a credential, and else why not."""

    GOOD = "good"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


class Told(Enum):
    """What is told when its time comes."""

    EXPIRING = "expiring"
    EXPIRED = "expired"
    SUPERVISION_OVERDUE = "supervision_overdue"


@dataclass(frozen=True, slots=True)
class Held:
    """A credential in somebody's hands."""

    id: str
    from_ms: int
    until_ms: int
    status: Status = Status.ACTIVE
    supervised_ms: int | None = None
    """When their last supervision was; None: this needs none."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell, once for each key."""

    credential: str
    what: Told
    period: str
    """The day that it is about."""

    @property
    def key(self) -> tuple[str, str, str]:
        """By which it is told once."""
        return self.credential, self.what.value, self.period


def standing(held: Held, now_ms: int) -> Standing:
    """Whether something new may begin by it now."""
    if held.status is Status.REVOKED:
        return Standing.REVOKED
    if held.status is Status.SUSPENDED:
        return Standing.SUSPENDED
    if now_ms >= held.until_ms:
        return Standing.EXPIRED
    return Standing.NOT_YET if now_ms < held.from_ms else Standing.GOOD


def is_supervised(held: Held, rules: Renewal, now_ms: int) -> bool:
    """Whether their supervision is recent enough for a new case."""
    if held.supervised_ms is None:
        return True
    return now_ms - held.supervised_ms <= rules.supervision_days * DAY_MS


def due(
    held: Held, rules: Renewal, told: Collection[tuple[str, str, str]], now_ms: int
) -> tuple[Notice, ...]:
    """What is to be told now and was not; nothing of what is revoked."""
    if held.status is Status.REVOKED:
        return ()
    end = day_of(held.until_ms).isoformat()
    found = []
    if now_ms >= held.until_ms:
        found.append(Notice(held.id, Told.EXPIRED, end))
    elif now_ms >= held.until_ms - rules.notice_days * DAY_MS:
        found.append(Notice(held.id, Told.EXPIRING, end))
    if held.supervised_ms is not None and not is_supervised(held, rules, now_ms):
        last = day_of(held.supervised_ms).isoformat()
        found.append(Notice(held.id, Told.SUPERVISION_OVERDUE, last))
    return tuple(each for each in found if each.key not in told)


def next_ms(held: Held, rules: Renewal, now_ms: int) -> int | None:
    """When its standing or what is to be told changes next; None: never."""
    times = [
        held.from_ms,
        held.until_ms - rules.notice_days * DAY_MS,
        held.until_ms,
    ]
    if held.supervised_ms is not None:
        times.append(held.supervised_ms + rules.supervision_days * DAY_MS + 1)
    later = [at_ms for at_ms in times if at_ms > now_ms]
    return min(later) if later and held.status is not Status.REVOKED else None


def steps_due(held: Held, rules: Renewal) -> tuple[tuple[str, date], ...]:
    """Each step on the way to the end, with its day, in order."""
    first, last = day_of(held.from_ms), day_of(held.until_ms)
    found = []
    for step in rules.steps:
        count = 1
        while (day := months_after(first, step.every_months * count)) <= last:
            found.append((step.code, day))
            count += 1
    return tuple(sorted(found, key=lambda each: (each[1], each[0])))


def until_ms(from_ms: int, valid_days: int) -> int:
    """The end of a credential: at midnight, so that a day is whole."""
    return start_ms(day_of(from_ms)) + (valid_days + 1) * DAY_MS
