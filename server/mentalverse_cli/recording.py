"""`recording`: what a sealed recording of a call is, and opening it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .passphrase import PassphraseFile, read_passphrase
from .profile import ProfileFolder, one_line

recording_app = typer.Typer(
    name="recording",
    help="Recordings of calls: sealed files that only their receivers can open.",
    no_args_is_help=True,
)

SealedFile = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, help="A file *.mvrec.")
]


@recording_app.command("open")
def open_recording(
    file: SealedFile,
    profile: ProfileFolder,
    out: Annotated[
        Path, typer.Option("--out", help="Write the opened recording here.")
    ],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Open a recording that was sealed to this profile's account.

    What is written is not encrypted any more: delete it when you have seen it. No
    server is needed. A file whose end is missing opens up to there, and that is said.

    [bold]Examples[/bold]

    mentalverse recording open talk.mvrec --profile ~/mv --out talk.webm

    mentalverse recording open talk.mvrec --profile ~/mv --out talk.webm --passphrase-file ~/mv-passphrase
    """  # noqa: E501 - a command is one line
    passphrase = read_passphrase(passphrase_file)
    from .recording_open import open_file

    with one_line():
        open_file(file, profile, passphrase, out)


@recording_app.command("show")
def show_recording(file: SealedFile) -> None:
    """Say what a recording says of itself, to anybody and without opening it.

    [bold]Example[/bold]

    mentalverse recording show talk.mvrec
    """
    from .recording_open import show_file

    with one_line():
        show_file(file)
