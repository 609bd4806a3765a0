"""What a desk writes down in the course of an invented life."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from mentalverse_crisis.audit import PERSONAL, Row, chained
from mentalverse_crisis.decide import Decision
from mentalverse_crisis.events import Event
from mentalverse_crisis.record import Entry

from .desk_life import Life


@dataclass
class WrittenLife(Life):
    """A life with its log, as the server would keep it."""

    log: list[Entry] = field(default_factory=list)

    def happen(self, event: Event) -> Decision | None:
        """Decide, and write down what happened."""
        decision = super().happen(event)
        if decision is not None:
            self.log.extend(decision.entries)
        return decision

    def of(self, case: str) -> list[Entry]:
        """What was written of one case."""
        return [entry for entry in self.log if entry.case == case]


def salts(seed: object) -> dict[str, bytes]:
    """Salts that differ from field to field and from row to row."""
    return {
        name: hashlib.sha256(f"{seed} {name}".encode()).digest() for name in PERSONAL
    }


def chain(entries: Iterable[Entry]) -> list[Row]:
    """The entries as rows."""
    rows: list[Row] = []
    for number, entry in enumerate(entries):
        prev = rows[-1] if rows else None
        rows.append(chained(entry, prev, salts(number)))
    return rows
