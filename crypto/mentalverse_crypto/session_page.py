"""Message bodies that people plan with: appointments, goals and notes they share.

| ``t``  | ``b``                                                                     |
|--------|---------------------------------------------------------------------------|
| agenda | ``meeting``, ``starts_at``, ``minutes``, ``zone``, ``items``, ``cancelled`` |
| goal   | ``goal``, ``title``, ``step``?, ``progress``, ``done``                    |
| note   | ``note``, ``text``?                                                       |

Each holds the whole of what it is about, under an id of its own. Whoever is in the
conversation may send another one under that id, and the last in the order of the log
is what holds: a move or a cancellation keeps the id of the appointment. A note without
``text`` is removed.

An appointment is a moment (Unix milliseconds), so that no change of a clock moves it;
``zone`` says only where it was planned. `content` reads and writes the envelope.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from .errors import ContentInvalid
from .ijson import Json, Members, unknown_members

MAX_MEETING_MINUTES = 240
"""Longest appointment."""
MAX_STARTS_AT_MS = 253_402_214_400_000
"""The last day of the year 9999: what ends before it does every calendar can say."""
MAX_AGENDA_ITEMS = 12
"""Most lines of an agenda."""
MAX_LINE_CHARACTERS = 200
"""Longest line of an agenda, title or step of a goal, in Unicode code points."""
MAX_NOTE_CHARACTERS = 4_000
"""Longest note, in code points: with four octets each it still fits a message."""
MAX_ZONE_CHARACTERS = 64
"""Longest name of a time zone."""
MAX_PROGRESS = 100
"""A goal's progress is in per cent."""

_ZONE = re.compile(r"[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+)*")


@dataclass(frozen=True, slots=True)
class Agenda:
    """An appointment as it is planned now."""

    type: ClassVar[str] = "agenda"
    meeting: UUID
    """The same through every move, and when it is cancelled."""
    starts_at: int
    """Unix milliseconds."""
    minutes: int
    zone: str
    """Where it was planned, as the IANA time zone database calls it; whether that
    database has the name is the reader's to find out."""
    items: tuple[str, ...] = field(default=(), repr=False)
    """What is to be talked about, in order."""
    cancelled: bool = False
    extra: Mapping[str, Json] = unknown_members()


@dataclass(frozen=True, slots=True)
class Goal:
    """Something that somebody wants to reach, and how far they are."""

    type: ClassVar[str] = "goal"
    goal: UUID
    title: str = field(repr=False)
    step: str | None = field(default=None, repr=False)
    """What comes next."""
    progress: int = 0
    """Per cent, as people judge it themselves."""
    done: bool = False
    extra: Mapping[str, Json] = unknown_members()


@dataclass(frozen=True, slots=True)
class Note:
    """A text that everybody in the conversation can change."""

    type: ClassVar[str] = "note"
    note: UUID
    text: str | None = field(default=None, repr=False)
    """None for one that was removed."""
    extra: Mapping[str, Json] = unknown_members()


def read_agenda(body: Members) -> Agenda:
    """The body of type ``agenda``."""
    return Agenda(
        body.uuid("meeting"),
        body.integer("starts_at", most=MAX_STARTS_AT_MS),
        body.integer("minutes", 1, MAX_MEETING_MINUTES),
        _read_zone(body),
        body.texts("items", MAX_AGENDA_ITEMS, MAX_LINE_CHARACTERS),
        body.flag("cancelled"),
        body.rest(),
    )


def read_goal(body: Members) -> Goal:
    """The body of type ``goal``."""
    return Goal(
        body.uuid("goal"),
        body.text("title", MAX_LINE_CHARACTERS),
        body.optional_text("step", MAX_LINE_CHARACTERS),
        body.integer("progress", most=MAX_PROGRESS),
        body.flag("done"),
        body.rest(),
    )


def read_note(body: Members) -> Note:
    """The body of type ``note``."""
    text = body.optional_text("text", MAX_NOTE_CHARACTERS)
    return Note(body.uuid("note"), text, body.rest())


def _read_zone(body: Members) -> str:
    zone = body.text("zone", MAX_ZONE_CHARACTERS)
    if not _ZONE.fullmatch(zone):
        raise ContentInvalid("zone is not a name of a time zone")
    return zone
