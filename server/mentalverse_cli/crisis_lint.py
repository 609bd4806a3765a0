"""`crisis lint`: what is unwise in a policy, and who is missing on a roster."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from .crisis_files import read_json, read_policy
from .printable import one_line
from .settings import EXIT_USAGE, AsJson, fail

if TYPE_CHECKING:
    from mentalverse_crisis.cover import Uncovered
    from mentalverse_crisis.lint import Finding
    from mentalverse_crisis.policy import Policy

MAX_DAYS = 28
HOUR_MS = 3_600_000

PolicyFile = Annotated[
    Path | None,
    typer.Option("--policy", help="A policy in JSON; without it the one that ships."),
]
RosterFile = Annotated[
    Path | None,
    typer.Option(
        "--roster",
        help="Responders, shifts, languages and who is paged, in JSON.",
    ),
]
AcceptedShare = Annotated[
    float, typer.Option(help="Percent of offers that are accepted, as measured.")
]
MedianSeconds = Annotated[
    float, typer.Option(help="After how long half of those are, as measured.")
]
People = Annotated[
    int, typer.Option(help="How many are on duty when everybody is asked.")
]
AsOf = Annotated[
    str | None,
    typer.Option(
        help="At which time pages have to have been tested.", show_default="now"
    ),
]


class _Shift(msgspec.Struct, forbid_unknown_fields=True):
    responder: str
    start: str
    end: str


class _Responder(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    languages: tuple[str, ...] = ()
    skills: dict[str, int] = {}


class _Target(msgspec.Struct, forbid_unknown_fields=True):
    tier: str
    name: str
    adapter: str
    acked_test: str | None = None


class _Roster(msgspec.Struct, forbid_unknown_fields=True):
    """The form of the file."""

    languages: tuple[str, ...]
    responders: tuple[_Responder, ...]
    shifts: tuple[_Shift, ...]
    targets: tuple[_Target, ...]


def lint(
    policy: PolicyFile = None,
    roster: RosterFile = None,
    accepted_share: AcceptedShare = 75.0,
    median_seconds: MedianSeconds = 6.0,
    people: People = 6,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Print what is unwise in a policy, and when nobody on the roster could help.

    Exit 1 if somebody would wait for nobody. Times of a roster are in ISO 8601 with
    their offset from UTC, such as 2026-03-01T08:00+01:00.

    [bold]Examples[/bold]

    mentalverse crisis lint

    mentalverse crisis lint --accepted-share 50 --median-seconds 9

    mentalverse crisis lint --policy policy.json --roster march.json
    """
    from mentalverse_crisis.lint import Answering, Severity, lint_policy
    from mentalverse_crisis.policy import DEFAULT

    if not 0 < accepted_share <= 100 or median_seconds <= 0 or people < 1:
        fail(
            "a share is from 0 to 100, a median above 0, and people are some",
            EXIT_USAGE,
        )
    tested_ms = now_ms() if as_of is None else _millis(as_of)
    answering = Answering(accepted_share / 100, median_seconds, people)
    looked_at = DEFAULT if policy is None else read_policy(policy)
    findings = list(lint_policy(looked_at, answering))
    gaps: tuple[Uncovered, ...] = ()
    if roster is not None:
        more, gaps = _of_roster(looked_at, read_json(roster, _Roster), tested_ms)
        findings += more
    if as_json:
        typer.echo(json.dumps(_as_object(findings, gaps), indent=2))
    else:
        _print(findings, gaps)
    if gaps or any(found.severity is Severity.ERROR for found in findings):
        raise typer.Exit(1)


def _of_roster(
    policy: Policy, roster: _Roster, tested_ms: int
) -> tuple[list[Finding], tuple[Uncovered, ...]]:
    from mentalverse_crisis.cover import Shift, cover, uncovered
    from mentalverse_crisis.desk import Responder
    from mentalverse_crisis.lint import Target, lint_targets

    shifts = [
        Shift(one.responder, _millis(one.start), _millis(one.end))
        for one in roster.shifts
    ]
    if not shifts:
        fail("the roster has no shifts", EXIT_USAGE)
    start_ms = min(shift.start_ms for shift in shifts)
    end_ms = max(shift.end_ms for shift in shifts)
    if end_ms - start_ms > MAX_DAYS * 24 * HOUR_MS:
        fail(f"a roster is looked at {MAX_DAYS} days at a time", EXIT_USAGE)
    responders = {
        one.id: Responder(id=one.id, languages=one.languages, skills=one.skills)
        for one in roster.responders
    }
    targets = [
        Target(
            one.tier,
            one.name,
            one.adapter,
            None if one.acked_test is None else _millis(one.acked_test),
        )
        for one in roster.targets
    ]
    begun = [shift.start_ms for shift in shifts if shift.start_ms <= tested_ms]
    found = list(lint_targets(policy, targets, max([start_ms, *begun])))
    covers = cover(responders, shifts, roster.languages, start_ms, end_ms)
    return found, uncovered(covers)


def _millis(moment: str) -> int:
    try:
        read = datetime.fromisoformat(moment)
    except ValueError:
        read = None
    if read is None or read.tzinfo is None:
        fail(
            f"{one_line(moment)} is no time with its offset,"
            " such as 2026-03-01T08:00+01:00",
            EXIT_USAGE,
        )
    return round(read.timestamp() * 1000)


def now_ms() -> int:
    """What time it is, in Unix milliseconds."""
    from mentalverse_server.clock import SystemClock, to_millis

    return to_millis(SystemClock().now())


def _print(findings: list[Finding], gaps: tuple[Uncovered, ...]) -> None:
    for found in findings:
        typer.echo(f"{found.severity.value:<8}{one_line(found.where)}: {found.what}")
    for language, is_urgent, start_ms, end_ms in merged(gaps):
        who = "nobody trained for A0 and A1" if is_urgent else "nobody"
        span = f"{_shown(start_ms)} to {_shown(end_ms)}"
        typer.echo(f"error   roster.{one_line(language)}: {who} from {span} UTC")
    if not findings and not gaps:
        typer.echo("nothing to mend")


def merged(gaps: Iterable[Uncovered]) -> list[tuple[str, bool, int, int]]:
    """Hours that follow each other, as one time."""
    from mentalverse_crisis.cover import hour_of

    merged: list[tuple[str, bool, int, int]] = []
    for gap in sorted(gaps, key=lambda one: (one.language, one.start_ms)):
        last = merged[-1] if merged else None
        start_ms, end_ms = gap.start_ms, hour_of(gap.start_ms) + HOUR_MS
        same = (gap.language, gap.is_urgent, start_ms)
        if last is not None and (last[0], last[1], last[3]) == same:
            start_ms = merged.pop()[2]
        merged.append((gap.language, gap.is_urgent, start_ms, end_ms))
    return merged


def _shown(moment_ms: int) -> str:
    return f"{datetime.fromtimestamp(moment_ms / 1000, UTC):%a %d %b %H:%M}"


def _as_object(
    findings: list[Finding], gaps: tuple[Uncovered, ...]
) -> dict[str, list[dict[str, Any]]]:
    return {
        "findings": [msgspec.to_builtins(found) for found in findings],
        "uncovered": [
            {
                "language": language,
                "missing": "crisis" if is_urgent else "anybody",
                "start_ms": start_ms,
                "end_ms": end_ms,
            }
            for language, is_urgent, start_ms, end_ms in merged(gaps)
        ],
    }
