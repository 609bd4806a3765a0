"""What a desk needs before it may open: said all at once, in plain words.

A server that answers people in a crisis without anybody who is responsible, reachable
or on call is worse than one that shows the lines outside. So `crisis.mode = "open"`
refuses to start until everything is there; `doctor` says the same without starting.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from datetime import date

from mentalverse_crisis.policy import DEFAULT, Policy

from ..config_sections import CrisisSection
from ..errors import StartupError
from .pages.on_call import read_on_call

_NUMBER = re.compile(r"[A-Z]{2} [0-9+][0-9 +()/-]{1,20}")
"""A country (ISO 3166-1) and what is dialled there."""
LATELY_DAYS = 30
"""So long a test page says something of whoever took it."""


def require(
    settings: CrisisSection,
    policy: Policy = DEFAULT,
    tested: Container[str] = (),
) -> None:
    """Let a desk open. `tested` are the tiers that were lately seen to be reached.

    Raises:
        StartupError: everything that is missing, a line each.
    """
    missing = tuple(missing_for_open(settings, policy, tested))
    if missing:
        lines = "\n".join(f"  - {one}" for one in missing)
        raise StartupError(f"the crisis desk cannot open yet; it needs:\n{lines}")


def missing_for_open(
    settings: CrisisSection, policy: Policy = DEFAULT, tested: Container[str] = ()
) -> Iterator[str]:
    """What `open` needs and does not have; nothing is needed otherwise."""
    if settings.mode != "open":
        return
    if not settings.clinical_owner.strip():
        yield "crisis.clinical_owner: who answers for the policy"
    if not settings.clinical_owner_contact.strip():
        yield "crisis.clinical_owner_contact: how that person is reached"
    if not _is_day(settings.policy_signed_on):
        yield "crisis.policy_signed_on: the day on which they signed, as 2026-11-30"
    yield from _numbers(settings)
    yield from _on_call(settings, policy, tested)


def tiers(policy: Policy) -> tuple[str, ...]:
    """The tiers that a policy may page, in the order of its ladder."""
    named = [tier for rung in policy.ladder for tier in rung.pages]
    return tuple(dict.fromkeys([*named, *policy.standby_tiers]))


def _numbers(settings: CrisisSection) -> Iterator[str]:
    if not settings.emergency_numbers:
        yield 'crisis.emergency_numbers: one for every country served, as "DE 112"'
    for one in settings.emergency_numbers:
        if _NUMBER.fullmatch(one) is None:
            yield f'crisis.emergency_numbers: "{one}" is not written as "DE 112"'


def _on_call(
    settings: CrisisSection, policy: Policy, tested: Container[str]
) -> Iterator[str]:
    paged, there = tiers(policy), read_on_call(settings.on_call).tiers
    # A tier too many is no hole: while a policy changes, either comes first.
    for tier in paged:
        if tier not in there:
            yield f'crisis.on_call: somebody to page in "{tier}", as "{tier} push:ada"'
        elif tier not in tested:
            yield (
                f'crisis.on_call: nobody in "{tier}" has said in {LATELY_DAYS} days '
                'that a test page came: start with crisis.mode = "demo", run '
                f'"mentalverse crisis page-test {tier}", and have them open it'
            )


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == len("2026-11-30")
