"""`chain`: roots and settlements on a chain, for operators who set one up."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from .chain_node import Node, open_node
from .printable import one_line
from .settings import (
    EXIT_USAGE,
    ConfigFile,
    DataFolder,
    fail,
    load,
    one_line_errors,
)

if TYPE_CHECKING:
    from mentalverse_modules.chain.batch import Batch
    from mentalverse_server.config import Config

chain_app = typer.Typer(
    name="chain",
    help="Roots and settlements on a chain; off until it is set up.",
    no_args_is_help=True,
)

Dry = Annotated[bool, typer.Option("--dry-run", help="Only say what would be paid.")]
_WEEK = re.compile(r"^(\d{4})-W(\d{2})$")


@chain_app.command("deploy")
def deploy(
    name: Annotated[str, typer.Argument(help="registry or settlement")],
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Create a contract. Whose key creates it is its issuer or minter for ever.

    [bold]Example[/bold]

    mentalverse chain deploy registry
    """
    loaded = load(config, server_data_dir=data)
    if name not in ("registry", "settlement"):
        fail("a contract is registry or settlement", EXIT_USAGE)
    node = open_node(loaded.config.chain)
    from mentalverse_modules.chain.abi import contract

    address = node.send(contract(name).creation, None, f"deploy {name}")
    if address is not None:
        typer.echo(f'Put it into the settings: chain.{name} = "{address}"')


@chain_app.command("publish")
def publish(
    what: Annotated[str, typer.Argument(help="ledger or credentials")],
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Publish the root over the ledger, or over the credentials that are held.

    With credentials, those that were published before and are held no more are taken
    back. What was published already is not published again.

    [bold]Examples[/bold]

    mentalverse chain publish ledger

    mentalverse chain publish credentials
    """
    loaded = load(config, server_data_dir=data)
    if what not in ("ledger", "credentials"):
        fail("what is published is the ledger or credentials", EXIT_USAGE)
    at = _named(loaded.config.chain.registry, "registry")
    node = open_node(loaded.config.chain)
    node.require_owner("registry", at, "ISSUER")
    if what == "ledger":
        _publish(node, at, "LEDGER", _ledger(loaded.config))
    else:
        from .chain_credentials import published, take_back

        held = published(loaded.config)
        _publish(node, at, "CREDENTIALS", held)
        take_back(node, at, loaded.config, held)


@chain_app.command("proof")
def proof(
    credential: Annotated[str, typer.Argument(help="The id of a credential.")],
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Print what shows a credential under a published root: for its holder alone.

    [bold]Example[/bold]

    mentalverse chain proof 0123456789abcdef0123456789abcdef
    """
    loaded = load(config, server_data_dir=data)
    import msgspec

    from .chain_credentials import shown

    found = shown(loaded.config, credential)
    if found is None:
        fail("no such credential was published")
    typer.echo(msgspec.json.encode(found).decode())


@chain_app.command("verify")
def verify(config: ConfigFile = None, data: DataFolder = None) -> None:
    """Hold the ledger against its newest published root. Exit 1 unless it is the same.

    [bold]Example[/bold]

    mentalverse chain verify
    """
    loaded = load(config, server_data_dir=data)
    at = _named(loaded.config.chain.registry, "registry")
    node = open_node(loaded.config.chain)
    from mentalverse_modules.rewards.checkpoint import root

    published = cast(bytes, node.ask("registry", at, "ledger_root"))
    _, size, when = _tree(node, at, published)
    if size == 0:
        fail("nothing of the ledger was published")
    rows = _ledger(loaded.config)
    if len(rows) < size:
        fail(f"{size} rows were published, the ledger has {len(rows)}")
    if root(rows[:size]) != published.hex():
        fail(f"the first {size} rows are not those that were published")
    day = datetime.fromtimestamp(when, UTC).isoformat()
    typer.echo(f"{size} rows, root {published.hex()}, published {day}: the same")


@chain_app.command("settle")
def settle(
    epoch: Annotated[str, typer.Option(help="A closed week: 2027-W01.")],
    addresses: Annotated[
        Path, typer.Option(help="JSON: account to address, of who asked for it.")
    ],
    dry_run: Dry = False,
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Pay members what they earned in an epoch, at addresses that they named.

    It is taken out of the ledger first. A command that was cut off is given again: what
    was taken out is not taken again, and who was paid is not paid again.

    Addresses, amounts and epochs are seen by the whole world, for ever.

    [bold]Examples[/bold]

    mentalverse chain settle --epoch 2027-W01 --addresses asked.json --dry-run

    mentalverse chain settle --epoch 2027-W01 --addresses asked.json
    """
    loaded = load(config, server_data_dir=data)
    number = _week(epoch)
    at = _named(loaded.config.chain.settlement, "settlement")
    node = open_node(loaded.config.chain)
    node.require_owner("settlement", at, "MINTER")
    if node.ask("settlement", at, "is_stopped"):
        fail("this contract was stopped")
    asked = _asked(addresses)
    batches = _to_pay(node, at, number, _taken(loaded.config, number, asked, dry_run))
    for batch in batches:
        for one in batch.payments:
            typer.echo(f"{one.payee}  {one.micro} micro-MVT")
        if not dry_run:
            node.send(batch.calldata, at, f"batch {batch.id.hex()}")
    if not batches:
        typer.echo("nobody is to be paid")


def _to_pay(
    node: Node, at: str, epoch: int, micro_by_address: dict[str, int]
) -> tuple[Batch, ...]:
    """Batches of who has not been paid for the epoch."""
    from mentalverse_modules.chain.batch import batches
    from mentalverse_modules.chain.errors import MalformedBatch

    left = {
        to: micro
        for to, micro in micro_by_address.items()
        if not node.ask("settlement", at, "paid", epoch, to)
    }
    try:
        return batches(node.chain_id, at, epoch, left)
    except MalformedBatch as error:
        fail(str(error), EXIT_USAGE)


def _taken(
    config: Config, epoch: int, asked: dict[str, str], dry_run: bool
) -> dict[str, int]:
    from mentalverse_modules.rewards.errors import NotNow
    from mentalverse_server import chain_books

    with one_line_errors():
        try:
            micro = chain_books.take_out(config, epoch, asked, dry_run=dry_run)
        except NotNow as error:
            fail(str(error))
    return {asked[account]: micro[account] for account in micro}


def _asked(file: Path) -> dict[str, str]:
    """Account to address, every address once."""
    import msgspec

    from mentalverse_modules.chain.batch import address
    from mentalverse_modules.chain.errors import MalformedBatch

    try:
        read = msgspec.json.decode(file.read_bytes(), type=dict[str, str])
        found = {account: address(text) for account, text in read.items()}
    except OSError as error:
        fail(f"cannot read {file}: {error.strerror}", EXIT_USAGE)
    except (msgspec.DecodeError, MalformedBatch) as error:
        fail(f"{file}: {one_line(str(error))}", EXIT_USAGE)
    if len(set(found.values())) != len(found):
        fail(f"{file}: an address is of one member", EXIT_USAGE)
    return found


def _publish(node: Node, at: str, kind: str, leaves: list[str]) -> None:
    from mentalverse_modules.chain.abi import Kind, publishing
    from mentalverse_modules.rewards.checkpoint import root

    if not leaves:
        typer.echo("there is nothing to publish")
        return
    top = root(leaves)
    if _tree(node, at, bytes.fromhex(top))[1]:
        typer.echo(f"{top} was published before")
        return
    node.send(publishing(Kind[kind], top, len(leaves)), at, f"root {top}")


def _tree(node: Node, at: str, root: bytes) -> tuple[int, int, int]:
    """Kind, size and second of a published root; zeros of any other."""
    return cast(tuple[int, int, int], node.ask("registry", at, "trees", root))


def _ledger(config: Config) -> list[str]:
    from mentalverse_server import chain_books

    with one_line_errors():
        return chain_books.ledger_hashes(config)


def _named(address: str, name: str) -> str:
    if not address:
        fail(f"no contract is set up: chain.{name}", EXIT_USAGE)
    return address


def _week(text: str) -> int:
    from mentalverse_modules.rewards.epoch import epoch_of

    found = _WEEK.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        monday = datetime.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:
        fail("a week is written as 2027-W01", EXIT_USAGE)
    return epoch_of(round(monday.replace(tzinfo=UTC).timestamp() * 1000))
