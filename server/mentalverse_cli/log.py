"""`log`: what this device knows of the log that shows everybody the same keys."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from .passphrase import PassphraseFile, read_passphrase
from .profile import CONNECT_SECONDS, ProfileFolder, one_line
from .settings import EXIT_FAILED, EXIT_NOT_READY, EXIT_USAGE, AsJson, fail

log_app = typer.Typer(
    name="log",
    help="The log of everybody's keys: status, verify, evidence, acknowledge.",
    no_args_is_help=True,
)


@log_app.command("status")
def status(
    profile: ProfileFolder,
    as_json: AsJson = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Say what is known of the log, and what was found out. Needs no connection.

    Leaves with 1 if there is an alarm.

    [bold]Examples[/bold]

    mentalverse log status --profile ~/mv

    mentalverse log status --profile ~/bot --passphrase-file ~/bot-passphrase --json
    """
    passphrase = read_passphrase(passphrase_file)
    with one_line():
        is_fine = asyncio.run(_status(profile, passphrase, as_json=as_json))
    raise typer.Exit(0 if is_fine else EXIT_FAILED)


@log_app.command("verify")
def verify(profile: ProfileFolder, passphrase_file: PassphraseFile = None) -> None:
    """Read the whole log and check it: the root, its growth, your own entries.

    Leaves with 1 if it does not hold, with 3 if the server cannot be reached.

    [bold]Example[/bold]

    mentalverse log verify --profile ~/mv
    """
    passphrase = read_passphrase(passphrase_file)
    with one_line():
        code = asyncio.run(_verify(profile, passphrase))
    raise typer.Exit(code)


@log_app.command("evidence")
def evidence(
    profile: ProfileFolder,
    output: Annotated[
        Path | None, typer.Option("--output", help="File to make, instead of printing.")
    ] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Show the two signed heads of a server that showed different logs.

    [bold]Example[/bold]

    mentalverse log evidence --profile ~/mv --output evidence.json
    """
    passphrase = read_passphrase(passphrase_file)
    with one_line():
        shown = asyncio.run(_evidence(profile, passphrase))
    if not shown:
        typer.echo("There is no evidence that the server showed different logs.")
    elif output is None:
        typer.echo(shown)
    else:
        try:
            with output.open("x", encoding="utf-8") as file:
                file.write(f"{shown}\n")
        except FileExistsError:
            fail(f"{output} exists already: choose another name", EXIT_USAGE)
        except OSError as error:
            fail(f"{output}: {error.strerror}", EXIT_USAGE)


@log_app.command("acknowledge")
def acknowledge(
    profile: ProfileFolder,
    alarm: Annotated[
        str | None, typer.Argument(help="As `log status` shows it; all, if left out.")
    ] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Note that you have read the alarms: they are not shown at each start any more.

    [bold]Example[/bold]

    mentalverse log acknowledge 3f2a90c1d4e5f607 --profile ~/mv
    """
    passphrase = read_passphrase(passphrase_file)
    with one_line():
        seen = asyncio.run(_acknowledge(profile, passphrase, alarm))
    if alarm is not None and not seen:
        fail("there is no such alarm; mentalverse log status lists them", EXIT_USAGE)
    typer.echo(f"{seen} acknowledged.")


async def _status(profile: Path, passphrase: str, *, as_json: bool) -> bool:
    from mentalverse_client import Client

    from .log_view import alarm_line, status_json, status_lines

    async with Client.open(profile, passphrase=passphrase) as client:
        log = client.transparency
        alarms = client.alarms()
        told = [(alarm, log.describe(alarm)) for alarm in alarms]
        if as_json:
            lines = [status_json(log.state.view, log.people(), told)]
        else:
            lines = status_lines(log.state.view, log.people())
            lines += [alarm_line(alarm, text) for alarm, text in told]
    for line in lines:
        typer.echo(line)
    return all(alarm.is_notice for alarm in alarms)


async def _verify(profile: Path, passphrase: str) -> int:
    from mentalverse_client import Client, NotProven
    from mentalverse_crypto.errors import MlsError

    from .backup_view import Bar
    from .log_view import audit_lines

    async with Client.open(profile, passphrase=passphrase) as client:
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await client.connected()
        except TimeoutError:
            typer.echo("The server cannot be reached.", err=True)
            return EXIT_NOT_READY
        try:
            with Bar("Reading the log") as bar:
                audit = await client.transparency.watch.audit(bar.update)
        except (NotProven, MlsError) as error:
            typer.echo(f"The log does not hold: {error}.")
            return EXIT_FAILED
    for line in audit_lines(audit):
        typer.echo(line)
    return EXIT_FAILED if audit.own_unknown else 0


async def _evidence(profile: Path, passphrase: str) -> str:
    from mentalverse_client import Client

    from .log_view import evidence_json

    async with Client.open(profile, passphrase=passphrase) as client:
        return evidence_json(client.transparency.state.view)


async def _acknowledge(profile: Path, passphrase: str, wanted: str | None) -> int:
    from mentalverse_client import Client

    async with Client.open(profile, passphrase=passphrase) as client:
        named = [a.id for a in client.alarms() if wanted in (None, a.id)]
        return sum(client.acknowledge(each) for each in named)
