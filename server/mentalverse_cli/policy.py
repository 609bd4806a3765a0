"""`policy`: what an installation pays, looked at before it is signed."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .passphrase import PassphraseFile, read_passphrase
from .policy_simulate import simulate
from .printable import one_line
from .profile import ProfileFolder
from .profile import one_line as one_line_errors
from .settings import EXIT_USAGE, fail

if TYPE_CHECKING:
    from mentalverse_modules.rewards.packs import Pack

policy_app = typer.Typer(
    name="policy",
    help="What is paid: look for what is wrong, compare, try, and let it hold.",
    no_args_is_help=True,
)
policy_app.command()(simulate)

PackArgument = Annotated[
    str, typer.Argument(metavar="PACK", help="A file, or one that ships: peer.")
]
OtherArgument = Annotated[
    str, typer.Argument(metavar="OTHER", help="The pack that would follow it.")
]


@policy_app.command()
def lint(pack: PackArgument) -> None:
    """Print why a pack must not exist; exit 1 if there is anything.

    [bold]Examples[/bold]

    mentalverse policy lint own.json

    mentalverse policy lint peer
    """
    from mentalverse_modules.rewards.documents import SHIPPED
    from mentalverse_modules.rewards.lint import lint as look
    from mentalverse_modules.rewards.lint import lint_pack

    found = lint_pack(read_pack(pack)) if pack in SHIPPED else look(octets_of(pack))
    for one in found:
        typer.echo(f"{one.code}  {one_line(one.where or 'pack')}: {one_line(one.what)}")
    if found:
        raise typer.Exit(1)
    typer.echo("nothing to mend")


@policy_app.command()
def diff(pack: PackArgument, other: OtherArgument) -> None:
    """Print what changes from one pack to another, line by line.

    [bold]Example[/bold]

    mentalverse policy diff peer own.json
    """
    before, after = as_lines(read_pack(pack)), as_lines(read_pack(other))
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old is None:
            typer.echo(one_line(f"+ {name}: {new}"))
        elif new is None:
            typer.echo(one_line(f"- {name}: {old}"))
        elif old != new:
            typer.echo(one_line(f"  {name}: {old} -> {new}"))
    if before == after:
        typer.echo("the same")


@policy_app.command()
def activate(
    pack: PackArgument, profile: ProfileFolder, passphrase_file: PassphraseFile = None
) -> None:
    """Say as an operator that a pack is to hold from its own time on.

    Two operators say so, each with a passkey that their account used within five
    minutes; the server signs it then. Its effective_from has to be in the future, and
    its revision above those before.

    [bold]Example[/bold]

    mentalverse policy activate own.json --profile ~/mv
    """
    passphrase = read_passphrase(passphrase_file)
    from . import reward_session as session

    with one_line_errors():
        asyncio.run(session.activate(profile, passphrase, pack))


def read_pack(name: str) -> Pack:
    """The pack that ships under a name, or that of a file; ends the command if none."""
    from mentalverse_modules.rewards.documents import SHIPPED, read, shipped
    from mentalverse_modules.rewards.errors import MalformedPack

    if name in SHIPPED:
        return shipped(name)
    try:
        return read(octets_of(name))
    except MalformedPack as error:
        fail(f"{name}: {error.finding}: {error}", EXIT_USAGE)


def octets_of(name: str) -> bytes:
    """The octets of a file; ends the command if there are none."""
    from mentalverse_modules.rewards.canonical import MAX_BYTES

    path = Path(name)
    try:
        if path.stat().st_size > MAX_BYTES:
            fail(f"{path} is larger than {MAX_BYTES} bytes", EXIT_USAGE)
        return path.read_bytes()
    except OSError as error:
        fail(f"{path} cannot be read: {error.strerror}", EXIT_USAGE)


def as_lines(pack: Pack) -> dict[str, Any]:
    """Every field of a pack by its place, rules, bonuses and fees by their codes."""
    import msgspec

    from mentalverse_modules.rewards.documents import written

    said: dict[str, Any] = msgspec.json.decode(written(pack))
    lines = {name: one for name, one in said.items() if name not in _LISTS}
    for name in _LISTS:
        for one in said.get(name, ()):
            code = one.pop("code")
            lines |= {f"{code}.{field}": value for field, value in one.items()}
    return lines


_LISTS = ("rules", "bonuses", "fees")
