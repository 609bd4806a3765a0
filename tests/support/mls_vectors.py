"""The official MLS test vectors, read from a folder beside the checkout."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Case = dict[str, Any]

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
        pytest.skip(message)
    return path


def run_every_case(
    prefix: str, check: Callable[[Case], None], suites: tuple[int | None, ...] = _SUITES
) -> None:
    """Run `check` over every case of every file of a format, and print counts."""
    files = sorted(folder().glob(f"{prefix}*.json"))
    assert files, f"the vector folder holds no {prefix}*.json"
    for file in files:
        passed = 0
        for number, case in enumerate(json.loads(file.read_text())):
            if case.get("cipher_suite") not in suites:
                continue
            try:
                check(case)
            except BaseException as error:
                error.add_note(f"{file.name}, case {number}")
                raise
            passed += 1
        assert passed, f"{file.name} holds no case of our suites"
        print(f"\n{file.name}  {passed} cases passed")
