"""What a device counts of a call, looked at several times a second."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from mentalverse_client.calls.tally import Tally
from mentalverse_signaling.attendance_text import MAX_MARKS
from mentalverse_signaling.call_events import CallRole, Presence
from support.call_room import account

ADA, BEN = account("ada"), account("ben")


def roster(*people: tuple[str, Presence], role: CallRole = CallRole.PARTICIPANT) -> Any:
    """Of a roster, what a tally reads."""
    members = [
        SimpleNamespace(member=account(name), presence=presence, role=role)
        for name, presence in people
    ]
    return SimpleNamespace(members=members)


HERE, AWAY = Presence.ON, Presence.AWAY
BOTH = roster(("ada", HERE), ("ben", HERE))


def look(tally: Tally, begin: int, end: int, seen: Any, heard_ms: int = 2**60) -> None:
    for now_ms in range(begin, end + 1, 250):
        tally.look(now_ms, seen, min(now_ms, heard_ms))


def test_time_counts_while_somebody_else_is_there() -> None:
    tally = Tally(ADA)
    look(tally, 0, 60_000, BOTH)
    look(tally, 60_250, 120_000, roster(("ada", HERE)))
    look(tally, 120_250, 180_000, roster(("ada", HERE), ("ben", AWAY)))
    assert tally.lasted_ms == 60_000
    back = roster(("ada", HERE), ("ben", Presence.RECONNECTING))
    look(tally, 180_250, 240_000, back)
    assert (tally.lasted_ms, tally.minutes) == (120_000, 2)


def test_without_a_seat_or_the_server_or_awake_it_does_not() -> None:
    tally = Tally(ADA)
    look(tally, 0, 60_000, None)
    look(tally, 60_250, 120_000, roster(("ben", HERE), ("cy", HERE)))
    assert (tally.lasted_ms, tally.role) == (0, None)
    look(tally, 120_250, 180_000, BOTH, heard_ms=150_000)
    assert tally.lasted_ms == 39_750
    tally.look(3_600_000, BOTH, 3_600_000)
    assert tally.lasted_ms == 39_750


def test_the_role_is_the_last_one() -> None:
    tally = Tally(ADA)
    for role in (CallRole.PARTICIPANT, CallRole.FACILITATOR):
        tally.look(0, roster(("ada", HERE), role=role), 0)
        assert tally.role is role


def test_of_too_many_marks_the_newest_stay_and_none_twice() -> None:
    tally = Tally(ADA)
    marks = [bytes([n]) * 32 for n in range(MAX_MARKS + 1)]
    for mark in (*marks, marks[1]):
        tally.enter(mark)
    assert tally.marks == (*marks[2:], marks[1])


@pytest.mark.parametrize(("lasted_ms", "minutes"), [(29_999, 0), (30_000, 1)])
def test_minutes_are_the_nearest(lasted_ms: int, minutes: int) -> None:
    assert Tally(ADA, lasted_ms).minutes == minutes
