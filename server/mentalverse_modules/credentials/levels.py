"""Training: minutes that are counted once, and the levels that they reach.

Whole minutes, cumulative, each with the source that it comes from: a session, a
workshop, a course elsewhere. A source counts once, however often it is told. A module
is complete with its minutes **and** its assessment; a level needs the level before, its
minutes in all, and its modules. One minute less is a minute less.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from .errors import RequirementsMissing, SourceReused
from .packs import Level, Module, Pack

MAX_MINUTES_AT_ONCE = 24 * 60


@dataclass(frozen=True, slots=True)
class Minutes:
    """Training that somebody had."""

    source_id: str
    module: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Training:
    """All of somebody's training."""

    records: Mapping[str, Minutes] = field(default_factory=dict)
    """By source."""
    passed: frozenset[str] = frozenset()
    """Modules whose assessment was passed."""
    signed_off: frozenset[str] = frozenset()
    """Levels that a supervisor signed off."""

    @property
    def minutes(self) -> int:
        """In all."""
        return sum(each.minutes for each in self.records.values())

    def minutes_of(self, module: str) -> int:
        """In one module."""
        of_module = (one for one in self.records.values() if one.module == module)
        return sum(each.minutes for each in of_module)

    def is_complete(self, module: Module) -> bool:
        """Whether a module has its minutes and its assessment."""
        is_long_enough = self.minutes_of(module.code) >= module.minutes
        return is_long_enough and module.code in self.passed


def recorded(pack: Pack, training: Training, fresh: Minutes) -> Training:
    """The training with these minutes; as it was, where they are known already.

    Raises:
        RequirementsMissing: the pack has no such module, or minutes that cannot be.
        SourceReused: the source was told with other minutes or another module.
    """
    known = training.records.get(fresh.source_id)
    if known == fresh:
        return training
    if known is not None:
        raise SourceReused("this source counts for another training")
    if pack.module(fresh.module) is None:
        raise RequirementsMissing((f"module:{fresh.module}",))
    if not 1 <= fresh.minutes <= MAX_MINUTES_AT_ONCE:
        raise RequirementsMissing(("minutes",))
    return replace(training, records={**training.records, fresh.source_id: fresh})


def lacking(pack: Pack, level: Level, training: Training) -> tuple[str, ...]:
    """What a level still needs, by code; of the level itself, not of those before."""
    lacks = ["minutes"] if training.minutes < level.minutes else []
    modules = {each.code: each for each in pack.modules}
    for code in level.modules:
        if training.minutes_of(code) < modules[code].minutes:
            lacks.append(f"module:{code}")
        if code not in training.passed:
            lacks.append(f"assessment:{code}")
    if level.needs_sign_off and level.code not in training.signed_off:
        lacks.append("sign_off")
    return tuple(lacks)


def reached(pack: Pack, training: Training) -> tuple[Level, ...]:
    """The levels that somebody has, from the first to the highest."""
    held: list[Level] = []
    for level in pack.levels:
        if lacking(pack, level, training):
            break
        held.append(level)
    return tuple(held)
