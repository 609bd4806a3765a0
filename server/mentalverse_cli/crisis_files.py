"""Files that commands of the crisis desk read, and one line for what is none."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from .settings import EXIT_USAGE, fail

if TYPE_CHECKING:
    from mentalverse_crisis.policy import Policy

MAX_FILE_BYTES = 4 * 1024 * 1024

_Kind = TypeVar("_Kind")


def read_json(path: Path, kind: type[_Kind]) -> _Kind:
    """What a file of this form says; one that is none ends the command."""
    octets = _octets(path)
    try:
        return msgspec.json.decode(octets, type=kind)
    except (ValueError, RecursionError) as error:
        fail(f"{path}: {error}", EXIT_USAGE)


def read_policy(path: Path) -> Policy:
    """The policy of a file; one that cannot be followed ends the command."""
    from mentalverse_crisis.errors import MalformedPolicy
    from mentalverse_crisis.policy_document import read

    try:
        return read(_octets(path))
    except MalformedPolicy as error:
        fail(f"{path}: {error}", EXIT_USAGE)


def _octets(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            fail(f"{path} is larger than {MAX_FILE_BYTES} bytes", EXIT_USAGE)
        return path.read_bytes()
    except OSError as error:
        fail(f"{path} cannot be read: {error.strerror}", EXIT_USAGE)
