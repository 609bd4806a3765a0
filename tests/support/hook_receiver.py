"""Whoever is told by webhooks: a real HTTP server on loopback, and a relay to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import aiohttp
import msgspec
from aiohttp import web

from mentalverse_server.hooks.endpoint_keys import EndpointKeys
from mentalverse_server.hooks.outward import Answered, Render, Rendered
from mentalverse_server.hooks.relay import Relay, RelayRules
from mentalverse_server.hooks.rendering import Consented, Rendering
from mentalverse_server.store import endpoints, outbox
from mentalverse_server.store.deliveries import Claimed
from mentalverse_server.store.desk_time import DeskTime
from mentalverse_server.store.endpoints import EndpointRow
from mentalverse_server.store.engine import Connection, Database
from mentalverse_server.store.outbox import Outgoing
from mentalverse_server.store.transaction import Transaction
from mentalverse_server.store.writer import Writer, WriterLane

from .clock import ManualClock
from .deterministic import seeded_rng
from .outbox import endpoint

WAIT_SECONDS = 90.0
"""Longer than a breaker stays open where a busy machine was late by seconds."""


@dataclass(frozen=True)
class Hook:
    """One request that came."""

    path: str
    id: str
    body: dict[str, Any]
    raw: bytes = b""
    """Path, headers and body, as they came."""


class HookReceiver:
    """Keeps what comes, and answers as it is told to."""

    def __init__(self) -> None:
        self.url = ""
        self.hooks: list[Hook] = []
        self.status: Callable[[Hook], int] = lambda hook: 204
        """What it says to each."""
        self.retry_after = ""
        self._came = asyncio.Condition()

    async def answer(self, request: web.Request) -> web.Response:
        octets = await request.read()
        head = "\n".join(f"{name}: {value}" for name, value in request.headers.items())
        raw = f"{request.path_qs}\n{head}\n\n".encode() + octets
        body = msgspec.json.decode(octets)
        hook = Hook(request.path, request.headers["webhook-id"], body, raw)
        async with self._came:
            self.hooks.append(hook)
            self._came.notify_all()
        extra = {"Retry-After": self.retry_after} if self.retry_after else {}
        return web.Response(status=self.status(hook), headers=extra)

    async def until(self, is_done: Callable[[], bool]) -> None:
        """Wait for what comes until then."""
        async with asyncio.timeout(WAIT_SECONDS), self._came:
            await self._came.wait_for(is_done)

    async def until_ids(self, wanted: int, path: str | None = None) -> None:
        """Until so many different events came."""
        await self.until(lambda: len(self.ids(path)) >= wanted)

    def ids(self, path: str | None = None) -> set[str]:
        """The ids that came, at one path or at all."""
        return {hook.id for hook in self.hooks if path in (None, hook.path)}


@asynccontextmanager
async def hook_receiver(port: int = 0) -> AsyncIterator[HookReceiver]:
    """A receiver that listens."""
    receiver = HookReceiver()
    app = web.Application()
    app.router.add_post("/{rest:.*}", receiver.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    assert runner.addresses
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield receiver
    finally:
        await runner.cleanup()


async def plain_render(claimed: Claimed, now_ms: int) -> Rendered | None:
    """The event as it is."""
    event = claimed.event
    body = {
        "type": event.type,
        "key": event.key,
        "key_seq": claimed.delivery.lane_seq,
        "data": event.data,
        "replay": claimed.delivery.replay,
    }
    return Rendered(event.evt_id.hex(), msgspec.json.encode(body))


class PlainSend:
    """Posts, and signs nothing."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def __call__(self, endpoint: EndpointRow, rendered: Rendered) -> Answered:
        headers = {"webhook-id": rendered.message}
        try:
            async with self._session.post(
                endpoint.url, data=rendered.body, headers=headers, allow_redirects=False
            ) as response:
                asked = int(response.headers.get("Retry-After", 0))
                return Answered(response.status, asked)
        except aiohttp.ClientError:
            return Answered(None)


class Relaying:
    """A database, its writer and a relay, on a clock that the test moves."""

    def __init__(
        self, database: Database, writer: Writer, clock: ManualClock, relay: Relay
    ) -> None:
        self.database = database
        self.clock = clock
        self.relay = relay
        self.writer = writer

    def pass_seconds(self, seconds: float) -> None:
        """Let time pass, and the relay look."""
        self.clock.advance(seconds)
        self.relay.wake()

    async def endpoint(self, url: str, **fields: Any) -> str:
        """A new endpoint's id."""
        row = endpoint(url=url, **fields)
        await self.write(lambda each: endpoints.add(each.connection, row))
        return row.id

    async def tell(self, *events: Outgoing) -> None:
        """Store events, each in a transaction of its own."""
        for event in events:
            await self.write(partial(_store, event))

    async def write(self, script: Callable[[Transaction], object]) -> None:
        """A script of the writer."""
        await self.writer.run(script, lane=WriterLane.OTHER)

    async def read(self, function: Callable[[Connection], Any]) -> Any:
        """Look into the database."""
        return await self.database.read(function)

    async def until(self, is_so: Callable[[Connection], bool]) -> None:
        """Wait until the database says so."""
        async with asyncio.timeout(WAIT_SECONDS):
            while not await self.database.read(is_so):  # noqa: ASYNC110
                await asyncio.sleep(0.005)


def _store(event: Outgoing, transaction: Transaction) -> None:
    outbox.add(transaction, event)


@asynccontextmanager
async def relaying(
    database: Database,
    rules: RelayRules | None = None,
    render: Render = plain_render,
    keys: EndpointKeys | None = None,
) -> AsyncIterator[Relaying]:
    """A relay that runs; with `keys` it shows events as a server does."""
    clock, relays = ManualClock(), list[Relay]()

    def on_committed(facts: Sequence[object]) -> None:
        for each in relays:
            each.on_committed(facts)

    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())
        writer = Writer(database, clock, on_committed)
        time, rng, send = DeskTime(clock), seeded_rng(7), PlainSend(session)
        if keys is not None:
            render = Rendering(database, writer, keys, Consented(database), rng)
        relay = Relay(database, writer, time, rng, render, send, rules)
        relays.append(relay)
        await writer.start()
        stack.push_async_callback(writer.close)
        await relay.start()
        stack.push_async_callback(relay.close)
        yield Relaying(database, writer, clock, relay)
