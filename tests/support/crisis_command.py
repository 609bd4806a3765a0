"""`mentalverse crisis …` in a process of its own, as an operator runs it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from .forked import run_command


def run(
    command: str, *arguments: str, folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """One command to its end, in a folder."""
    return run_command("crisis", command, *arguments, folder=folder)


def answer(command: str, *arguments: str, folder: Path) -> dict[str, Any]:
    """What a command that succeeds says to programs."""
    done = run(command, *arguments, "--json", folder=folder)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found
