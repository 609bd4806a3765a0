"""`mentalverse crisis resources`: what is to be tried again, and who has tried it."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mentalverse_cli.__main__ import app
from mentalverse_server.clock import SystemClock

TODAY = SystemClock().now().date()


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def resources(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["crisis", "resources", *arguments])


def test_a_verified_country_is_fresh_and_the_rest_is_not() -> None:
    """The record lies in the data folder; the check says what is left to try."""
    before = resources("check")
    assert before.exit_code == 0
    assert "DE TelefonSeelsorge: not checked yet: check before relying" in before.output

    made = resources("verify", "de", "--by", "desk")
    assert made.exit_code == 0, made.output
    assert json.loads(Path("mentalverse-data/line-checks.json").read_text())["checks"][
        0
    ] == {
        "country": "DE",
        "name": "Emergency",
        "verified_on": TODAY.isoformat(),
        "verified_by": "desk",
    }
    listed = resources("list", "DE").output.splitlines()
    assert len(listed) == 2
    assert all(line.endswith(f"checked on {TODAY} by desk") for line in listed)
    after = resources("check")
    assert after.exit_code == 0
    assert "DE " not in after.output
    assert "FR 3114: not checked yet" in after.output


def test_one_line_is_verified_without_the_others() -> None:
    """`--line` names it; programs read what became of it as JSON."""
    resources("verify", "GB", "--by", "desk", "--line", "Shout")
    states = {
        line["name"]: line["freshness"]
        for line in json.loads(resources("list", "GB", "--json").output)
    }
    assert states == {
        "Emergency": "unverified",
        "Samaritans": "unverified",
        "Shout": "fresh",
    }


@pytest.mark.parametrize(("days", "exit_code"), [(181, 0), (365, 0), (366, 1)])
def test_the_check_warns_first_and_fails_when_a_line_is_no_longer_shown(
    days: int, exit_code: int
) -> None:
    """At 180 days and at 365."""
    on = (TODAY - timedelta(days)).isoformat()
    resources("verify", "FR", "--by", "desk", "--on", on, "--file", "own.json")
    checked = resources("check", "--file", "own.json")
    assert checked.exit_code == exit_code
    assert f"FR 3114: {'not shown' if exit_code else 'checked on'}" in checked.output


def test_a_malformed_entry_is_named_with_its_field() -> None:
    """In the list, and in the record of who checked."""
    Path("list.json").write_text(
        '{"compiled_on": "2026-01-01", "everywhere": ["112"],'
        ' "lines": [{"country": "DE", "name": "One", "numbers": 7}]}'
    )
    refused = resources("check", "--lines", "list.json")
    assert refused.exit_code == 2
    assert "entry 1 (DE One): numbers: " in refused.output
    Path("own.json").write_text('{"checks": [{"country": "DE"}]}')
    for command in (["check"], ["verify", "DE", "--by", "desk"]):
        refused = resources(*command, "--file", "own.json")
        assert refused.exit_code == 2
        assert "own.json: entry 1 (DE): name: " in refused.output
    assert Path("own.json").read_text() == '{"checks": [{"country": "DE"}]}'


@pytest.mark.parametrize(
    "arguments",
    [
        ("list", "XX"),
        ("verify", "XX", "--by", "desk"),
        ("verify", "DE", "--by", " "),
        ("verify", "DE", "--by", "desk", "--line", "Nobody"),
        ("verify", "DE", "--by", "desk", "--on", "2999-01-01"),
        ("verify", "DE", "--by", "desk", "--on", "soon"),
    ],
    ids=" ".join,
)
def test_what_makes_no_sense_is_refused_and_nothing_is_recorded(
    arguments: tuple[str, ...],
) -> None:
    """An unknown country or line, nobody, a day to come."""
    assert resources(*arguments).exit_code == 2
    assert not Path("mentalverse-data").exists()


def test_a_file_that_cannot_be_used_is_one_line() -> None:
    """Not there, too large, in no folder."""
    assert resources("check", "--lines", "none.json").exit_code == 2
    Path("large.json").write_bytes(b" " * (4 * 1024 * 1024 + 1))
    assert "larger" in resources("check", "--lines", "large.json").output
    Path("taken").write_text("")
    refused = resources("verify", "DE", "--by", "desk", "--file", "taken/own.json")
    assert refused.exit_code == 2
    assert "taken" in refused.output
