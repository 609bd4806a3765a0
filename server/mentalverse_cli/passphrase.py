"""Where a passphrase comes from: a file, or a person at a terminal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from .settings import EXIT_USAGE, fail

PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        help="File whose first line is the passphrase; without it you are asked.",
    ),
]


def read_passphrase(
    file: Path | None, *, confirm: bool = False, prompt: str = "Passphrase"
) -> str:
    """The passphrase; what is missing ends the command with one line."""
    if file is not None:
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            fail(f"the passphrase file {file} cannot be read", EXIT_USAGE)
        if not lines or not lines[0]:
            fail(f"the passphrase file {file} is empty", EXIT_USAGE)
        return lines[0]
    if not sys.stdin.isatty():
        fail("without a terminal, give --passphrase-file", EXIT_USAGE)
    return str(typer.prompt(prompt, hide_input=True, confirmation_prompt=confirm))
