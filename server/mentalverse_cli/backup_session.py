"""What the `backup` commands do with a client."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from contextlib import aclosing, suppress
from pathlib import Path

import typer

from mentalverse_client import (
    Client,
    ClientError,
    NotConnected,
    NotProven,
    PeerChanged,
)
from mentalverse_client.backup import restore as restoring
from mentalverse_client.backup.restore import Opened
from mentalverse_server.clock import SystemClock
from mentalverse_signaling.errors import SignalingError

from .backup_view import NO_BACKUP, Bar, restored_lines, summary_json, summary_lines
from .profile import CONNECT_SECONDS, connected
from .settings import EXIT_FAILED, EXIT_NOT_READY, fail

LOOK_SECONDS = 0.2
ENTER_SECONDS = 10.0
"""How long a restored device waits to be in its conversations again."""

open_by_words = restoring.open_by_words
open_file = restoring.open_file


async def is_reachable(profile: Path, passphrase: str) -> bool:
    """Connect once, before anybody writes words down; whether there were words.

    Raises:
        NotConnected, ClientError.
    """
    async with connected(profile, passphrase) as client:
        return client.backup.status() is not None


async def create(profile: Path, passphrase: str, words: Sequence[str]) -> None:
    """Make the backup of these words."""
    async with connected(profile, passphrase) as client:
        with Bar("Saving your history") as bar:
            await client.backup.create(" ".join(words), bar.update)
    typer.echo(
        "Your backup is on the server and kept up to date while this device is used.",
        err=True,
    )


async def write_now(profile: Path, passphrase: str) -> None:
    """Write the backup."""
    async with connected(profile, passphrase) as client:
        with Bar("Saving your history") as bar:
            await client.backup.now(bar.update)
        summary = client.backup.status()
    if summary is not None:
        typer.echo(summary_lines(summary)[0])


async def show_status(profile: Path, passphrase: str, *, as_json: bool) -> int:
    """Say how the backup stands; the exit code."""
    async with Client.open(profile, passphrase=passphrase) as client:
        is_made = client.backup.status() is not None
        is_asked = is_made and await _is_asked(client)
        summary = client.backup.status()
    if as_json:
        typer.echo(summary_json(summary, is_asked=is_asked))
    elif summary is None:
        typer.echo(NO_BACKUP)
    else:
        for line in summary_lines(summary):
            typer.echo(line)
        if not is_asked:
            typer.echo("The server could not be asked. This is what this device knows.")
    if summary is None:
        return EXIT_NOT_READY
    return EXIT_FAILED if summary.trouble else 0


async def export(profile: Path, passphrase: str, file: Path, chosen: str) -> None:
    """Write the envelope into a file."""
    async with Client.open(profile, passphrase=passphrase) as client:
        await client.backup.export(file, chosen)


async def forget(profile: Path, passphrase: str) -> None:
    """Delete the backup from the server."""
    async with connected(profile, passphrase) as client:
        await client.backup.forget()


def show_opened(opened: Opened) -> None:
    """Say whose backup was opened."""
    typer.echo(f"This is the account of {opened.handle}.")
    if opened.is_dated:
        typer.echo(
            "Its devices have changed since this backup was written:"
            " what happened after that may be missing."
        )


async def restore(server: str, profile: Path, passphrase: str, opened: Opened) -> None:
    """Make the folder a device of the account, and wait for its history."""
    now = SystemClock().now()
    await restoring.restore(profile, passphrase, server, opened, now, os.urandom)
    async with connected(profile, passphrase) as client:
        await _compare_with_log(client)
        with Bar("Reading your history") as bar:
            while not (back := client.backup.restoring).is_over:
                bar.update(back.read, back.conversations)
                await asyncio.sleep(LOOK_SECONDS)
        await _entered(client)
        lines = restored_lines(client.handle, client.backup.restoring)
        others = len(client.devices.list()) - 1
    for line in lines:
        typer.echo(line)
    if others:
        typer.echo(
            "Is an earlier device lost for good? End it:"
            f" mentalverse device list --profile {profile}"
        )
    typer.echo(f"Open a chat: mentalverse chat --profile {profile}")


async def _compare_with_log(client: Client) -> None:
    """The log must show the account's devices as the account has signed them."""
    try:
        await client.devices.refresh()
    except (NotProven, PeerChanged) as error:
        fail(
            f"{error}. The log of keys does not show your account as the backup"
            " has it: write nothing here before you know why."
        )


async def _entered(client: Client) -> None:
    """Wait a moment for the conversations to let this device in."""
    updates = client.updates()
    with suppress(TimeoutError):
        async with asyncio.timeout(ENTER_SECONDS), aclosing(updates):
            while client.backup.restoring.outside:
                await anext(updates)


async def _is_asked(client: Client) -> bool:
    """Whether the server could be compared with; what it told is noted."""
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            await client.backup.check()
    except (NotConnected, SignalingError, TimeoutError):
        return False
    except ClientError:
        return True  # what is wrong stands in the summary from here on
    return True
