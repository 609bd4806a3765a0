"""What the `match` commands do with a client, and what they say."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import typer

from mentalverse_signaling.match_desk_events import MatchReviews

from .printable import one_line
from .profile import connected
from .settings import EXIT_USAGE, fail

SHORT = 8


async def queue(profile: Path, passphrase: str, *, run: bool) -> None:
    """What waits for a look; `run`: after having asked for a run."""
    async with connected(profile, passphrase) as client:
        matching = client.matching
        _print(await (matching.run() if run else matching.queue()))


async def release(
    profile: Path,
    passphrase: str,
    begins: str,
    leave_out: Iterable[int],
    reason: str,
) -> None:
    """Give a proposal to the mentee."""
    async with connected(profile, passphrase) as client:
        waiting = (await client.matching.queue()).waiting
        ids = [each.proposal for each in waiting if each.proposal.startswith(begins)]
        if len(ids) != 1:
            fail("no such id" if not ids else "several begin so", EXIT_USAGE)
        _print(await client.matching.release(ids[0], leave_out, reason))


def _print(found: MatchReviews) -> None:
    for each in found.waiting:
        typer.echo(one_line(f"{each.proposal[:SHORT]}  {each.name}"))
        for option in each.options:
            typer.echo(
                one_line(f"  {option.option}  {option.name}  {option.points} points")
            )
    going = ", a run goes on" if found.is_running else ""
    typer.echo(
        f"{found.waiting_in_all} wait for a look, {found.looking} for a run{going}"
    )
