"""Everything about being matched, over one database."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..clock import Clock
from ..errors import StartupError
from ..ground import Ground, Rng
from ..hooks.defaults import match_process
from ..owner_files import read_file
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
    """The services of this installation.

    Raises:
        StartupError: the weights that the operator names cannot be read.
    """
    url, rng = ground.config.database_url, ground.rng
    runs = MatchRuns(
        *(ground.database, ground.writer, url, ground.clock, rng),
        weights=weights_of(ground.config.matching.weights_file),
    )
    return _parts(ground.database, ground.writer, ground.clock, runs)


def match_parts(
    database: Database, writer: Writer, url: str, clock: Clock, rng: Rng
) -> MatchParts:
    """The services over one database; `url` is its address, for runs."""
    runs = MatchRuns(database, writer, url, clock, rng)
    return _parts(database, writer, clock, runs)


def _parts(
    database: Database, writer: Writer, clock: Clock, runs: MatchRuns
) -> MatchParts:
    return MatchParts(
        Relationships(writer),
        MatchReading(database, clock),
        Reviewing(database, writer, runs),
        runs,
    )


def weights_of(path: Path | None) -> match_process.Weights:
    """The weights that an operator names, or the default.

    Raises:
        StartupError: the file cannot be read, or holds none.
    """
    if path is None:
        return match_process.WEIGHTS_BP
    try:
        return match_process.read_weights(read_file(path))
    except ValueError as error:
        raise StartupError(f"{path}: {error}") from None
