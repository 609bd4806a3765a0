"""Packs that must not exist, each refused by a name.

Above all: nothing may be paid for a crisis, its urgency, its number or anybody's speed,
nothing that leaves may tell that there was one, and help in one costs nobody anything.
Then what cannot be computed: a range the wrong way round, points that are not 10,000,
two rules for one fact.

A finding's `code` is stable; a pack with any finding is refused.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from .canonical import parsed
from .errors import MalformedPack
from .fees import flaws as _of_fees
from .lint_bonuses import bonuses as _of_bonuses
from .lint_finding import Finding, names_crisis
from .lint_rules import rules as _of_rules
from .packs import Pack, moment_ms

MOST_RULES = 200
_NAME = re.compile(r"^[a-z][a-z0-9_]{0,31}$")
_PLACE = re.compile(r" - at `(?:key in )?\$\.?(?P<path>[^`]*)`$")
_SHAPES = (
    ("unknown_field", "unknown field"),
    ("missing_field", "missing required field"),
    ("unknown_value", "Invalid enum value"),
)


def lint(octets: bytes) -> tuple[Finding, ...]:
    """Everything for which a document is refused; empty: it is a pack."""
    try:
        raw = parsed(octets)
    except MalformedPack as error:
        return (Finding(error.finding, error.where, error.what),)
    try:
        pack = msgspec.convert(raw, Pack)
    except msgspec.ValidationError as error:
        return (_misshapen(str(error)),)
    return lint_pack(pack)


def lint_pack(pack: Pack) -> tuple[Finding, ...]:
    """Everything that is wrong in a pack of the right shape."""
    return tuple(_of_pack(pack))


def _of_pack(pack: Pack) -> Iterator[Finding]:
    yield from _head(pack)
    buckets = {name for name, _ in pack.buckets}
    yield from _shares("buckets", pack.buckets)
    if pack.sources:
        yield from _shares("sources", pack.sources)
    codes = [rule.code for rule in pack.rules]
    codes += [bonus.code for bonus in pack.bonuses]
    codes += [fee.code for fee in pack.fees]
    for code, times in Counter(codes).items():
        if times > 1:
            yield Finding("doubled_code", code, "two lines have this code")
    yield from _of_rules(pack.rules, buckets)
    yield from _of_bonuses(pack.bonuses, buckets)
    yield from _of_fees(pack)


def _head(pack: Pack) -> Iterator[Finding]:
    if pack.v != 1:
        yield Finding("version", "v", "packs are of version 1")
    if _NAME.fullmatch(pack.name) is None or names_crisis(pack.name):
        yield Finding("bad_name", "name", "1 to 32 of a-z, 0-9 and _, of no crisis")
    if pack.rev < 1:
        yield Finding("bad_revision", "rev", "revisions are counted from 1")
    try:
        moment_ms(pack.effective_from)
    except ValueError:
        yield Finding("bad_time", "effective_from", "a time as 2027-01-04T00:00:00Z")
    if not 0 <= pack.bonus_cap_pct <= 100:
        yield Finding("bonus_cap", "bonus_cap_pct", "bonuses are capped at 100 %")
    if not 1 <= len(pack.rules) <= MOST_RULES:
        yield Finding("rule_count", "rules", f"1 to {MOST_RULES} rules")


def _shares(where: str, shares: Iterable[tuple[str, int]]) -> Iterator[Finding]:
    names = [name for name, _ in shares]
    if sum(share for _, share in shares) != 100:
        yield Finding("split_sum", where, "the shares are 100 % together")
    if len(set(names)) != len(names) or any(share < 1 for _, share in shares):
        yield Finding("bad_share", where, "each is named once and has 1 % or more")
    if any(_NAME.fullmatch(name) is None or names_crisis(name) for name in names):
        yield Finding("bad_name", where, "1 to 32 of a-z, 0-9 and _, of no crisis")


def _misshapen(text: str) -> Finding:
    found = _PLACE.search(text)
    where = found["path"] if found else ""
    what = text[: found.start()] if found else text
    for code, part in _SHAPES:
        if part in what:
            return Finding(code, where, what)
    return Finding("wrong_type", where, what)
