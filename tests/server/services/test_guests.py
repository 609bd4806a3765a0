"""A call for help in a queue that is full, and the turns of a crowd."""

from __future__ import annotations

import asyncio
import secrets
from datetime import timedelta
from pathlib import Path

import pytest

from mentalverse_server.auth.tokens import new_token
from mentalverse_server.services.crowds import Crowds
from mentalverse_server.services.guests import Guests
from mentalverse_server.services.transparency import TransparencyLog
from mentalverse_server.store.engine import open_database
from mentalverse_server.store.writer import Writer, WriterLane, WriterLimits
from mentalverse_signaling.errors import Overloaded
from mentalverse_signaling.quota import Rate
from support.clock import ManualClock
from support.devices import new_device
from support.hub import Hub

KEY, OTHER = b"one network", b"another one"


async def test_a_full_queue_keeps_room_for_who_asks_for_help(
    hub: Hub, tmp_path: Path
) -> None:
    """Also for those who have to wait their turn: they are late, not lost."""
    database = open_database(f"sqlite:///{tmp_path / 'full.db'}")
    database.migrate()
    full = WriterLimits(max_queued_items=0)
    writer = Writer(database, hub.clock, lambda _: None, full)
    await writer.start()
    try:
        begun = TransparencyLog(database, writer, hub.keyring).begin()
        with pytest.raises(Overloaded):
            await begun
        guests = Guests(writer, hub.keyring, hub.clock, hub.rng, timedelta(days=1))
        for lane in (WriterLane.CRISIS, WriterLane.OTHER):
            token = new_token(secrets.token_bytes)
            request = new_device().begin_guest(token, hub.clock.now())
            assert (await guests.begin(request, lane)).account == request.account
    finally:
        await writer.close()
        database.close()


async def test_those_beyond_the_limit_go_one_by_one() -> None:
    """Behind others, and never two of one network at once; nobody is turned away."""
    clock = ManualClock()
    crowds = Crowds(Rate(rate_per_second=2 / 600, burst=2), clock)
    lanes: list[WriterLane] = []
    inside = most = 0

    async def come(key: bytes) -> None:
        nonlocal inside, most
        async with crowds.turn(key) as lane:
            lanes.append(lane)
            inside, most = inside + 1, max(most, inside + 1)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(come(KEY) for _ in range(2)))
    assert (lanes, most) == ([WriterLane.CRISIS] * 2, 2)
    lanes, most = [], 0
    await asyncio.gather(*(come(KEY) for _ in range(20)))
    assert (lanes, most) == ([WriterLane.OTHER] * 20, 1)
    lanes = []
    await come(OTHER)
    clock.advance(300)
    await come(KEY)
    assert lanes == [WriterLane.CRISIS] * 2
