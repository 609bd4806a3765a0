"""Pools of invented people, the same for the same seed."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from mentalverse_modules.matching.invented import mentee, mentor
from mentalverse_modules.matching.people import Mentee, Mentor

SEED = b"a seed of a run!"


@dataclass(frozen=True)
class Pool:
    mentees: list[Mentee]
    mentors: list[Mentor]


def pool(seed: int, mentees: int, mentors: int, *, places: int = 3) -> Pool:
    draws = Random(seed)
    return Pool(
        [mentee(draws, f"e{at}") for at in range(mentees)],
        [mentor(draws, f"o{at}", places) for at in range(mentors)],
    )
