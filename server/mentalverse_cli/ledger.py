"""`ledger`: the operator's own look at the books of rewards."""

from __future__ import annotations

from typing import Annotated

import typer

from .settings import ConfigFile, DataFolder, load, one_line_errors

ledger_app = typer.Typer(
    name="ledger", help="The books of rewards.", no_args_is_help=True
)


@ledger_app.callback()
def _only_groups() -> None:
    """The books of rewards."""


@ledger_app.command()
def verify(
    head: Annotated[
        str | None,
        typer.Option(help="Hash of a last row that you know from elsewhere."),
    ] = None,
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Compute the whole chain again, and hold it against every signed checkpoint.

    Exit 1 with the number of the first row that is not what was written. A server may
    run meanwhile.

    [bold]Example[/bold]

    mentalverse ledger verify --data mentalverse-data
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_server.books import verified

    with one_line_errors():
        found = verified(loaded.config, head)
    if found.broken_row is not None:
        typer.echo(f"row {found.broken_row} is not what was written")
    for flaw in found.flaws:
        typer.echo(flaw)
    if found.broken_row is not None or found.flaws:
        raise typer.Exit(1)
    typer.echo(f"{found.rows} rows and {found.checkpoints} checkpoints hold")
