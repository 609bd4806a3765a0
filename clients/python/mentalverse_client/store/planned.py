"""What the things that people share say, in one line for the history.

Pure: no I/O, no clock. Times are in UTC: a stored line is read in many places.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypeAlias

from mentalverse_crypto.content import Body
from mentalverse_crypto.safety_plan import PlanChange
from mentalverse_crypto.screening import Screening
from mentalverse_crypto.session_page import Agenda, Goal, Note

Planned: TypeAlias = Agenda | Goal | Note | PlanChange | Screening
PLANNED = (Agenda, Goal, Note, PlanChange, Screening)


def identity_of(body: Planned) -> str:
    """What it is about: the same for everything that is said of it later.

    A change of a safety plan is about one thing once it is in pieces.
    """
    match body:
        case Agenda(meeting=identity) | Goal(goal=identity) | Note(note=identity):
            return f"{body.type}/{identity}"
        case PlanChange(lines=lines):
            return f"{body.type}/{lines[0].line if lines else 'reviewed'}"
        case Screening(instrument=instrument):
            return f"{body.type}/{instrument}"


def sentence(body: Planned, before: Body | None = None) -> str:
    """What somebody did, after their name; `before` is what held until then."""
    match body:
        case Agenda():
            return _planned(body, before if isinstance(before, Agenda) else None)
        case Goal(title=title, done=True):
            return f"reached a goal: {title}"
        case Goal(title=title, progress=progress):
            done = "set" if before is None else "changed"
            return f"{done} a goal: {title} ({progress} %)"
        case Note(text=text):
            return "removed a note" if text is None else "wrote a note"
        case PlanChange(lines=()):
            return "went through the safety plan"
        case PlanChange():
            return "changed the safety plan"
        case Screening():
            return "answered some questions"


def words_of(body: Planned) -> str:
    """What people wrote in it, for whoever has to judge it."""
    match body:
        case Agenda(items=items):
            return "\n".join((sentence(body), *items))
        case Goal(title=title, step=step):
            return title if step is None else f"{title}\n{step}"
        case Note(text=text):
            return text or sentence(body)
        case PlanChange(lines=lines):
            texts = [line.text for line in lines if line.text is not None]
            return "\n".join(texts) or sentence(body)
        case Screening(asked=asked):
            said = [f"{each.question} – {each.answer or '(skipped)'}" for each in asked]
            return "\n".join(said) or sentence(body)


def appointment(body: Agenda) -> str:
    """When, and how long: "1 December 2026, 17:00 UTC, 50 minutes"."""
    at = datetime.fromtimestamp(body.starts_at / 1000, UTC)
    return f"{at.day} {at:%B %Y, %H:%M} UTC, {body.minutes} minutes"


def _planned(body: Agenda, before: Agenda | None) -> str:
    when = appointment(body)
    if body.cancelled:
        return f"cancelled the appointment on {when}"
    if before is None or before.cancelled:
        return f"planned an appointment on {when}"
    if (before.starts_at, before.minutes) == (body.starts_at, body.minutes):
        return f"changed what the appointment on {when} is about"
    return f"moved the appointment to {when}"
