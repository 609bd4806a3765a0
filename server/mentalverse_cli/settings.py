"""Options every server command shares, and how a bad setting is reported."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from .printable import printable

if TYPE_CHECKING:
    from mentalverse_server.config import Loaded

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_NOT_READY = 3

ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config",
        help="Settings file; without it mentalverse.toml of this folder, if any.",
    ),
]
DataFolder = Annotated[
    Path | None,
    typer.Option("--data", help="Folder of the database and the server's keys."),
]

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def load(file: Path | None, **flags: Any) -> Loaded:
    """The settings of all sources; a bad one ends the command with one line.

    Flags are named section_field and left out when None.
    """
    from mentalverse_server.config import load_config

    given = {
        name.replace("_", ".", 1): value
        for name, value in flags.items()
        if value is not None
    }
    with one_line_errors():
        return load_config(file, os.environ, given)


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn what an operator can put right into one line and exit code 2."""
    from mentalverse_server.config import ConfigError
    from mentalverse_server.errors import StartupError

    try:
        yield
    except (ConfigError, StartupError) as error:
        fail(str(error), EXIT_USAGE)


def fail(message: str, code: int = EXIT_FAILED) -> NoReturn:
    """Print one line on standard error and leave with `code`."""
    typer.echo(f"mentalverse: {printable(message)}", err=True)
    raise typer.Exit(code)
