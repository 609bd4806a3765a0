"""From a fact to an amount: its rule, the gates, the floor, the points.

Whoever passes every gate has the floor of the range; points only add to it. Two gates
are silent and come first: what is a drill, and who does not want to be paid, leave no
trace at all. Every other gate that refuses is told to the beneficiary by its name.
"""

from __future__ import annotations

import msgspec

from .bonuses import BonusLine, bonus_micro, earned
from .facts import AWARDED, NO_SHOW, PROOFS, Fact
from .packs import MICRO, Pack, Rule
from .rubric import FULL, NotPaid, Points, points, weighed

SILENT = ("not_drill", "consent")
COUNTED = ("attended_pct", "kept_pct")
"""Gates with a percentage: of planned minutes, of planned sessions."""
_NOT_OF_NO_SHOW = ("receipts", "attended_pct")
"""Somebody who did not come signs no receipt; what counts is how long one waited."""


class Refused(msgspec.Struct, frozen=True):
    """Nothing is paid, by the name of the gate."""

    reason: str

    @property
    def is_silent(self) -> bool:
        """Whether nothing may be written down either."""
        return self.reason in SILENT


class Scored(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a fact is worth before caps and budget."""

    rule: str
    points: tuple[Points, ...]
    factor: int
    """0 to 10,000."""
    floor_micro: int
    base_micro: int
    bonuses: tuple[BonusLine, ...]
    bonus_micro: int

    @property
    def micro(self) -> int:
        """All of it."""
        return self.base_micro + self.bonus_micro


def rule_of(pack: Pack, fact: Fact) -> Rule | None:
    """The rule that judges a fact; the linter sees to it that there is one at most."""
    if fact.type == AWARDED:
        found = pack.rule(fact.kind)
        return found if found is not None and found.mode == "disc" else None
    return next((rule for rule in pack.rules if _is_for(rule, fact)), None)


def evaluate(pack: Pack, rule: Rule, fact: Fact) -> Scored | Refused:
    """What a rule gives a fact: the same for the same two, for ever."""
    for gate in sorted(rule.gates, key=lambda one: one not in SILENT):
        if not _passes(gate, fact):
            return Refused(gate.partition(":")[0])
    if fact.type == AWARDED:
        if not rule.lo <= fact.amount_mvt <= rule.hi:
            return Refused("amount")
        return _plain(rule, fact.amount_mvt)
    if fact.type == NO_SHOW:
        if fact.minutes < rule.no_show_minutes:
            return Refused("waited")
        return _plain(rule, rule.lo)
    try:
        found = points(rule.rubric, fact)
    except NotPaid as error:
        return Refused(str(error))
    factor = weighed(found)
    base = in_range(rule.lo, rule.hi, factor)
    floor = rule.lo * MICRO
    if rule.per_minutes:
        minutes = min(fact.minutes, rule.most_minutes)
        base, floor = (one * minutes // rule.per_minutes for one in (base, floor))
    bonuses = earned(pack, rule.bucket, fact.measures)
    pcts = tuple(bonus.pct for bonus in bonuses)
    return Scored(
        rule=rule.code,
        points=found,
        factor=factor,
        floor_micro=floor,
        base_micro=base,
        bonuses=bonuses,
        bonus_micro=bonus_micro(base, pcts, pack.bonus_cap_pct),
    )


def in_range(lo: int, hi: int, factor: int) -> int:
    """Micro-MVT at a factor of 0 to 10,000 of a range in MVT."""
    return lo * MICRO + (hi - lo) * MICRO * factor // FULL


def is_gate(text: str) -> bool:
    """Whether packs may write this gate."""
    name, _, given = text.partition(":")
    if name in COUNTED:
        return given.isascii() and given.isdigit() and 0 < int(given) <= 100
    return text in (*PROOFS, "not_drill")


def _is_for(rule: Rule, fact: Fact) -> bool:
    if rule.mode != "auto" or rule.match.role != fact.role:
        return False
    if rule.match.kind and fact.kind not in rule.match.kind:
        return False
    if fact.type == NO_SHOW:
        return rule.no_show_minutes > 0
    return fact.type in rule.events


def _passes(gate: str, fact: Fact) -> bool:
    name, _, given = gate.partition(":")
    if fact.type == NO_SHOW and name in _NOT_OF_NO_SHOW:
        return True
    if name == "not_drill":
        return not fact.is_drill
    if name == "attended_pct":
        planned = fact.planned_minutes
        return planned > 0 and 100 * fact.minutes >= int(given) * planned
    if name == "kept_pct":
        planned = fact.planned_count
        return planned > 0 and 100 * fact.count >= int(given) * planned
    return name in fact.proofs


def _plain(rule: Rule, mvt: int) -> Scored:
    return Scored(
        rule=rule.code,
        points=(),
        factor=0,
        floor_micro=rule.lo * MICRO,
        base_micro=mvt * MICRO,
        bonuses=(),
        bonus_micro=0,
    )
