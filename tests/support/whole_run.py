"""`make test`: every test once, and one result at the end.

    PYTHONPATH=tests python -m support.whole_run

Three processes share what bears company: test by test, or file by file where the tests
of a file share a server. What measures runs alone, and so does every folder that is
not named here. What all ran is compared with what there is, so that no test can fall
between them.

The tests of the pure modules come first and have to reach every branch of these: what
`[tool.coverage]` of pyproject.toml names is all that is traced.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

REACHING = (
    "tests/modules",
    "tests/server/hooks/test_lanes.py",
    "tests/server/hooks/test_schedule.py",
)
"""What reaches every branch of the modules that are traced."""
TEST_BY_TEST = (
    "tests/contracts",
    "tests/crisis",
    "tests/crypto",
    "tests/interop",
    "tests/server",
    "tests/signaling",
)
FILE_BY_FILE = (
    "tests/chaos",
    "tests/cli",
    "tests/clients",
    "tests/system",
    "tests/web",
)
MEASURING = (
    "tests/server/hooks/test_decide.py",
    "tests/server/hooks/test_providers.py",
    "tests/web/calls/test_forwarder.py",
    "tests/web/calls/test_lost_path.py",
    "tests/web/calls/test_recording.py",
    "tests/web/calls/test_seats.py",
    "tests/web/calls/test_two_people.py",
    "tests/web/test_ten_thousand.py",
)
"""Of these folders, what measures: how long a picture stands, or a decision takes, says
something only where nothing else wants the processor."""
LONGEST_FIRST = (
    "tests/web/test_screen_widths.py",
    "tests/system/test_commit_race.py",
    "tests/web/test_screen_keys.py",
    "tests/web/test_screens.py",
    "tests/web/test_one_passkey.py",
    "tests/web/test_sealed_place.py",
    "tests/clients/test_crash.py",
    "tests/clients/test_crisis_rights.py",
    "tests/clients/test_crisis_desk.py",
    "tests/web/test_story_crisis.py",
)
"""Files that take a minute and more: begun last, they would leave the others idle."""
WORKERS = 3
"""One more than a small machine has cores: servers, timers and pages are waited for."""
SLOWEST = 25
"""How many of each run are listed with their time."""
_COVERAGE = (sys.executable, "-m", "coverage")
_PYTEST = (sys.executable, "-m", "pytest", "-m", "not nightly")
_ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
"""Modules are compiled once, and not by each of the processes."""


def main() -> int:
    """Run everything; 0 if every test that there is has passed."""
    there = _collected()
    shared = [f"--ignore={each}" for each in (*MEASURING, *REACHING)]
    by_test = (*shared, "--dist=worksteal", *TEST_BY_TEST)
    # In the order of `turn`; xdist's own is by the number of tests.
    by_file = (*shared, "--dist=loadfile", "--no-loadscope-reorder")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        result = _reached(report)
        result += _run(report, f"-n{WORKERS}", *by_test)
        result += _run(report, f"-n{WORKERS}", *by_file, *FILE_BY_FILE)
        result += _run(report, *_alone())
    passed = result["tests"] - result["failures"] - result["errors"] - result["skipped"]
    print(
        f"\n{there} tests: {passed} passed, {result['failures']} failed, "
        f"{result['errors']} broken, {result['skipped']} skipped"
    )
    if result["tests"] != there:
        print(f"but {result['tests']} of {there} ran: this is a failure")
        return 1
    return int(result["exit"] != 0)


def turn(file: str) -> int:
    """When a file begins among those that are shared out: the lowest first."""
    return LONGEST_FIRST.index(file) if file in LONGEST_FIRST else len(LONGEST_FIRST)


def _alone() -> list[str]:
    """What runs by itself: also what was added and is named nowhere."""
    found = Path().glob("tests/*/**/test_*.py")
    folders = {f"tests/{each.parts[1]}" for each in found}
    return [*sorted(folders - {*TEST_BY_TEST, *FILE_BY_FILE, *REACHING}), *MEASURING]


def _collected() -> int:
    """How many tests there are."""
    command = [*_PYTEST, "--collect-only", "-qq"]
    done = subprocess.run(
        command, env=_ENVIRONMENT, check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    counts = re.findall(r"^\S+\.py: (\d+)$", done.stdout, re.MULTILINE)
    return sum(int(count) for count in counts)


def _reached(report: Path) -> Counter[str]:
    """The same of `REACHING`; it also ends badly if a branch was reached by none."""
    traced = {"COVERAGE_FILE": str(report.with_name("reached"))}
    run = (*_COVERAGE, "run", *_PYTEST[1:])
    counts = _run(report, f"-n{WORKERS}", *REACHING, command=run, **traced)
    for step in ("combine", "report"):
        command = [*_COVERAGE, step]
        ended = subprocess.run(command, env=_ENVIRONMENT | traced, check=False)
        counts["exit"] += int(ended.returncode != 0)
    return counts


def _run(
    report: Path,
    *arguments: str,
    command: tuple[str, ...] = _PYTEST,
    **environment: str,
) -> Counter[str]:
    """Counts of one run, by the names that JUnit gives them; and how it ended."""
    report.unlink(missing_ok=True)
    asked = (f"--junit-xml={report}", f"--durations={SLOWEST}", *arguments)
    ended = subprocess.run(
        [*command, *asked], env=_ENVIRONMENT | environment, check=False
    ).returncode
    counts = Counter(exit=int(ended != 0))
    if report.is_file():
        for suite in ElementTree.parse(report).iter("testsuite"):
            for name in ("tests", "failures", "errors", "skipped"):
                counts[name] += int(suite.get(name, "0"))
    return counts


if __name__ == "__main__":
    sys.exit(main())
