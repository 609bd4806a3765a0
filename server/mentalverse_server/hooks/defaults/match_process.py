"""A run in a process of its own: 3,000 people with 1,000 mentors take some minutes.

The child reads the people from the database (its address comes by standard input, for
it may hold a password) and writes one line for the run and one for each proposal. So
the server never holds more than a line at a time, and its loop waits for nobody. The
child is nicer than the server and ends with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

import msgspec
import structlog

from mentalverse_modules.matching.factors import WEIGHTS_BP, Weights
from mentalverse_modules.matching.fairness import audit
from mentalverse_modules.matching.filters import PARTED_MS, Known
from mentalverse_modules.matching.people import Mentee, Mentor
from mentalverse_modules.matching.proposal import Option
from mentalverse_modules.matching.report import Facts, as_html
from mentalverse_modules.matching.run import run
from mentalverse_modules.matching.weights import read as read_weights
from mentalverse_signaling.errors import NotNow

from ...store import matching as store
from ...store.engine import Connection, Database, open_database
from ...store.matching import MENTOR, Pool
from .match_eligible import Eligible, eligible
from .matching_codes import MenteeCodes, MentorCodes, mentee, mentor

__all__ = ["WEIGHTS_BP", "Weights", "lines", "read_weights"]

RUN_SECONDS = 900.0
MAX_LINE_BYTES = 1024 * 1024
_DAY_MS = 24 * 60 * 60 * 1_000

log = structlog.get_logger()


class Work(msgspec.Struct, frozen=True):
    """What the child is given."""

    url: str
    run: str
    seed: str
    """Hexadecimal, of the ties."""
    now_ms: int
    weights: Weights = WEIGHTS_BP


class Summary(msgspec.Struct, frozen=True, tag=True):
    """The first line."""

    mentees: int
    mentors: int
    matched: int
    unusable: int
    """Profiles that could not be read."""
    report: str


class Short(msgspec.Struct, frozen=True, tag=True):
    """A further one: somebody whom nobody can be proposed to."""

    mentee: str
    against: tuple[str, ...]
    """By code: see `filters.against`."""


class Proposed(msgspec.Struct, frozen=True, tag=True):
    """A further one."""

    mentee: str
    options: list[Option]


Line = Summary | Proposed | Short


async def lines(work: Work) -> AsyncIterator[Line]:
    """Run it, and give what the child says.

    Raises:
        NotNow: it failed, or took longer than `RUN_SECONDS`.
    """
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __name__),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=MAX_LINE_BYTES,
    )
    to_child, from_child = child.stdin, child.stdout
    if to_child is None or from_child is None:
        raise OSError("a child without pipes")
    try:
        to_child.write(msgspec.json.encode(work))
        to_child.close()
        async with asyncio.timeout(RUN_SECONDS):
            while line := await from_child.readline():
                yield msgspec.json.decode(line, type=Line)
            code = await child.wait()
    except TimeoutError:
        log.warning("matching.run_too_long")
        raise NotNow("the run took too long") from None
    finally:
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()
    if code != 0:
        log.warning("matching.run_failed", code=code)
        raise NotNow("the run failed; the server's log says why")


def main() -> None:
    """The child."""
    with contextlib.suppress(AttributeError, OSError):
        os.nice(10)
    work = msgspec.json.decode(sys.stdin.buffer.read(), type=Work)
    database = open_database(work.url, read_connections=1, exclusive=False)
    try:
        read = asyncio.run(_read(database, work.now_ms))
    finally:
        database.close()
    for line in _matched(work, read):
        sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.buffer.flush()


@dataclass(frozen=True, slots=True)
class _Read:
    pool: Pool
    groups: Mapping[str, str]
    eligible: Mapping[str, Eligible]
    """By mentor; whoever is not in it is proposed to nobody."""


async def _read(database: Database, now_ms: int) -> _Read:
    pool = await database.read(store.pool, now_ms - PARTED_MS)
    groups = await database.read(store.groups)
    mentors = [each.account for each in pool.profiles if each.role == MENTOR]
    return _Read(pool, groups, await database.read(_eligible, mentors, now_ms))


def _eligible(
    connection: Connection, mentors: list[str], now_ms: int
) -> dict[str, Eligible]:
    found = ((each, eligible(connection, each, now_ms)) for each in mentors)
    return {account: what for account, what in found if what is not None}


def _matched(work: Work, read: _Read) -> Iterator[Line]:
    found, groups = read.pool, read.groups
    mentees, mentors, waited_days, unusable = _people(read, work.now_ms)
    known = Known(
        work.now_ms,
        frozenset(found.blocked),
        frozenset(found.dual),
        frozenset(found.vetoed),
        {(mentee, mentor): at_ms for mentee, mentor, at_ms in found.parted},
    )
    done = run(
        mentees, mentors, known, bytes.fromhex(work.seed), waited_days, work.weights
    )
    # An audit has to be repeated exactly; nothing here is secret.
    audited = audit(done.outcomes, groups, Random(work.seed))  # noqa: S311
    facts = Facts(
        work.run,
        datetime.fromtimestamp(work.now_ms / 1_000, UTC).strftime("%Y-%m-%d"),
        len(mentees),
        len(mentors),
        sum(each.places for each in mentors),
        len(done.stable),
        None if done.widest is None else len(done.widest),
        len(done.short),
        done.ruled,
    )
    matched, report = len(done.stable), as_html(facts, audited)
    yield Summary(len(mentees), len(mentors), matched, unusable, report)
    for ref, options in done.options.items():
        yield Proposed(ref, list(options))
    for ref, against in done.against.items():
        yield Short(ref, against)


def _people(
    read: _Read, now_ms: int
) -> tuple[list[Mentee], list[Mentor], dict[str, float], int]:
    mentees: list[Mentee] = []
    mentors: list[Mentor] = []
    waited_days: dict[str, float] = {}
    unusable = 0
    for row in read.pool.profiles:
        try:
            if row.role == MENTOR:
                may = read.eligible.get(row.account)
                if may is None:
                    continue
                helps = msgspec.json.decode(row.codes, type=MentorCodes)
                helps = msgspec.structs.replace(
                    helps,
                    kinds=may.kinds,
                    credentials=may.credentials,
                    level=may.level,
                )
                places = read.pool.free_places.get(row.account, 0)
                mentors.append(mentor(row.account, helps, places))
            else:
                asks = msgspec.json.decode(row.codes, type=MenteeCodes)
                mentees.append(mentee(row.account, asks))
                waited_days[row.account] = (now_ms - row.waits_since_ms) / _DAY_MS
        except ValueError:
            unusable += 1
    return mentees, mentors, waited_days, unusable


if __name__ == "__main__":
    main()
