"""What was checked of somebody: by whom, from which source, how, and on which day.

Of what a check is about only this leaves: passed or not, its day, its method. The
documents are somebody else's to keep, encrypted. A condition that has to have lasted
(two years of stable recovery, five years since the licence) is the day from which it
holds, never what it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from .days import months_after
from .packs import CredentialType, Requirement


@dataclass(frozen=True, slots=True)
class Check:
    """One check of one requirement."""

    requirement: str
    source: str
    """Who says so: a register, a university, a referee."""
    method: str
    """How they were asked: a look-up, a letter, an interview."""
    verifier: str
    """The account that asked."""
    on: date
    passed: bool
    expires: date | None = None
    """From then on it counts no longer."""
    since: date | None = None
    """From then on it has been so."""
    waived: bool = False
    """Not applicable to this person."""


def counts(requirement: Requirement, check: Check, today: date) -> bool:
    """Whether a check meets a requirement on a day."""
    if not check.passed or today < check.on:
        return False
    if check.waived and not requirement.where_applicable:
        return False
    if check.expires is not None and check.expires <= today:
        return False
    lasts = timedelta(requirement.lasts_days)
    if lasts and check.on + lasts <= today:
        return False
    if not requirement.months:
        return True
    # What was so long enough on the day of the check still is; later days count, too.
    since = check.since
    return since is not None and months_after(since, requirement.months) <= today


def missing(
    needed: CredentialType,
    checks: Mapping[str, Check],
    levels: Collection[str],
    held: Collection[str],
    today: date,
) -> tuple[str, ...]:
    """What somebody still lacks for a credential, by code.

    `checks` are by requirement, `levels` those reached, `held` credentials in force.
    """
    lacks = list(_unmet(needed.requirements, checks, today))
    if needed.level and needed.level not in levels:
        lacks.append(f"level:{needed.level}")
    lacks += [f"credential:{code}" for code in needed.needs if code not in held]
    return tuple(lacks)


def missing_for_renewal(
    needed: CredentialType, checks: Mapping[str, Check], today: date
) -> tuple[str, ...]:
    """What somebody still lacks so that a credential is renewed, by code."""
    return tuple(_unmet(needed.ongoing, checks, today))


def _unmet(
    requirements: Iterable[Requirement], checks: Mapping[str, Check], today: date
) -> Iterable[str]:
    for each in requirements:
        check = checks.get(each.code)
        if check is None or not counts(each, check, today):
            yield each.code
