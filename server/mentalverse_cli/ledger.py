"""`ledger`: the operator's own look at the books, what was taken, and fees."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from .printable import one_line
from .reward import mvt
from .settings import EXIT_FAILED, ConfigFile, DataFolder, load, one_line_errors

if TYPE_CHECKING:
    from mentalverse_server.fees import Charged
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


@ledger_app.command()
def charge(
    service: Annotated[str, typer.Option(help="A service with a fee in the pack.")],
    scale: Annotated[
        str, typer.Option(help="A step of the sliding scale; it is not kept.")
    ],
    reference: Reference,
    account: Annotated[
        str, typer.Option(help="The name of whose account pays, for a provider.")
    ] = "",
    pack: PackName = "professional",
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Take the fee that the pack names for a service, by a sliding scale.

    Whoever hooks.providers names for payment.authorise is asked, for half a second. A
    yes is booked as `ledger book` does it. At a no nothing is booked: exit 1. Silence
    holds up no care: it is due, and asked for again by `ledger due --ask` or by the
    same command. A reference is booked once. With no provider it is booked at once.

    [bold]Examples[/bold]

    mentalverse ledger charge --service session --scale half --ref 2027/7 --account mia

    mentalverse ledger take-back --ref 2027/7 --reason refunded
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_server import fees

    with one_line_errors():
        wanted = fees.Wanted(service, scale, reference, account)
        found = fees.charge(loaded.config, pack, wanted)
    _require_no_refusal([found])


@ledger_app.command()
def due(
    ask: Annotated[
        bool, typer.Option("--ask", help="Ask the provider for each again.")
    ] = False,
    pack: PackName = "professional",
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Print the fees that a provider has not answered for, the oldest first.

    With --ask it is asked for each again; exit 1 if it says no to any. What was paid
    otherwise is booked with `ledger book`, what is not to be paid is let go with
    `ledger take-back`, both by its reference.

    [bold]Examples[/bold]

    mentalverse ledger due

    mentalverse ledger due --ask
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_server import fees

    with one_line_errors():
        if ask:
            _require_no_refusal(fees.charge_due(loaded.config, pack))
            return
        found = fees.due(loaded.config, pack)
    for one in found:
        what = f"{one.reference}: {mvt(one.micro)} for {one.service}"
        typer.echo(one_line(f"{what}, {one.handle}, since {one.since:%Y-%m-%d}"))


@ledger_app.command("take-back")
def take_back(
    reference: Reference,
    reason: Annotated[str, typer.Option(help="Stands in the chain; no names.")],
    pack: PackName = "professional",
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Put back what was booked by a reference, by an entry of its own.

    A refund is this. What a bucket has paid since cannot be taken back; the reference
    stays used. What is only due is let go.

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


def _require_no_refusal(charged: Iterable[Charged]) -> None:
    """Say what became of each; exit 1 if the provider said no to any."""
    is_refused = False
    for one in charged:
        is_refused = is_refused or one.outcome == "refused"
        why = f" ({one.reason_code}), nothing is booked" if one.reason_code else ""
        said = _SAID[one.outcome.value]
        typer.echo(one_line(f"{mvt(one.micro)} by {one.reference}: {said}{why}"))
    if is_refused:
        raise typer.Exit(EXIT_FAILED)


_SAID = {
    "booked": "booked",
    "booked_before": "was booked before",
    "due": "due, and care begins",
    "refused": "refused",
    "nothing": "nothing is to be paid",
}
