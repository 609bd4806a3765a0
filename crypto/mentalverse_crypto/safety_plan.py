"""The body of a change to a safety plan: what helps somebody through a crisis.

| ``t``       | ``b``                                        |
|-------------|----------------------------------------------|
| safety.plan | ``lines``, ``reviewed_at``?                  |

``lines`` holds up to 16 changes, each of another line: ``line`` (its id), ``part``,
``text``?. A line without ``text`` is removed. Whoever is in the conversation may change
any line, and of each the last change in the order of the log is what holds: people who
write at the same moment both keep what they wrote. ``reviewed_at`` says when somebody
last went through the plan with the person, as after a crisis; the same rule holds.

The six parts are headings of our own. Published plans ask for a licence, and a server
that has one can say theirs in its language files; the codes stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from .errors import ContentInvalid
from .ijson import Json, Members, unknown_members
from .session_page import MAX_STARTS_AT_MS

MAX_PLAN_LINES = 16
"""Most lines of one change: in the widest letters they still fit a message."""
MAX_PLAN_LINE_CHARACTERS = 200
"""Longest line, in Unicode code points."""
MAX_REVIEWED_AT_MS = MAX_STARTS_AT_MS
"""The last day that every calendar can say."""


class PlanPart(StrEnum):
    """Where in a plan a line stands, in the order in which they are read."""

    SIGNS = "signs"
    """How I notice that it gets worse."""
    ALONE = "alone"
    """What helps me, with nobody there."""
    PLACES = "places"
    """People and places that take my mind off it."""
    PEOPLE = "people"
    """Whom I can ask for help."""
    PROFESSIONALS = "professionals"
    """Those whose work it is, and lines to call."""
    SURROUNDINGS = "surroundings"
    """What makes the place where I am safer."""


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One line as it stands now."""

    line: UUID
    """The same through every change, also in another conversation."""
    part: PlanPart
    text: str | None = field(default=None, repr=False)
    """None for one that was removed."""
    extra: Mapping[str, Json] = unknown_members()


@dataclass(frozen=True, slots=True)
class PlanChange:
    """What somebody wrote into a plan, changed, or took out."""

    type: ClassVar[str] = "safety.plan"
    lines: tuple[PlanLine, ...] = ()
    reviewed_at: int | None = None
    """Unix milliseconds; None if this change is no review."""
    extra: Mapping[str, Json] = unknown_members()


def pieces(change: PlanChange) -> tuple[PlanChange, ...]:
    """The same as changes of one thing each: a line, or the date of the review."""
    lines = tuple(PlanChange((line,)) for line in change.lines)
    if change.reviewed_at is None:
        return lines
    return (*lines, PlanChange(reviewed_at=change.reviewed_at))


def read_plan_change(body: Members) -> PlanChange:
    """The body of type ``safety.plan``."""
    lines = tuple(map(_read_line, body.objects("lines", MAX_PLAN_LINES)))
    if len({line.line for line in lines}) != len(lines):
        raise ContentInvalid("a line stands twice in one change")
    reviewed_at = body.optional_integer("reviewed_at", most=MAX_REVIEWED_AT_MS)
    return PlanChange(lines, reviewed_at, body.rest())


def _read_line(line: Members) -> PlanLine:
    identity = line.uuid("line")
    part = line.text("part")
    try:
        known = PlanPart(part)
    except ValueError:
        raise ContentInvalid("part is none of the six") from None
    text = line.optional_text("text", MAX_PLAN_LINE_CHARACTERS)
    return PlanLine(identity, known, text, line.rest())
