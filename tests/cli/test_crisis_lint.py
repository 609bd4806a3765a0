"""`mentalverse crisis lint`: what it finds, what it prints, and what it refuses."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mentalverse_crisis.policy import DEFAULT, Rung
from support import crisis_command

AS_OF = "2026-03-01T12:00Z"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return crisis_command.run("lint", *arguments)


def roster(folder: Path, **changes: Any) -> str:
    """A day that is covered in two languages, with everybody reached at its start."""
    tested = {"acked_test": "2026-03-01T08:05+01:00", "adapter": "webhook"}
    tiers = ("tier_1", "tier_2", "supervisor", "clinical_lead")
    whole: dict[str, Any] = {
        "languages": ["en", "es"],
        "responders": [
            {"id": "one", "skills": {"crisis": 3}},
            {"id": "two", "languages": ["es"]},
        ],
        "shifts": [
            {
                "responder": "one",
                "start": "2026-03-01T08:00+01:00",
                "end": "2026-03-01T20:00+01:00",
            }
        ],
        "targets": [{"tier": tier, "name": f"{tier} phone"} | tested for tier in tiers],
    }
    path = folder / "roster.json"
    path.write_text(json.dumps(whole | changes))
    return str(path)


def test_the_shipped_policy_and_a_covered_day_have_nothing_to_mend(
    tmp_path: Path,
) -> None:
    """Exit 0, in one line."""
    done = run("--roster", roster(tmp_path), "--as-of", AS_OF)
    assert (done.returncode, done.stdout) == (0, "nothing to mend\n")


def test_slower_answers_than_a_plan_counts_on_are_a_warning() -> None:
    """With the share that would be in time; a warning does not fail."""
    done = run("--accepted-share", "50", "--median-seconds", "9")
    assert done.returncode == 0
    assert "bands.A0.plan: about 70 % would be accepted within 15 s" in done.stdout


def test_hours_without_anybody_are_one_line_and_an_error(tmp_path: Path) -> None:
    """In UTC, whatever offset the roster is written in."""
    late = {
        "responder": "two",
        "start": "2026-03-01T20:00+01:00",
        "end": "2026-03-01T23:00+01:00",
    }
    shifts = [
        {
            "responder": "one",
            "start": "2026-03-01T08:00+01:00",
            "end": "2026-03-01T20:00+01:00",
        },
        late,
    ]
    path = roster(tmp_path, shifts=shifts)
    done = run("--roster", path, "--as-of", AS_OF)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "error   roster.en: nobody from Sun 01 Mar 19:00 to Sun 01 Mar 22:00 UTC",
        "error   roster.es: nobody trained for A0 and A1"
        " from Sun 01 Mar 19:00 to Sun 01 Mar 22:00 UTC",
    ]
    found = json.loads(run("--roster", path, "--as-of", AS_OF, "--json").stdout)
    assert [gap["missing"] for gap in found["uncovered"]] == ["anybody", "crisis"]


def test_a_page_has_to_have_been_tested_since_the_shift_began(tmp_path: Path) -> None:
    """Whoever is on call now, and not last week."""
    old = {"acked_test": "2026-02-22T08:05+01:00", "adapter": "webhook"}
    targets = [
        {"tier": tier, "name": "phone"} | old
        for tier in ("tier_1", "tier_2", "supervisor", "clinical_lead")
    ]
    done = run("--roster", roster(tmp_path, targets=targets), "--as-of", AS_OF)
    assert done.returncode == 1
    assert "error   ladder.tier_1.phone: no test page was acknowledged" in done.stdout


def test_a_policy_of_ones_own_is_looked_at(tmp_path: Path) -> None:
    """A ladder that pages too late would leave somebody waiting for nobody."""
    late = msgspec.structs.replace(DEFAULT, ladder=(Rung(300, pages=("tier_1",)),))
    path = tmp_path / "policy.json"
    path.write_bytes(msgspec.json.encode(late))
    done = run("--policy", str(path))
    assert done.returncode == 1
    assert "overdue without anybody being paged" in done.stdout


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "roster.json: Input data was truncated"),
        ('{"languages": []}', "missing required field"),
        ("[1, 2]", "Expected `object`"),
    ],
)
def test_a_file_that_is_none_is_refused_with_its_name(
    tmp_path: Path, content: str, says: str
) -> None:
    """One line, exit code 2."""
    path = tmp_path / "roster.json"
    path.write_text(content)
    done = run("--roster", str(path))
    assert done.returncode == 2
    assert says in done.stderr


def test_times_without_an_offset_are_refused(tmp_path: Path) -> None:
    """Nobody guesses when a shift begins."""
    shift = {"responder": "one", "start": "2026-03-01T08:00", "end": "2026-03-01T20:00"}
    done = run("--roster", roster(tmp_path, shifts=[shift]), "--as-of", AS_OF)
    assert done.returncode == 2
    assert "no time with its offset" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("--accepted-share", "0"),
        ("--people", "0"),
        ("--as-of", "yesterday"),
        ("--policy", "nowhere.json"),
    ],
)
def test_what_means_nothing_is_refused(arguments: tuple[str, ...]) -> None:
    """One line that says what is wanted, exit code 2."""
    done = run(*arguments)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
