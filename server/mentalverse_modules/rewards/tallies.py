"""Months and quarters as facts: how regularly somebody kept their sessions.

A session counts once, if it was no drill and half of it was attended. A month counts
sessions against those planned, a quarter the ISO weeks with a session in them. The fact
is known by its period, so whoever tallies it again has the same right.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from .epoch import epoch_of, window_of
from .facts import Fact

Period = Literal["month", "quarter"]


def tallied(
    period: Period,
    ended_ms: int,
    sessions: Iterable[Fact],
    planned: Mapping[tuple[str, str], int],
) -> tuple[Fact, ...]:
    """The facts of a period, for everybody who kept a session in it.

    Args:
        period: of the calendar, in UTC.
        ended_ms: its last millisecond, which is when the facts happened.
        sessions: `session.attended`, of any time, some of them twice.
        planned: sessions that were planned in it, by beneficiary and role.
    """
    name = window_of(period, ended_ms)
    kept: dict[tuple[str, str], dict[str, Fact]] = {}
    for fact in sessions:
        if _is_kept(fact) and window_of(period, fact.occurred_at_ms) == name:
            of = kept.setdefault((fact.beneficiary, fact.role), {})
            of[fact.evt_id] = fact
    return tuple(
        _fact(period, name, ended_ms, who, tuple(facts.values()), planned.get(who, 0))
        for who, facts in sorted(kept.items())
    )


def is_half_attended(fact: Fact) -> bool:
    """Whether somebody was there for half of what was planned."""
    return 0 < fact.planned_minutes <= 2 * fact.minutes


def _is_kept(fact: Fact) -> bool:
    is_session = fact.type == "session.attended" and not fact.is_drill
    return is_session and is_half_attended(fact)


def _fact(
    period: Period,
    name: str,
    ended_ms: int,
    who: tuple[str, str],
    sessions: tuple[Fact, ...],
    planned: int,
) -> Fact:
    beneficiary, role = who
    weeks = {epoch_of(one.occurred_at_ms) for one in sessions}
    last = max(sessions, key=lambda one: one.place)
    return Fact(
        evt_id=f"{period}.{name}.{role}",
        type=f"period.{period}",
        occurred_at_ms=ended_ms,
        beneficiary=beneficiary,
        role=role,
        count=len(sessions) if period == "month" else len(weeks),
        planned_count=planned,
        proofs=tuple(one for one in last.proofs if one in ("credential", "consent")),
    )
