"""Sixty-four devices commit to one epoch at the same moment, again and again.

Real MLS groups on real connections. In each epoch every device stages a commit
and sends it; the server's compare-and-swap gives the epoch to one of them, and the
others find their way by what they are told and what is in the log.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from load_tests.driver import CONNECTS_AT_ONCE, Seat
from load_tests.seeding import Crowd, seed
from load_tests.wire import WireClient

from mentalverse_crypto import declared, group
from mentalverse_crypto.group import StagedCommit
from mentalverse_crypto.leaf import lifetime_from
from mentalverse_crypto.proposals import Add
from support.mls_group import NOW, Client, client
from support.server import start_server

PARTICIPANTS, DEVICES_EACH = 7, 8
DEVICES = (1 + PARTICIPANTS) * DEVICES_EACH
EPOCHS = 200
SETTINGS = {
    "QUOTA__COMMIT_PER_SECOND": "1000000",
    "QUOTA__COMMIT_BURST": "1000000",
    "QUOTA__READ_PER_SECOND": "1000000",
    "QUOTA__READ_BURST": "1000000",
}


@dataclass
class Racer:
    """One device: its seat on the server, its group state, its place in the log."""

    seat: Seat
    mls: Client
    wire: WireClient
    cursor: int = 0
    client_id: bytes = b""
    staged: StagedCommit | None = None

    async def call(self, event: str, **data: Any) -> dict[str, Any]:
        ack = await self.wire.emit(
            event, {"conversation": self.seat.conversation, **data}
        )
        assert isinstance(ack, dict)
        return ack

    def stage(self) -> None:
        """Make a commit that ends the epoch."""
        self.client_id = os.urandom(16)
        self.staged = self.mls.stage(
            authenticated_data=declared.encode(self.client_id), with_group_info=False
        )

    async def race(self) -> str:
        """Send it; `won`, or the code of the refusal."""
        assert self.staged is not None
        ack = await self.call(
            "group.commit", client_id=self.client_id.hex(), commit=self.staged.commit
        )
        return "won" if ack["ok"] else str(ack["error"]["code"])

    async def recover(self) -> None:
        """Read the log: a row that is the staged commit is ours, any other is not."""
        ack = await self.call("conversation.sync", since=self.cursor)
        for row in ack["data"]["rows"]:
            assert row["seq"] == self.cursor + 1
            assert self.staged is not None
            if row["payload"] == self.staged.commit:
                self.mls.group_state = self.staged.state
            else:
                self.mls.group_state = self.staged.refused
                self.mls.process(row["payload"])
            self.cursor = row["seq"]
        self.staged = None


def _found_group(crowd: Crowd) -> list[Client]:
    """Every device in one MLS group, at the epoch where the server believes it is."""
    (group_id,) = crowd.groups.values()
    devices = [client(f"device {n}", os.urandom) for n in range(DEVICES)]
    first, rest = devices[0], devices[1:]
    first.group_state = group.create(
        bytes.fromhex(group_id),
        first.suite,
        first.signature_key,
        first.credential,
        lifetime_from(NOW),
        os.urandom,
    )
    staged = first.stage(*(Add(device.key_package()) for device in rest))
    first.group_state = staged.state
    assert staged.welcome is not None
    for device in rest:
        device.join(staged.welcome)
    return devices


async def _connect(
    url: str, crowd: Crowd, session: aiohttp.ClientSession
) -> list[Racer]:
    gate = asyncio.Semaphore(CONNECTS_AT_ONCE)
    racers = [
        Racer(seat, mls, WireClient(lambda name, data: None))
        for seat, mls in zip(crowd.seats, _found_group(crowd), strict=True)
    ]

    async def one(racer: Racer) -> None:
        async with gate:
            auth = {"token": racer.seat.token, "protocol": 1}
            await racer.wire.connect(session, url, auth)

    await asyncio.gather(*(one(racer) for racer in racers))
    return racers


async def _run(url: str, crowd: Crowd) -> None:
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0)
    ) as session:
        racers = await _connect(url, crowd, session)
        chance = random.Random(64)
        for _ in range(EPOCHS):
            chance.shuffle(racers)
            for racer in racers:
                racer.stage()
            outcomes = Counter(await asyncio.gather(*(r.race() for r in racers)))
            assert outcomes == {"won": 1, "epoch_taken": DEVICES - 1}
            await asyncio.gather(*(racer.recover() for racer in racers))
            views = {
                (r.mls.state.epoch, group.epoch_authenticator(r.mls.state))
                for r in racers
            }
            assert len(views) == 1, "the group has forked"
        assert {racer.cursor for racer in racers} == {EPOCHS}
        await asyncio.gather(*(racer.wire.close() for racer in racers))


@pytest.mark.timeout(1200)
@pytest.mark.capability("C06")
async def test_one_of_64_commits_takes_each_epoch_and_nobody_is_left_behind(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    crowd = seed(
        folder / "mentalverse.db",
        groups=1,
        recipients=PARTICIPANTS,
        devices_each=DEVICES_EACH,
        epoch=1,
    )
    with start_server(tmp_path, SETTINGS) as server:
        await _run(server.url, crowd)
    print(f"{EPOCHS} epochs, {DEVICES} commits each: one winner each, 0 forks")
