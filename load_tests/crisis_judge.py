"""What went wrong at a desk, from what people were told and what its log says: pure.

The rungs of the ladder are worked out here a second time, from the policy's numbers and
the tap alone, and not by the code that climbs them.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from mentalverse_crisis.audit import Row
from mentalverse_crisis.policy import DEFAULT, Policy
from mentalverse_crisis.record import Entry, What

NEVER_MS = 60_000.0
"""The wait of a request that nobody was asked about."""
SETTLED_MS = 5_000
"""A rung that was due less than this before the end is not judged."""
_ENDS = frozenset({What.ACCEPTED, What.LEFT, What.CLOSED})
_RELEASES = frozenset({What.RETURNED, What.RESCUE, What.ENDED, What.CLOSED})

Span = tuple[int, int]
"""From and to, in Unix milliseconds."""


def read_log(database: Path) -> list[Entry]:
    """Every entry of a desk's log, in its order."""
    with sqlite3.connect(database) as connection:
        rows = connection.execute("SELECT document FROM crisis_entries ORDER BY seq")
        return [msgspec.json.decode(row, type=Row) for (row,) in rows]


def intake_to_offer_ms(
    tapped: Mapping[str, float], offered: Mapping[str, float]
) -> list[float]:
    """How long each request waited until somebody was asked; sorted.

    Args:
        tapped: By case, seconds at which the request left the person.
        offered: By case, seconds at which the first frame came to a responder.
    """
    waits = (
        (offered[case] - at) * 1000 if case in offered else NEVER_MS
        for case, at in tapped.items()
    )
    return sorted(waits)


def lost(
    acked: Mapping[str, str], shown: Mapping[str, str | None], kept: Collection[str]
) -> int:
    """Cases that were acknowledged and are not there any more.

    Args:
        acked: By person, the case that they were told.
        shown: By person, the case that they are shown now; None: none.
        kept: The cases in the database.
    """
    return sum(
        case not in kept or shown.get(person) != case for person, case in acked.items()
    )


def double_held(entries: Iterable[Entry], accepts: Mapping[str, Sequence[str]]) -> int:
    """Cases that two held at once, by the log or by what they were told.

    Args:
        entries: Of cases that nobody hands on.
        accepts: By case, who was told that it is theirs, if nobody was to lose it.
    """
    twice = {case for case, who in accepts.items() if len(who) > 1}
    held: set[str] = set()
    for entry in entries:
        if entry.what is What.ACCEPTED:
            if entry.case in held:
                twice.add(entry.case)
            held.add(entry.case)
        elif entry.what in _RELEASES:
            held.discard(entry.case)
    return len(twice)


@dataclass(slots=True)
class Climbs:
    """How the ladder was climbed."""

    due: int = 0
    """Rungs that were due."""
    missed: int = 0
    doubled: int = 0
    late_ms: list[float] = field(default_factory=list)
    """Of rungs that were due while the server ran; sorted."""


def climbs(
    entries: Iterable[Entry],
    until_ms: int,
    down: Sequence[Span] = (),
    policy: Policy = DEFAULT,
) -> Climbs:
    """Compare the rungs of the log with those that were due.

    Args:
        entries: Of cases whose band never changed, in the order of the log.
        until_ms: When the log was read.
        down: When the server did not run.
        policy: What was promised.
    """
    by_case: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_case[entry.case].append(entry)
    found = Climbs()
    for told in by_case.values():
        _climb(found, told, until_ms, down, policy)
    found.late_ms.sort()
    return found


def _climb(
    found: Climbs,
    told: list[Entry],
    until_ms: int,
    down: Sequence[Span],
    policy: Policy,
) -> None:
    opened = told[0]
    if opened.what is not What.OPENED or opened.band is None:
        raise ValueError("a case begins with its opening")
    tapped_ms = opened.at_ms if opened.tap_ms is None else opened.tap_ms
    ends = [entry.at_ms for entry in told if entry.what in _ENDS]
    last_ms = min([until_ms - SETTLED_MS, *ends])
    fired: dict[int, list[int]] = defaultdict(list)
    for entry in told:
        if entry.what is What.ESCALATED:
            fired[entry.level].append(entry.at_ms)
    target_ms = policy.accept_ms(opened.band)
    for level, rung in enumerate(policy.ladder, 1):
        due_ms = max(opened.at_ms, tapped_ms + target_ms * rung.at_percent // 100)
        times = fired[level]
        found.doubled += max(0, len(times) - 1)
        if due_ms > last_ms:
            continue
        found.due += 1
        if not times:
            found.missed += 1
        elif not any(begin <= due_ms <= end for begin, end in down):
            found.late_ms.append(max(0, times[0] - due_ms))
