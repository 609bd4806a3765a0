"""What a policy would have made of the last days of this desk: beside the server.

The log is read and the simulator runs in a process of its own (`trial_process`), or in
an operator's command, never in a server that answers people: tens of thousands of
entries and minutes of arithmetic would be in the way of whoever asks for help.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from random import Random

import msgspec

from mentalverse_crisis.policy import DAY_SECONDS, Policy
from mentalverse_crisis.policy_trial import (
    HOUR_MS,
    WARM_UP_HOURS,
    Lived,
    lived,
    taken_for_granted,
    twin,
)
from mentalverse_crisis.record import Entry, What
from mentalverse_signaling.policy_events import PastFigures, TwinFigures

from ..store import cases, crisis_log, policies
from ..store.engine import Connection, Database

MOST_ENTRIES = 300_000
"""That are read; of busier days the last ones count."""


class Ask(msgspec.Struct, frozen=True):
    """One trial."""

    policy: Policy
    days: int
    people: int | None
    """On duty in the simulation; None: as many as the roster has."""
    now_ms: int


class Tried(msgspec.Struct, frozen=True):
    """What became of it; the simulation comes after the rest."""

    past: tuple[PastFigures, ...]
    assumptions: tuple[str, ...] = ()
    twin: tuple[TwinFigures, ...] = ()


def tried(database: Database, ask: Ask, told: Callable[[Tried], None]) -> Tried:
    """Read the log, then simulate; `told` hears what is known before that.

    For a thread without an event loop, in a process that answers nobody.
    """
    in_force, people, days = asyncio.run(database.read(_read, ask))
    people = ask.people or max(people, 1)
    past = tuple(
        PastFigures(one.band.value, one.judged, one.in_time, one.in_time_here)
        for one in days.past
        if one.judged
    )
    first = Tried(past)
    if not days.coming:
        return first
    assumed = tuple(taken_for_granted(days, ask.policy, people, ask.days))
    told(Tried(past, assumed))
    found = twin(days, in_force, ask.policy, people, ask.days, Random)
    return Tried(
        past,
        assumed,
        tuple(
            TwinFigures(
                band=one.band.value,
                arrivals=one.arrivals,
                in_time_permille=round(1000 * one.in_time),
                in_time_permille_here=round(1000 * one.in_time_here),
                wait_p90_ms=one.wait_p90_ms,
                wait_p90_ms_here=one.wait_p90_ms_here,
            )
            for one in found
        ),
    )


def _read(connection: Connection, ask: Ask) -> tuple[Policy, int, Lived]:
    """The policy in force, how many answer here, and the days by their log."""
    since_ms = ask.now_ms - ask.days * DAY_SECONDS * 1000
    begin_ms = since_ms - WARM_UP_HOURS * HOUR_MS
    people = cases.count_team(connection)
    return (
        policies.in_force(connection),
        people,
        lived(
            _cases(crisis_log.real(connection, begin_ms, MOST_ENTRIES)),
            policies.every(connection),
            ask.policy,
            since_ms,
            ask.now_ms,
            people,
        ),
    )


def _cases(entries: Iterator[Entry]) -> list[list[Entry]]:
    """By case, of those whose opening is among them."""
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.what is What.OPENED:
            found[entry.case] = [entry]
        elif entry.case in found:
            found[entry.case].append(entry)
    return list(found.values())
