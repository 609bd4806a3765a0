"""Proposals at each of their stages, and outcomes with something planted in them."""

from __future__ import annotations

from random import Random

from mentalverse_modules.matching.fairness import Outcome
from mentalverse_modules.matching.people import Kind
from mentalverse_modules.matching.proposal import (
    Act,
    Move,
    Option,
    Party,
    Plan,
    Proposal,
    Stage,
    moved,
    propose,
)

GROUPS = ("a", "b", "c")
PLAN = Plan(Kind.PEER, "open", 2, 50, 12, ())
MENTORS = tuple(Option(f"o{at}", 9_000 - at, PLAN) for at in range(4))
RELEASE = Move(Act.RELEASE, Party.REVIEWER, "c")
CHOOSE = Move(Act.CHOOSE, Party.MENTEE, "e", 1)
ACCEPT = Move(Act.ACCEPT, Party.MENTOR, "o1")
DECLINE = Move(Act.DECLINE, Party.MENTOR, "o1")
FULL = Move(Act.FULL, Party.SERVER)


def at_stage(stage: Stage) -> Proposal:
    fresh = propose("e", MENTORS, 0)
    if stage is Stage.REVIEW:
        return fresh
    if stage is Stage.CLOSED:
        return moved(fresh, Move(Act.CLOSE, Party.REVIEWER, "c"), 1)
    proposal = moved(fresh, RELEASE, 1)
    for move, then in ((CHOOSE, Stage.ASKED), (ACCEPT, Stage.AGREED)):
        if proposal.stage is stage:
            break
        proposal = moved(proposal, move, 2)
        assert proposal.stage is then
    return proposal


def outcomes(
    seed: int, people: int, *, bias: float = 0.0, days: float = 0.0, places: int = 0
) -> tuple[list[Outcome], dict[str, str]]:
    """Alike for everybody, but for what is planted on group a."""
    draw = Random(seed)
    found, groups = [], {}
    for at in range(people):
        ref = f"e{at}"
        group = groups[ref] = GROUPS[at % 3]
        is_hit = group == "a"
        matched = draw.random() < 0.8 - bias * is_hit
        rank = 1 + draw.randrange(20) + places * is_hit if matched else None
        waited = draw.uniform(0, 30) + days * is_hit
        found.append(Outcome(ref, matched, waited, rank))
    return found, groups
