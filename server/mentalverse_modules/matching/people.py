"""What is known of both sides of a match: derived codes, never the answers themselves.

Nothing in here has a place for the group that somebody belongs to. Groups that people
tell of their own free will are known to the audit alone (`fairness`), and whatever
scores takes the types of this file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

SLOT_MINUTES = 15
WEEK_MINUTES = 7 * 24 * 60
UNSAID = -1
"""On an axis of style: they did not say."""
STYLE_AXES = ("personality", "communication", "values", "interaction")
STYLE_MOST = 10
STAGE_MOST = 4
LEVEL_MOST = 4

Pair = tuple[str, str]
"""A mentee and a mentor, by their opaque names."""
NO_CODES: frozenset[str] = frozenset()


class Kind(Enum):
    """What a relationship is: it decides which credentials and laws apply."""

    PEER = "peer"
    PROFESSIONAL = "professional"


@dataclass(frozen=True, slots=True)
class Side:
    """What both sides tell alike, so that each can be held against the other."""

    languages: frozenset[str] = NO_CODES
    """BCP 47 tags."""
    slots: int = 0
    """Quarters of an hour of a week in UTC, bit 0 is Monday 00:00: see `week`."""
    challenges: frozenset[str] = NO_CODES
    """Domains lived through, or trained for."""
    life: frozenset[str] = NO_CODES
    """Circumstances: parenthood, migration, a long illness."""
    stage: int = 0
    """How far on in recovery, 1…4; 0: they did not say."""
    goals: frozenset[str] = NO_CODES
    style: tuple[int, int, int, int] = (UNSAID,) * 4
    """On `STYLE_AXES`, 0…10 each, or `UNSAID`."""
    wished: frozenset[str] = NO_CODES
    """What they would like in the other: culture, kind of support, intensity."""
    offered: frozenset[str] = NO_CODES
    """What they tell of themselves in the same codes."""
    tastes: frozenset[str] = NO_CODES
    """Likes and dislikes; sharing a dislike counts as much as sharing a like."""

    def __post_init__(self) -> None:
        """Raises ValueError for a number beyond its range."""
        if not 0 <= self.stage <= STAGE_MOST:
            raise ValueError(f"a stage is 0…{STAGE_MOST}")
        if any(not UNSAID <= each <= STYLE_MOST for each in self.style):
            raise ValueError(f"an axis of style is 0…{STYLE_MOST}, or {UNSAID}")


@dataclass(frozen=True, slots=True)
class Mentee:
    """Somebody who looks for a mentor."""

    ref: str
    side: Side
    kind: Kind = Kind.PEER
    """What they ask for."""
    screened_for: frozenset[Kind] = frozenset({Kind.PEER})
    """What the first screening allows. It never decides over help, only over this."""
    age_band: str = "adult"
    jurisdiction: str = ""
    """Where they are; empty if they did not say."""
    credentials: frozenset[str] = NO_CODES
    """What the needs of their intake ask of a mentor's credentials."""
    level: int = 0
    """The training level that these needs ask for, 0…4."""
    required: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Wishes that they state as conditions, by their kind: any of the codes will do."""
    consents: bool = True
    """To being matched; withdrawn, they are left out of the next run."""


@dataclass(frozen=True, slots=True)
class Mentor:
    """Somebody who helps others, and how many."""

    ref: str
    side: Side
    places: int = 1
    """Free ones."""
    kinds: frozenset[Kind] = frozenset({Kind.PEER})
    age_bands: frozenset[str] = frozenset({"adult"})
    jurisdictions: frozenset[str] = NO_CODES
    """Where they may help; none: peers anywhere, professionals nowhere."""
    credentials: frozenset[str] = NO_CODES
    level: int = 0
    traits: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """What they let themselves be chosen by, by its kind: see `Mentee.required`."""
    strength_bp: Mapping[str, int] = field(default_factory=dict)
    """How well earlier relationships went, by domain, 0…10,000: see `learn`."""
    response_bp: int = 5_000
    """How soon they answer and how many planned meetings they keep, 0…10,000."""
    consents: bool = True


def week(windows: Iterable[tuple[int, int]], utc_offset_minutes: int = 0) -> int:
    """Windows of a local week as `Side.slots`.

    Args:
        windows: from and until, in minutes since Monday 00:00 local time; a window may
            pass the end of the week. Quarters that are only partly free do not count.
        utc_offset_minutes: of the local time, east is positive.
    """
    slots = 0
    for start, end in windows:
        first = -(-(start - utc_offset_minutes) // SLOT_MINUTES)
        for slot in range(first, (end - utc_offset_minutes) // SLOT_MINUTES):
            slots |= 1 << slot % (WEEK_MINUTES // SLOT_MINUTES)
    return slots


def shared_minutes(one: Side, other: Side) -> int:
    """For how many minutes of a week both are free."""
    return (one.slots & other.slots).bit_count() * SLOT_MINUTES
