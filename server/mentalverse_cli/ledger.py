"""`ledger`: the operator's own look at the books of rewards, and what was taken."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from .printable import one_line
from .reward import mvt
from .settings import ConfigFile, DataFolder, load, one_line_errors

if TYPE_CHECKING:
    from mentalverse_server.takings import Bucket

ledger_app = typer.Typer(
    name="ledger", help="The books of rewards.", no_args_is_help=True
)


PackName = Annotated[
    str, typer.Option("--pack", help="The pack whose buckets it is for.")
]
Reference = Annotated[
    str,
    typer.Option("--ref", help="Of your own books, such as 2027-03; no names."),
]


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


@ledger_app.command()
def book(
    micro: Annotated[
        int, typer.Option("--micro", help="Micro-MVT: a million of them are one MVT.")
    ],
    reference: Reference,
    pack: PackName = "professional",
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Book what was taken for services; the pack says how it is split.

    A reference is booked once: the same again changes nothing. What is owed is paid
    with the close of the next week. A server may run meanwhile.

    [bold]Example[/bold]

    mentalverse ledger book --micro 1000000000 --ref 2027-03
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_server import takings

    with one_line_errors():
        found = takings.book(loaded.config, pack, micro, reference)
    said = "booked" if found.is_new else "was booked before"
    typer.echo(f"{mvt(micro)} by {reference}: {said}")
    _print(found.buckets)


@ledger_app.command("take-back")
def take_back(
    reference: Reference,
    reason: Annotated[str, typer.Option(help="Stands in the chain; no names.")],
    pack: PackName = "professional",
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Put back what was booked by a reference, by an entry of its own.

    What a bucket has paid since cannot be taken back; the reference stays used.

    [bold]Example[/bold]

    mentalverse ledger take-back --ref 2027-03 --reason refunded
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_server import takings

    with one_line_errors():
        found = takings.take_back(loaded.config, pack, reference, reason)
    typer.echo(f"{one_line(reference)}: taken back")
    _print(found)


@ledger_app.command()
def buckets(
    pack: PackName = "professional",
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Print what each bucket holds, and what it owes.

    [bold]Example[/bold]

    mentalverse ledger buckets
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_server import takings

    with one_line_errors():
        found = takings.buckets(loaded.config, pack)
    _print(found)


def _print(buckets: Iterable[Bucket]) -> None:
    for one in buckets:
        held, owed = mvt(one.held_micro), mvt(one.owed_micro)
        typer.echo(one_line(f"  {one.name}: holds {held}, owes {owed}"))
