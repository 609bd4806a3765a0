"""`crisis audit`: whether the desk's log is what was written, and a copy of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from .settings import (
    EXIT_USAGE,
    ConfigFile,
    DataFolder,
    fail,
    load,
    one_line_errors,
)

if TYPE_CHECKING:
    from mentalverse_crisis.audit import Row

audit_app = typer.Typer(
    name="audit", help="The log of the desk, a chain of hashes.", no_args_is_help=True
)

KnownHead = Annotated[
    str | None,
    typer.Option("--head", help="A hash that the log must have, known from elsewhere."),
]


@audit_app.command()
def verify(
    head: KnownHead = None, config: ConfigFile = None, data: DataFolder = None
) -> None:
    """Follow the chain from its first row; print how many there are, and the head.

    Keep the head off this machine: only with one from elsewhere can be seen that the
    end of a log is missing. Exit 1 at the first row that is not what was written.

    [bold]Examples[/bold]

    mentalverse crisis audit verify

    mentalverse crisis audit verify --head 3f0c…
    """
    from mentalverse_crisis.audit import GENESIS
    from mentalverse_crisis.audit import verify as follow

    if head is not None and not re.fullmatch("[0-9a-f]{64}", head):
        fail("--head takes 64 hexadecimal digits", EXIT_USAGE)
    loaded = load(config, server_data_dir=data)
    from mentalverse_server.desk_log import desk_log

    newest, count = GENESIS, 0

    def counted() -> Iterator[Row]:
        nonlocal newest, count
        for row in desk_log(loaded.config):
            newest, count = row.hash, count + 1
            yield row

    with one_line_errors():
        broken = follow(counted(), head)
    if broken is not None:
        fail(f"row {broken.place}: {broken.flaw.value} is not what was written")
    typer.echo(f"{count} rows\n{newest}")


@audit_app.command()
def export(
    personal: Annotated[
        bool,
        typer.Option(
            "--personal", help="With who acted, reasons, languages and regions."
        ),
    ] = False,
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Print the log as JSON lines, one row each.

    Whoever gets it can check every hash. What could tell whom a row is about is left
    out, as if it were erased: what remains of it are salted commitments.

    [bold]Example[/bold]

    mentalverse crisis audit export > desk.jsonl
    """
    import msgspec

    from mentalverse_crisis.audit import erased

    loaded = load(config, server_data_dir=data)
    from mentalverse_server.desk_log import desk_log

    with one_line_errors():
        for row in desk_log(loaded.config):
            shown = row if personal else erased(row)
            typer.echo(msgspec.json.encode(shown).decode())
