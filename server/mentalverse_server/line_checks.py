"""Who has tried which helpline: a file of the operator's, and what the page says of it.

The list of lines ships with the product (`mentalverse_crisis.resources`). This file is
written by `mentalverse crisis resources verify` and read when the server starts. The
pages are told lines and days; the names of those who called stay here.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from mentalverse_crisis.errors import MalformedEntry
from mentalverse_crisis.resources import Check, read_checks, write_checks

from .errors import StartupError
from .owner_files import read_file, write_file

FILE = "line-checks.json"
"""In the data folder."""


def read(path: Path) -> tuple[Check, ...]:
    """The checks of a file; none if there is no file.

    Raises:
        StartupError: the file cannot be read, or names the check and the field.
    """
    if not path.exists():
        return ()
    try:
        return read_checks(read_file(path))
    except MalformedEntry as error:
        raise StartupError(f"{path}: {error}") from None


def write(path: Path, checks: Sequence[Check]) -> None:
    """Write the file whole or not at all, for its owner alone.

    Raises:
        StartupError: the file cannot be written.
    """
    write_file(path, write_checks(checks))


def for_page(checks: Sequence[Check]) -> str:
    """JSON for the page of help: `[[country, name, day], …]`."""
    told = [(check.country, check.name, check.verified_on) for check in checks]
    return msgspec.json.encode(told).decode()
