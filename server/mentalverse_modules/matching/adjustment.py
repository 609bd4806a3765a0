"""Other terms for two who are together: one asks, the other agrees, or leaves it.

    wish     what it means                        who moves it
    none     nothing else was asked for           either: ask
    open     one would rather have other terms    who asked: take back, ask for others
                                                  the other: agree; server: lapse

Each of the two has one open wish at most, and both may have one. Agreeing is to ask for
the very terms that the other one asks for, so nobody agrees to what they have not seen,
and two who ask for the same at once have agreed. Then these terms count, and no wish is
left.

Invariants: the terms change by two words alone, never by one and never by the clock;
whoever has a wish moves it; to ask for what is so already takes one's wish back. The
kind of support is no term: it decides which credentials and laws apply.

Time: a wish is open for 14 days, twice as long as a choice, as it keeps nobody waiting.
The same again does not prolong it. What is wished for ends with the relationship.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from .proposal import MEETINGS_A_MONTH, STRUCTURES, Refused
from .relationship import Relationship

WISH_MS = 14 * 24 * 60 * 60 * 1_000


@dataclass(frozen=True, slots=True)
class Terms:
    """What of a plan the two may change."""

    structure: str
    """One of `STRUCTURES`."""
    meetings_a_month: int
    """One of `MEETINGS_A_MONTH`."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What one of the two would rather have."""

    terms: Terms
    lapses_ms: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """The terms that count, and what is wished for."""

    terms: Terms
    wishes: Mapping[str, Wish] = field(default_factory=dict)
    """By who has it; those that lapsed count for nothing."""


def adjusted(
    relationship: Relationship,
    agreement: Agreement,
    who: str,
    terms: Terms | None,
    now_ms: int,
) -> Agreement:
    """The agreement after one of the two has said what they would rather have.

    Args:
        relationship: of the two.
        agreement: as it stands; it is returned itself if nothing changes.
        who: of the two.
        terms: which ones; None takes back what they asked for.
        now_ms: the time.

    Raises:
        Refused: `not_yours`, `not_now` after the end, `no_such_terms`.
    """
    if who not in relationship.pair:
        raise Refused("not_yours")
    if relationship.ended_ms is not None:
        raise Refused("not_now")
    others = {of: wish for of, wish in agreement.wishes.items() if of != who}
    if terms is None or terms == agreement.terms:
        is_back = len(others) < len(agreement.wishes)
        return replace(agreement, wishes=others) if is_back else agreement
    if terms.structure not in STRUCTURES:
        raise Refused("no_such_terms")
    if terms.meetings_a_month not in MEETINGS_A_MONTH:
        raise Refused("no_such_terms")
    if any(_asks_for(wish, terms, now_ms) for wish in others.values()):
        return Agreement(terms)
    mine = agreement.wishes.get(who)
    if mine is not None and _asks_for(mine, terms, now_ms):
        return agreement
    return replace(agreement, wishes={**others, who: Wish(terms, now_ms + WISH_MS)})


def _asks_for(wish: Wish, terms: Terms, now_ms: int) -> bool:
    return wish.terms == terms and now_ms < wish.lapses_ms
