"""`make test` runs every test that there is, and says so in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import whole_run

SHARED = (*whole_run.TEST_BY_TEST, *whole_run.FILE_BY_FILE)
FILES = [
    each for each in (*whole_run.MEASURING, *whole_run.REACHING) if each.endswith(".py")
]
ALL = len(SHARED) + 2 + len(FILES)
"""One test in each shared folder, one in a folder of no list, one of modules, each file
that is named."""

PURE = """
def least(number):
    if number < 0:
        number = 0
    return number
"""
REACHES = (
    "import pure\ndef test_it(): assert (pure.least(1), pure.least(-1)) == (1, 0)\n"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small repository with one test in each place."""
    for place in (*SHARED, "tests/modules", "tests/load_tests"):
        (tmp_path / place).mkdir(parents=True)
        name = place.rpartition("/")[2]
        write(tmp_path, place, f"def test_{name}(): pass\n")
    for file in FILES:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text("def test_cost(): pass\n")
    (tmp_path / "pure.py").write_text(PURE)
    write(tmp_path, "tests/modules", REACHES)
    (tmp_path / ".coveragerc").write_text(
        "[run]\nsource_pkgs = pure\nbranch = true\nparallel = true\n"
        "patch = subprocess\n[report]\nfail_under = 100\n"
    )
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\ntestpaths = tests\npythonpath = .\n"
        "addopts = --import-mode=importlib\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    return tmp_path


def write(folder: Path, place: str, text: str) -> None:
    (folder / place / "test_it.py").write_text(text)


def test_all_runs_together_are_every_test(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert whole_run.main() == 0
    printed = capfd.readouterr().out
    counts = f"{ALL} tests: {ALL} passed, 0 failed, 0 broken, 0 skipped\n"
    assert printed.endswith(counts)


def test_a_failure_in_any_run_is_one_of_the_whole(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for place in ("tests/crypto", "tests/web", "tests/load_tests"):
        write(folder, place, "def test_it(): assert False\n")
    assert whole_run.main() == 1
    assert f"{ALL} tests: {ALL - 3} passed, 3 failed" in capfd.readouterr().out


def test_a_branch_of_the_pure_modules_that_no_test_reaches_is_a_failure(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write(folder, "tests/modules", REACHES.replace("-1", "2").replace("0", "2"))
    assert whole_run.main() == 1
    printed = capfd.readouterr().out
    assert f"{ALL} tests: {ALL} passed" in printed
    assert "Coverage failure" in printed


def test_a_test_that_no_run_has_is_a_failure(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(whole_run, "_collected", lambda: ALL + 1)
    assert whole_run.main() == 1
    assert f"but {ALL} of {ALL + 1} ran" in capfd.readouterr().out


def test_what_takes_longest_is_there_and_begins_first() -> None:
    files = sorted(str(each) for each in Path().glob("tests/*/**/test_*.py"))
    first = sorted(files, key=whole_run.turn)[: len(whole_run.LONGEST_FIRST)]
    assert first == list(whole_run.LONGEST_FIRST)
