"""`make test`: every test once, and one result at the end.

    PYTHONPATH=tests python -m support.whole_run

The pure tests have no servers, browsers or clocks and keep one core busy each: two
processes share them. The others wait for each other's sockets and processes and run
one after the other. What both ran is compared with what there is, so that no test
can fall between the two.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

PURE = ("tests/contracts", "tests/crypto", "tests/interop", "tests/signaling")
WORKERS = 2
_PYTEST = (sys.executable, "-m", "pytest", "-m", "not nightly")


def main() -> int:
    """Run everything; 0 if every test that there is has passed."""
    there = _collected()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        shared = _run(report, f"-n{WORKERS}", "--dist=worksteal", *PURE)
        alone = _run(report, *(f"--ignore={each}" for each in PURE))
    result = shared + alone
    passed = result["tests"] - result["failures"] - result["errors"] - result["skipped"]
    print(
        f"\n{there} tests: {passed} passed, {result['failures']} failed, "
        f"{result['errors']} broken, {result['skipped']} skipped"
    )
    if result["tests"] != there:
        print(f"but {result['tests']} of {there} ran: this is a failure")
        return 1
    return int(result["exit"] != 0)


def _collected() -> int:
    """How many tests there are."""
    command = [*_PYTEST, "--collect-only", "-qq"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    counts = re.findall(r"^\S+\.py: (\d+)$", done.stdout, re.MULTILINE)
    return sum(int(count) for count in counts)


def _run(report: Path, *arguments: str) -> Counter[str]:
    """Counts of one run, by the names that JUnit gives them; and how it ended."""
    report.unlink(missing_ok=True)
    command = [*_PYTEST, f"--junit-xml={report}", *arguments]
    ended = subprocess.run(command, check=False).returncode
    counts = Counter(exit=int(ended != 0))
    if report.is_file():
        for suite in ElementTree.parse(report).iter("testsuite"):
            for name in ("tests", "failures", "errors", "skipped"):
                counts[name] += int(suite.get(name, "0"))
    return counts


if __name__ == "__main__":
    sys.exit(main())
