"""What the `account` commands do with a client, and what they say."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import typer

from .printable import one_line
from .profile import connected


async def block(profile: Path, passphrase: str, handle: str) -> None:
    """Block somebody."""
    async with connected(profile, passphrase) as client:
        await client.blocks.add(handle)
    typer.echo(
        f"{one_line(handle)} is blocked. Conversations that both of you are in go on."
    )


async def unblock(profile: Path, passphrase: str, handle: str) -> None:
    """End a block."""
    async with connected(profile, passphrase) as client:
        await client.blocks.remove(handle)
    typer.echo(f"{one_line(handle)} is not blocked.")


async def show_blocked(profile: Path, passphrase: str, *, as_json: bool) -> None:
    """Everybody who is blocked."""
    async with connected(profile, passphrase) as client:
        listed = await client.blocks.list()
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in listed], indent=2))
        return
    for each in listed:
        typer.echo(f"{one_line(each.handle)}  {each.account}")


async def sign_out_others(profile: Path, passphrase: str) -> None:
    """End the account's other sign-ins."""
    async with connected(profile, passphrase) as client:
        await client.own_account.sign_out_others()
    typer.echo("Every other sign-in of your account has ended.")
