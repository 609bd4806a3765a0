"""Who is to be in the conversation of a case: pure, from the case and who is in it.

The server says who helps; who is let in, and how their keys are checked, is the
person's device's to do. Whoever is named comes in at once. Whoever is not named any
more goes after a while, so that somebody who hands over can say good-bye, and only
while the case goes on: at its end nobody is put out. Afterwards whoever takes the
follow-up comes in, and goes again if they step back from it; a seat that they need is
left by who was there before.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from mentalverse_signaling.conversation import CRISIS_HELPER_SEATS
from mentalverse_signaling.crisis_events import CaseStatus, CaseView
from mentalverse_signaling.ids import AccountId

GOOD_BYE_SECONDS = 20.0
"""How long somebody stays who is not named any more."""
TALKING = frozenset({CaseStatus.ACCEPTED, CaseStatus.ACTIVE})
"""Somebody has the case."""
_SEEKING = frozenset({CaseStatus.WAITING, CaseStatus.OFFERED})
_FOLLOWED_UP = frozenset({CaseStatus.FOLLOW_UP_DUE, CaseStatus.FOLLOWING_UP})


@dataclass(frozen=True, slots=True)
class Comings:
    """What is to be done about the members of the conversation."""

    add: frozenset[AccountId] = frozenset()
    remove: frozenset[AccountId] = frozenset()
    away: frozenset[AccountId] = frozenset()
    """Who is in it and cannot answer: if these are all, what is written waits."""
    look_in_seconds: float | None = None
    """When somebody's time to say good-bye is over."""


def goes_on(case: CaseView) -> bool:
    """Whether somebody is looked for, somebody talks, or a place is kept."""
    is_kept = case.kept_until is not None and case.kept_until > case.now
    is_left = case.status is CaseStatus.ABANDONED
    return case.status in _SEEKING | TALKING or (is_left and is_kept)


def is_followed_up(case: CaseView) -> bool:
    """Whether somebody may yet be named who asks afterwards."""
    return case.status in _FOLLOWED_UP or case.status is CaseStatus.WRAP_UP


class Attendance:
    """Who was last named when, for one conversation."""

    def __init__(self) -> None:
        self._unnamed_since: dict[AccountId, float] = {}
        self._followed_up_by: frozenset[AccountId] = frozenset()
        """Everybody who was named since the end."""

    def of(self, case: CaseView, others: Collection[AccountId], now: float) -> Comings:
        """Who comes and who goes.

        Args:
            case: As the server last said.
            others: The other accounts in the conversation.
            now: Seconds of a monotonic clock.
        """
        named = frozenset(helper.account for helper in case.helpers)
        present = {h.account for h in case.helpers if not h.is_reconnecting}
        missing = named - frozenset(others)
        unnamed = frozenset(others) - named
        is_full = len(others) + len(missing) > CRISIS_HELPER_SEATS
        is_over = case.status not in _SEEKING | TALKING
        if case.status in _FOLLOWED_UP:
            self._followed_up_by |= named
            unnamed = unnamed if is_full else unnamed & self._followed_up_by
        elif is_over:
            unnamed = frozenset()
        since = {one: self._unnamed_since.get(one, now) for one in unnamed}
        self._unnamed_since = since
        left = {one: at + GOOD_BYE_SECONDS - now for one, at in since.items()}
        gone = frozenset(one for one, rest in left.items() if is_full or rest <= 0)
        waits = [rest for one, rest in left.items() if one not in gone]
        return Comings(
            add=missing,
            remove=gone,
            away=frozenset() if is_over else frozenset(others) - frozenset(present),
            look_in_seconds=min(waits, default=None),
        )
