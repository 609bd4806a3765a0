"""`match together` and `adjust`: with whom one is together, and on which terms."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from mentalverse_signaling.match_events import (
    MEETINGS_A_MONTH_MOST,
    MatchPlan,
    MatchTerms,
    MatchView,
    MatchWish,
    Together,
)

from .passphrase import PassphraseFile, read_passphrase
from .printable import one_line as printable
from .profile import ProfileFolder, connected, one_line
from .settings import EXIT_USAGE, fail

SHORT = 8


def together(profile: ProfileFolder, passphrase_file: PassphraseFile = None) -> None:
    """Print with whom one is together, on which terms, and who asks for others.

    [bold]Examples[/bold]

    mentalverse match together --profile ~/mv
    """
    passphrase = read_passphrase(passphrase_file)
    with one_line():
        asyncio.run(_together(profile, passphrase))


def adjust(
    relationship: Annotated[str, typer.Argument(help="How its id begins (together).")],
    profile: ProfileFolder,
    structure: Annotated[
        str | None, typer.Option(help="How they talk: open or practical.")
    ] = None,
    meetings: Annotated[
        int | None,
        typer.Option(
            help="How often a month: 1, 2 or 4.", min=1, max=MEETINGS_A_MONTH_MOST
        ),
    ] = None,
    take_back: Annotated[
        bool, typer.Option("--take-back", help="Ask for nothing else any more.")
    ] = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Ask for other terms. They count once the other one asks for the same.

    What is not named stays as it is.

    [bold]Examples[/bold]

    mentalverse match adjust 3f2a9c01 --profile ~/mv --meetings 4

    mentalverse match adjust 3f2a9c01 --profile ~/mv --take-back
    """
    if take_back is (structure is not None or meetings is not None):
        fail("name other terms, or --take-back", EXIT_USAGE)
    passphrase = read_passphrase(passphrase_file)
    with one_line():
        asyncio.run(_adjust(profile, passphrase, relationship, structure, meetings))


async def _together(profile: Path, passphrase: str) -> None:
    async with connected(profile, passphrase) as client:
        _print(await client.matching.view())


async def _adjust(
    profile: Path,
    passphrase: str,
    begins: str,
    structure: str | None,
    meetings: int | None,
) -> None:
    async with connected(profile, passphrase) as client:
        running = (await client.matching.view()).together
        found = [each for each in running if each.relationship.startswith(begins)]
        if len(found) != 1:
            fail("no such id" if not found else "several begin so", EXIT_USAGE)
        one, terms = found[0], None
        if structure is not None or meetings is not None:
            terms = MatchTerms(
                structure or one.plan.structure, meetings or one.plan.meetings_a_month
            )
        _print(await client.matching.adjust(one.relationship, terms))


def _print(view: MatchView) -> None:
    for each in view.together:
        typer.echo(
            printable(f"{each.relationship[:SHORT]}  {each.name}  {_terms(each.plan)}")
        )
        _print_wishes(each)
    if not view.together:
        typer.echo("nobody")


def _print_wishes(one: Together) -> None:
    for who, wish in (("you ask", one.i_wish), (f"{one.name} asks", one.they_wish)):
        if wish is not None:
            until = datetime.fromtimestamp(wish.until / 1_000, UTC)
            said = f"  {who} for: {_terms(wish)}, until {until:%Y-%m-%d}"
            typer.echo(printable(said))


def _terms(of: MatchPlan | MatchWish) -> str:
    return f"{of.structure}, {of.meetings_a_month} a month"
