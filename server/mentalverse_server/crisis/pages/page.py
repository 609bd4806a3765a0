"""What a page says: how urgent, until when, and where to look. Nothing else.

Telephones lie on tables and lock screens are read by others, so the title is neutral,
and no page names a person, a reason or a case: who opens the desk finds it there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol


class PageKind(StrEnum):
    """What is asked of whoever is paged."""

    PAGE = "page"
    """Somebody waits."""
    STANDBY = "standby"
    """Nobody in particular waits for them yet."""
    ROTA = "rota"
    """Nobody is planned for an hour that comes soon."""
    ROTA_URGENT = "rota_urgent"
    """Nobody who may take A0 and A1 is."""
    TEST = "test"
    """Nobody waits; this is how one knows that a page would have come."""


_NOT_PLANNED = {
    PageKind.ROTA: "Nobody is planned",
    PageKind.ROTA_URGENT: "Nobody who may take A0 or A1 is planned",
}


@dataclass(frozen=True, slots=True)
class Page:
    """One page for one target; `id` is the same each time that it is sent."""

    id: str
    kind: PageKind
    made_at_ms: int
    band: int | None
    due_ms: int | None
    link: str
    """Where it is acknowledged (`links`)."""
    is_drill: bool = False

    @property
    def title(self) -> str:
        """Neutral, since others may see it."""
        return "Test of the on-call list" if self.kind is PageKind.TEST else "On call"

    @property
    def text(self) -> str:
        """One or two lines, and the link."""
        return f"{self._words()}\n{self.link}"

    def _words(self) -> str:
        if self.kind is PageKind.TEST:
            return "This is a test, and nobody is waiting. Please say that it came:"
        drill = "Drill. " if self.is_drill else ""
        if self.kind is PageKind.STANDBY:
            return f"{drill}Please stand by."
        if self.kind in _NOT_PLANNED and self.due_ms is not None:
            return f"{_NOT_PLANNED[self.kind]} from {clock_time(self.due_ms)}."
        due = "" if self.due_ms is None else f", by {clock_time(self.due_ms)}"
        band = "" if self.band is None else f"A{self.band}"
        return f"{drill}Please look at the desk: {band or 'now'}{due}."


class NotTaken(Exception):
    """An attempt failed; the text says how, for the operator, and names no secret."""


class Adapter(Protocol):
    """One way to reach people."""

    async def send(self, page: Page, address: str) -> str:
        """Send once; what the other side said. May be cancelled at any time.

        Raises:
            NotTaken: it was not taken.
        """
        ...

    async def close(self) -> None:
        """Let go of connections and threads."""
        ...


def clock_time(at_ms: int) -> str:
    """A moment as people read it, in UTC."""
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%H:%M:%S} UTC"


def instant(at_ms: int) -> str:
    """A moment as programs read it (RFC 3339)."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="seconds")
