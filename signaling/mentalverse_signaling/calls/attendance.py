"""Attendance: the intervals in which a seat was leased, and what they add up to.

An interval begins with a seat or the return to one, and ends when the lease lapses or
the seat is given up. Stepping out and coming back while the device beats is one
interval. Of an account no two overlap, since it has one seat at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..attendance_events import Attendance
from ..ids import AccountId
from .draft import Draft
from .effects import Attended
from .model import Call, Seat


def close(draft: Draft, seat: Seat) -> None:
    """The lease of a seat is over: write its interval down, unless it is none."""
    began_ms = seat.leased_since_ms
    if began_ms is None or began_ms == draft.now_ms:
        return
    lasted_ms = draft.now_ms - began_ms
    before = draft.call.attended_ms
    total_ms = before.get(seat.account, 0) + lasted_ms
    draft.change(attended_ms={**before, seat.account: total_ms})
    draft.tell(Attended(seat.account, seat.role, began_ms, draft.now_ms))


def totals(attended_ms: Mapping[AccountId, int]) -> tuple[Attendance, ...]:
    """How long each party was there, in whole seconds, by account."""
    return tuple(
        Attendance(member=account, attended_seconds=lasted_ms // 1000)
        for account, lasted_ms in sorted(attended_ms.items())
    )


def so_far(call: Call, now_ms: int) -> dict[AccountId, int]:
    """Milliseconds of each account until now, with the visits that go on."""
    lasted_ms = dict(call.attended_ms)
    for seat in call.seats.values():
        if seat.leased_since_ms is not None:
            visit_ms = now_ms - seat.leased_since_ms
            lasted_ms[seat.account] = lasted_ms.get(seat.account, 0) + visit_ms
    return lasted_ms


def shown(
    attended_ms: Mapping[AccountId, int],
    reader: AccountId,
    *,
    is_led: bool,
    leads: bool,
) -> tuple[Attendance, ...]:
    """What one reader may know of it: where somebody leads, only they see others.

    Between two the minutes are both's own business; in a circle who came late or left
    early is nobody's but theirs and that of who leads.
    """
    if is_led and not leads:
        attended_ms = {a: ms for a, ms in attended_ms.items() if a == reader}
    return totals(attended_ms)


def add_up(intervals: Iterable[Attended]) -> dict[AccountId, int]:
    """Milliseconds of each account over its intervals."""
    lasted_ms: dict[AccountId, int] = {}
    for one in intervals:
        so_far = lasted_ms.get(one.account, 0)
        lasted_ms[one.account] = so_far + one.until_ms - one.from_ms
    return lasted_ms
