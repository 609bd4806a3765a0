"""What `crisis replay` prints: tables for people, one object for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import msgspec

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.clocks import Cause, ClockKind, Outcome
from mentalverse_crisis.equity import Split, by_language, by_region
from mentalverse_crisis.policy import Policy
from mentalverse_crisis.sla import (
    Arrival,
    Figures,
    by_band,
    by_interval,
    figures,
    tenths_of_percent,
)

from .printable import one_line

FORMULAS = """\
F1 = (answered in time + left in time) / judged
F2 = answered in time / answered
F3 = answered in time / judged: the headline, everybody who left counts against us
F4 = answered in time / (judged - left in time)
F5 = (answered in time + left at once) / judged
judged = answered + left + late: waiting or dismissed past due
no word = answered, and over before a responder's first words
not judged = waiting or dismissed before it was due; in no figure"""


@dataclass(frozen=True)
class Shown:
    """What is to be shown, and how."""

    as_of_ms: int
    rows: int | None
    """Of a chain that holds; none without a chain."""
    bands: Sequence[Band]
    arrivals: Sequence[Arrival]
    """Of these bands."""
    policies: Mapping[str, Policy]
    zone: ZoneInfo
    with_intervals: bool

    @property
    def is_whole(self) -> bool:
        """Whether all bands are shown: parts of a split of a part tell too much."""
        return len(self.bands) == len(Band)


def as_text(shown: Shown) -> str:
    """Tables: arrivals, formulas, waits, clocks, languages and regions."""
    told = by_band(shown.arrivals)
    whole = figures(shown.arrivals)
    cohorts = [(band.name, told[band]) for band in shown.bands]
    cohorts.append(("all", whole))
    blocks = [
        _preface(shown),
        _table("Arrivals", _ARRIVALS, [[n, *_counts(f)] for n, f in cohorts]),
        _table(
            "Answered in time",
            ["", "F1", "F2", "F3", "F4", "F5", "promised"],
            [[name, *_formulas(f), _promised(shown, name)] for name, f in cohorts],
        ),
        FORMULAS,
        _table("Seconds from the tap", _WAITS, [[n, *_waits(f)] for n, f in cohorts]),
        _table("Clocks", _CLOCKS, [_clock(shown, whole, kind) for kind in ClockKind]),
    ]
    if shown.with_intervals:
        blocks.append(_intervals(shown))
    if shown.is_whole:
        blocks.append(_split("Languages", by_language(shown.arrivals)))
        blocks.append(_split("Regions", by_region(shown.arrivals)))
    else:
        blocks.append("Languages and regions are told of all bands together only.")
    return "\n\n".join(blocks)


def as_object(shown: Shown) -> str:
    """The same as JSON, with every outcome of every case."""
    told = by_band(shown.arrivals)
    splits = {"languages": by_language, "regions": by_region}
    return json.dumps(
        {
            "as_of_ms": shown.as_of_ms,
            "chain_rows": shown.rows,
            "drills": sum(bool(one.drill) for one in shown.arrivals),
            "bands": {band.name: _object(told[band]) for band in shown.bands},
            "all": _object(figures(shown.arrivals)),
            "intervals": [
                {"from_ms": begin_ms, "from": _at(shown, begin_ms), **_object(cohort)}
                for begin_ms, cohort in by_interval(shown.arrivals).items()
            ],
            **{
                name: msgspec.to_builtins(split(shown.arrivals))
                for name, split in splits.items()
                if shown.is_whole
            },
            "cases": [
                {
                    "case": one.case,
                    "band": one.band.name,
                    "drill": one.drill,
                    "fate": one.fate.value,
                    "wait_ms": one.wait_ms,
                    "clocks": [
                        {**msgspec.to_builtins(clock), "band": clock.band.name}
                        for clock in one.clocks
                    ],
                }
                for one in shown.arrivals
            ],
        },
        indent=2,
    )


_ARRIVALS = [
    *("", "judged", "answered", "in time", "no word", "left", "in time", "at once"),
    *("late", "not judged", "asked again", "rescues"),
]
_WAITS = ["", "mean", "with left", "p50", "p90", "p95", "p99", "longest"]
_CLOCKS = ["", "met", "missed", "in outage", "superseded", "not judged", "in time"]


def _preface(shown: Shown) -> str:
    drills = sum(bool(one.drill) for one in shown.arrivals)
    chain = "no hashes" if shown.rows is None else f"{shown.rows} rows, the chain holds"
    policies = ", ".join(one_line(name) for name in sorted(shown.policies)) or "none"
    return (
        f"As of {_at(shown, shown.as_of_ms)}. Log: {chain}. Policies: {policies}.\n"
        f"Cases: {len(shown.arrivals) - drills}. "
        f"Drills and canaries, in no figure: {drills}."
    )


def _counts(told: Figures) -> list[str]:
    counts = [
        *(told.judged, told.answered, told.answered_in_time),
        *(told.answered_wordless, told.abandoned),
        *(told.abandoned_in_time, told.abandoned_short, told.unanswered_late),
        *(told.excluded, told.offered_again, told.rescues),
    ]
    return [str(count) for count in counts]


def _formulas(told: Figures) -> list[str]:
    return [_percent(one) for one in (told.f1, told.f2, told.f3, told.f4, told.f5)]


def _promised(shown: Shown, band: str) -> str:
    if band not in Band.__members__:
        return ""
    promised = sorted(
        {
            (told.objective_percent, told.accept_seconds)
            for told in (policy.bands[band] for policy in shown.policies.values())
        }
    )
    return ", ".join(f"{share} % in {seconds} s" for share, seconds in promised)


def _waits(told: Figures) -> list[str]:
    waits = told.waits
    return [
        _seconds(one)
        for one in (
            *(waits.mean_answered, waits.mean_with_abandoned),
            *(waits.p50, waits.p90, waits.p95, waits.p99, waits.longest),
        )
    ]


def _clock(shown: Shown, told: Figures, kind: ClockKind) -> list[str]:
    counts = told.clocks[kind]
    in_outage = sum(
        clock.kind is kind and clock.cause is Cause.OUTAGE
        for one in shown.arrivals
        if not one.drill
        for clock in one.clocks
    )
    return [
        kind.value,
        str(counts[Outcome.MET]),
        str(counts[Outcome.MISSED]),
        str(in_outage),
        str(counts[Outcome.SUPERSEDED]),
        str(counts[Outcome.EXCLUDED]),
        _percent(told.in_time(kind)),
    ]


def _intervals(shown: Shown) -> str:
    rows = [
        [_at(shown, begin_ms), str(f.judged), str(f.answered_in_time), _percent(f.f3)]
        for begin_ms, f in by_interval(shown.arrivals).items()
    ]
    return _table("Half hours of arrival", ["", "judged", "in time", "F3"], rows)


def _split(title: str, split: Split) -> str:
    rows = [
        [one_line(name) or "(none)", str(cell.judged), _percent(cell.f3)]
        for name, cell in split.cells.items()
    ]
    if split.rest is not None:
        cell = split.rest
        rows.append([f"{split.withheld} others", str(cell.judged), _percent(cell.f3)])
    elif split.withheld:
        rows.append([f"{split.withheld} too small", "", ""])
    return _table(title, ["", "judged", "F3"], rows)


def _object(told: Figures) -> dict[str, object]:
    formulas = zip(("f1", "f2", "f3", "f4", "f5"), _formulas(told), strict=True)
    waits = told.waits
    return {
        "judged": told.judged,
        "answered": told.answered,
        "answered_in_time": told.answered_in_time,
        "answered_wordless": told.answered_wordless,
        "abandoned": told.abandoned,
        "abandoned_in_time": told.abandoned_in_time,
        "abandoned_short": told.abandoned_short,
        "unanswered_late": told.unanswered_late,
        "excluded": told.excluded,
        "offered_again": told.offered_again,
        "rescues": told.rescues,
        "percent": {name: shown.removesuffix(" %") for name, shown in formulas},
        "waits_ms": {
            "mean_answered": _whole(waits.mean_answered),
            "mean_with_abandoned": _whole(waits.mean_with_abandoned),
            "p50": waits.p50,
            "p90": waits.p90,
            "p95": waits.p95,
            "p99": waits.p99,
            "longest": waits.longest,
        },
        "clocks": {
            kind.value: {outcome.value: count for outcome, count in counts.items()}
            for kind, counts in told.clocks.items()
        },
    }


def _percent(exact: Fraction | None) -> str:
    if exact is None:
        return "-"
    whole, tenth = divmod(tenths_of_percent(exact), 10)
    return f"{whole}.{tenth} %"


def _seconds(exact_ms: Fraction | int | None) -> str:
    if exact_ms is None:
        return "-"
    tenths = (Fraction(exact_ms) / 100 + Fraction(1, 2)).__floor__()
    return f"{tenths // 10}.{tenths % 10}"


def _whole(exact: Fraction | None) -> int | None:
    return None if exact is None else (exact + Fraction(1, 2)).__floor__()


def _at(shown: Shown, at_ms: int) -> str:
    """With its offset: an hour that a zone has twice is told apart."""
    try:
        at = datetime.fromtimestamp(at_ms // 1000, UTC).astimezone(shown.zone)
    except (OverflowError, ValueError, OSError):
        return f"{at_ms} ms"
    return at.isoformat(" ", "minutes")


def _table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    columns = list(zip(head, *rows, strict=True))
    widths = [max(len(text) for text in column) for column in columns]
    lines = [
        "  ".join(
            text.rjust(width) if at else text.ljust(width)
            for at, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (head, *rows)
    ]
    return "\n".join([title, *(f"  {line}" for line in lines)])
