"""`reward`: what one was given for one's time, and receipts computed again.

What two decide about others is in `reward_decisions`.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .passphrase import PassphraseFile, read_passphrase
from .policy import octets_of, read_pack
from .printable import one_line
from .profile import ProfileFolder
from .profile import one_line as one_line_errors
from .reward_decisions import approve, award, awards, decide, disputes, refuse
from .settings import EXIT_USAGE, AsJson, fail

if TYPE_CHECKING:
    from mentalverse_modules.rewards.packs import Pack
    from mentalverse_modules.rewards.receipt import Receipt

reward_app = typer.Typer(
    name="reward", help="Rewards, from their receipts.", no_args_is_help=True
)


EntryArgument = Annotated[str, typer.Argument(metavar="ENTRY", help="Its id (list).")]


@reward_app.command("list")
def list_(
    profile: ProfileFolder,
    as_json: AsJson = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Print your entries, the newest first, and what they come to.

    [bold]Example[/bold]

    mentalverse reward list --profile ~/mv
    """
    passphrase = read_passphrase(passphrase_file)
    from . import reward_session as session

    with one_line_errors():
        asyncio.run(session.show_list(profile, passphrase, as_json=as_json))


@reward_app.command()
def receipt(
    entry: EntryArgument,
    profile: ProfileFolder,
    out: Annotated[
        Path | None, typer.Option(help="Write the receipt here, for `explain`.")
    ] = None,
    pack_out: Annotated[
        Path | None, typer.Option(help="Write the pack that it names here.")
    ] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Fetch the receipt of an entry and compute it again on this device.

    Exit 1 if anything does not come out the same.

    [bold]Examples[/bold]

    mentalverse reward receipt 3f2a…:peer.session --profile ~/mv

    mentalverse reward receipt ID --profile ~/mv --out receipt.json --pack-out pack.json
    """
    passphrase = read_passphrase(passphrase_file)
    from . import reward_session as session

    with one_line_errors():
        is_fine = asyncio.run(
            session.receipt(profile, passphrase, entry, (out, pack_out))
        )
    if not is_fine:
        raise typer.Exit(1)


@reward_app.command()
def dispute(
    entry: EntryArgument,
    reason: Annotated[str, typer.Argument(help="What is wrong; two people read it.")],
    profile: ProfileFolder,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Have two people look at an entry; what is pending is held meanwhile.

    [bold]Example[/bold]

    mentalverse reward dispute ID "it was an hour" --profile ~/mv
    """
    passphrase = read_passphrase(passphrase_file)
    from . import reward_session as session

    with one_line_errors():
        asyncio.run(session.dispute(profile, passphrase, entry, reason))


@reward_app.command()
def opt(
    wish: Annotated[str, typer.Argument(metavar="in|out")],
    profile: ProfileFolder,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Want nothing written down from now on (out), or want it again (in).

    [bold]Example[/bold]

    mentalverse reward opt out --profile ~/mv
    """
    if wish not in ("in", "out"):
        fail("in or out", EXIT_USAGE)
    passphrase = read_passphrase(passphrase_file)
    from . import reward_session as session

    with one_line_errors():
        asyncio.run(session.opt(profile, passphrase, out=wish == "out"))


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


reward_app.command()(disputes)
reward_app.command()(decide)
reward_app.command()(awards)
reward_app.command()(award)
reward_app.command()(approve)
reward_app.command()(refuse)


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
            f"  floor {mvt(scored.floor_micro)}, base {mvt(scored.base_micro)}"
        )
        lines += [
            f"  {name}: {one.total} over {one.count}"
            for name, one in sorted(receipt.fact.measures.items())
        ]
        lines += [f"  + {one.pct} % {one.code}" for one in scored.bonuses]
        lines.append(f"  bonuses {mvt(scored.bonus_micro)}")
    if terms is not None:
        claimed = terms.floors_micro + terms.extras_micro
        lines.append(f"  bucket {mvt(terms.left_micro)}, claimed {mvt(claimed)}")
    if receipt.reason:
        lines.append(f"not paid: {receipt.reason}")
    lines.append(f"paid {mvt(receipt.paid_micro)}, owed {mvt(receipt.owed_micro)}")
    return lines


def mvt(micro: int) -> str:
    """An amount in words."""
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
