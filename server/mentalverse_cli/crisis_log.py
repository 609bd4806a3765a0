"""An exported log of the desk: read line by line, held against its chain, by cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from mentalverse_crisis.audit import GENESIS, Flaw, Row, verify
from mentalverse_crisis.clocks import Fold, step
from mentalverse_crisis.errors import MalformedLog
from mentalverse_crisis.policy import Policy
from mentalverse_crisis.record import Entry, What

_FLAWS = {
    Flaw.NUMBER: "not the next number: a row is missing, doubled or out of its place",
    Flaw.LINK: "it follows another row than the one before it",
    Flaw.COMMITMENT: "not the commitments that a row has",
    Flaw.VALUE: "a personal field is not what was written down",
    Flaw.HASH: "something in it was changed",
}

Log = list[tuple[int, Entry]]
"""Number of the line, from 1, and what it says."""


class LogError(Exception):
    """A log that cannot be read, or holds something that cannot have been."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")


class _Plain(Entry, frozen=True, forbid_unknown_fields=True):
    """An entry of a log without a chain. An unknown field may be a misspelt one."""


class _Kind(msgspec.Struct):
    hash: object = None


@dataclass
class LoggedCase:
    """What the log says of one case."""

    policy: Policy
    entries: list[Entry] = field(default_factory=list)
    folded: Fold | None = None


def read(lines: Iterable[bytes]) -> Log:
    """All entries; those of a log with a chain are `Row`s. Empty lines are skipped.

    Raises:
        LogError: a line that is none, or one without hashes among others with them.
    """
    log: Log = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        entry = _entry(number, line)
        if log and isinstance(entry, Row) is not isinstance(log[0][1], Row):
            has = "has" if isinstance(entry, Row) else "has not"
            raise LogError(number, f"it {has} a hash, unlike the lines before")
        log.append((number, entry))
    return log


def verified(log: Log, head: str | None) -> int | None:
    """How many rows of a chain hold; none if the log has no chain.

    Raises:
        LogError: the chain does not hold, or there is none though a head is known.
    """
    rows = [(number, entry) for number, entry in log if isinstance(entry, Row)]
    if not rows:
        if head not in (None, GENESIS):
            raise LogError(1, "the log has no hashes, and the head is not in it")
        return None
    broken = verify((row for _, row in rows), head)
    if broken is None:
        return len(rows)
    if broken.flaw is Flaw.HEAD:
        last = rows[-1][0]
        raise LogError(last, "the log ends here, and the head is not in it")
    raise LogError(rows[broken.place][0], f"the chain breaks: {_FLAWS[broken.flaw]}")


def cases_of(
    log: Log, policies: Mapping[str, Policy], as_of_ms: int
) -> list[LoggedCase]:
    """The cases in the order of their opening; entries after `as_of_ms` are left out.

    Raises:
        LogError: no case can have such a log, or its policy is not known.
    """
    cases: dict[str, LoggedCase] = {}
    for number, entry in log:
        if entry.at_ms > as_of_ms:
            continue
        case = cases.get(entry.case)
        if case is None:
            case = LoggedCase(_policy(number, entry, policies))
            cases[entry.case] = case
        try:
            case.folded = step(case.folded, entry, case.policy)
        except MalformedLog as error:
            raise LogError(number, f"case {entry.case}: {error}") from error
        case.entries.append(entry)
    return list(cases.values())


def _entry(number: int, line: bytes) -> Entry:
    try:
        has_hash = msgspec.json.decode(line, type=_Kind).hash is not None
        return msgspec.json.decode(line, type=Row if has_hash else _Plain)
    except (ValueError, RecursionError) as error:
        raise LogError(number, str(error)) from error


def _policy(number: int, entry: Entry, policies: Mapping[str, Policy]) -> Policy:
    if entry.what is not What.OPENED:
        raise LogError(number, f"case {entry.case} was not opened before")
    policy = policies.get(entry.policy)
    if policy is None:
        known = ", ".join(policies)
        reason = f"policy {entry.policy!r} is not known, only {known}; give --policy"
        raise LogError(number, reason)
    return policy
