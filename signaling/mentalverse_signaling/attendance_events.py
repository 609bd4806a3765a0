"""Payloads of calls: how long each party was there.

Where nobody leads everybody sees the minutes of all. Where somebody does, they see all,
and everybody else sees their own.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from .account_api import Signature
from .attendance_text import MARK_BYTES, MAX_MARKS
from .call_events import CallRole
from .fields import Empty, Fact, Payload, Seq
from .ids import AccountIdField, CallIdField

MAX_RECEIPT_MINUTES = 1440

Mark = Annotated[bytes, Meta(min_length=MARK_BYTES, max_length=MARK_BYTES)]
Marks = Annotated[tuple[Mark, ...], Meta(min_length=1, max_length=MAX_MARKS)]
ReceiptMinutes = Annotated[int, Meta(ge=0, le=MAX_RECEIPT_MINUTES)]


class Attendance(Fact, frozen=True):
    """How long somebody held a seat, all of their visits together."""

    member: AccountIdField
    attended_seconds: Seq


class AttendanceFetch(Payload, frozen=True):
    """How long each party was there, as far as the caller may know it."""

    call: CallIdField


class AttendanceAttest(Payload, frozen=True):
    """What the calling device saw of a call, signed over `receipt_octets`.

    To be sent when the call is over for the device, and again if it comes back. Of one
    device the receipt with the most minutes counts; the same again changes nothing.
    """

    call: CallIdField
    role: CallRole
    minutes: ReceiptMinutes
    """In which it had a seat and saw somebody else with one."""
    marks: Marks
    signature: Signature


class CountedMinutes(Fact, frozen=True):
    """What counts of the caller's own time, once that is settled."""

    minutes: Seq
    is_countersigned: bool
    """Whether somebody who was there has signed as well."""


class AttendanceView(Fact, frozen=True):
    """Answer to `attendance.fetch`, while a call lasts and as long as it is kept."""

    call: CallIdField
    planned_minutes: Seq | None
    is_over: bool
    attendance: tuple[Attendance, ...]
    counted: CountedMinutes | None = None


CALLS: tuple[tuple[str, type[Payload], type[Fact]], ...] = (
    ("attendance.fetch", AttendanceFetch, AttendanceView),
    ("attendance.attest", AttendanceAttest, Empty),
)
"""Name, payload and answer of each command, for the registry."""
