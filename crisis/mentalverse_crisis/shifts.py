"""Who is on duty in a simulation: shifts, breaks, and people who come when paged.

Nobody goes home out of a conversation. Who is relieved finishes theirs while the next
one is there already; who was called goes home once their time is over and they are
free.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from .agenda import Agenda
from .desk import Desk, Duty, Responder
from .effects import Offered, Paged
from .events import DutyChanged, EarlyStartAllowed, Event, PageAcked
from .scenario import OnCall, Scenario, Team

SUPERVISOR = "supervisor"
"""Lets people begin again; is not on duty themselves."""


class Shifts:
    """Changes duties through the desk's own door."""

    def __init__(
        self,
        scenario: Scenario,
        agenda: Agenda,
        decide: Callable[[Event], None],
        desk: Callable[[], Desk],
    ) -> None:
        self._agenda, self._decide, self._desk = agenda, decide, desk
        self._shift_hours = scenario.shift_hours
        self._break_seconds = scenario.break_seconds
        self._at_home: dict[str, OnCall] = {}
        self._called: dict[str, OnCall] = {}
        self._leaving: set[str] = set()
        self._places: list[tuple[str, str]] = []
        self._roster = [Responder(id=SUPERVISOR, is_supervisor=True)]
        for team in scenario.teams:
            for _ in range(team.count):
                self._add_place(team)
        for one in scenario.on_call:
            for _ in range(one.count):
                name = f"on-call-{len(self._at_home) + 1:03}"
                self._at_home[name] = one
                self._add(name, one)

    @property
    def roster(self) -> dict[str, Responder]:
        """Everybody, before anybody is on duty."""
        return {responder.id: responder for responder in self._roster}

    def begin(self) -> None:
        """Fill every place; they change hands one after the other, not all at once."""
        for number, names in enumerate(self._places, start=1):
            self._comes(names[0])
            self._plan_relief(names, number / len(self._places))

    def changed(self, responder: Responder) -> None:
        """Somebody whom the desk paused comes back after a break."""
        if responder.duty is Duty.PAUSED and responder.id not in self._leaving:
            self._agenda.after(
                self._break_seconds, partial(self._is_back, responder.id)
            )

    def declines(self, asked: Offered) -> bool:
        """Whether somebody was called for cases of other bands than this one."""
        one = self._called.get(asked.responder)
        return one is not None and asked.band not in one.bands

    def paged(self, page: Paged) -> None:
        """Who is at home in these tiers, for this band, comes; the first says so."""
        called = [
            name
            for name, one in self._at_home.items()
            if one.tier in page.tiers and page.band in one.bands
        ]
        for name in called:
            self._is_called(name)
        if called:
            self._agenda.after(0, partial(self._acks, page.case, called[0]))

    def is_free(self, name: str) -> None:
        """A conversation is over: who was only waiting for that goes home."""
        if name in self._leaving:
            self._goes_home(name)

    def _add_place(self, team: Team) -> None:
        number = len(self._places) + 1
        names = (f"responder-{number:03}a", f"responder-{number:03}b")
        self._places.append(names)
        for name in names[:1] if self._shift_hours is None else names:
            self._add(name, team)

    def _add(self, name: str, like: Team | OnCall) -> None:
        overflows = isinstance(like, Team) and like.takes_overflow
        self._roster.append(
            Responder(
                id=name,
                is_online=True,
                skills=like.skills,
                max_slots=like.slots,
                takes_overflow=overflows,
            )
        )

    def _comes(self, name: str) -> None:
        if self._desk().responders[name].duty is Duty.OFF:
            self._decide(EarlyStartAllowed(responder=name, actor=SUPERVISOR))
        self._decide(DutyChanged(responder=name, duty=Duty.ON))

    def _plan_relief(self, names: tuple[str, str], after_shifts: float) -> None:
        if self._shift_hours is not None:
            seconds = after_shifts * self._shift_hours * 3600
            self._agenda.after(seconds, partial(self._is_relieved, names))

    def _is_relieved(self, names: tuple[str, str]) -> None:
        goes, comes = names
        self._leaving.discard(comes)
        self._comes(comes)
        self._leaves(goes)
        self._plan_relief((comes, goes), 1)

    def _is_back(self, name: str) -> None:
        known = self._desk().responders[name]
        if known.duty is Duty.PAUSED and name not in self._leaving:
            self._decide(DutyChanged(responder=name, duty=Duty.ON))

    def _goes_home(self, name: str) -> None:
        cases = self._desk().cases.values()
        if any(case.hold is not None and case.hold.responder == name for case in cases):
            return
        self._leaving.discard(name)
        self._decide(DutyChanged(responder=name, duty=Duty.OFF))
        one = self._called.pop(name, None)
        if one is not None:
            self._at_home[name] = one

    def _acks(self, case: str, by: str) -> None:
        found = self._desk().cases.get(case)
        if found is None or not found.seeks or found.escalation.paged_at_ms is None:
            return
        self._decide(PageAcked(case=case, by=by))

    def _is_called(self, name: str) -> None:
        one = self._called[name] = self._at_home.pop(name)
        self._agenda.after(one.joins_after_seconds, partial(self._comes, name))
        stays_seconds = one.joins_after_seconds + one.stays_seconds
        self._agenda.after(stays_seconds, partial(self._leaves, name))

    def _leaves(self, name: str) -> None:
        """Nothing new from here on; the desk takes back offers that wait for them."""
        self._leaving.add(name)
        self._decide(DutyChanged(responder=name, duty=Duty.PAUSED))
        self._goes_home(name)
