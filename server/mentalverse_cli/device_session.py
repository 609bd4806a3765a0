"""What the `device` commands do with a client, and what they say."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from contextlib import aclosing, suppress
from pathlib import Path

import segno
import typer
from prompt_toolkit import PromptSession

from mentalverse_client import (
    Client,
    NotConnected,
    OwnDevice,
    Restoring,
    Standing,
)
from mentalverse_signaling.errors import SignalingError

from .device_view import as_object, described, short, what_changes
from .profile import CONNECT_SECONDS, connected
from .settings import EXIT_USAGE, fail
from .terminal import PlainTerminal

SETTLE_SECONDS = 60.0
"""How long a command stays until every conversation has followed."""
QUIET_SECONDS = 8.0
"""After so long without another conversation, no more are waited for."""
LOOK_SECONDS = 0.2
_YES = ("y", "yes")


class Person:
    """Who sits at this device, or a script at its pipe."""

    def __init__(self) -> None:
        self._is_terminal = sys.stdin.isatty() and sys.stdout.isatty()
        self._lines = PlainTerminal().lines(str)

    @property
    def is_terminal(self) -> bool:
        """Whether a person can see what is drawn."""
        return self._is_terminal

    async def ask(self, question: str) -> str:
        """A line; the connection goes on meanwhile.

        Raises:
            Exit: the input has ended.
        """
        try:
            if self._is_terminal:
                session: PromptSession[str] = PromptSession()
                return (await session.prompt_async(f"{question} ")).strip()
            typer.echo(question)
            return (await anext(self._lines)).strip()
        except (EOFError, KeyboardInterrupt, StopAsyncIteration):
            fail("stopped; nothing more was done")

    async def agrees(self, question: str) -> bool:
        """Whether the answer is yes."""
        return (await self.ask(f"{question} [y/N]")).lower() in _YES


class NewDevice:
    """What the new device shows and asks; implements `Dialogue`."""

    def __init__(self, person: Person) -> None:
        self._person = person

    async def show_invitation(self, text: str) -> None:
        """The invitation as a QR code, and as text for a terminal far away."""
        if self._person.is_terminal:
            segno.make(text, error="l", micro=False).terminal(compact=True)
        typer.echo(
            "On a device that you have, run\n\n"
            "    mentalverse device approve --profile FOLDER\n\n"
            "and give it this, which nobody else should see. It works once, for ten "
            f"minutes.\n\n{text}\n"
        )

    async def show_code(self, code: str) -> None:
        """The digits, as they are easy to read aloud."""
        typer.echo(f"Type these digits there:  {code[:3]} {code[3:]}\n")

    async def was_accepted(self) -> bool:
        """Only the person can know: somebody else may have answered."""
        return await self._person.agrees(
            "Does the other device say that the digits are right?"
        )


async def join(server: str, profile: Path, passphrase: str) -> None:
    """Pair, then open the client once, so that it gets into the conversations."""
    person = Person()
    await Client.join(server, profile, passphrase, NewDevice(person))
    async with Client.open(profile, passphrase=passphrase) as client:
        typer.echo(f"This is {client.handle}'s device now.")
        with suppress(TimeoutError, NotConnected, SignalingError):
            await _arrive(client)
        number, earlier = len(client.conversations()), client.backup.restoring
    typer.echo(f"{_counted(number)} here. {_said_before(earlier)}")
    typer.echo(f"Open a chat: mentalverse chat --profile {profile}")


async def _arrive(client: Client) -> None:
    """Wait while the other device adds this one to conversations."""
    async with asyncio.timeout(SETTLE_SECONDS):
        await client.connected()
        missing, quiet_seconds = await client.conversations_elsewhere(), 0.0
        while missing and quiet_seconds < QUIET_SECONDS:
            await asyncio.sleep(1.0)
            left = await client.conversations_elsewhere()
            quiet_seconds = quiet_seconds + 1.0 if left == missing else 0.0
            missing = left
        async with aclosing(client.updates()) as updates:
            while not client.backup.restoring.is_over:
                await anext(updates)


def _said_before(earlier: Restoring) -> str:
    if not earlier.conversations:
        return "Messages from before are not on this device."
    if earlier.is_over:
        return "Messages from before are here as well."
    return "Messages from before follow while a chat is open."


async def approve(profile: Path, passphrase: str, invitation: str | None) -> None:
    """Let the new device in, and stay until the conversations have it."""
    person = Person()
    async with connected(profile, passphrase) as client:
        given = invitation or await person.ask("What does the new device show?")

        async def ask_code() -> str:
            return await person.ask("Which six digits does the new device show?")

        typer.echo("Looking for the new device…")
        added = await client.devices.approve(given, ask_code)
        typer.echo(
            f"The digits are right. Device {short(added)} belongs to you.\n"
            "Answer the question on the new device, and leave both open for a moment."
        )
        await _settle(client, "The new device is in", lambda ids: added.id in ids)


async def show_list(profile: Path, passphrase: str, *, as_json: bool) -> None:
    """The account's devices, asked for if there is a connection."""
    async with Client.open(profile, passphrase=passphrase) as client:
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await client.connected()
                await client.devices.refresh()
        except (TimeoutError, NotConnected, SignalingError):
            typer.echo("Not connected: as it was when this device last was.", err=True)
        devices = client.devices.list()
    if as_json:
        typer.echo(json.dumps([as_object(device) for device in devices], indent=2))
        return
    for device in devices:
        typer.echo(described(device))


async def revoke(
    profile: Path, passphrase: str, begins: str, *, this: bool, yes: bool
) -> None:
    """Revoke a device, and stay until the conversations are without it."""
    person = Person()
    async with connected(profile, passphrase) as client:
        await client.devices.refresh()
        device = _found(client.devices.list(), begins)
        if device.this and not this:
            fail("this is the device you are at: add --this if you mean it", EXIT_USAGE)
        typer.echo(described(device))
        if not yes and not await person.agrees("Revoke it for good?"):
            fail("nothing was changed")
        await client.devices.revoke(device.id, this=this)
        typer.echo("Revoked.")
        if device.this:
            typer.echo("This folder is of no use any more; delete it when you like.")
            return
        await _settle(client, "It is out of", lambda ids: device.id not in ids)


async def rotate_account_key(profile: Path, passphrase: str, *, yes: bool) -> None:
    """Put a new account key in force, and stay until the conversations show it."""
    person = Person()
    async with connected(profile, passphrase) as client:
        await client.devices.refresh()
        others = [each for each in client.devices.list() if not each.this]
        for line in what_changes([short(each) for each in others]):
            typer.echo(line)
        if not yes and not await person.agrees("Give your account another key?"):
            fail("nothing was changed")
        await client.devices.rotate_account_key()
        typer.echo("Your account has a new key. The old one is of no use any more.")
        with suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_SECONDS):
                await client.flush()
    typer.echo(
        "Make recovery words now. Until you do, losing this device loses the account:\n"
        f"    mentalverse backup create --profile {profile}"
    )
    if others:
        typer.echo(
            "Add your other devices again, each in a fresh folder:\n"
            f"    mentalverse device approve --profile {profile}"
        )


async def _settle(client: Client, what: str, holds: Callable[[set[str]], bool]) -> None:
    """Wait until every conversation has followed, and say how far it is."""
    rooms = [
        each
        for each in client.conversations()
        if each.encryption_state.standing is Standing.ACTIVE
    ]
    if not rooms:
        return

    def done() -> int:
        return sum(1 for room in rooms if holds(set(room.device_ids())))

    with suppress(TimeoutError):
        async with asyncio.timeout(SETTLE_SECONDS):
            while done() < len(rooms):  # noqa: ASYNC110 - looked at for people
                await asyncio.sleep(LOOK_SECONDS)
    typer.echo(f"{what} {done()} of {_counted(len(rooms))}.")
    if done() < len(rooms):
        typer.echo(
            "The rest follows when one of your devices, or somebody you write with, "
            "is connected."
        )


def _found(devices: list[OwnDevice], begins: str) -> OwnDevice:
    found = [each for each in devices if each.id.startswith(begins.lower())]
    if not begins or len(found) != 1:
        ids = ", ".join(short(each) for each in devices)
        fail(f"give one device of {ids}", EXIT_USAGE)
    return found[0]


def _counted(number: int) -> str:
    return "1 conversation" if number == 1 else f"{number} conversations"
