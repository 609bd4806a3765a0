"""Who has tried which helpline: a file of the operator's, and what the page says of it.

The list of lines ships with the product (`mentalverse_crisis.resources`). This file is
written by `mentalverse crisis resources verify` and read when the server starts. The
pages are told lines and days; the names of those who called stay here.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from mentalverse_crisis.errors import MalformedLine
from mentalverse_crisis.resources import Check, read_checks, write_checks

from .errors import StartupError

FILE = "line-checks.json"
"""In the data folder."""
MAX_FILE_BYTES = 4 * 1024 * 1024


def read_file(path: Path) -> bytes:
    """The octets of a list or of a file of checks, which are never large.

    Raises:
        StartupError: the file cannot be read.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise StartupError(f"{path} is larger than any list of lines")
        return path.read_bytes()
    except OSError as error:
        raise StartupError(f"{path}: {error.strerror}") from None


def read(path: Path) -> tuple[Check, ...]:
    """The checks of a file; none if there is no file.

    Raises:
        StartupError: the file cannot be read, or names the check and the field.
    """
    if not path.exists():
        return ()
    try:
        return read_checks(read_file(path))
    except MalformedLine as error:
        raise StartupError(f"{path}: {error}") from None


def write(path: Path, checks: Sequence[Check]) -> None:
    """Write the file whole or not at all, for its owner alone.

    Raises:
        StartupError: the file cannot be written.
    """
    beside = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(write_checks(checks))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise StartupError(f"{path}: {error.strerror}") from None


def for_page(checks: Sequence[Check]) -> str:
    """JSON for the page of help: `[[country, name, day], …]`."""
    told = [(check.country, check.name, check.verified_on) for check in checks]
    return msgspec.json.encode(told).decode()
