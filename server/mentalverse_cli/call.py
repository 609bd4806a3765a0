"""`call`: take part in a call from a terminal, to try a line or to listen."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from .passphrase import PassphraseFile, read_passphrase
from .profile import ProfileFolder, one_line
from .settings import EXIT_USAGE, fail


def call(
    conversation: Annotated[
        str, typer.Argument(help="Id of a conversation, or somebody's handle.")
    ],
    profile: ProfileFolder,
    tone: Annotated[
        bool, typer.Option("--tone", help="Send a quiet tone and a grey picture.")
    ] = False,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file", exists=True, dir_okay=False, help="Send a file, again and again."
        ),
    ] = None,
    audio: Annotated[
        bool, typer.Option("--audio", help="Open the call without video.")
    ] = False,
    minutes: Annotated[
        float | None, typer.Option("--minutes", min=0.0, help="Leave after so long.")
    ] = None,
    caption: Annotated[
        bool,
        typer.Option("--caption", help="Show each line of the input as a caption."),
    ] = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Join the call of a conversation, or open one. Ctrl-C leaves it.

    What comes in is decrypted and counted, and not played: this is a way to try a
    line and its encryption. Without --tone or --file nothing is sent. Captions of
    others are printed. Nothing is recorded.

    [bold]Examples[/bold]

    mentalverse call ben --profile ~/mv --tone

    mentalverse call ben --profile ~/mv --file talk.webm --minutes 5

    echo "I can hear you" | mentalverse call ben --profile ~/mv --caption --minutes 1

    mentalverse call 5f0c…e1 --profile ~/mv --audio --passphrase-file ~/mv-passphrase
    """
    if tone and file is not None:
        fail("give --tone or --file, not both", EXIT_USAGE)
    passphrase = read_passphrase(passphrase_file)
    from .call_session import Sending, run_call

    sending = Sending(tone=tone, file=file, audio_only=audio, captions=caption)
    try:
        with one_line():
            asyncio.run(run_call(profile, passphrase, conversation, sending, minutes))
    except KeyboardInterrupt:
        typer.echo("")
