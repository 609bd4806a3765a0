"""How much of the time that somebody published they were there for.

What is published is a session that they planned themselves and did not call off, of a
kind that a pack pays: of any other nothing is written down, so it counts on neither
side. It is kept whole or not at all, by its planned minutes:

    half of it was attended                                       kept
    nobody else came, and they waited as long as the rule wants   kept
    anything else, and whatever nothing was written down of       not kept

Nobody's availability is measured by shifts. A shift of the rota is an intention, and
how long somebody was on duty is paid by the minute already.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from .facts import NO_SHOW, Fact, Measured
from .packs import Pack, Rule, valid_at
from .rules import rule_of
from .tallies import is_half_attended


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """A session that somebody planned."""

    plan: Fact
    """What it is to the rules if it is held: type, role, kind, start and minutes."""
    facts: tuple[Fact, ...] = ()
    """What was written down of it."""


def availability(packs: tuple[Pack, ...], every: Iterable[Published]) -> Measured:
    """Minutes kept over minutes published; 0 over 0 if nothing was."""
    kept = published = 0
    for one in every:
        rule = _rule(packs, one.plan)
        if rule is None:
            continue
        published += one.plan.planned_minutes
        if any(_is_kept(fact, rule) for fact in one.facts):
            kept += one.plan.planned_minutes
    return Measured(kept, published)


def _rule(packs: tuple[Pack, ...], plan: Fact) -> Rule | None:
    """The rule that would pay it, by the packs that were valid when it was to begin."""
    for name in sorted({pack.name for pack in packs}):
        pack = valid_at(packs, name, plan.occurred_at_ms)
        rule = None if pack is None else rule_of(pack, plan)
        if rule is not None:
            return rule
    return None


def _is_kept(fact: Fact, rule: Rule) -> bool:
    if fact.is_drill:
        return False
    if fact.type == NO_SHOW:
        return 0 < rule.no_show_minutes <= fact.minutes
    return is_half_attended(fact)
