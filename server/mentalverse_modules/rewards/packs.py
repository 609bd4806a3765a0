"""What an installation pays, as data: a pack, its one form, its hash, its signature.

A pack holds the rules of one budget. A fact is judged by the pack that was valid when
it happened, so old packs are kept: without them no receipt could be recomputed.

    mode       auto        the rule's evidence decides
               disc        two people approve an amount within the range, with a reason
               off         no evidence is defined for it
               forbidden   must never be paid, and says so
    window     epoch, weeks:N, month, quarter, year, ever
    per        person, pair, item, pair_item

A document becomes a pack in `documents`, if `lint` finds nothing.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Literal

import msgspec

MICRO = 1_000_000
"""Micro-MVT of one MVT."""

Mode = Literal["auto", "disc", "off", "forbidden"]
State = Literal["on", "off", "forbidden"]
Per = Literal["person", "pair", "item", "pair_item"]


class _Data(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Fields that a pack does not have are refused, never skipped."""


class Match(_Data, frozen=True):
    """Which facts of an event a rule is for."""

    role: str
    kind: tuple[str, ...] = ()
    """Any of these; empty: whatever the kind."""


class Cap(_Data, frozen=True):
    """How often a rule pays at most."""

    per: Per
    window: str
    max: int


class Rule(_Data, frozen=True, kw_only=True, omit_defaults=True):
    """One line of the tables."""

    code: str
    title: str
    event: str | tuple[str, ...] = ()
    match: Match
    lo: int
    hi: int
    """Whole MVT."""
    mode: Mode
    bucket: str
    export_as: str
    gates: tuple[str, ...] = ()
    rubric: tuple[tuple[str, int], ...] = ()
    """A factor and its basis points, 10,000 together."""
    caps: tuple[Cap, ...] = ()
    no_show_minutes: int = 0
    """Who waited so long for somebody who did not come gets the floor; 0: nobody."""
    per_minutes: int = 0
    """The range is for so many minutes, and paid pro rata; 0: for the fact."""
    most_minutes: int = 0
    """Minutes of one fact that count at most."""

    @property
    def events(self) -> tuple[str, ...]:
        """The types of facts that it may pay."""
        return (self.event,) if isinstance(self.event, str) else self.event


class Above(_Data, frozen=True):
    """A measure that has to be above a ratio: `den * total > num * count`."""

    measure: str
    num: int
    den: int
    least: int = 1
    """Of `count`; fewer give no bonus."""


class Bonus(_Data, frozen=True, kw_only=True, omit_defaults=True):
    """Percent on top of the base, the highest one of each category."""

    code: str
    title: str
    category: str
    pct: int
    state: State
    buckets: tuple[str, ...]
    above: Above | None = None


class Fee(_Data, frozen=True):
    """What members pay for one service."""

    code: str
    """Of the service."""
    scale: tuple[tuple[str, int], ...]
    """Each step of the operator's sliding scale, and whole micro-MVT."""


Shares = tuple[tuple[str, int], ...]


class Pack(_Data, frozen=True, kw_only=True, omit_defaults=True, cache_hash=True):
    """The rules of one budget, from a time on."""

    v: int
    name: str
    rev: int
    effective_from: str
    """As 2027-01-04T00:00:00Z."""
    bonus_cap_pct: int
    rules: tuple[Rule, ...]
    bonuses: tuple[Bonus, ...] = ()
    sources: Shares = ()
    """Who is debited, in percent; empty: the bucket, which revenue has filled."""
    buckets: Shares
    """How an epoch's budget, or a revenue, is split, in percent."""
    fees: tuple[Fee, ...] = ()

    def rule(self, code: str) -> Rule | None:
        """The rule of this code."""
        return next((rule for rule in self.rules if rule.code == code), None)

    @property
    def effective_ms(self) -> int:
        """When it begins to hold, in Unix milliseconds."""
        return moment_ms(self.effective_from)


class Signed(_Data, frozen=True):
    """A pack as it is kept and handed on; keys and signature in hex."""

    document: str
    """The canonical octets, as text."""
    key: str
    signature: str


_MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")


def moment_ms(text: str) -> int:
    """Unix milliseconds of a time as packs write it.

    Raises:
        ValueError: another form, or no such day.
    """
    if _MOMENT.fullmatch(text) is None:
        raise ValueError("a time is as 2027-01-04T00:00:00Z")
    at = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return int(at.timestamp()) * 1000


def valid_at(packs: tuple[Pack, ...], name: str, at_ms: int) -> Pack | None:
    """The revision of a pack by which a fact of this time is judged."""
    begun = [one for one in packs if one.name == name and one.effective_ms <= at_ms]
    return max(begun, key=lambda one: (one.effective_ms, one.rev), default=None)
