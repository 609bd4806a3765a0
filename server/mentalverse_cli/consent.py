"""`consent`: what others may be told of you, and for what."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from .passphrase import PassphraseFile, read_passphrase
from .printable import one_line as plain
from .profile import ProfileFolder, one_line
from .settings import EXIT_USAGE, AsJson, fail

if TYPE_CHECKING:
    from mentalverse_client.consents import Consenting
    from mentalverse_signaling.consent_events import ConsentPurpose, PurposeView

consent_app = typer.Typer(
    name="consent",
    help="What others may be told of you, and for what.",
    no_args_is_help=True,
)

Purpose = Annotated[str, typer.Argument(help="One of those that list prints.")]


@consent_app.command("list")
def list_(
    profile: ProfileFolder,
    as_json: AsJson = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Print every purpose: what you said to it, and who would be told.

    [bold]Examples[/bold]

    mentalverse consent list --profile ~/mv

    mentalverse consent list --profile ~/mv --json
    """
    passphrase = read_passphrase(passphrase_file)
    import msgspec

    from .profile import connected

    async def show() -> None:
        async with connected(profile, passphrase) as client:
            listed = await client.consents.list()
        if as_json:
            typer.echo(msgspec.json.format(msgspec.json.encode(listed)).decode())
            return
        for each in listed:
            typer.echo(plain(_line(each)))

    with one_line():
        asyncio.run(show())


@consent_app.command("grant")
def grant(
    purpose: Purpose,
    profile: ProfileFolder,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Agree to a purpose, once you have read what you agree to.

    [bold]Example[/bold]

    mentalverse consent grant reward --profile ~/mv
    """
    from mentalverse_signaling.consent_text import CONSENT_TEXTS

    for line in CONSENT_TEXTS[_purpose(purpose)].lines:
        typer.echo(line)
    if not yes:
        typer.confirm("Do you agree?", abort=True)
    passphrase = read_passphrase(passphrase_file)
    from .profile import connected

    async def say() -> None:
        async with connected(profile, passphrase) as client:
            typer.echo(plain(_line(await client.consents.grant(purpose))))

    with one_line():
        asyncio.run(say())


@consent_app.command("withdraw")
def withdraw(
    purpose: Purpose, profile: ProfileFolder, passphrase_file: PassphraseFile = None
) -> None:
    """Agree to a purpose no more. Whoever was told of you is told that.

    [bold]Example[/bold]

    mentalverse consent withdraw reward --profile ~/mv
    """
    _purpose(purpose)
    passphrase = read_passphrase(passphrase_file)
    from .profile import connected

    async def say() -> None:
        async with connected(profile, passphrase) as client:
            consents: Consenting = client.consents
            typer.echo(plain(_line(await consents.withdraw(purpose))))

    with one_line():
        asyncio.run(say())


def _purpose(name: str) -> ConsentPurpose:
    from mentalverse_signaling.consent_events import ConsentPurpose

    known = [each.value for each in ConsentPurpose]
    if name not in known:
        fail(f"a purpose is one of: {', '.join(known)}", EXIT_USAGE)
    return ConsentPurpose(name)


def _line(each: PurposeView) -> str:
    said = "yes" if each.is_given else "no"
    if each.given_version not in (None, each.version) and each.withdrawn_at is None:
        said = "no (the words have changed)"
    hosts = ", ".join(sorted({to.host for to in each.recipients})) or "nobody"
    told = "; has been told of you" if each.was_told else ""
    return f"{each.purpose.value}: {said}; would be told: {hosts}{told}"
