"""Registered clients for tests, against a real server."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from mentalverse_client import Client, Conversation, Message
from mentalverse_client.account.device import Device
from mentalverse_client.account.profile import open_profile
from mentalverse_client.account.suites import CLASSICAL
from mentalverse_client.engine import Engine
from support.server import ServerProcess

PASSPHRASE = "correct horse battery staple"
DEADLINE_SECONDS = 90.0
"""Three times the longest pause between two attempts of a client."""


async def register(server: ServerProcess, folder: Path, handle: str) -> Path:
    """A registered profile for `handle`; its directory."""
    profile = folder / handle
    code = await asyncio.to_thread(server.invite)
    await Client.register(server.url, code, handle, profile, PASSPHRASE)
    return profile


@asynccontextmanager
async def person(
    server: ServerProcess, folder: Path, handle: str
) -> AsyncIterator[Client]:
    """An open, connected client of a new account."""
    profile = await register(server, folder, handle)
    async with opened(profile) as client:
        yield client


@asynccontextmanager
async def opened(profile: Path) -> AsyncIterator[Client]:
    """The client of a registered profile, connected."""
    async with Client.open(profile, passphrase=PASSPHRASE) as client:
        async with asyncio.timeout(DEADLINE_SECONDS):
            await client.connected()
        yield client


@asynccontextmanager
async def classical_only(profile: Path) -> AsyncIterator[Client]:
    """As `opened`, on a device that offers the classical suite alone."""
    unlocked = open_profile(profile, PASSPHRASE, os.urandom)
    device = Device(
        unlocked, lambda: datetime.now(UTC), os.urandom, suites=(CLASSICAL,)
    )
    engine = Engine(device)
    running = asyncio.create_task(engine.run())
    try:
        client = Client(engine)
        async with asyncio.timeout(DEADLINE_SECONDS):
            await client.connected()
        yield client
        await client.flush()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        unlocked.vault.close()


async def eventually(holds: Callable[[], bool]) -> None:
    """Wait until `holds`, looking again and again, for a minute and a half at most."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it did not come true in time"
        await asyncio.sleep(0.01)


async def logged(conversation: Conversation, message_id: str) -> None:
    """Wait until one's own message came back by the log; then it can be changed.

    Others may have read it, and the server have taken it, before it did.
    """
    await eventually(
        lambda: any(m.id == message_id and m.seq for m in conversation.history())
    )


async def next_message(conversation: Conversation) -> Message:
    """The next unread text of others."""
    messages = conversation.messages()
    async with asyncio.timeout(DEADLINE_SECONDS):
        message = await anext(messages)
    await messages.aclose()
    conversation.mark_read(message)
    return message


async def only_conversation(client: Client) -> Conversation:
    """The one conversation a client has, once it has it."""
    await eventually(lambda: len(client.conversations()) == 1)
    return client.conversations()[0]


def texts(conversation: Conversation) -> list[str]:
    """What the history shows, without notices."""
    return [m.text for m in conversation.history(100_000) if m.kind == "text"]
