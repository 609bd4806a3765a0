"""The server is killed at random points and nothing it acknowledged is lost.

Four devices of one conversation send as fast as they are answered, keep what is
not acknowledged, and send it again with the same key after every restart, as a
client with a durable outbox does. Afterwards the log is the judge: every
acknowledged message is in it under the acknowledged number, none twice, none
missing, and every device has read exactly that log in that order.
"""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from load_tests.driver import Seat, fabricate_message
from load_tests.seeding import seed
from load_tests.wire import WireClient

from support.server import ServerProcess

CLIENTS = 4
READY_TIMEOUT_SECONDS = 20
PAGE_ROWS = 200
UNLIMITED = {
    "QUOTA__HOT_PER_SECOND": "100000",
    "QUOTA__HOT_BURST": "100000",
    "QUOTA__READ_PER_SECOND": "100000",
    "QUOTA__READ_BURST": "100000",
}


@dataclass
class Device:
    """A client with an outbox: what it sent, what was acknowledged, what it read."""

    seat: Seat
    group: str
    payloads: dict[str, bytes] = field(default_factory=dict)
    unacked: list[str] = field(default_factory=list)
    acked: dict[str, int] = field(default_factory=dict)
    read: list[tuple[int, bytes]] = field(default_factory=list)

    @property
    def cursor(self) -> int:
        return self.read[-1][0] if self.read else 0

    def on_event(self, name: str, data: dict[str, Any]) -> None:
        if name == "message.sent" and data["seq"] == self.cursor + 1:
            self.read.append((data["seq"], data["payload"]))

    async def live(self, session: aiohttp.ClientSession, url: str) -> None:
        """Catch up, then send until the connection breaks."""
        client = WireClient(self.on_event)
        try:
            auth = {"token": self.seat.token, "protocol": 1}
            await client.connect(session, url, auth)
            await self.catch_up(client)
            while True:
                await self.send_next(client)
        finally:
            await client.close()

    async def send_next(self, client: WireClient) -> None:
        if not self.unacked:
            fresh = os.urandom(16)
            self.payloads[fresh.hex()] = fabricate_message(self.group, fresh)
            self.unacked.append(fresh.hex())
        client_id = self.unacked[0]
        message = {
            "conversation": self.seat.conversation,
            "client_id": client_id,
            "payload": self.payloads[client_id],
        }
        ack = await client.emit("message.send", message)
        assert ack["ok"], ack
        self.acked[client_id] = ack["data"]["seq"]
        self.unacked.remove(client_id)

    async def catch_up(self, client: WireClient) -> None:
        while True:
            since = self.cursor
            ack = await client.emit(
                "conversation.sync",
                {"conversation": self.seat.conversation, "since": since},
            )
            assert ack["ok"], ack
            for row in ack["data"]["rows"]:
                if row["seq"] == self.cursor + 1:
                    self.read.append((row["seq"], row["payload"]))
            if self.cursor >= ack["data"]["head"]:
                return


async def _survive_kills(
    server: ServerProcess, devices: list[Device], cycles: int, seed_number: int
) -> None:
    moments = random.Random(seed_number)
    async with aiohttp.ClientSession() as session:
        for _ in range(cycles):
            tasks = [
                asyncio.create_task(device.live(session, server.url))
                for device in devices
            ]
            await asyncio.sleep(moments.uniform(0.0, 0.25))
            await asyncio.to_thread(server.kill9)
            results = await asyncio.gather(*tasks, return_exceptions=True)
            unexpected = [r for r in results if not isinstance(r, OSError)]
            assert not [r for r in unexpected if not _is_broken_connection(r)]
            await asyncio.to_thread(server.restart)
        await _finish(session, server, devices)


def _is_broken_connection(result: object) -> bool:
    return isinstance(result, aiohttp.ClientError | ConnectionError | TimeoutError)


async def _finish(
    session: aiohttp.ClientSession, server: ServerProcess, devices: list[Device]
) -> None:
    """Resend what is unacknowledged and read to the head, with the server up."""
    for device in devices:
        client = WireClient(device.on_event)
        await client.connect(
            session, server.url, {"token": device.seat.token, "protocol": 1}
        )
        while device.unacked:
            await device.send_next(client)
        await client.close()
    for device in devices:
        client = WireClient(lambda name, data: None)
        await client.connect(
            session, server.url, {"token": device.seat.token, "protocol": 1}
        )
        await device.catch_up(client)
        await client.close()


def _log(path: Path) -> list[tuple[int, bytes]]:
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return list(database.execute("SELECT seq, payload FROM messages ORDER BY seq"))


def _kill_and_compare(tmp_path: Path, cycles: int, seed_number: int) -> None:
    server = ServerProcess(tmp_path, UNLIMITED)
    server.data.mkdir(mode=0o700)
    database = server.data / "mentalverse.db"
    crowd = seed(database, groups=1, recipients=CLIENTS - 1)
    (group,) = crowd.groups.values()
    devices = [Device(seat, group) for seat in crowd.seats]
    server.start()
    try:
        asyncio.run(_survive_kills(server, devices, cycles, seed_number))
    finally:
        server.close()
    log = _log(database)
    assert [seq for seq, _ in log] == list(range(1, len(log) + 1)), "gap in the log"
    by_seq = dict(log)
    for device in devices:
        assert not device.unacked
        for client_id, seq in device.acked.items():
            assert by_seq.get(seq) == device.payloads[client_id], "acked, then lost"
        assert device.read == log, "a device read something else than the log"
    sent = sum(len(device.acked) for device in devices)
    assert len(log) == sent, "a message is in the log twice"
    print(f"{cycles} kills: {sent} acknowledged, 0 lost, 0 duplicated, 0 reordered")


@pytest.mark.timeout(1200)
@pytest.mark.capability("G07")
def test_nothing_acknowledged_is_lost_over_100_kills(tmp_path: Path) -> None:
    _kill_and_compare(tmp_path, cycles=100, seed_number=20261121)


@pytest.mark.nightly
@pytest.mark.timeout(7200)
def test_nothing_acknowledged_is_lost_over_1000_kills(tmp_path: Path) -> None:
    _kill_and_compare(tmp_path, cycles=1000, seed_number=20261122)
