"""`call`: take part in a call from a terminal, to try a line or to listen."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Annotated

import typer

from mentalverse_signaling.recording_events import OnWithdraw

from .passphrase import PassphraseFile, read_passphrase
from .profile import ProfileFolder, one_line
from .settings import EXIT_USAGE, fail

_PURPOSE = re.compile(r"[a-z][a-z0-9_]{0,31}")


RecordInto = Annotated[
    Path | None,
    typer.Option("--record", help="Ask everybody, and record into this new file."),
]
RecordFor = Annotated[
    list[str] | None,
    typer.Option(
        "--record-for", help="Handle of who can open it; repeat. Without it: you."
    ),
]
Purpose = Annotated[
    str,
    typer.Option(
        "--purpose", help="What for: supervision, own_use, training or one word."
    ),
]
IfWithdrawn = Annotated[
    OnWithdraw,
    typer.Option("--on-withdraw", help="If somebody takes their yes back."),
]


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
    record: RecordInto = None,
    record_for: RecordFor = None,
    purpose: Purpose = "supervision",
    on_withdraw: IfWithdrawn = OnWithdraw.DISCARD,
    agree: Annotated[
        bool, typer.Option("--agree", help="Agree when others ask to record.")
    ] = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Join the call of a conversation, or open one. Ctrl-C leaves it.

    What comes in is decrypted and counted, and not played: this is a way to try a
    line and its encryption. Without --tone or --file nothing is sent. Captions of
    others are printed.

    Nothing is recorded unless you or another person asks and everybody agrees.
    What is asked is printed; --agree, or typing /agree, says yes. Typing
    /withdraw takes it back, and the recording stops for all; /stop ends it. The
    file is sealed: see mentalverse recording open.

    [bold]Examples[/bold]

    mentalverse call ben --profile ~/mv --tone

    mentalverse call ben --profile ~/mv --file talk.webm --minutes 5

    echo "I can hear you" | mentalverse call ben --profile ~/mv --caption --minutes 1

    mentalverse call ben --profile ~/mv --file talk.webm --record talk.mvrec --record-for ada --record-for supervisor --on-withdraw discard

    mentalverse call ben --profile ~/mv --tone --agree

    mentalverse call 5f0c…e1 --profile ~/mv --audio --passphrase-file ~/mv-passphrase
    """  # noqa: E501 - a command is one line
    if tone and file is not None:
        fail("give --tone or --file, not both", EXIT_USAGE)
    _check_recording(record, record_for, purpose)
    passphrase = read_passphrase(passphrase_file)
    from .call_recording import Wish
    from .call_session import Sending, run_call

    sending = Sending(tone=tone, file=file, audio_only=audio, captions=caption)
    wish = Wish(record, tuple(record_for or ()), purpose, on_withdraw, agrees=agree)
    calling = run_call(profile, passphrase, conversation, sending, minutes, wish)
    try:
        with one_line():
            asyncio.run(calling)
    except KeyboardInterrupt:
        typer.echo("")


def _check_recording(
    record: Path | None, record_for: list[str] | None, purpose: str
) -> None:
    if record is None and record_for:
        fail("--record-for needs --record FILE", EXIT_USAGE)
    if record is not None and record.exists():
        fail(f"{record} exists already; choose another name", EXIT_USAGE)
    if record is not None and not record.absolute().parent.is_dir():
        fail(f"there is no folder {record.absolute().parent}", EXIT_USAGE)
    if _PURPOSE.fullmatch(purpose) is None:
        fail("a purpose is one word of a-z, 0-9 and _", EXIT_USAGE)
