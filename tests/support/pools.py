"""Invented people who look for each other, the same for the same seed."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from mentalverse_modules.matching.people import Kind, Mentee, Mentor, Side, week

LANGUAGES = ("en", "de", "uk")
CHALLENGES = ("anxiety", "grief", "burnout", "addiction", "trauma", "loneliness")
LIFE = ("parent", "student", "migrant", "carer")
GOALS = ("sleep", "work", "people", "calm", "routine", "move")
OFFERS = ("faith", "practical", "listening", "often", "seldom", "video", "text")
TASTES = ("like:music", "like:hiking", "dislike:crowds", "dislike:phone")
SEED = b"a seed of a run!"


@dataclass(frozen=True)
class Pool:
    mentees: list[Mentee]
    mentors: list[Mentor]


def pool(seed: int, mentees: int, mentors: int, *, places: int = 3) -> Pool:
    draw = Random(seed)
    return Pool(
        [mentee(draw, f"e{at}") for at in range(mentees)],
        [mentor(draw, f"o{at}", places) for at in range(mentors)],
    )


def mentee(draw: Random, ref: str) -> Mentee:
    return Mentee(
        ref,
        side(draw, windows=3),
        level=draw.randrange(2),
        required={"gender": frozenset({"woman"})} if draw.randrange(10) == 0 else {},
    )


def mentor(draw: Random, ref: str, places: int) -> Mentor:
    return Mentor(
        ref,
        side(draw, windows=5),
        places=draw.randrange(1, places + 1),
        level=draw.randrange(1, 5),
        traits={"gender": frozenset({draw.choice(("woman", "man"))})},
        strength_bp={each: draw.randrange(10_001) for each in some(draw, CHALLENGES)},
        response_bp=draw.randrange(10_001),
        kinds=frozenset({Kind.PEER}),
    )


def side(draw: Random, *, windows: int) -> Side:
    starts = [draw.randrange(7 * 24) * 60 for _ in range(windows)]
    return Side(
        languages=some(draw, LANGUAGES),
        slots=week((start, start + 12 * 60) for start in starts),
        challenges=some(draw, CHALLENGES),
        life=some(draw, LIFE),
        stage=draw.randrange(5),
        goals=some(draw, GOALS),
        style=(_axis(draw), _axis(draw), _axis(draw), _axis(draw)),
        wished=some(draw, OFFERS),
        offered=some(draw, OFFERS),
        tastes=some(draw, TASTES),
    )


def some(draw: Random, codes: tuple[str, ...]) -> frozenset[str]:
    """One to three of them."""
    return frozenset(draw.sample(codes, draw.randrange(1, 4)))


def _axis(draw: Random) -> int:
    return draw.randrange(-1, 11)
