"""Points of a fact: factors of 0 to 10,000, weighed in basis points, in integers.

attended          minutes of those planned
level             0, 2,500, 5,000, 7,500, 10,000 by the level of the credential
on_time           10,000 within 5 minutes of the start, 5,000 within 10, then 0
count:A:B         0 at A, 10,000 at B, linear between; fewer than A are not paid
step:X=N,Y=M      a named step has its points; any other is not paid
const:N           the same for everybody
"""

from __future__ import annotations

import msgspec

from .facts import LEVELS, Fact

FULL = 10_000
ON_TIME_SECONDS = 300
LATE_SECONDS = 600


class UnknownFactor(ValueError):
    """No factor of this module, or one with points that it cannot have."""


class NotPaid(Exception):
    """A fact that the rubric has no points for, by the name of the factor."""


class Factor(msgspec.Struct, frozen=True):
    """One line of a rubric, taken apart."""

    name: str
    bounds: tuple[int, ...] = ()
    steps: tuple[tuple[str, int], ...] = ()


class Points(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one line of a rubric gave."""

    factor: str
    weight: int
    value: int


def factor(text: str) -> Factor:
    """A factor as packs write it.

    Raises:
        UnknownFactor: no such one.
    """
    name, _, given = text.partition(":")
    if name in ("attended", "level", "on_time") and text == name:
        return Factor(name)
    try:
        if name == "step":
            return Factor(name, steps=_steps(given))
        bounds = tuple(_natural(one) for one in given.split(":"))
    except ValueError:
        raise UnknownFactor(text) from None
    if name == "const" and len(bounds) == 1 and bounds[0] <= FULL:
        return Factor(name, bounds)
    if name == "count" and len(bounds) == 2 and bounds[0] < bounds[1]:
        return Factor(name, bounds)
    raise UnknownFactor(text)


def points(rubric: tuple[tuple[str, int], ...], fact: Fact) -> tuple[Points, ...]:
    """What each line of a rubric gives a fact.

    Raises:
        NotPaid: too few, or at a step without points.
    """
    return tuple(
        Points(text, weight, _value(factor(text), fact)) for text, weight in rubric
    )


def weighed(found: tuple[Points, ...]) -> int:
    """All lines together, 0 to 10,000."""
    return sum(one.weight * one.value for one in found) // FULL


def _value(of: Factor, fact: Fact) -> int:
    if of.name == "attended":
        if fact.planned_minutes == 0:
            return 0
        return min(FULL, fact.minutes * FULL // fact.planned_minutes)
    if of.name == "level":
        place = LEVELS.index(fact.level) if fact.level in LEVELS else 0
        return place * FULL // (len(LEVELS) - 1)
    if of.name == "on_time":
        if fact.late_seconds <= ON_TIME_SECONDS:
            return FULL
        return FULL // 2 if fact.late_seconds <= LATE_SECONDS else 0
    if of.name == "step":
        return _at_step(of, fact.step)
    if of.name == "count":
        low, high = of.bounds
        if fact.count < low:
            raise NotPaid(of.name)
        return min(FULL, (fact.count - low) * FULL // (high - low))
    return of.bounds[0]


def _at_step(of: Factor, step: str) -> int:
    for name, value in of.steps:
        if name == step:
            return value
    raise NotPaid(of.name)


def _steps(given: str) -> tuple[tuple[str, int], ...]:
    found = tuple(_step(one) for one in given.split(","))
    if len(dict(found)) != len(found):
        raise ValueError
    return found


def _step(text: str) -> tuple[str, int]:
    name, _, value = text.partition("=")
    if not name or _natural(value) > FULL:
        raise ValueError
    return name, _natural(value)


def _natural(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise ValueError
    return int(text)
