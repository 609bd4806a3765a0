"""Payloads of the crisis desk: who means to be on duty, and which hours have nobody.

A shift is an intention: who is asked follows from the duty that somebody has begun. The
rota is there to be looked at beforehand, so that an hour without anybody is seen while
it can still be filled. Everybody of the team sees it; supervisors change it.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from .crisis_events import Tag
from .fields import Fact, Handle, Payload, Seq, TimestampMs
from .ids import AccountIdField, ClientIdField

MAX_SHIFTS = 500
"""Of one answer, and of one change."""
MAX_ROTA_DAYS = 35
MAX_SHIFT_HOURS = 24

ShiftIdField = ClientIdField
"""Made by whoever plans it: the same one, sent again, is the same shift."""


class ShiftPlan(Payload, frozen=True):
    """Somebody of the team means to be on duty from the start until before the end."""

    shift: ShiftIdField
    account: AccountIdField
    starts_at: TimestampMs
    ends_at: TimestampMs


class RotaList(Payload, frozen=True):
    """The shifts that touch a span of time, and who is there in each of its hours."""

    starts_at: TimestampMs
    ends_at: TimestampMs


class RotaChange(Payload, frozen=True):
    """Plan some shifts and take back others, all or nothing. By supervisors.

    The answer shows the span that is asked for. A shift that is planned under the id
    of another one takes its place.
    """

    starts_at: TimestampMs
    ends_at: TimestampMs
    plan: Annotated[tuple[ShiftPlan, ...], Meta(max_length=MAX_SHIFTS)] = ()
    remove: Annotated[tuple[ShiftIdField, ...], Meta(max_length=MAX_SHIFTS)] = ()


class ShiftView(Fact, frozen=True):
    """A planned shift."""

    shift: ShiftIdField
    account: AccountIdField
    handle: Handle
    starts_at: TimestampMs
    ends_at: TimestampMs
    is_mine: bool


class HourCover(Fact, frozen=True):
    """How many are planned in an hour who may take cases in a language."""

    starts_at: TimestampMs
    """Of a whole hour, UTC."""
    language: Tag
    """Empty: the row of whoever speaks any language that nobody named."""
    people: Seq
    """The fewest at any moment of the hour."""
    urgent_people: Seq
    """The fewest who may take A0 and A1."""


class RotaMember(Fact, frozen=True):
    """Somebody who can be planned."""

    account: AccountIdField
    handle: Handle
    languages: tuple[Tag, ...]
    takes_urgent: bool


class Rota(Fact, frozen=True):
    """Answer to `rota.list` and `rota.change`."""

    now: TimestampMs
    starts_at: TimestampMs
    ends_at: TimestampMs
    may_change: bool
    shifts: tuple[ShiftView, ...]
    """By their start; at most `MAX_SHIFTS`."""
    is_whole: bool
    """Whether these are all of the span."""
    hours: tuple[HourCover, ...]
    members: tuple[RotaMember, ...]


CALLS: tuple[tuple[str, type[Payload], type[Fact]], ...] = (
    ("rota.list", RotaList, Rota),
    ("rota.change", RotaChange, Rota),
)
"""Name, payload and answer of each command, for the registry."""
