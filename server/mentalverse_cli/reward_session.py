"""What the `reward` commands do with a client, and what they say."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import typer

from mentalverse_signaling.reward_events import RewardEntry

from .printable import one_line
from .profile import connected
from .reward import as_lines, mvt


async def show_list(profile: Path, passphrase: str, *, as_json: bool) -> None:
    """Entries of the account."""
    async with connected(profile, passphrase) as client:
        found = await client.rewards.list()
        every = list(found.entries)
        while found.more:
            found = await client.rewards.list(every[-1].entry)
            every += found.entries
    if as_json:
        whole = msgspec.structs.replace(found, entries=tuple(every), more=False)
        typer.echo(msgspec.json.format(msgspec.json.encode(whole)).decode())
        return
    for entry in every:
        typer.echo(one_line(entry_line(entry)))
    typer.echo(
        f"balance {mvt(int(found.balance_micro))}, "
        f"pending {mvt(int(found.pending_micro))}, {found.total_minutes} min"
    )
    if found.opted_out:
        typer.echo("opted out: nothing is written down")


async def receipt(
    profile: Path, passphrase: str, entry: str, files: tuple[Path | None, Path | None]
) -> bool:
    """A receipt, computed again; whether it comes out the same."""
    async with connected(profile, passphrase) as client:
        checked = await client.rewards.receipt(entry)
    papers = checked.papers
    for path, text in zip(files, (papers.document, papers.pack.document), strict=True):
        if path is not None:
            await asyncio.to_thread(path.write_text, text, "ascii")
    for line in as_lines(checked.receipt):
        typer.echo(one_line(line))
    for name in checked.flaws:
        typer.echo(f"does not come out the same: {name}")
    if not checked.flaws:
        typer.echo("computed again: the same")
    return not checked.flaws


async def dispute(profile: Path, passphrase: str, entry: str, reason: str) -> None:
    """Have two people look at an entry."""
    async with connected(profile, passphrase) as client:
        after = await client.rewards.dispute(entry, reason)
    typer.echo(one_line(entry_line(after)))


async def opt(profile: Path, passphrase: str, *, out: bool) -> None:
    """Want entries, or none."""
    async with connected(profile, passphrase) as client:
        is_out = await client.rewards.opt(out=out)
    typer.echo("nothing is written down" if is_out else "entries are written down")


async def activate(profile: Path, passphrase: str, pack: str) -> None:
    """Say as an operator that a pack is to hold."""
    from mentalverse_modules.rewards.documents import pack_hash

    from .policy import read_pack

    wanted = read_pack(pack)
    async with connected(profile, passphrase) as client:
        found = await client.rewards.activate(wanted)
    (view,) = [each for each in found.packs if each.hash == pack_hash(wanted)]
    state = "active" if view.is_active else "waits for a second operator"
    begins = datetime.fromtimestamp(view.effective_at / 1000, UTC)
    typer.echo(
        one_line(f"{view.name} {view.rev} {view.hash}: {state}, from {begins:%FT%TZ}")
    )


def entry_line(entry: RewardEntry) -> str:
    """An entry: when, by which rule, where it is, and how much."""
    at = datetime.fromtimestamp(entry.at / 1000, UTC).date().isoformat()
    reason = "" if entry.reason is None else f" ({entry.reason})"
    amount = f"{mvt(int(entry.micro))}, {entry.minutes} min"
    return f"{entry.entry}  {at}  {entry.rule}: {entry.state}{reason}, {amount}"
