"""The server is killed at random points, and no endpoint misses what it committed.

Somebody plans sessions and moves them about, as fast as they are answered, while the
server is killed again and again. Each answer says that an event is stored as well:
every one of these has to reach the receiver, in the order of its session, and what
comes twice has the same id both times.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from load_tests.driver import Seat
from load_tests.seeding import seed
from load_tests.wire import WireClient

from mentalverse_server.hooks.catalogue.purposes import Purpose
from mentalverse_server.hooks.endpoint_keys import EndpointKeys
from mentalverse_server.hooks.privacy import Names
from mentalverse_server.store import endpoints, outbox
from mentalverse_server.store.engine import Database, open_database
from mentalverse_server.store.outbox import OutboxRow
from support.hook_receiver import HookReceiver, hook_receiver
from support.outbox import endpoint
from support.server import ServerProcess

PLANNERS = 4
MAX_DELAY_SECONDS = 0.4
DAY_MS = 24 * 3_600_000
MOVES = 5
"""Of each session; then another one is planned."""
UNLIMITED = {
    f"QUOTA__{lane}_{what}": "100000"
    for lane in ("CALL", "COMMIT", "ACCOUNT", "READ")
    for what in ("PER_SECOND", "BURST")
}


@dataclass
class Planner:
    """Who plans, and what they were told is done: times by session."""

    seat: Seat
    starts_at: Iterator[int]
    acked: dict[str, list[int]] = field(default_factory=dict)

    async def live(self, http: aiohttp.ClientSession, url: str) -> None:
        """Plan and move until the connection breaks."""
        client = WireClient(lambda name, data: None)
        try:
            auth = {"token": self.seat.token, "protocol": 1}
            await client.connect(http, url, auth)
            while True:
                await self._session(client)
        finally:
            await client.close()

    async def _session(self, client: WireClient) -> None:
        at_ms = next(self.starts_at)
        plan = {
            "request": os.urandom(16).hex(),
            "conversation": self.seat.conversation,
            "kind": "group",
            "starts_at": at_ms,
        }
        done = await client.emit("session.plan", plan)
        assert done["ok"], done
        session = done["data"]["session"]
        self.acked[session] = [at_ms]
        for _ in range(MOVES):
            at_ms = next(self.starts_at)
            move = {"session": session, "starts_at": at_ms}
            done = await client.emit("session.change", move)
            assert done["ok"], done
            self.acked[session].append(at_ms)


def _times() -> Iterator[int]:
    first_ms = round(time.time() * 1000) + DAY_MS
    return iter(range(first_ms, first_ms + 10**9, 1_000))


async def _kill_and_compare(folder: Path, kills: int, seed_number: int) -> None:
    async with hook_receiver() as receiver:
        where = receiver.url.removeprefix("http://")
        settings = {"HOOKS__ALLOW_PRIVATE": f'["{where}"]', **UNLIMITED}
        server = ServerProcess(folder, settings)
        server.data.mkdir(mode=0o700)
        path = server.data / "mentalverse.db"
        crowd = seed(path, groups=PLANNERS, recipients=1)
        planners = [Planner(seat, _times()) for seat in crowd.seats if seat.sends]
        to = _name_endpoint(f"sqlite:///{path}", server.data, receiver)
        try:
            await asyncio.to_thread(server.start)
            await _kill(server, planners, kills, seed_number)
            events = _stored(f"sqlite:///{path}")
            await receiver.until_ids(len(events))
        finally:
            server.close()
        names = Names(EndpointKeys(server.data).names_key(to, os.urandom))
        _judge(receiver, planners, events, names)
        twice = len(receiver.hooks) - len(events)
        print(f"{kills} kills: {len(events)} events, 0 lost, {twice} sent twice")


async def _kill(
    server: ServerProcess, planners: list[Planner], kills: int, seed_number: int
) -> None:
    moments = random.Random(seed_number)
    async with aiohttp.ClientSession() as http:
        for _ in range(kills):
            lives = [
                asyncio.create_task(planner.live(http, server.url))
                for planner in planners
            ]
            await asyncio.sleep(moments.uniform(0.0, MAX_DELAY_SECONDS))
            await asyncio.to_thread(server.kill9)
            for ended in await asyncio.gather(*lives, return_exceptions=True):
                assert isinstance(ended, OSError | aiohttp.ClientError), ended
            await asyncio.to_thread(server.start)


def _name_endpoint(url: str, data_dir: Path, receiver: HookReceiver) -> str:
    """As an operator does, beside the server.

    It rings whoever is on call, and so needs nobody's consent.
    """
    row = endpoint(url=receiver.url, purpose=Purpose.PAGING, types=("session.*",))
    EndpointKeys(data_dir).make(row.signing_key, os.urandom)
    database = open_database(url, exclusive=False)
    database.write(endpoints.add, row)
    database.close()
    return row.id


def _stored(url: str) -> list[OutboxRow]:
    database: Database = open_database(url, exclusive=False)
    events = database.write(outbox.after, 0, 10**6)
    database.close()
    return [event for event in events if event.key.startswith("session:")]


def _judge(
    receiver: HookReceiver,
    planners: list[Planner],
    events: list[OutboxRow],
    names: Names,
) -> None:
    assert receiver.ids() == {names.of_event(event.evt_id) for event in events}
    stored: dict[str, list[object]] = {}
    for event in events:
        session = event.key.removeprefix("session:")
        stored.setdefault(session, []).append(event.data["start"])
    acked = {s: times for each in planners for s, times in each.acked.items()}
    assert acked, "killed before anything was planned"
    for session, times in acked.items():
        known = stored[session]
        assert known[: len(times)] == times, "acknowledged, and not to be told"
    last: dict[str, int] = {}
    seen: dict[tuple[str, int], str] = {}
    for hook in receiver.hooks:
        key, number = hook.body["key"], hook.body["key_seq"]
        assert seen.setdefault((key, number), hook.id) == hook.id, "another id"
        assert number <= last.get(key, 0) + 1, "out of order"
        last[key] = max(number, last.get(key, 0))


@pytest.mark.timeout(300)
async def test_no_event_is_lost_over_20_kills(tmp_path: Path) -> None:
    await _kill_and_compare(tmp_path, kills=20, seed_number=20261123)


@pytest.mark.nightly
@pytest.mark.timeout(1200)
async def test_no_event_is_lost_over_100_kills(tmp_path: Path) -> None:
    await _kill_and_compare(tmp_path, kills=100, seed_number=20261124)
