"""The load test of calls keeps its contract, and can fail."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import load_tests.__main__ as command
import pytest
from load_tests.calls_crowd import LightClient
from load_tests.calls_engines import BUILTIN, JANUS, Window, add_windows
from load_tests.report import Report

from load_tests import calls
from support.janus import Janus
from support.netns import private_network

BARS = {
    "sfu_builtin_cpu_vs_janus": 1.5,
    "sfu_builtin_stalls": 0.0,
    "sfu_janus_stalls": 0.0,
}
TINY = calls.Effort(engine_pairs=1, engine_seconds=2.5, seats=3)
COUNTS = tuple(goal for goal in calls.GATES if goal.at_most == 0)
WINDOW = Window(
    seconds=10.0,
    cpu_seconds=2.0,
    sent=8_000,
    received=72_000,
    stalls=0,
    longest_gap_seconds=0.1,
)


def run(monkeypatch: pytest.MonkeyPatch, *flags: str) -> int:
    monkeypatch.setattr("sys.argv", ["load_tests", "calls", *flags])
    return command.main()


@pytest.fixture
def parts(tmp_path: Path) -> None:
    """Skips by name where something is missing that a real run needs."""
    with private_network():
        Janus(tmp_path)


@pytest.mark.usefixtures("parts")
@pytest.mark.timeout(180)
def test_a_tiny_run_prints_one_object_with_every_figure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(calls, "QUICK", TINY)
    monkeypatch.setattr(calls, "GATES", COUNTS)
    assert run(monkeypatch, "--quick", "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert set(report) == {"scenario", "figures", "versions", "machine"}
    figures = report["figures"]
    assert set(figures) > set(BARS)
    for engine in (BUILTIN, JANUS):
        # Six lines to each of three people, at 80 packets a second for each pair.
        assert figures[f"sfu_{engine}_packets_per_second"] > 240


@pytest.mark.usefixtures("parts")
@pytest.mark.timeout(180)
def test_somebody_whom_nobody_hears_fails_a_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Planted into a real run: the lines of one person carry nothing."""
    send = LightClient.send

    async def send_nothing(self: LightClient, until_at: float, phase: float) -> None:
        if self.seat != "seat-00":
            await send(self, until_at, phase)

    monkeypatch.setattr(LightClient, "send", send_nothing)
    monkeypatch.setattr(calls, "QUICK", TINY)
    assert run(monkeypatch, "--quick", "--json") == 1
    printed = capsys.readouterr()
    assert json.loads(printed.out)["figures"]["sfu_builtin_stalls"] == 4
    assert "MISSED: sfu_builtin_stalls is" in printed.err


def contested(ours: Window, theirs: Window = WINDOW) -> float:
    report = Report("calls")
    add_windows(report, {BUILTIN: [ours], JANUS: [theirs]})
    return report.figures["sfu_builtin_cpu_vs_janus"]


def test_twice_the_cpu_is_twice_the_cost() -> None:
    assert contested(replace(WINDOW, cpu_seconds=4.0)) == 2.0


def test_an_engine_that_loses_packets_is_not_cheaper() -> None:
    assert contested(replace(WINDOW, cpu_seconds=1.0, received=36_000)) == 1.0


def test_a_window_without_a_measurable_reference_gives_no_figure() -> None:
    report = Report("calls")
    add_windows(report, {BUILTIN: [WINDOW], JANUS: [replace(WINDOW, cpu_seconds=0.0)]})
    assert "sfu_builtin_cpu_vs_janus" not in report.figures


def test_stalls_are_added_up() -> None:
    report = Report("calls")
    stalled = replace(WINDOW, stalls=2)
    add_windows(report, {BUILTIN: [stalled, stalled], JANUS: [WINDOW, WINDOW]})
    assert report.figures["sfu_builtin_stalls"] == 4
    assert report.figures["sfu_janus_stalls"] == 0


def at_the_bars() -> Report:
    report = Report("calls")
    for name, bar in BARS.items():
        report.add(name, bar)
    return report


@pytest.mark.parametrize("figure", BARS)
def test_a_figure_beyond_its_bar_or_absent_fails_the_run(
    figure: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert {goal.figure for goal in calls.GATES} == set(BARS)
    beyond, absent = at_the_bars(), at_the_bars()
    beyond.add(figure, BARS[figure] + 1)
    del absent.figures[figure]
    for measured, status in ((at_the_bars(), 0), (beyond, 1), (absent, 1)):

        def measure(*_: object, of: Report = measured) -> Report:
            return of

        monkeypatch.setattr(calls, "measure", measure)
        assert run(monkeypatch) == status
        assert (f"MISSED: {figure}" in capsys.readouterr().err) is bool(status)


def test_what_is_missing_on_a_machine_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def measure(*_: object) -> Report:
        pytest.skip("needs the Janus gateway: apt-get install janus")

    monkeypatch.setattr(calls, "measure", measure)
    assert run(monkeypatch) == 2
    assert "apt-get install janus" in capsys.readouterr().err
