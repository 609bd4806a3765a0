"""`mentalverse crisis policy`: what the desk promises, beside the server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mentalverse_cli.__main__ import app
from mentalverse_crisis.policy import DEFAULT
from mentalverse_crisis.policy_document import read, written

SIGNED = ("--signed-by", "Dr. Example", "--signed-on", "2026-11-30")


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def policy(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["crisis", "policy", *arguments])


def file_of(name: str = "own-1", **fields: object) -> str:
    """The shipped policy with other fields, in a file."""
    path = Path(f"{name}.json")
    raw = {**json.loads(written(DEFAULT)), "revision": name, **fields}
    path.write_text(json.dumps(raw))
    return str(path)


def test_what_is_shown_can_be_changed_checked_and_adopted() -> None:
    """Also before a server ever ran here; and its history says who signed it."""
    shown = policy("show")
    assert shown.exit_code == 0 and read(shown.output) == DEFAULT
    own = file_of(wrap_up_seconds=300)
    checked = policy("check", own)
    assert checked.exit_code == 0, checked.output
    assert "ladder.tier_1: nobody is behind this tier" in checked.output
    adopted = policy("adopt", own, *SIGNED)
    assert adopted.exit_code == 0, adopted.output
    assert read(policy("show").output).wrap_up_seconds == 300
    newest, first = policy("show", "--history").output.splitlines()
    assert newest.startswith("own-1  since ") and "signed by Dr. Example on" in newest
    assert "proposed by the command line, adopted by the command line" in newest
    assert first == "default-1  since the desk was made"


def test_what_would_let_somebody_wait_for_nobody_is_not_adopted() -> None:
    """Nor what is misspelt, has a name that is taken, or is in force already."""
    ladder = [{"at_percent": 150, "pages": ["tier_1"]}]
    late = file_of("late", ladder=ladder)
    assert policy("check", late).exit_code == 1
    misspelt = file_of("misspelt", wrap_up_second=300)
    checked = policy("check", misspelt)
    assert checked.exit_code == 2
    assert "wrap_up_second: a policy has no such field" in checked.output
    in_force = file_of("default-1")
    for refused in (late, misspelt, in_force):
        done = policy("adopt", refused, *SIGNED)
        assert done.exit_code == 2, done.output
    taken = policy("adopt", file_of("default-1", rest_seconds=0), *SIGNED)
    assert taken.exit_code == 2 and "name this one otherwise" in taken.output
    for signed in (("--signed-by", " ", *SIGNED[2:]), (*SIGNED[:3], "soon")):
        assert policy("adopt", file_of(), *signed).exit_code == 2
    assert read(policy("show").output) == DEFAULT


def test_trying_on_a_desk_that_nobody_came_to_says_so() -> None:
    tried = policy("try", file_of(), "--days", "3")
    assert tried.exit_code == 0, tried.output
    assert "nobody came in this time" in tried.output
