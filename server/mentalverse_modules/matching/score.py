"""How well a pair fits, in whole points of 10,000, and the order that follows.

Each part of the score is a value f in 0…10,000; the score is Σ weight·f // 10,000.
Whoever says nothing about something gets the middle there, neither more nor less. Both
sides have a score of their own: what each looks for in the other. Equal scores are
told apart by a keyed hash of the pair, so that no order of names favours anybody, and
the same seed gives the same order.
"""

from __future__ import annotations

import hmac
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul

from .factors import WEIGHTS_BP, WHOLE_BP, Weights
from .filters import MIN_SHARED_MINUTES, Known, Ruled, ruled_out
from .people import STYLE_MOST, UNSAID, Mentee, Mentor, Pair, Side, shared_minutes

MIDDLE = WHOLE_BP // 2
FULL_SURPLUS_MINUTES = 240
"""So much shared time a week beyond the least needed is as good as any more."""
MIN_SEED_BYTES = 16
_TIE_BITS = 48
_STAGE_VALUES = (WHOLE_BP, WHOLE_BP, 7_500, MIDDLE)
"""By how many stages the mentor is further on; one who is behind gets nothing."""


def for_mentee(mentee: Mentee, mentor: Mentor) -> tuple[int, ...]:
    """The values of a mentor for a mentee, in the order of `SCORED`."""
    return for_both(mentee, mentor)[0]


def for_mentor(mentee: Mentee, mentor: Mentor) -> tuple[int, ...]:
    """The values of a mentee for a mentor; their history is no part of it."""
    return for_both(mentee, mentor)[1]


def for_both(mentee: Mentee, mentor: Mentor) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Both at once, for some values are the same from either side."""
    one, other = mentee.side, mentor.side
    stage, style = _stage(one, other), _style(one, other)
    surplus = _surplus(one, other)
    of_mentor = _strength(mentee, mentor), mentor.response_bp
    return (
        (*_looked_for(one, other, stage, style), surplus, *of_mentor),
        (*_looked_for(other, one, stage, style), surplus, MIDDLE, MIDDLE),
    )


def score(values: Sequence[int], weights: Weights = WEIGHTS_BP) -> int:
    """The points, 0…10,000, of values in the order of `SCORED`."""
    weighed: int = sum(map(mul, weights, values))
    return weighed // WHOLE_BP


def tie_break(seed: bytes, pair: Pair) -> tuple[int, int]:
    """What tells equal scores apart: for the mentee's order, and for the mentor's."""
    mentee, mentor = pair[0].encode(), pair[1].encode()
    named = len(mentee).to_bytes(4) + mentee + mentor
    digest = hmac.digest(seed, named, "sha256")
    size = _TIE_BITS // 8
    return int.from_bytes(digest[:size]), int.from_bytes(digest[size : 2 * size])


@dataclass(frozen=True, slots=True)
class Table:
    """How every possible pair stands with each of its two sides.

    A standing is 0 for a pair that is ruled out, else higher for a better one; no two
    of one person are equal but by a hash collision.
    """

    to_mentees: tuple[array[int], ...]
    """By mentee, then by mentor."""
    to_mentors: tuple[array[int], ...]
    """By mentor, then by mentee."""
    ruled: tuple[dict[Ruled, int], ...]
    """By mentee: how many mentors each rule took away."""

    def orders(self) -> list[list[int]]:
        """Each mentee's possible mentors, best first."""
        return [_order(row) for row in self.to_mentees]


def points(standing: int) -> int:
    """The score within a standing that is not 0."""
    return (standing >> _TIE_BITS) - 1


def table(
    mentees: Sequence[Mentee],
    mentors: Sequence[Mentor],
    known: Known,
    seed: bytes,
    weights: Weights = WEIGHTS_BP,
) -> Table:
    """Score every pair of these.

    Args:
        mentees, mentors: no `ref` twice on a side.
        known: blocks and the like.
        seed: of the run, `MIN_SEED_BYTES` at least.
        weights: of the factors.
    """
    if len(seed) < MIN_SEED_BYTES:
        raise ValueError(f"a seed has {MIN_SEED_BYTES} octets at least")
    rows = tuple(array("Q", bytes(8 * len(mentors))) for _ in mentees)
    columns = tuple(array("Q", bytes(8 * len(mentees))) for _ in mentors)
    counts: list[dict[Ruled, int]] = []
    for at_row, mentee in enumerate(mentees):
        count: dict[Ruled, int] = {}
        counts.append(count)
        for at_column, mentor in enumerate(mentors):
            ruled = ruled_out(mentee, mentor, known)
            if ruled is not None:
                count[ruled] = count.get(ruled, 0) + 1
                continue
            there, back = tie_break(seed, (mentee.ref, mentor.ref))
            liked, likes = for_both(mentee, mentor)
            rows[at_row][at_column] = _standing(score(liked, weights), there)
            columns[at_column][at_row] = _standing(score(likes, weights), back)
    return Table(rows, columns, tuple(counts))


def share(wanted: frozenset[str], there: frozenset[str]) -> int:
    """How much of what is wanted is there, 0…10,000; the middle if nothing is."""
    if not wanted:
        return MIDDLE
    return WHOLE_BP * len(wanted & there) // len(wanted)


def _looked_for(
    own: Side, other: Side, stage: int, style: int
) -> tuple[int, int, int, int]:
    """Experience, goals, style and preferences: what one side looks for."""
    lived = share(own.challenges, other.challenges)
    circumstances = share(own.life, other.life)
    wishes = share(own.wished, other.offered)
    tastes = share(own.tastes, other.tastes)
    return (
        (6 * lived + 2 * circumstances + 2 * stage) // 10,
        share(own.goals, other.goals),
        style,
        (7 * wishes + 3 * tastes) // 10,
    )


def _surplus(one: Side, other: Side) -> int:
    beyond = shared_minutes(one, other) - MIN_SHARED_MINUTES
    return WHOLE_BP * min(max(beyond, 0), FULL_SURPLUS_MINUTES) // FULL_SURPLUS_MINUTES


def _stage(mentee: Side, mentor: Side) -> int:
    if not (mentee.stage and mentor.stage):
        return MIDDLE
    ahead = mentor.stage - mentee.stage
    return 0 if ahead < 0 else _STAGE_VALUES[ahead]


def _style(own: Side, other: Side) -> int:
    axes = zip(own.style, other.style, strict=True)
    apart = [abs(a - b) for a, b in axes if UNSAID not in (a, b)]
    if not apart:
        return MIDDLE
    return WHOLE_BP - WHOLE_BP * sum(apart) // (STYLE_MOST * len(apart))


def _strength(mentee: Mentee, mentor: Mentor) -> int:
    domains = mentee.side.challenges
    if not domains or not mentor.strength_bp:
        return MIDDLE
    return sum(mentor.strength_bp.get(each, MIDDLE) for each in domains) // len(domains)


def known(mentee: Mentee, mentor: Mentor) -> tuple[bool, ...]:
    """Whether anything was told for each value, in the order of `SCORED`.

    Where nothing was, the value is the middle: it speaks neither for nor against.
    """
    own, other = mentee.side, mentor.side
    axes = zip(own.style, other.style, strict=True)
    return (
        bool(own.challenges or own.life or (own.stage and other.stage)),
        bool(own.goals),
        any(UNSAID not in pair for pair in axes),
        bool(own.wished or own.tastes),
        True,
        not own.challenges.isdisjoint(mentor.strength_bp),
        mentor.response_bp != MIDDLE,
    )


def _standing(scored: int, tie: int) -> int:
    return (scored + 1) << _TIE_BITS | tie


def _order(row: array[int]) -> list[int]:
    possible = [at for at, standing in enumerate(row) if standing]
    return sorted(possible, key=row.__getitem__, reverse=True)
