"""Which packs must not exist.

A finding is a sentence that begins with the place. What is found: a code that is none
or that stands twice, a reference to nothing, levels that do not rise one from the
other, minutes that do not add up, a credential that needs itself, a role that rests on
nothing, times that are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from .packs import CredentialType, Pack

VERSION = 1
MAX_VALID_DAYS = 3_660
_CODE = re.compile(r"[a-z][a-z0-9_]{0,47}")


def lint(pack: Pack) -> tuple[str, ...]:
    """What is wrong with a pack; nothing, if it may be used."""
    return tuple(
        [
            *_head(pack),
            *_codes(pack),
            *_levels(pack),
            *_credentials(pack),
            *_roles(pack),
            *_renewal(pack),
        ]
    )


def _head(pack: Pack) -> Iterator[str]:
    if pack.v != VERSION:
        yield f"v: {VERSION} is the only one"
    if pack.rev < 1:
        yield "rev: counts from 1"
    if sum(module.minutes for module in pack.modules) != pack.curriculum_minutes:
        yield "curriculum_minutes: not the sum of the modules"
    for module in pack.modules:
        if module.minutes < 0:
            yield f"modules.{module.code}: less than no minutes"


def _codes(pack: Pack) -> Iterator[str]:
    places = {
        "modules": [each.code for each in pack.modules],
        "levels": [each.code for each in pack.levels],
        "credentials": [each.code for each in pack.credentials],
        "roles": [each.code for each in pack.roles],
        "renewal.steps": [each.code for each in pack.renewal.steps],
        "name": [pack.name],
    }
    for each in pack.credentials:
        place = f"credentials.{each.code}.requirements"
        places[place] = [one.code for one in (*each.requirements, *each.ongoing)]
    for place, codes in places.items():
        yield from _bad_codes(place, codes)


def _bad_codes(place: str, codes: list[str]) -> Iterator[str]:
    for position, code in enumerate(codes):
        if _CODE.fullmatch(code) is None:
            yield f"{place}: {code!r} is no code"
        if code in codes[:position]:
            yield f"{place}: {code!r} stands twice"


def _levels(pack: Pack) -> Iterator[str]:
    before, minutes = "", 0
    for level in pack.levels:
        place = f"levels.{level.code}"
        if level.needs != before:
            yield f"{place}: it does not rest on the level before"
        if level.minutes <= minutes:
            yield f"{place}: not more minutes than before"
        yield from _unknown(place, level.modules, (one.code for one in pack.modules))
        before, minutes = level.code, level.minutes


def _credentials(pack: Pack) -> Iterator[str]:
    earlier: list[str] = []
    for each in pack.credentials:
        place = f"credentials.{each.code}"
        if not 1 <= each.valid_days <= MAX_VALID_DAYS:
            yield f"{place}: holds for 1 to {MAX_VALID_DAYS} days"
        if not (each.requirements or each.level or each.needs):
            yield f"{place}: needs nothing at all"
        if each.level and pack.level(each.level) is None:
            yield f"{place}: no level {each.level!r}"
        # Only what stands before can be needed, so nothing needs itself.
        yield from _unknown(place, each.needs, earlier)
        yield from _times(place, each)
        earlier.append(each.code)


def _times(place: str, each: CredentialType) -> Iterator[str]:
    for one in (*each.requirements, *each.ongoing):
        if one.months < 0 or one.lasts_days < 0:
            yield f"{place}.{one.code}: a time below zero"
        if one.months and one.where_applicable:
            yield f"{place}.{one.code}: a time that may be waived"


def _roles(pack: Pack) -> Iterator[str]:
    for role in pack.roles:
        place = f"roles.{role.code}"
        known = (each.code for each in pack.credentials)
        yield from _unknown(place, [role.credential], known)
        yield from _bad_codes(place, list(role.scope))
        if not role.scope:
            yield f"{place}: may do nothing"


def _renewal(pack: Pack) -> Iterator[str]:
    if pack.renewal.notice_days < 1 or pack.renewal.supervision_days < 1:
        yield "renewal: days count from 1"
    for step in pack.renewal.steps:
        if step.every_months < 1:
            yield f"renewal.steps.{step.code}: months count from 1"


def _unknown(place: str, wanted: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    there = frozenset(known)
    for code in wanted:
        if code not in there:
            yield f"{place}: no {code!r} to rest on"
