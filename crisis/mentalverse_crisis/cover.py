"""Who is planned when: how many could take a case, hour by hour and by language.

An hour counts for what it is at its worst: one moment without anybody is an hour in
which somebody may find nobody. Hours are whole ones of UTC, so that a change of local
time makes none longer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import msgspec

from .desk import CRISIS, Responder

HOUR_MS = 3_600_000
ANY_OTHER = ""
"""In the place of a language: one that nobody of the team names."""


class Shift(msgspec.Struct, frozen=True):
    """Somebody means to be on duty."""

    responder: str
    start_ms: int
    end_ms: int


class Cover(msgspec.Struct, frozen=True):
    """How many are planned in an hour: the fewest at any moment of it."""

    start_ms: int
    """Of the hour, or of what is looked at of it."""
    language: str
    people: int
    """Who may take a case in this language."""
    urgent_people: int
    """Those of them who may take A0 and A1."""


class Uncovered(msgspec.Struct, frozen=True):
    """An hour in which nobody who may take it is on duty."""

    start_ms: int
    language: str
    is_urgent: bool
    """Whether it is the skill for A0 and A1 that is missing, or everybody."""


def cover(
    responders: Mapping[str, Responder],
    shifts: Iterable[Shift],
    languages: Sequence[str],
    start_ms: int,
    end_ms: int,
) -> tuple[Cover, ...]:
    """Every hour that a span of time touches, by language.

    Of the first and the last hour counts what lies within the span. Shifts of whoever
    is not among `responders` are nobody's.
    """
    by_hour = _by_hour(
        (one for one in shifts if one.responder in responders), start_ms, end_ms
    )
    return tuple(
        found
        for hour_ms in range(hour_of(start_ms), end_ms, HOUR_MS)
        for found in _of_hour(
            responders,
            by_hour.get(hour_ms, []),
            languages,
            max(hour_ms, start_ms),
            min(hour_ms + HOUR_MS, end_ms),
        )
    )


def uncovered(covers: Iterable[Cover]) -> tuple[Uncovered, ...]:
    """The hours with a moment at which nobody is there, or nobody for A0 and A1."""
    return tuple(
        Uncovered(one.start_ms, one.language, is_urgent=one.people > 0)
        for one in covers
        if not one.urgent_people
    )


def to_tell(
    found: Collection[Uncovered], told: Collection[Uncovered], from_ms: int
) -> tuple[tuple[Uncovered, ...], tuple[Uncovered, ...]]:
    """Which gaps from a time on nobody was told of so far, and which of them to tell.

    An hour that goes on with the gap of the hour before, of which somebody was told, is
    no news: a night without anybody is told once. All of them are whole hours.
    """
    is_gap, known = set(found), set(told)
    new = tuple(one for one in found if one.start_ms >= from_ms and one not in known)
    known.update(new)
    begins = tuple(one for one in new if _before(one) not in known & is_gap)
    return new, begins


def languages_of(team: Iterable[Responder]) -> tuple[str, ...]:
    """What a team has to be looked at for: every language that somebody names, and
    `ANY_OTHER` if there are some who take any."""
    named: set[str] = set()
    takes_any = False
    for one in team:
        named.update(one.languages)
        takes_any |= not one.languages
    return (*((ANY_OTHER,) if takes_any or not named else ()), *sorted(named))


def hour_of(at_ms: int) -> int:
    """When the hour of a moment began."""
    return at_ms - at_ms % HOUR_MS


def _before(gap: Uncovered) -> Uncovered:
    """The same gap an hour earlier."""
    return Uncovered(gap.start_ms - HOUR_MS, gap.language, gap.is_urgent)


def _by_hour(
    shifts: Iterable[Shift], start_ms: int, end_ms: int
) -> dict[int, list[Shift]]:
    found: dict[int, list[Shift]] = {}
    for shift in shifts:
        first_ms = hour_of(max(shift.start_ms, start_ms))
        for hour_ms in range(first_ms, min(shift.end_ms, end_ms), HOUR_MS):
            found.setdefault(hour_ms, []).append(shift)
    return found


def _of_hour(
    responders: Mapping[str, Responder],
    shifts: list[Shift],
    languages: Iterable[str],
    start_ms: int,
    end_ms: int,
) -> Iterator[Cover]:
    there = [
        [responders[one] for one in _at(shifts, moment)]
        for moment in _moments(shifts, start_ms, end_ms)
    ]
    for language in languages:
        able = [[one for one in now if _speaks(one, language)] for now in there]
        urgent = (sum(one.skill(CRISIS) >= 1 for one in now) for now in able)
        people = min(len(now) for now in able)
        yield Cover(start_ms, language, people, min(urgent))


def _at(shifts: Iterable[Shift], moment_ms: int) -> set[str]:
    """Who is planned at a moment; whoever is planned twice is one."""
    return {one.responder for one in shifts if one.start_ms <= moment_ms < one.end_ms}


def _moments(shifts: list[Shift], start_ms: int, end_ms: int) -> list[int]:
    """Where who is there changes, between two times, and the first of them."""
    changes = {moment for shift in shifts for moment in (shift.start_ms, shift.end_ms)}
    return sorted({start_ms, *(at for at in changes if start_ms < at < end_ms)})


def _speaks(responder: Responder, language: str) -> bool:
    return not responder.languages or language in responder.languages
