"""The official MLS test vectors, read from a folder beside the checkout.

A folder may hold any number of files of a format, or none: a file's name begins
with the name of its format, and whatever stands in the folder is run.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Case = dict[str, Any]

FORMATS = (
    "crypto-basics",
    "deserialization",
    "key-schedule",
    "message-protection",
    "messages",
    "passive-client-",
    "psk_secret",
    "secret-tree",
    "transcript-hashes",
    "tree-math",
    "tree-operations",
    "tree-validation",
    "treekem",
    "welcome",
)
"""What the names of the files begin with."""

_REPOSITORY = Path(__file__).resolve().parents[2]
_DEFAULT_FOLDER = "../shared/mls-vectors"
_SUITES = (None, 1, 3)


def folder() -> Path:
    """The vector folder; without one the test skips, and in CI it fails."""
    chosen = Path(os.environ.get("MLS_VECTORS", _DEFAULT_FOLDER))
    path = (_REPOSITORY / chosen).resolve()
    if not path.is_dir():
        message = f"no MLS test vectors: MLS_VECTORS names no folder: {path}"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        # The vectors are not ours to ship: a user may not have them.
        pytest.skip(message)
    return path


def files() -> list[Path]:
    """Every file of the folder that could hold vectors."""
    return sorted(folder().glob("*.json"))


def run_every_case(prefix: str, check: Callable[[Case], None]) -> int:
    """Run `check` over every case of our suites in every file of a format.

    Prints the counts per file and returns their sum.
    """
    chosen = [file for file in files() if file.name.startswith(prefix)]
    if not chosen:
        print(f"\n{prefix}*.json  not in the folder")
    return sum(_run_file(file, check) for file in chosen)


def _run_file(file: Path, check: Callable[[Case], None]) -> int:
    cases = json.loads(file.read_text())
    assert cases, f"{file.name} holds no case"
    passed = 0
    for number, case in enumerate(cases):
        if case.get("cipher_suite") not in _SUITES:
            continue
        try:
            check(case)
        except BaseException as error:
            error.add_note(f"{file.name}, case {number}")
            raise
        passed += 1
    others = len(cases) - passed
    print(f"\n{file.name}  {passed} cases passed, {others} of other suites left out")
    return passed
