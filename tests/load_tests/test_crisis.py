"""The load test of the desk keeps its contract, and can fail."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from pathlib import Path
from typing import Any

import load_tests.__main__ as command
import pytest
from load_tests.crisis_judge import (
    NEVER_MS,
    climbs,
    double_held,
    intake_to_offer_ms,
    lost,
)
from load_tests.crisis_people import Responder
from load_tests.report import Report

from load_tests import crisis
from mentalverse_crisis.acuity import Band
from mentalverse_crisis.record import Entry, What

BARS = {
    "intake_to_offer_ms_p99": 750.0,
    "intake_to_offer_ms_p99_flood": 1_500.0,
    "refused": 0.0,
    "lost": 0.0,
    "double_held": 0.0,
    "escalations_missed": 0.0,
    "escalations_doubled": 0.0,
    "escalation_late_ms_p99": 1_000.0,
}
TINY = crisis.Effort(4, silent=4, calm_seconds=1.5, flood_seconds=1.5, rounds=1)
COUNTS = tuple(goal for goal in crisis.GATES if "_ms_" not in goal.figure)
OPENED = Entry(at_ms=0, case="a", what=What.OPENED, band=Band.A0, tap_ms=0)
RUNGS_MS = (7_500, 15_000, 30_000, 45_000, 60_000)
"""Of an A0, by the product's design."""


def told(what: What, at_ms: int = 0, level: int = 0) -> Entry:
    return Entry(at_ms=at_ms, case="a", what=what, level=level)


def climbed(*late_ms: int) -> list[Entry]:
    rungs = enumerate(zip(RUNGS_MS, late_ms, strict=False), 1)
    return [told(What.ESCALATED, due + late, level) for level, (due, late) in rungs]


def run(monkeypatch: pytest.MonkeyPatch, *flags: str) -> int:
    monkeypatch.setattr("sys.argv", ["load_tests", "crisis", *flags])
    return command.main()


@pytest.mark.timeout(180)
def test_a_tiny_run_prints_one_object_with_every_figure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(crisis, "QUICK", TINY)
    monkeypatch.setattr(crisis, "GATES", COUNTS)
    assert run(monkeypatch, "--quick", "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert set(report) == {"scenario", "figures", "versions", "machine"}
    figures = report["figures"]
    assert set(figures) > set(BARS)
    assert figures["cases"] > 0
    assert figures["escalations_due"] > 0
    assert figures["contested"] > 0
    assert figures["acknowledged"] == TINY.silent + crisis.ROUND_PERSONS


@pytest.mark.timeout(180)
def test_a_late_offer_a_lost_case_and_a_silent_rung_fail_a_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Planted into a real run: each is counted, and named."""
    hear, judge = Responder._on_event, crisis.Scene.judge

    def hear_late(self: Responder, name: str, data: Any) -> None:
        asyncio.get_running_loop().call_later(0.8, hear, self, name, data)

    def lose_one(self: crisis.Scene, database: Path) -> None:
        case = min(self._acked.values())
        with sqlite3.connect(database) as connection:
            connection.execute("DELETE FROM crisis_cases WHERE id = ?", (case,))
            connection.execute(
                "DELETE FROM crisis_entries WHERE document LIKE '%\"escalated\"%'"
            )
        judge(self, database)

    monkeypatch.setattr(Responder, "_on_event", hear_late)
    monkeypatch.setattr(crisis.Scene, "judge", lose_one)
    monkeypatch.setattr(crisis, "QUICK", TINY)
    assert run(monkeypatch, "--quick", "--json") == 1
    printed = capsys.readouterr()
    figures = json.loads(printed.out)["figures"]
    assert figures["intake_to_offer_ms_p99"] > 750
    assert figures["lost"] == 1
    assert figures["escalations_missed"] == figures["escalations_due"] > 0
    for name in ("intake_to_offer_ms_p99", "lost", "escalations_missed"):
        assert f"MISSED: {name} is" in printed.err


def test_nobody_who_is_asked_is_the_longest_wait() -> None:
    assert intake_to_offer_ms({"a": 1.0, "b": 2.0}, {"a": 1.25}) == [250.0, NEVER_MS]


@pytest.mark.parametrize(
    ("shown", "kept", "count"),
    [
        ({"ann": "a"}, {"a"}, 0),
        ({"ann": "a"}, {"b"}, 1),
        ({"ann": "b"}, {"a", "b"}, 1),
        ({"ann": None}, {"a"}, 1),
        ({}, {"a"}, 1),
    ],
)
def test_a_case_that_is_not_stored_or_not_shown_is_lost(
    shown: dict[str, str | None], kept: set[str], count: int
) -> None:
    assert lost({"ann": "a"}, shown, kept) == count


@pytest.mark.parametrize(
    ("steps", "count"),
    [
        ((What.ACCEPTED,), 0),
        ((What.ACCEPTED, What.ACCEPTED), 1),
        ((What.ACCEPTED, What.RETURNED, What.ACCEPTED), 0),
        ((What.ACCEPTED, What.RESCUE, What.ACCEPTED), 0),
        ((What.ACCEPTED, What.RESCUE, What.ACCEPTED, What.ACCEPTED), 1),
    ],
)
def test_two_who_hold_a_case_at_once_are_counted(
    steps: tuple[What, ...], count: int
) -> None:
    assert double_held([told(what) for what in steps], {}) == count


def test_two_who_are_told_that_a_case_is_theirs_are_counted() -> None:
    accepts = {"a": ["nia", "sue"], "b": ["nia"]}
    assert double_held([], accepts) == 1


def test_rungs_that_fire_when_they_are_due_are_on_time() -> None:
    found = climbs([OPENED, *climbed(0, 0, 20, 0, 5)], until_ms=120_000)
    assert (found.due, found.missed, found.doubled) == (5, 0, 0)
    assert found.late_ms == [0, 0, 0, 5, 20]


def test_a_rung_that_fires_late_twice_or_never_is_counted() -> None:
    entries = [OPENED, *climbed(0, 4_000, 0), told(What.ESCALATED, 31_000, 3)]
    found = climbs(entries, until_ms=51_000)
    assert (found.due, found.missed, found.doubled) == (4, 1, 1)
    assert max(found.late_ms) == 4_000


def test_what_is_due_after_somebody_came_is_not_due() -> None:
    entries = [OPENED, *climbed(0), told(What.ACCEPTED, 10_000)]
    found = climbs(entries, until_ms=120_000)
    assert (found.due, found.missed) == (1, 0)


def test_a_rung_that_is_due_while_the_server_is_down_may_be_late() -> None:
    """But not missing."""
    down = [(14_000, 20_000)]
    late = climbs([OPENED, *climbed(0, 5_000)], 34_000, down)
    assert (late.missed, late.late_ms) == (0, [0])
    assert climbs([OPENED, *climbed(0)], 30_000, down).missed == 1


def at_the_bars() -> Report:
    report = Report("crisis")
    for name, bar in BARS.items():
        report.add(name, bar)
    return report


@pytest.mark.parametrize("figure", BARS)
def test_a_figure_beyond_its_bar_or_absent_fails_the_run(
    figure: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert {goal.figure for goal in crisis.GATES} == set(BARS)
    beyond, absent = at_the_bars(), at_the_bars()
    beyond.add(figure, BARS[figure] + 1)
    del absent.figures[figure]
    for measured, status in ((at_the_bars(), 0), (beyond, 1), (absent, 1)):

        def measure(*_: object, of: Report = measured) -> Report:
            return of

        monkeypatch.setattr(crisis, "measure", measure)
        assert run(monkeypatch) == status
        assert (f"MISSED: {figure}" in capsys.readouterr().err) is bool(status)
