"""Somebody at the crisis desk of a test, by the Python client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from mentalverse_client import Client, Conversation
from mentalverse_signaling.desk_events import DeskCase
from mentalverse_signaling.roles import Role
from support.clients import DEADLINE_SECONDS, PASSPHRASE, opened
from support.server import ServerProcess


@asynccontextmanager
async def on_duty(
    server: ServerProcess, folder: Path, handle: str
) -> AsyncIterator[Client]:
    """A responder who is at the desk, and takes what is offered to them."""
    profile = folder / handle
    code = await asyncio.to_thread(server.invite, Role.RESPONDER)
    await Client.register(server.url, code, handle, profile, PASSPHRASE)
    async with opened(profile) as client:
        await client.desk.start_duty()
        yield client


async def take(client: Client) -> tuple[DeskCase, Conversation]:
    """The next case that is offered, once its person has let this device in."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        async for offer in client.desk.offers():
            case = await client.desk.accept(offer)
            return case, await client.desk.conversation(case.case)
    raise AssertionError("offers end with the client alone")
