"""Every factor that a match could be made by, also those that are left unused.

A factor is a filter, a part of the score or unused. Weights are basis points and sum to
10,000. Values and experience weigh more than what people are like on paper, because
they predict more; what somebody earns, and how others rate them, weighs nothing: it is
named, so that nobody has to wonder.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

WHOLE_BP = 10_000


class Use(Enum):
    """What a factor does."""

    FILTER = "filter"
    SCORE = "score"
    UNUSED = "unused"


@dataclass(frozen=True, slots=True)
class Factor:
    """One of them."""

    code: str
    use: Use
    weight_bp: int
    """Of the score, in basis points; 0 for all that is no part of it."""
    source: str
    """Where the datum comes from."""
    covers: tuple[str, ...]
    """What people call it."""


def _filter(code: str, source: str, *covers: str) -> Factor:
    return Factor(code, Use.FILTER, 0, source, covers)


def _score(code: str, weight_bp: int, source: str, *covers: str) -> Factor:
    return Factor(code, Use.SCORE, weight_bp, source, covers)


def _unused(code: str, source: str, *covers: str) -> Factor:
    return Factor(code, Use.UNUSED, 0, source, covers)


FACTORS: tuple[Factor, ...] = (
    _filter("consent", "consents", "consent to being matched"),
    _filter("kind", "profile of both", "relationship type"),
    _filter("screening", "first screening", "safety of the kind of relationship"),
    _filter("blocked", "blocks of both", "blocked pair"),
    _filter("dual", "coordinator's list", "dual relationship", "conflict of interest"),
    _filter("parted", "ended relationships", "re-match of a pair that parted"),
    _filter("vetoed", "human review", "veto of a coordinator"),
    _filter("capacity", "relationships", "capacity", "mentor availability"),
    _filter("language", "profile of both", "language"),
    _filter("time", "profile of both", "availability alignment", "time zone"),
    _filter("age", "profile of both", "age band"),
    _filter("jurisdiction", "profile of both", "geography", "licence by place"),
    _filter(
        "credential",
        "intake need, credentials",
        "condition-specific needs",
        "professional credentials",
    ),
    _filter("level", "intake need, credentials", "training level", "scope"),
    _filter("required", "wishes of the mentee", "age, gender or place when stated"),
    _score(
        "experience",
        2_600,
        "profile of both",
        "experience relevance",
        "similar challenges",
        "comparable recovery stage",
        "relevant life experience",
    ),
    _score(
        "goals", 1_800, "profile of both", "goal compatibility", "shared growth goals"
    ),
    _score(
        "style",
        1_600,
        "profile of both",
        "personality",
        "communication style",
        "values",
        "interaction preferences",
    ),
    _score(
        "preferences",
        1_500,
        "profile of both",
        "culture",
        "support type",
        "intensity",
        "duration expectation",
        "technology comfort",
        "likes and dislikes",
    ),
    _score("availability", 1_000, "profile of both", "time beyond what is needed"),
    _score(
        "strength", 1_000, "finished relationships", "success-rate history by domain"
    ),
    _score("response", 500, "sessions", "response-time history", "consistency"),
    _unused("tokens", "rewards", "token earnings"),
    _unused("ratings", "feedback", "reviews"),
    _unused("reputation", "none", "community reputation"),
    _unused("engagement", "none", "engagement level"),
    _unused("growth", "none", "growth trajectory"),
)
SCORED: tuple[Factor, ...] = tuple(each for each in FACTORS if each.use is Use.SCORE)
Weights = tuple[int, ...]
"""Basis points in the order of `SCORED`; they sum to 10,000."""
WEIGHTS_BP: Weights = tuple(each.weight_bp for each in SCORED)
"""The default."""


def check(factors: Iterable[Factor]) -> None:
    """Refuse a table that does not add up.

    Raises:
        ValueError: a code stands twice, a weight is no share, something that is no
            part of the score weighs something, or the weights miss 10,000.
    """
    known = tuple(factors)
    if len({each.code for each in known}) != len(known):
        raise ValueError("a code stands twice")
    for each in known:
        if each.weight_bp < 0 or (each.weight_bp > 0) != (each.use is Use.SCORE):
            raise ValueError(f"{each.code} weighs {each.weight_bp}")
    if sum(each.weight_bp for each in known) != WHOLE_BP:
        raise ValueError(f"the weights do not sum to {WHOLE_BP}")
