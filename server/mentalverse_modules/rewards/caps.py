"""How often a rule pays: counted in windows, of a person, a pair or a thing.

Facts are counted in the order of `Fact.place`, so it never matters which arrived first.
"""

from __future__ import annotations

from collections import Counter

from .epoch import window_of
from .facts import Fact
from .packs import Cap, Rule

Counts = Counter[tuple[str, str, str, str, str]]
"""What was paid, by rule, whom, what, window and its name. Carried between epochs."""


def taken(counts: Counts, rule: Rule, fact: Fact) -> Cap | None:
    """Count a fact; or the cap that is reached already, and nothing is counted."""
    keys = [_key(cap, rule, fact) for cap in rule.caps]
    for cap, key in zip(rule.caps, keys, strict=True):
        if counts[key] >= cap.max:
            return cap
    counts.update(set(keys))
    return None


def _key(cap: Cap, rule: Rule, fact: Fact) -> tuple[str, str, str, str, str]:
    of = {
        "person": ("", ""),
        "pair": (fact.pair, ""),
        "item": ("", fact.item),
        "pair_item": (fact.pair, fact.item),
    }
    pair, item = of[cap.per]
    window = f"{cap.window} {window_of(cap.window, fact.occurred_at_ms)}"
    return (rule.code, fact.beneficiary, f"{cap.per} {pair}", item, window)
