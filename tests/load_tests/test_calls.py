"""The load test of calls keeps its contract, and can fail."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import load_tests.__main__ as command
import pytest
from load_tests.calls_crowd import LightClient
from load_tests.calls_engines import BUILTIN, JANUS, Window, add_windows
from load_tests.calls_faults import add_crashes, add_restart
from load_tests.calls_pages import add_joins, add_losses
from load_tests.report import Report

from load_tests import calls, calls_removal
from support.browser import require_chromium
from support.janus import Janus
from support.netns import private_network

BARS = {
    "p2p_join_to_frame_ms_p95": 600.0,
    "relay_udp_join_to_frame_ms_p95": 800.0,
    "sfu_join_to_frame_ms_p95": 1_200.0,
    "path_loss_to_video_ms_p95": 3_000.0,
    "sfu_builtin_cpu_vs_janus": 1.5,
    "sfu_builtin_stalls": 0.0,
    "sfu_janus_stalls": 0.0,
    "server_restart_media_gap_ms": 0.0,
    "sfu_crash_to_decoding_ms": 4_000.0,
    "removed_member_frames_decrypted": 0.0,
    "removed_member_frames_offered": 100.0,
}
AT_LEAST = {"removed_member_frames_offered"}
TINY = calls.Effort(
    joins=1, path_losses=1, crashes=1, engine_pairs=1, engine_seconds=2.5, seats=3
)
STALLS = tuple(goal for goal in calls.GATES if goal.figure.endswith("_stalls"))
REMOVAL = tuple(goal for goal in calls.GATES if goal.figure.startswith("removed_"))
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
    require_chromium()
    with private_network():
        Janus(tmp_path)


async def nothing(*_: object) -> None:
    """A half of the scenario that is left out."""


@pytest.mark.usefixtures("parts")
@pytest.mark.timeout(180)
def test_a_tiny_run_prints_one_object_with_the_figures_of_both_engines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(calls, "QUICK", TINY)
    monkeypatch.setattr(calls, "GATES", STALLS)
    monkeypatch.setattr(calls, "people", nothing)
    assert run(monkeypatch, "--quick", "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert set(report) == {"scenario", "figures", "versions", "machine"}
    figures = report["figures"]
    assert figures["sfu_builtin_cpu_vs_janus"] > 0
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
    monkeypatch.setattr(calls, "people", nothing)
    assert run(monkeypatch, "--quick", "--json") == 1
    printed = capsys.readouterr()
    assert json.loads(printed.out)["figures"]["sfu_builtin_stalls"] == 4
    assert "MISSED: sfu_builtin_stalls is" in printed.err


@pytest.mark.nightly
@pytest.mark.usefixtures("parts")
@pytest.mark.timeout(300)
def test_a_tiny_run_with_browsers_has_the_figures_of_two_people(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(calls, "QUICK", TINY)
    monkeypatch.setattr(calls, "GATES", ())
    monkeypatch.setattr(calls, "engines", nothing)
    monkeypatch.setattr(calls, "PARTS", (calls.two,))
    assert run(monkeypatch, "--quick", "--json") == 0
    printed = capsys.readouterr()
    figures = json.loads(printed.out)["figures"]
    for label in ("p2p", "relay_udp"):
        assert 0 < figures[f"{label}_join_to_frame_ms_p95"] < 60_000, printed.err
        assert 0 < figures[f"{label}_bare_ms_p95"] < 60_000
    assert figures["server_restart_still_ms_p2p"] > 0
    assert "server_restart_media_gap_ms" not in figures, "of one call of two"


@pytest.mark.usefixtures("parts")
@pytest.mark.parametrize("is_out", [True, False])
@pytest.mark.timeout(300)
def test_somebody_who_was_not_put_out_of_the_group_fails_a_run(
    is_out: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Planted into a real call: a removal that changes no keys."""
    monkeypatch.setattr(calls, "QUICK", TINY)
    monkeypatch.setattr(calls, "GATES", REMOVAL)
    monkeypatch.setattr(calls, "engines", nothing)
    monkeypatch.setattr(calls, "PARTS", (calls.removed,))
    if not is_out:
        monkeypatch.setattr(calls_removal, "remove", nothing)
    assert run(monkeypatch, "--quick", "--json") == (0 if is_out else 1)
    printed = capsys.readouterr()
    figures = json.loads(printed.out)["figures"]
    assert figures["removed_member_frames_offered"] >= 100, printed.err
    assert (figures["removed_member_frames_decrypted"] > 100) is not is_out


def test_what_a_part_could_not_bring_about_costs_its_figures_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    report = Report("calls")

    async def fails(stage: calls.Stage) -> None:
        raise RuntimeError("nobody came")

    stage = cast(calls.Stage, SimpleNamespace(report=report))
    asyncio.run(calls._kept_apart(stage, fails))
    assert report.notes == ["fails: nobody came"]


def test_joins_are_told_beside_those_of_a_bare_call() -> None:
    report = Report("calls")
    add_joins(report, "p2p", [800.0, *[200.0] * 20], [100.0] * 21)
    assert report.figures["p2p_join_to_frame_ms_p95"] == 200
    assert report.figures["p2p_join_to_frame_ms_first"] == 800
    assert report.figures["p2p_join_vs_bare"] == 2
    add_joins(report, "p2p", [*[800.0] * 2, *[200.0] * 19], [100.0] * 21)
    assert report.figures["p2p_join_to_frame_ms_p95"] == 800


def test_lost_paths_are_told_beside_those_of_a_bare_call() -> None:
    report = Report("calls")
    add_losses(report, [2_000.0, 3_500.0], [5_000.0, 5_000.0])
    assert report.figures["path_loss_to_video_ms_p95"] == 3_500
    assert report.figures["path_loss_vs_bare"] == pytest.approx(0.55)


@pytest.mark.parametrize(
    ("stood_ms", "bare_ms", "gap_ms"),
    [(390, 60, 0), (600, 60, 600), (600, 350, 0), (25_000, 700, 25_000)],
)
def test_pictures_that_stood_longer_than_the_machine_did_are_a_gap(
    stood_ms: float, bare_ms: float, gap_ms: float
) -> None:
    report = Report("calls")
    add_restart(report, "p2p", stood_ms, bare_ms, 5.0)
    add_restart(report, "sfu", 80, 60, 5.0)
    calls.add_restarts(report)
    assert report.figures["server_restart_media_gap_ms"] == gap_ms


def test_a_server_that_was_away_for_longer_than_leases_last_shows_nothing() -> None:
    report = Report("calls")
    add_restart(report, "p2p", 80, 60, 5.0)
    add_restart(report, "sfu", 80, 60, 10.5)
    calls.add_restarts(report)
    assert "server_restart_media_gap_ms" not in report.figures
    assert "away for 10 s" in report.notes[0]


def test_the_worst_crash_counts() -> None:
    report = Report("calls")
    add_crashes(report, [1_700.0, 4_100.0], [60.0, 80.0])
    assert report.figures["sfu_crash_to_decoding_ms"] == 4_100


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
    beyond.add(figure, BARS[figure] + (-1 if figure in AT_LEAST else 1))
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
