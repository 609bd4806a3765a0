"""What a program that shows the desk is told, each time something there has changed."""

from __future__ import annotations

from dataclasses import dataclass

from mentalverse_signaling.desk_events import DeskNews, DeskView


@dataclass(frozen=True, slots=True)
class DeskNotice:
    """Something that happened at the desk."""

    what: DeskNews
    case: str | None


@dataclass(frozen=True, slots=True)
class DeskChange:
    """What is shown now, and what happened since the change before."""

    view: DeskView
    news: tuple[DeskNotice, ...]
    """Hints, for words; one may be missing."""
