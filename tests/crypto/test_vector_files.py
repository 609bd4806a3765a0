"""Which files of the vector folder are run."""

import json
from pathlib import Path

import pytest

from support.mls_vectors import Case, run_every_case

CASES = [{"cipher_suite": suite} for suite in (1, 2, 3)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MLS_VECTORS", str(tmp_path))
    return tmp_path


def _write(folder: Path, name: str, cases: list[Case]) -> None:
    (folder / name).write_text(json.dumps(cases))


def test_every_file_of_a_format_is_run_whatever_follows_the_prefix(
    folder: Path,
) -> None:
    for name in ("tree-math.json", "tree-math-2.json", "tree-math_more.json"):
        _write(folder, name, [{"file": name}])
    _write(folder, "treekem.json", [{"file": "of another format"}])
    seen: list[Case] = []
    assert run_every_case("tree-math", seen.append) == 3
    assert sorted(case["file"] for case in seen) == [
        "tree-math-2.json",
        "tree-math.json",
        "tree-math_more.json",
    ]


def test_a_passive_client_file_of_any_name_is_run(folder: Path) -> None:
    _write(folder, "passive-client-random.json", CASES)
    seen: list[Case] = []
    assert run_every_case("passive-client-", seen.append) == 2
    assert [case["cipher_suite"] for case in seen] == [1, 3]


def test_a_folder_may_lack_a_format(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _write(folder, "welcome.json", CASES)
    assert run_every_case("treekem", lambda case: None) == 0
    assert "treekem*.json  not in the folder" in capsys.readouterr().out


def test_the_counts_of_each_file_are_printed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _write(folder, "welcome-a.json", CASES)
    _write(folder, "welcome-b.json", CASES * 2)
    assert run_every_case("welcome", lambda case: None) == 6
    printed = capsys.readouterr().out
    assert "welcome-a.json  2 cases passed, 1 of other suites left out" in printed
    assert "welcome-b.json  4 cases passed, 2 of other suites left out" in printed


def test_a_failing_case_is_named(folder: Path) -> None:
    _write(folder, "welcome-b.json", CASES)

    def fail(case: Case) -> None:
        assert case["cipher_suite"] == 1

    with pytest.raises(AssertionError) as caught:
        run_every_case("welcome", fail)
    assert caught.value.__notes__ == ["welcome-b.json, case 2"]


def test_an_empty_file_is_no_success(folder: Path) -> None:
    _write(folder, "welcome.json", [])
    with pytest.raises(AssertionError):
        run_every_case("welcome", lambda case: None)
