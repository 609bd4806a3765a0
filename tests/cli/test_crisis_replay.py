"""`mentalverse crisis replay`: figures from an exported log, or the wrong line."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from mentalverse_cli.__main__ import app
from mentalverse_crisis.acuity import Band
from mentalverse_crisis.audit import erased
from mentalverse_crisis.clocks import fold, outcomes
from mentalverse_crisis.policy import DEFAULT
from mentalverse_crisis.record import Entry, What
from support.case_logs import DAWN_MS, opening
from support.desk_logs import WrittenLife, chain

HOUR_MS = 3_600_000
A2_SECONDS = 120


def answered(case: str, seconds: int, **fields: Any) -> list[Entry]:
    """A case tapped at dawn, unless `at_ms` says otherwise, and accepted then."""
    at_ms = fields.setdefault("at_ms", DAWN_MS)
    fields.setdefault("tap_ms", at_ms)
    return [
        opening(case, **fields),
        Entry(at_ms + seconds * 1000, case, What.ACCEPTED, "r1", responder="r1"),
    ]


def left(case: str, seconds: int) -> list[Entry]:
    return [opening(case), Entry(DAWN_MS + seconds * 1000, case, What.LEFT)]


def written(folder: Path, entries: Iterable[Entry]) -> Path:
    file = folder / "desk.jsonl"
    lines = [msgspec.json.encode(entry) for entry in entries]
    file.write_bytes(b"".join(line + b"\n" for line in lines))
    return file


def run(file: Path, *options: str) -> tuple[int, str, str]:
    """Exit code, output and what went to standard error."""
    result = CliRunner().invoke(app, ["crisis", "replay", str(file), *options])
    assert not isinstance(result.exception, Exception), result.exception
    return result.exit_code, result.stdout, result.stderr


def told(file: Path, *options: str) -> dict[str, Any]:
    code, shown, _ = run(file, *options, "--json")
    assert code == 0
    read: dict[str, Any] = json.loads(shown)
    return read


def golden() -> list[Entry]:
    """A tenth of the golden vector: 86 + 14 answered, 2 + 4 left."""
    cases = [answered(f"i{at}", 60) for at in range(86)]
    cases += [answered(f"l{at}", A2_SECONDS + 1) for at in range(14)]
    cases += [left("short", 5), left("early", 60)]
    cases += [left(f"late{at}", A2_SECONDS + 1) for at in range(4)]
    return [entry for case in cases for entry in case]


def test_a_real_process_prints_the_formulas_by_name(tmp_path: Path) -> None:
    """The headline is F3, and what it counts is said below the table."""
    file = written(tmp_path, golden())
    shown = subprocess.run(
        [sys.executable, "-m", "mentalverse_cli", "crisis", "replay", str(file)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    assert "A2 83.0 % 86.0 % 81.1 % 82.7 % 82.1 % 90 % in 120 s" in lines
    assert "A2 106 100 86 0 6 2 1 0 0 0 0" in lines
    assert "A0 - - - - - 90 % in 15 s" in lines
    assert "F3 = answered in time / judged: the headline" in shown
    assert "p50 p90 p95 p99" in " ".join(shown.split())


def test_the_outcomes_of_a_life_are_those_of_its_log(tmp_path: Path) -> None:
    """Chained, interleaved, as a desk writes it: every clock of every case."""
    life = WrittenLife(3)
    life.run()
    rows = chain(life.log)
    found = told(written(tmp_path, rows), "--head", rows[-1].hash)
    assert found["chain_rows"] == len(rows)
    as_of_ms = life.log[-1].at_ms
    assert found["as_of_ms"] == as_of_ms
    for case in found["cases"]:
        clocks = outcomes(fold(life.of(case["case"]), DEFAULT), as_of_ms)
        expected = [
            {**msgspec.to_builtins(clock), "band": clock.band.name} for clock in clocks
        ]
        assert case["clocks"] == expected
    assert len(found["cases"]) == len({entry.case for entry in life.log})


def test_a_log_with_erased_fields_tells_the_same(tmp_path: Path) -> None:
    """But for languages and regions, nothing is lost, and the chain holds."""
    rows = chain(golden())
    whole = told(written(tmp_path, rows))
    gone = told(written(tmp_path, map(erased, rows)))
    for kept in ("all", "bands", "intervals", "cases"):
        assert gone[kept] == whole[kept]


def test_as_of_leaves_out_what_came_later(tmp_path: Path) -> None:
    """A case that waits is open, then late, whatever became of it afterwards."""
    file = written(tmp_path, answered("c1", 300))
    soon = told(file, "--as-of", "2026-10-25T00:02:00Z")["all"]
    assert (soon["judged"], soon["excluded"]) == (0, 1)
    later = told(file, "--as-of", str(DAWN_MS + 120_001))["all"]
    assert (later["judged"], later["unanswered_late"]) == (1, 1)
    assert told(file)["all"]["answered"] == 1
    nothing = told(file, "--as-of", "2026-10-24T00:00+00:00")["all"]
    assert nothing["judged"] == nothing["excluded"] == 0
    zoned = ("--zone", "Europe/Vienna", "--as-of", "2026-10-25T02:02:00")
    assert told(file, *zoned)["as_of_ms"] == DAWN_MS + 120_000
    exact = told(file, "--as-of", "2026-10-25T00:02:00.001Z")
    assert exact["as_of_ms"] == DAWN_MS + 120_001


def test_an_hour_that_a_zone_has_twice_is_shown_twice(tmp_path: Path) -> None:
    """Half hours are of UTC; the zone is for reading them, with its offset."""
    log = answered("c1", 1) + answered("c2", 1, at_ms=DAWN_MS + HOUR_MS)
    _, shown, _ = run(written(tmp_path, log), "--intervals", "--zone", "Europe/Vienna")
    assert "2026-10-25 02:00+02:00" in shown
    assert "2026-10-25 02:00+01:00" in shown
    assert "As of 2026-10-25 02:00+01:00." in shown


def test_one_band_is_shown_alone_and_without_groups(tmp_path: Path) -> None:
    """The groups of a band beside those of all would give the difference away."""
    log = answered("c1", 1, band=Band.A0) + answered("c2", 1)
    file = written(tmp_path, log)
    found = told(file, "--band", "a0")
    assert list(found["bands"]) == ["A0"]
    assert found["all"]["judged"] == 1
    assert "languages" not in found
    _, shown, _ = run(file, "--band", "A0", "--band", "A1")
    assert "told of all bands together only" in shown
    assert "A2" not in shown


def test_small_groups_are_not_shown(tmp_path: Path) -> None:
    """Nor do they follow from the others and the whole."""
    cases = [answered(f"d{at}", 1, language="de") for at in range(12)]
    cases += [answered(f"a{at}", 1, language="ar") for at in range(11)]
    cases += [answered("f", 300, language="fi")]
    file = written(tmp_path, [entry for case in cases for entry in case])
    found = told(file)["languages"]
    assert found == {
        "cells": {"de": {"judged": 12, "in_time": 12}},
        "withheld": 2,
        "rest": {"judged": 12, "in_time": 11},
    }
    _, shown, _ = run(file)
    assert "2 others" in shown
    assert "(none)" in shown
    few = written(tmp_path, answered("f", 1, language="fi"))
    assert "1 too small" in run(few)[1]


def test_drills_are_counted_and_in_no_figure(tmp_path: Path) -> None:
    """Neither in one form nor in the other."""
    drill = answered("c1", 1, drill="drill")
    file = written(tmp_path, drill + answered("c2", 1))
    assert (told(file)["drills"], told(file)["all"]["judged"]) == (1, 1)
    assert "Cases: 1. Drills and canaries, in no figure: 1." in run(file)[1]


def test_a_miss_in_an_outage_is_named_and_counts(tmp_path: Path) -> None:
    """F3 does not change; the clock says why."""
    file = written(tmp_path, answered("c1", 300))
    outage = ("--outage", "2026-10-25T00:00:00Z/2026-10-25T00:04:00Z")
    with_it, without = told(file, *outage), told(file)
    assert with_it["all"] == without["all"]
    causes = {one["kind"]: one["cause"] for one in with_it["cases"][0]["clocks"]}
    assert causes["accept"] == "outage"
    _, shown, _ = run(file, *outage)
    assert "accept 0 1 1 0 0 0.0 %" in [" ".join(x.split()) for x in shown.splitlines()]


def test_a_case_is_judged_by_the_policy_it_opened_under(tmp_path: Path) -> None:
    """Of another revision, from a file; without it, the line is named."""
    promised = msgspec.structs.replace(DEFAULT.bands["A2"], accept_seconds=600)
    other = msgspec.structs.replace(
        DEFAULT, revision="night-2", bands={**DEFAULT.bands, "A2": promised}
    )
    policy = tmp_path / "policy.json"
    policy.write_bytes(msgspec.json.encode(other))
    log = answered("c1", 300) + answered("c2", 300, policy="night-2")
    file = written(tmp_path, log)
    code, _, error = run(file)
    assert (code, "line 3" in error, "'night-2' is not known" in error) == (
        1,
        True,
        True,
    )
    assert told(file, "--policy", str(policy))["all"]["answered_in_time"] == 1
    _, shown, _ = run(file, "--policy", str(policy))
    assert "90 % in 120 s, 90 % in 600 s" in shown
    changed = msgspec.structs.replace(other, wrap_up_seconds=1)
    second = tmp_path / "second.json"
    second.write_bytes(msgspec.json.encode(changed))
    code, _, error = run(file, "--policy", str(policy), "--policy", str(second))
    assert (code, "another policy is night-2" in error) == (2, True)


def test_an_empty_log_is_no_error(tmp_path: Path) -> None:
    """Nobody came; nothing is 0 % or 100 %. Empty lines are nothing."""
    file = tmp_path / "desk.jsonl"
    file.write_text("\n \n")
    assert told(file)["all"]["percent"]["f3"] == "-"
    assert "Cases: 0." in run(file)[1]


CHAIN = [msgspec.json.encode(row).decode() for row in chain(golden()[:6])]
PLAIN = [msgspec.json.encode(entry).decode() for entry in golden()[:6]]


@pytest.mark.parametrize(
    ("lines", "line", "what"),
    [
        (["{"], 1, "truncated"),
        ([PLAIN[0], "[]"], 2, "Expected `object`"),
        ([PLAIN[0], "", PLAIN[1].replace("accepted", "taken")], 3, "'taken'"),
        ([PLAIN[0].replace('"band"', '"bund"')], 1, "unknown field `bund`"),
        ([PLAIN[0], CHAIN[1]], 2, "it has a hash"),
        ([CHAIN[0], PLAIN[1]], 2, "it has not a hash"),
        ([PLAIN[1]], 1, "case i0 was not opened before"),
        ([PLAIN[0], PLAIN[0]], 2, "case i0: a case is opened once"),
        ([CHAIN[0], *CHAIN[2:]], 2, "not the next number"),
        ([*CHAIN[:3], CHAIN[4], CHAIN[3]], 4, "not the next number"),
        ([CHAIN[0], "", CHAIN[1].replace("r1", "r2")], 3, "a personal field"),
        ([CHAIN[0].replace('"default-1"', '"default-2"')], 1, "something in it"),
        (['{"hash":' + "[" * 5000], 1, "recursion"),
        (["\x80"], 1, "malformed"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(
    tmp_path: Path, lines: list[str], line: int, what: str
) -> None:
    """One line on standard error, exit code 1, no figures."""
    file = tmp_path / "desk.jsonl"
    file.write_text("\n".join(lines), encoding="latin-1")
    code, shown, error = run(file)
    assert (code, shown) == (1, "")
    assert f"{file}: line {line}: " in error
    assert what in error
    assert error.count("\n") == 1


def test_a_log_whose_end_is_missing_lacks_the_head(tmp_path: Path) -> None:
    """A head of an earlier time is in a log that has grown since."""
    rows = chain(golden()[:6])
    file = written(tmp_path, rows[:-1])
    assert run(file, "--head", rows[2].hash)[0] == 0
    code, _, error = run(file, "--head", rows[-1].hash)
    assert (code, "line 5: the log ends here" in error) == (1, True)
    plain = written(tmp_path, golden()[:2])
    code, _, error = run(plain, "--head", rows[-1].hash)
    assert (code, "the log has no hashes" in error) == (1, True)


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (["--band", "A5"], "--band takes A0 to A4, not A5"),
        (["--zone", "Europe/Nowhere"], "no such time zone"),
        (["--zone", "../zone"], "no such time zone"),
        (["--as-of", "yesterday"], "--as-of takes a time like"),
        (["--head", "abc"], "--head takes 64"),
        (["--outage", "2026-10-25T00:00Z"], "--outage takes a time like"),
        (["--outage", "2/1"], "--outage ends before it begins"),
        (["--policy", "missing.json"], "missing.json cannot be read: No such file"),
        (["--policy", __file__], "test_crisis_replay.py: "),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(
    tmp_path: Path, options: list[str], what: str
) -> None:
    """And the option that it is about."""
    code, shown, error = run(written(tmp_path, golden()[:2]), *options)
    assert (code, shown) == (2, "")
    assert what in error
    assert error.count("\n") == 1


def test_a_file_that_cannot_be_read_is_one_line_and_exit_code_2(
    tmp_path: Path,
) -> None:
    """A missing one, and a folder."""
    for file in (tmp_path / "missing", tmp_path):
        code, _, error = run(file)
        assert (code, error.count("\n")) == (2, 1)


def test_words_of_a_log_take_over_no_terminal(tmp_path: Path) -> None:
    """Names come from a file; a time beyond all calendars is shown as it is."""
    cases = [answered(f"c{at}", 1, language="\x1b[2J") for at in range(10)]
    log = [entry for case in cases for entry in case]
    log.append(opening("far", at_ms=10**18, tap_ms=10**18))
    code, shown, _ = run(written(tmp_path, log), "--intervals")
    assert (code, "\x1b" in shown) == (0, False)
    assert f"As of {10**18} ms" in shown
