"""Invented people, to try a policy and the audit on before anybody trusts them."""

from __future__ import annotations

from .fairness import Draws
from .people import UNSAID, Mentee, Mentor, Side, week
from .vocabulary import CHALLENGES, GOALS, LIFE, SUPPORT, TASTES

LANGUAGES = ("en", "de", "uk")
_WHOLE = 10_001


def mentee(draws: Draws, ref: str) -> Mentee:
    """Somebody who looks for a mentor; one in ten states a condition."""
    required = {"gender": frozenset({"woman"})} if not draws.randrange(10) else {}
    side = _side(draws, windows=3)
    return Mentee(ref, side, level=draws.randrange(2), required=required)


def mentor(draws: Draws, ref: str, most_places: int = 3) -> Mentor:
    """Somebody who helps up to so many."""
    gender = ("woman", "man")[draws.randrange(2)]
    return Mentor(
        ref,
        _side(draws, windows=5),
        places=1 + draws.randrange(most_places),
        level=1 + draws.randrange(4),
        traits={"gender": frozenset({gender})},
        strength_bp={
            each: draws.randrange(_WHOLE) for each in sorted(_some(draws, CHALLENGES))
        },
        response_bp=draws.randrange(_WHOLE),
    )


def _side(draws: Draws, *, windows: int) -> Side:
    starts = [draws.randrange(7 * 24) * 60 for _ in range(windows)]
    return Side(
        languages=_some(draws, LANGUAGES),
        slots=week((start, start + 12 * 60) for start in starts),
        challenges=_some(draws, CHALLENGES),
        life=_some(draws, LIFE),
        stage=draws.randrange(5),
        goals=_some(draws, GOALS),
        style=(_axis(draws), _axis(draws), _axis(draws), _axis(draws)),
        wished=_some(draws, SUPPORT),
        offered=_some(draws, SUPPORT),
        tastes=_some(draws, TASTES),
    )


def _some(draws: Draws, codes: tuple[str, ...]) -> frozenset[str]:
    """One to three of them."""
    left = list(codes)
    count = 1 + draws.randrange(3)
    return frozenset(left.pop(draws.randrange(len(left))) for _ in range(count))


def _axis(draws: Draws) -> int:
    return UNSAID + draws.randrange(12)
