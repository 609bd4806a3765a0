"""Everything about being matched, over one database."""

from __future__ import annotations

from dataclasses import dataclass

from ..clock import Clock
from ..ground import Ground, Rng
from ..store.engine import Database
from ..store.writer import Writer
from .match_reading import MatchReading
from .match_reviews import Reviewing
from .match_runs import MatchRuns
from .relationships import Relationships


@dataclass(frozen=True, slots=True)
class MatchParts:
    """The services about matching."""

    relationships: Relationships
    reading: MatchReading
    reviewing: Reviewing
    runs: MatchRuns


def make_matching(ground: Ground) -> MatchParts:
    """The services of this installation."""
    url = ground.config.database_url
    return match_parts(ground.database, ground.writer, url, ground.clock, ground.rng)


def match_parts(
    database: Database, writer: Writer, url: str, clock: Clock, rng: Rng
) -> MatchParts:
    """The services over one database; `url` is its address, for runs."""
    runs = MatchRuns(database, writer, url, clock, rng)
    return MatchParts(
        Relationships(writer),
        MatchReading(database, clock),
        Reviewing(database, writer, runs),
        runs,
    )
