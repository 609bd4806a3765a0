"""The safety plan of a conversation, and the answers that somebody has sealed into it.

A plan is six lists of lines. It is end-to-end encrypted like every message; the server
knows of neither plan nor answers. Whoever is in the conversation may change each line,
the last change in the order of the log is what holds, and each is a line of the history
that does not repeat what was written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from mentalverse_crypto.safety_plan import (
    MAX_PLAN_LINES,
    PlanChange,
    PlanLine,
    PlanPart,
)
from mentalverse_crypto.screening import Screening

from .engine import Engine
from .errors import UnknownMessage
from .groups.room import Room
from .shared import SharedThings
from .store.planned import sentence


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a plan as it is now."""

    id: str
    """The same through every change."""
    part: PlanPart
    text: str = field(repr=False)
    account: str
    """Who changed it last."""
    pending: bool
    """Whether the last change still waits for the server."""


class SafetyPlan:
    """The safety plan of one conversation. Get it from the conversation.

    What is written is durable when the call returns, and sent when there is a
    connection. Every call that writes raises `NotAMember`, `NotReadable`, or
    `ContentUnsendable` for what is beyond the limits of
    `mentalverse_crypto.safety_plan`.
    """

    def __init__(self, engine: Engine, room: Room) -> None:
        self._engine = engine
        self._shared = SharedThings(engine, room)

    def lines(self, part: PlanPart | None = None) -> list[Line]:
        """The lines of all parts in their order, or of one part, the oldest first."""
        order = list(PlanPart)
        found = [
            Line(str(line.line), line.part, line.text, account, pending)
            for line, account, pending in self._held()
            if line.text is not None and part in {None, line.part}
        ]
        return sorted(found, key=lambda line: order.index(line.part))

    @property
    def reviewed_at(self) -> datetime | None:
        """When somebody last went through it with the person, as they said."""
        for one, _ in self._shared.held():
            match one.body:
                case PlanChange(reviewed_at=int(at)):
                    return datetime.fromtimestamp(at / 1000, UTC)
        return None

    def add(self, part: PlanPart, text: str) -> str:
        """Write a line; its id."""
        line = PlanLine(self._shared.new_id(), part, text)
        self._write(PlanChange((line,)))
        return str(line.line)

    def change(self, line_id: str, text: str | None) -> None:
        """Change a line; None removes it.

        Raises:
            UnknownMessage: there is no such line.
        """
        for line, _, _ in self._held():
            if str(line.line) == line_id:
                changed = PlanLine(line.line, line.part, text, line.extra)
                return self._write(PlanChange((changed,)))
        raise UnknownMessage("there is no such line in this plan")

    def put(self, lines: Iterable[Line]) -> None:
        """Put lines of another plan in here: those with the same id are replaced."""
        bodies = [PlanLine(UUID(line.id), line.part, line.text) for line in lines]
        for some in _batched(bodies, MAX_PLAN_LINES):
            self._write(PlanChange(some))

    def reviewed(self) -> None:
        """Note that somebody went through it with the person, now."""
        at = round(self._engine.device.now().timestamp() * 1000)
        self._write(PlanChange(reviewed_at=at))

    def _write(self, change: PlanChange) -> None:
        said = sentence(change)
        self._shared.write(change, said[:1].upper() + said[1:])

    def _held(self) -> Iterator[tuple[PlanLine, str, bool]]:
        for one, pending in self._shared.held():
            match one.body:
                case PlanChange(lines=(line,)):
                    yield line, one.entry.account, pending


class Screenings:
    """Answers to screening questions in one conversation. Get it from there."""

    def __init__(self, engine: Engine, room: Room) -> None:
        self._shared = SharedThings(engine, room)

    def newest(self) -> list[Screening]:
        """The newest answers to each instrument."""
        held = self._shared.held()
        return [one.body for one, _ in held if isinstance(one.body, Screening)]

    def send(self, answers: Screening) -> None:
        """Show answers to those who are in the conversation by then, and nobody else.

        Raises:
            ContentUnsendable: beyond the limits of `mentalverse_crypto.screening`.
            NotAMember: this account is not in the conversation.
            NotReadable: this device cannot write here.
        """
        said = sentence(answers)
        self._shared.write(answers, said[:1].upper() + said[1:])


def _batched(lines: list[PlanLine], most: int) -> list[tuple[PlanLine, ...]]:
    return [tuple(lines[at : at + most]) for at in range(0, len(lines), most)]
