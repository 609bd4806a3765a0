"""Payloads of calls: how long each party was there.

Where nobody leads everybody sees the minutes of all. Where somebody does, they see all,
and everybody else sees their own.
"""

from __future__ import annotations

from .fields import Fact, Payload, Seq
from .ids import AccountIdField, CallIdField


class Attendance(Fact, frozen=True):
    """How long somebody held a seat, all of their visits together."""

    member: AccountIdField
    attended_seconds: Seq


class AttendanceFetch(Payload, frozen=True):
    """How long each party was there, as far as the caller may know it."""

    call: CallIdField


class AttendanceView(Fact, frozen=True):
    """Answer to `attendance.fetch`, while a call lasts and as long as it is kept."""

    call: CallIdField
    planned_minutes: Seq | None
    is_over: bool
    attendance: tuple[Attendance, ...]


CALLS: tuple[tuple[str, type[Payload], type[Fact]], ...] = (
    ("attendance.fetch", AttendanceFetch, AttendanceView),
)
"""Name, payload and answer of each command, for the registry."""
