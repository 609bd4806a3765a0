"""The session page of a conversation: when to meet, what for, and what to remember.

Everything on it is an end-to-end encrypted message like any other, so the server
knows of neither appointments nor goals. Whoever is in the conversation may change all
of it; the last change in the order of the log is what holds, and each is a line of the
history.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from mentalverse_crypto.session_page import Agenda, Goal, Note

from .calendar_file import calendar_file
from .engine import Engine
from .errors import UnknownMessage
from .groups.room import Room
from .shared import SharedThings
from .store.planned import Planned, appointment, sentence
from .store.session_page import Entry


@dataclass(frozen=True, slots=True)
class Meeting:
    """An appointment as it is planned now."""

    id: str
    """The same through every move."""
    starts_at: datetime
    """UTC."""
    minutes: int
    zone: str
    """Where it was planned, such as "Europe/Vienna"; any name."""
    items: tuple[str, ...] = field(repr=False)
    """What is to be talked about, in order."""
    cancelled: bool
    account: str
    """Who changed it last."""
    revision: int
    """Rises with each change."""
    pending: bool
    """Whether the last change still waits for the server."""

    @property
    def ends_at(self) -> datetime:
        """UTC."""
        return self.starts_at + timedelta(minutes=self.minutes)


class SessionPage:
    """The session page of one conversation. Get it from the conversation.

    What is written is durable when the call returns, and sent when there is a
    connection. Every call that writes raises `NotAMember`, `NotReadable`, or
    `ContentUnsendable` for what is beyond the limits of
    `mentalverse_crypto.session_page`.
    """

    def __init__(self, engine: Engine, room: Room) -> None:
        self._engine = engine
        self._shared = SharedThings(engine, room)

    def meetings(self) -> list[Meeting]:
        """Every appointment, the cancelled ones too, the earliest first."""
        found = (
            _meeting(one.body, one.entry, pending=pending)
            for one, pending in self._shared.held()
            if isinstance(one.body, Agenda)
        )
        return sorted(found, key=lambda meeting: (meeting.starts_at, meeting.id))

    def next_meeting(self, now: datetime | None = None) -> Meeting | None:
        """The first appointment that is not cancelled and not over."""
        at = now or self._engine.device.now()
        coming = (m for m in self.meetings() if not m.cancelled and m.ends_at > at)
        return next(coming, None)

    def calendar_file(self, meeting_id: str) -> bytes:
        """An appointment for a calendar (RFC 5545); it names nobody.

        Raises:
            UnknownMessage: there is no such appointment.
        """
        for meeting in self.meetings():
            if meeting.id == meeting_id:
                return calendar_file(
                    meeting.id,
                    meeting.starts_at,
                    meeting.minutes,
                    sequence=meeting.revision,
                    cancelled=meeting.cancelled,
                    now=self._engine.device.now(),
                )
        raise _unknown()

    def goals(self) -> list[Goal]:
        """Every goal, the one that was set first at the beginning."""
        return [
            one.body for one, _ in self._shared.held() if isinstance(one.body, Goal)
        ]

    def notes(self) -> list[Note]:
        """Every note that was not removed."""
        notes = (
            one.body for one, _ in self._shared.held() if isinstance(one.body, Note)
        )
        return [note for note in notes if note.text is not None]

    def plan(
        self,
        starts_at: datetime,
        minutes: int = 50,
        *,
        zone: str = "UTC",
        items: tuple[str, ...] = (),
    ) -> str:
        """Plan an appointment; its id.

        Args:
            starts_at: With a time zone.
            minutes: From 1 to 240.
            zone: The name of the time zone in which it was planned, for the others.
            items: What is to be talked about.

        Raises:
            ValueError: the time has no time zone.
        """
        meeting = self._shared.new_id()
        self._write(Agenda(meeting, _moment(starts_at), minutes, zone, items))
        return str(meeting)

    def move(
        self, meeting_id: str, starts_at: datetime, minutes: int, zone: str = "UTC"
    ) -> None:
        """Move an appointment; one that was cancelled takes place again.

        Args:
            meeting_id: Of the appointment.
            starts_at: With a time zone.
            minutes: From 1 to 240.
            zone: Where it is planned now.

        Raises:
            UnknownMessage: there is no such appointment.
            ValueError: the time has no time zone.
        """
        agenda = replace(self._agenda(meeting_id), zone=zone, cancelled=False)
        moment = _moment(starts_at)
        self._write(replace(agenda, starts_at=moment, minutes=minutes))

    def cancel(self, meeting_id: str) -> None:
        """Cancel an appointment; its id stays, should it take place after all.

        Raises:
            UnknownMessage: there is no such appointment.
        """
        self._write(replace(self._agenda(meeting_id), cancelled=True))

    def set_goal(
        self,
        title: str,
        *,
        step: str | None = None,
        progress: int = 0,
        done: bool = False,
        goal_id: str | None = None,
    ) -> str:
        """Set a goal, or change the one with this id; its id."""
        goal = self._shared.new_id() if goal_id is None else UUID(goal_id)
        self._write(Goal(goal, title, step, progress, done))
        return str(goal)

    def write_note(self, text: str | None, note_id: str | None = None) -> str:
        """Write a note, or change the one with this id; None removes it. Its id."""
        note = self._shared.new_id() if note_id is None else UUID(note_id)
        self._write(Note(note, text))
        return str(note)

    # --- within ---

    def _write(self, body: Planned) -> None:
        self._shared.write(body, _fallback(body))

    def _agenda(self, meeting_id: str) -> Agenda:
        for one, _ in self._shared.held():
            if isinstance(one.body, Agenda) and str(one.body.meeting) == meeting_id:
                return one.body
        raise _unknown()


def _meeting(body: Agenda, entry: Entry, *, pending: bool) -> Meeting:
    return Meeting(
        id=str(body.meeting),
        starts_at=datetime.fromtimestamp(body.starts_at / 1000, UTC),
        minutes=body.minutes,
        zone=body.zone,
        items=body.items,
        cancelled=body.cancelled,
        account=entry.account,
        revision=entry.seq,
        pending=pending,
    )


def _unknown() -> UnknownMessage:
    return UnknownMessage("there is no such appointment in this conversation")


def _moment(at: datetime) -> int:
    if at.tzinfo is None:
        raise ValueError("the time of an appointment needs a time zone")
    return round(at.timestamp() * 1000)


def _fallback(body: Planned) -> str:
    """What a client shows that knows nothing of session pages."""
    if isinstance(body, Agenda) and not body.cancelled:
        return f"Appointment: {appointment(body)}"
    said = sentence(body)
    return said[:1].upper() + said[1:]
