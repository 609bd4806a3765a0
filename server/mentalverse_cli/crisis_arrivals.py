"""How many people come and how urgent they are, as somebody typed it."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.staffing_plan import INTERVAL_SECONDS

MAX_ROWS = 7 * 48
"""A week of half hours."""
MAX_FILE_CHARS = 1_000_000
MAX_ARRIVALS = 100_000.0
HEADINGS = ["start", "arrivals"]
_DAY_SECONDS = 86_400


class UnusableInput(Exception):
    """What was given cannot be planned with; the text says what to change."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """People who come in one half hour."""

    start: str
    """When it begins; empty for any half hour."""
    count: float


def read_arrivals(given: str) -> list[Arrivals]:
    """The half hours of a number, or of a CSV file of that name.

    Raises:
        UnusableInput: it is neither.
    """
    try:
        float(given)
    except ValueError:
        return _read_file(Path(given))
    return [Arrivals("", _count(given, "the arrivals"))]


def read_mix(given: str) -> dict[Band, float]:
    """The share of each band, in percent, of five numbers with slashes between.

    Raises:
        UnusableInput: they are not five, or not a hundred together.
    """
    example = "for example 5/15/30/25/25 for A0 to A4"
    try:
        shares = [float(part) for part in given.split("/")]
    except ValueError:
        raise UnusableInput(f"--mix is five numbers, {example}") from None
    if len(shares) != len(Band) or not all(0 <= share <= 100 for share in shares):
        raise UnusableInput(f"--mix is five shares of 0 to 100 percent, {example}")
    if abs(sum(shares) - 100) > 0.01:
        raise UnusableInput(
            f"the shares of --mix add up to {sum(shares):g} and not to 100, {example}"
        )
    return dict(zip(Band, shares, strict=True))


def _read_file(path: Path) -> list[Arrivals]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            text = file.read(MAX_FILE_CHARS + 1)
    except FileNotFoundError:
        raise UnusableInput(
            f"{path} is neither a number nor a file: give the arrivals per half hour, "
            "or a CSV file with the columns start,arrivals"
        ) from None
    except OSError as error:
        raise UnusableInput(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UnusableInput(f"{path} is no CSV file: save it as UTF-8 text") from None
    if len(text) > MAX_FILE_CHARS:
        raise UnusableInput(f"{path} is far longer than a week of half hours")
    try:
        return _read_rows(str(path), text.splitlines())
    except csv.Error as error:
        raise UnusableInput(f"{path} is no CSV file: {error}") from None


def _read_rows(name: str, lines: Iterable[str]) -> list[Arrivals]:
    rows = csv.reader(lines)
    if [each.strip() for each in next(rows, [])] != HEADINGS:
        raise UnusableInput(f"{name}: the first line has to be start,arrivals")
    found: list[Arrivals] = []
    due: int | None = None
    for row in rows:
        if not row:
            continue
        place = f"{name}, line {rows.line_num}"
        if len(row) != len(HEADINGS):
            raise UnusableInput(
                f"{place}: two values belong here, such as 08:00,12.5, with a point "
                "before the fraction"
            )
        start, at, is_time_of_day = _moment(row[0].strip(), place)
        apart = 0 if due is None else at - due
        if apart % _DAY_SECONDS if is_time_of_day else apart:
            raise UnusableInput(
                f"{place}: {start} is not half an hour after the line before; give "
                "every half hour, also those in which nobody came"
            )
        if len(found) == MAX_ROWS:
            raise UnusableInput(
                f"{name} has more than {MAX_ROWS} half hours: give a week at a time"
            )
        found.append(Arrivals(start, _count(row[1], place)))
        due = at + INTERVAL_SECONDS
    if not found:
        raise UnusableInput(f"{name} has no half hour: add lines such as 08:00,12.5")
    return found


def _moment(text: str, place: str) -> tuple[str, int, bool]:
    """How a start is shown, its second, and whether it is a time without a date."""
    try:
        of_day = time.fromisoformat(text)
    except ValueError:
        pass
    else:
        second = of_day.hour * 3600 + of_day.minute * 60 + of_day.second
        return of_day.isoformat("minutes"), second, True
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UnusableInput(
            f"{place}: the start has to be a time such as 08:00 or 2026-11-21T08:00"
        ) from None
    second = int(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp())
    return moment.isoformat(" ", "minutes"), second, False


def _count(text: str, place: str) -> float:
    try:
        count = float(text)
    except ValueError:
        count = math.nan
    if not 0 <= count <= MAX_ARRIVALS:
        raise UnusableInput(
            f"{place}: people per half hour are a number from 0 to {MAX_ARRIVALS:,.0f}"
        )
    return count
