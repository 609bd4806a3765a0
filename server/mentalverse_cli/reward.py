"""`reward`: what somebody was paid, computed again from their own receipt."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .policy import octets_of, read_pack
from .printable import one_line
from .settings import EXIT_USAGE, fail

if TYPE_CHECKING:
    from mentalverse_modules.rewards.packs import Pack
    from mentalverse_modules.rewards.receipt import Receipt

reward_app = typer.Typer(
    name="reward", help="Rewards, from their receipts.", no_args_is_help=True
)


@reward_app.callback()
def _only_groups() -> None:
    """Rewards, from their receipts."""


@reward_app.command()
def explain(
    receipt: Annotated[
        Path, typer.Argument(metavar="RECEIPT", help="The file of a receipt.")
    ],
    pack: Annotated[
        str | None,
        typer.Option(help="The pack it names; without it, one of those that ship."),
    ] = None,
) -> None:
    """Say how an amount came to be, and compute it again; no server is asked.

    Exit 1 if anything does not come out the same.

    [bold]Examples[/bold]

    mentalverse reward explain receipt.json

    mentalverse reward explain receipt.json --pack own.json
    """
    from mentalverse_modules.rewards.errors import MalformedReceipt
    from mentalverse_modules.rewards.receipt import flaws, read_receipt

    try:
        read = read_receipt(octets_of(str(receipt)))
    except MalformedReceipt as error:
        fail(f"{receipt}: {error}", EXIT_USAGE)
    of = _pack(read, pack)
    for line in as_lines(read):
        typer.echo(one_line(line))
    found = flaws(read, of)
    for name in found:
        typer.echo(f"does not come out the same: {name}")
    if found:
        raise typer.Exit(1)
    typer.echo("computed again: the same")


def as_lines(receipt: Receipt) -> list[str]:
    """A receipt in words."""
    from mentalverse_modules.rewards.receipt import receipt_hash

    lines = [
        f"{receipt.rule} of {receipt.epoch}, by {receipt.pack} {receipt.rev}",
        f"receipt {receipt_hash(receipt)}",
        f"pack    {receipt.pack_hash}",
    ]
    scored, terms = receipt.scored, receipt.terms
    if scored is not None:
        lines += [
            f"  {one.factor}: {one.value} of 10000, weight {one.weight}"
            for one in scored.points
        ]
        lines.append(f"  points {scored.factor} of 10000")
        lines.append(
            f"  floor {_mvt(scored.floor_micro)}, base {_mvt(scored.base_micro)}"
        )
        lines += [f"  + {one.pct} % {one.code}" for one in scored.bonuses]
        lines.append(f"  bonuses {_mvt(scored.bonus_micro)}")
    if terms is not None:
        claimed = terms.floors_micro + terms.extras_micro
        lines.append(f"  bucket {_mvt(terms.left_micro)}, claimed {_mvt(claimed)}")
    if receipt.reason:
        lines.append(f"not paid: {receipt.reason}")
    lines.append(f"paid {_mvt(receipt.paid_micro)}, owed {_mvt(receipt.owed_micro)}")
    return lines


def _mvt(micro: int) -> str:
    whole, part = divmod(micro, 10**6)
    return f"{whole}.{part:06}".rstrip("0").rstrip(".") + " MVT"


def _pack(receipt: Receipt, named: str | None) -> Pack:
    from mentalverse_modules.rewards.documents import SHIPPED, pack_hash, shipped

    if named is not None:
        return read_pack(named)
    every = {pack_hash(shipped(name)): shipped(name) for name in SHIPPED}
    if receipt.pack_hash not in every:
        fail("no pack that ships has this hash: name it with --pack", EXIT_USAGE)
    return every[receipt.pack_hash]
