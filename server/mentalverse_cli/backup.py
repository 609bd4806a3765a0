"""`backup`: recovery words, and what they bring back."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from .passphrase import PassphraseFile, read_passphrase
from .profile import ProfileFolder, one_line
from .settings import EXIT_USAGE, AsJson, fail

backup_app = typer.Typer(
    name="backup",
    help="Recovery words: create, now, status, export, restore, forget.",
    no_args_is_help=True,
)


@backup_app.command("create")
def create(
    profile: ProfileFolder,
    no_check: Annotated[
        str | None,
        typer.Option(
            "--no-check",
            metavar="REASON",
            help="Print the words and do not ask for them back; say why not.",
        ),
    ] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Make recovery words, and a backup that they open. Kept up to date afterwards.

    [bold]Examples[/bold]

    mentalverse backup create --profile ~/mv

    mentalverse backup create --profile ~/bot --passphrase-file ~/bot-passphrase \\
        --no-check "a script puts them into the safe"
    """
    if no_check is None and not sys.stdin.isatty():
        fail("without a terminal, give --no-check and a reason", EXIT_USAGE)
    if no_check is not None and not no_check.strip():
        fail("--no-check takes a reason", EXIT_USAGE)
    passphrase = read_passphrase(passphrase_file)
    from . import backup_session as session
    from . import backup_words

    with one_line():
        had_words = asyncio.run(session.is_reachable(profile, passphrase))
    words = backup_words.fresh()
    if no_check is not None:
        typer.echo(" ".join(words))
    else:
        if had_words:
            typer.echo("There are recovery words already. New ones replace them.")
            typer.confirm("Make new words?", abort=True)
        backup_words.show(words)
        if not backup_words.asks_back(words):
            fail("nothing was changed: begin again when you have the words")
    with one_line():
        asyncio.run(session.create(profile, passphrase, words))


@backup_app.command("now")
def now(profile: ProfileFolder, passphrase_file: PassphraseFile = None) -> None:
    """Write the backup now, without waiting for the next time.

    [bold]Example[/bold]

    mentalverse backup now --profile ~/mv
    """
    passphrase = read_passphrase(passphrase_file)
    from . import backup_session as session

    with one_line():
        asyncio.run(session.write_now(profile, passphrase))


@backup_app.command("status")
def status(
    profile: ProfileFolder,
    as_json: AsJson = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Say when the backup was written, and whether it is whole.

    Leaves with 1 if something is wrong with it, with 3 if there is none.

    [bold]Examples[/bold]

    mentalverse backup status --profile ~/mv

    mentalverse backup status --profile ~/bot --passphrase-file ~/bot-passphrase --json
    """
    passphrase = read_passphrase(passphrase_file)
    from . import backup_session as session

    with one_line():
        code = asyncio.run(session.show_status(profile, passphrase, as_json=as_json))
    raise typer.Exit(code)


@backup_app.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="File to make.")],
    profile: ProfileFolder,
    passphrase_file: PassphraseFile = None,
    file_passphrase_file: Annotated[
        Path | None,
        typer.Option(
            "--file-passphrase-file",
            help="File whose first line is to open the export; else you are asked.",
        ),
    ] = None,
) -> None:
    """Write the account into a file that a passphrase opens, instead of the words.

    The history is not in the file: it stays on the server, and the file says where.

    [bold]Example[/bold]

    mentalverse backup export ada.backup --profile ~/mv
    """
    passphrase = read_passphrase(passphrase_file)
    chosen = read_passphrase(
        file_passphrase_file, confirm=True, prompt="Passphrase for the file"
    )
    from . import backup_session as session

    with one_line():
        asyncio.run(session.export(profile, passphrase, file, chosen))
    typer.echo(f"{file} opens your account together with its passphrase. Keep it safe.")


@backup_app.command("restore")
def restore(
    server: Annotated[str, typer.Argument(help="Address, such as https://…")],
    profile: ProfileFolder,
    words_file: Annotated[
        Path | None,
        typer.Option("--words-file", help="File of the words; else you are asked."),
    ] = None,
    from_: Annotated[
        Path | None,
        typer.Option("--from", help="An exported backup, instead of words."),
    ] = None,
    file_passphrase_file: Annotated[
        Path | None,
        typer.Option(
            "--file-passphrase-file",
            help="File whose first line opens the export; else you are asked.",
        ),
    ] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Bring an account back: this folder becomes a new device of it.

    [bold]Examples[/bold]

    mentalverse backup restore https://chat.example --profile ~/mv

    mentalverse backup restore https://chat.example --profile ~/mv --from ada.backup
    """
    if words_file is not None and from_ is not None:
        fail("give --words-file or --from, not both", EXIT_USAGE)
    from . import backup_session as session
    from . import backup_words

    with one_line():
        if from_ is not None:
            secret = read_passphrase(
                file_passphrase_file, prompt="Passphrase of the exported file"
            )
            opened = asyncio.run(session.open_file(server, from_, secret))
        else:
            words = backup_words.read(words_file)
            opened = asyncio.run(session.open_by_words(server, words))
        session.show_opened(opened)
        passphrase = read_passphrase(
            passphrase_file, confirm=True, prompt="New passphrase for this device"
        )
        asyncio.run(session.restore(server, profile, passphrase, opened))


@backup_app.command("forget")
def forget(
    profile: ProfileFolder,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Delete the backup from the server, and what this device archived.

    [bold]Example[/bold]

    mentalverse backup forget --profile ~/mv
    """
    passphrase = read_passphrase(passphrase_file)
    if not yes:
        typer.echo("Your recovery words will open nothing any more.")
        typer.confirm("Delete the backup?", abort=True)
    from . import backup_session as session

    with one_line():
        asyncio.run(session.forget(profile, passphrase))
    typer.echo("The backup is deleted.")
