"""Numbers to call, by country: dated records, each with who checked it and when.

`lines.json` beside this file is the one list; the page of help is built from the same
file. Lists of helplines rot, and no open one is kept by people who try the numbers. So
a record says when somebody last did:

    unverified   nobody has: shown, with "check before relying"
    fresh        at most 180 days ago
    ageing       at most 365 days ago: shown, and a warning to whoever runs the desk
    expired      longer ago, or after its own last day: not shown

Where no emergency number of a country is left to show, the ones that most mobile
phones take stand in (`Directory.everywhere`). Somebody always has a number.

Who checked which line is the operator's to know and lies in a file of theirs, never in
the list that ships (`read_checks`, `with_checks`, `add_checks`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from enum import Enum

import msgspec

from .entries import COUNTRY, DIALLED, LANGUAGE, Record, decoded, label
from .errors import MalformedEntry

SHIPPED = "lines.json"
"""The list that ships, as a file of this package."""
WARN_AFTER = timedelta(days=180)
HIDE_AFTER = timedelta(days=365)


class Channel(Enum):
    """How a line is reached."""

    CALL = "call"
    TEXT = "text"
    CHAT = "chat"
    """A page of the line's own: `https://…`."""


class Audience(Enum):
    """Whom a line is for."""

    EMERGENCY = "emergency"
    """Whoever is in danger now: the country's emergency numbers."""
    EVERYONE = "everyone"


class Freshness(Enum):
    """How far a record can be relied on today."""

    UNVERIFIED = "unverified"
    FRESH = "fresh"
    AGEING = "ageing"
    EXPIRED = "expired"


class Number(Record, frozen=True):
    """One way to reach a line."""

    channel: Channel
    value: str


class Line(Record, frozen=True):
    """One line of one country. `country` and `name` together are its key."""

    country: str
    """ISO 3166-1 alpha-2."""
    name: str
    numbers: tuple[Number, ...]
    hours: str | None
    """None: not known here, so nothing is promised."""
    languages: tuple[str, ...]
    """Tags of BCP 47; none where it is not known."""
    audience: Audience
    cost: str | None
    """None: not known here."""
    source_url: str | None
    """Where the line says so itself; only emergency numbers may do without."""
    verified_on: date | None
    verified_by: str | None
    expires_on: date | None
    """Its last day, whoever verified it before."""

    @property
    def label(self) -> str:
        """How errors and reports name it."""
        return f"{self.country} {self.name}"


class Check(Record, frozen=True):
    """Somebody tried a line on a day."""

    country: str
    name: str
    verified_on: date
    verified_by: str


class Directory(msgspec.Struct, frozen=True):
    """All lines."""

    compiled_on: date
    everywhere: tuple[str, ...]
    """Emergency numbers that mobile phones take in most countries."""
    lines: tuple[Line, ...]

    def of(self, country: str) -> tuple[Line, ...]:
        """The lines of a country, whatever their state."""
        return tuple(line for line in self.lines if line.country == country)


class Shown(msgspec.Struct, frozen=True):
    """What somebody in a country sees today."""

    lines: tuple[Line, ...]
    fallback: tuple[str, ...]
    """What to call where no emergency number of the country is shown; else empty."""


class _File(Record, frozen=True):
    compiled_on: date
    everywhere: tuple[str, ...]
    lines: tuple[msgspec.Raw, ...]


class _Checks(Record, frozen=True):
    checks: tuple[msgspec.Raw, ...]


def read(document: bytes) -> Directory:
    """The list in a file's octets.

    Raises:
        MalformedEntry: names the entry and the field.
    """
    file = decoded(document, _File, "the list")
    lines = tuple(
        decoded(bytes(raw), Line, label(bytes(raw), position))
        for position, raw in enumerate(file.lines, 1)
    )
    known: set[str] = set()
    for line in lines:
        for field, reason in _problems(line):
            raise MalformedEntry(line.label, field, reason)
        if line.label in known:
            raise MalformedEntry(line.label, "name", "stands in the list twice")
        known.add(line.label)
    if not file.everywhere or not all(map(DIALLED.fullmatch, file.everywhere)):
        raise MalformedEntry("the list", "everywhere", "needs numbers to dial")
    return Directory(file.compiled_on, file.everywhere, lines)


def freshness(line: Line, today: date) -> Freshness:
    """How far a line can be relied on."""
    if line.expires_on is not None and today > line.expires_on:
        return Freshness.EXPIRED
    if line.verified_on is None:
        return Freshness.UNVERIFIED
    age = today - line.verified_on
    if age > HIDE_AFTER:
        return Freshness.EXPIRED
    return Freshness.AGEING if age > WARN_AFTER else Freshness.FRESH


def shown(directory: Directory, country: str, today: date) -> Shown:
    """What to show in a country; of an unknown one, the numbers for everywhere."""
    lines = tuple(
        line
        for line in directory.of(country)
        if freshness(line, today) is not Freshness.EXPIRED
    )
    has_emergency = any(line.audience is Audience.EMERGENCY for line in lines)
    return Shown(lines, () if has_emergency else directory.everywhere)


def read_checks(document: bytes) -> tuple[Check, ...]:
    """What an operator's people have checked.

    Raises:
        MalformedEntry: names the check and the field.
    """
    file = decoded(document, _Checks, "the checks")
    return tuple(
        decoded(bytes(raw), Check, label(bytes(raw), position))
        for position, raw in enumerate(file.checks, 1)
    )


def write_checks(checks: Sequence[Check]) -> bytes:
    """The octets that `read_checks` reads."""
    encoded = msgspec.json.encode({"checks": checks})
    return msgspec.json.format(encoded, indent=2) + b"\n"


def add_checks(
    checks: Sequence[Check], lines: Sequence[Line], by: str, on: date
) -> tuple[Check, ...]:
    """The checks, with one more of each line; of one line the latest day counts."""
    added = [Check(line.country, line.name, on, by) for line in lines]
    latest = {
        (check.country, check.name): check
        for check in sorted((*checks, *added), key=lambda check: check.verified_on)
    }
    return tuple(latest[key] for key in sorted(latest))


def with_checks(directory: Directory, checks: Sequence[Check]) -> Directory:
    """The list as the operator's checks make it.

    A check that is later than the list's own takes its place, and from then on counts
    alone: a record that was to be looked at again by some day has been. A check of a
    line that is no longer in the list says nothing.
    """
    latest = {(check.country, check.name): check for check in checks}
    lines = (
        _with(line, latest.get((line.country, line.name))) for line in directory.lines
    )
    return msgspec.structs.replace(directory, lines=tuple(lines))


def _with(line: Line, check: Check | None) -> Line:
    if check is None or (line.verified_on or date.min) >= check.verified_on:
        return line
    return msgspec.structs.replace(
        line,
        verified_on=check.verified_on,
        verified_by=check.verified_by,
        expires_on=None,
    )


def _problems(line: Line) -> Iterator[tuple[str, str]]:
    if not COUNTRY.fullmatch(line.country):
        yield "country", "is two capital letters"
    if not line.name.strip() or not line.name.isprintable():
        yield "name", "is one line of text"
    if not line.numbers:
        yield "numbers", "has none"
    for number in line.numbers:
        if number.channel is Channel.CHAT and not number.value.startswith("https://"):
            yield "numbers", f"{number.value!r} is no address that begins with https://"
        if number.channel is not Channel.CHAT and not DIALLED.fullmatch(number.value):
            yield "numbers", f"{number.value!r} cannot be dialled"
    if not all(map(LANGUAGE.fullmatch, line.languages)):
        yield "languages", "are tags such as en or pt-BR"
    if line.source_url is None and line.audience is not Audience.EMERGENCY:
        yield "source_url", "is missing: where does the line say so itself?"
    if line.source_url is not None and not line.source_url.startswith("https://"):
        yield "source_url", "begins with https://"
    if (line.verified_on is None) is not (line.verified_by is None):
        yield "verified_by", "and verified_on are known together or not at all"
