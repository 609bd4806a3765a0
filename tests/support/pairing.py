"""A second device of an open client's account, paired over its server."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from mentalverse_client import Client, OwnDevice
from support.clients import PASSPHRASE
from support.server import ServerProcess


@dataclass
class BothHands:
    """A person who holds both devices; implements `Dialogue`."""

    accepts: bool = True
    """Whether the person says that the old device took the code."""
    invitation: asyncio.Future[str] = field(default_factory=asyncio.Future)
    code: asyncio.Future[str] = field(default_factory=asyncio.Future)

    async def show_invitation(self, text: str) -> None:
        self.invitation.set_result(text)

    async def show_code(self, code: str) -> None:
        self.code.set_result(code)

    async def was_accepted(self) -> bool:
        return self.accepts

    async def read_code(self) -> str:
        """What is typed into the old device."""
        return await self.code


async def pair(server: ServerProcess, old: Client, profile: Path) -> OwnDevice:
    """Make `profile` another device of the client's account."""
    hands = BothHands()
    joining = asyncio.create_task(Client.join(server.url, profile, PASSPHRASE, hands))
    added = await old.devices.approve(await hands.invitation, hands.read_code)
    await joining
    return added
