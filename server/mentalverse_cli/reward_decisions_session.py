"""What the commands about rewards of others do with a client, and what they say."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec
import typer

from mentalverse_signaling.errors import NotFound
from mentalverse_signaling.reward_events import AwardView, DisputeView

from .printable import one_line
from .profile import connected
from .reward_session import entry_line
from .settings import EXIT_USAGE, fail

SHORT = 8
_SAID = {None: "nothing yet", True: "correct", False: "keep"}


async def show_disputes(profile: Path, passphrase: str, *, as_json: bool) -> None:
    """Those that wait."""
    async with connected(profile, passphrase) as client:
        found = await client.rewards.decisions.disputes()
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(found)).decode())
        return
    _print_disputes(found)


async def decide(
    profile: Path, passphrase: str, which: tuple[str, str], *, correct: bool
) -> None:
    """Say what becomes of an entry, `which` by handle and id."""
    async with connected(profile, passphrase) as client:
        decisions = client.rewards.decisions
        for each in await decisions.disputes():
            if (each.handle, each.entry.entry) == which:
                break
        else:
            fail("no such dispute; mentalverse reward disputes has them", EXIT_USAGE)
        left = await decisions.decide(each.account, each.entry.entry, correct=correct)
    waits = [one for one in left if (one.handle, one.entry.entry) == which]
    if not waits:
        typer.echo("decided")
    _print_disputes(waits)


async def show_awards(profile: Path, passphrase: str, *, as_json: bool) -> None:
    """All of them."""
    async with connected(profile, passphrase) as client:
        found = await client.rewards.decisions.awards()
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(found)).decode())
        return
    for each in found:
        typer.echo(one_line(_award(each)))


async def propose(
    profile: Path, passphrase: str, told: tuple[str, str, int, str]
) -> None:
    """Propose an award: for whom, by which rule, how much, what for."""
    async with connected(profile, passphrase) as client:
        try:
            view = await client.rewards.decisions.award(*told)
        except NotFound:
            fail(f"nobody on this server is called {told[0]}")
    typer.echo(one_line(_award(view)))


async def answer(profile: Path, passphrase: str, begins: str, *, yes: bool) -> None:
    """Stand for an award, or let it not be."""
    async with connected(profile, passphrase) as client:
        decisions = client.rewards.decisions
        ids = [each.award for each in await decisions.awards()]
        found = [each for each in ids if each.startswith(begins)]
        if len(found) != 1:
            why = "several begin so: write more of it" if found else "no such id"
            fail(f"{why}; mentalverse reward awards has them", EXIT_USAGE)
        act = decisions.approve if yes else decisions.refuse
        view = await act(found[0])
    typer.echo(one_line(_award(view)))


def _print_disputes(found: Iterable[DisputeView]) -> None:
    for each in found:
        typer.echo(one_line(f"{each.handle}  {entry_line(each.entry)}"))
        typer.echo(one_line(f"  because: {each.reason}"))
        others = f"{each.others} of the others have decided"
        typer.echo(f"  you: {_SAID[each.mine]}; {others}")


def _award(each: AwardView) -> str:
    state = f"{each.state.value}, {each.approvals} of 2"
    mine = ", you among them" if each.mine else ""
    about = f"{each.rule}, {each.amount_mvt} MVT, {state}{mine}"
    return f"{each.award[:SHORT]}  {each.handle}  {about}: {each.reason}"
