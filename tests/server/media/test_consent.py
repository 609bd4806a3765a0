"""A slow path is not a dead one: when aioice gives a connection up (RFC 7675)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aioice
import pytest

from mentalverse_client.calls import connections
from mentalverse_server.media.forwarder import hooks

LOOPBACK = "127.0.0.1"
ASKED_EVERY_SECONDS = 0.05
FIRST_WAIT_SECONDS = 0.1
"""In place of 5 and 0.5: the same machine in a tenth of the time, and less."""

Patience = Callable[[], None]


@pytest.fixture(params=[hooks.wait_for_consent, connections.wait_for_consent])
def patience(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Patience:
    """The forwarder's and the client's; nothing of it is left afterwards."""
    inside = aioice.ice.StunProtocol
    original = getattr(inside.request, "original", inside.request)
    monkeypatch.setattr(inside, "request", original)
    monkeypatch.setattr(aioice.ice, "CONSENT_FAILURES", 6)
    monkeypatch.setattr(aioice.ice, "CONSENT_INTERVAL", ASKED_EVERY_SECONDS)
    monkeypatch.setattr(aioice.stun, "RETRY_RTO", FIRST_WAIT_SECONDS)
    monkeypatch.setattr(
        aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: [LOOPBACK]
    )
    chosen: Patience = request.param
    return chosen


@asynccontextmanager
async def connected() -> AsyncIterator[tuple[aioice.Connection, aioice.Connection]]:
    ours, theirs = aioice.Connection(True), aioice.Connection(False)
    for one, other in ((ours, theirs), (theirs, ours)):
        await one.gather_candidates()
        other.remote_username, other.remote_password = (
            one.local_username,
            one.local_password,
        )
    for one, other in ((ours, theirs), (theirs, ours)):
        for candidate in one.local_candidates:
            await other.add_remote_candidate(candidate)
        await other.add_remote_candidate(None)
    await asyncio.gather(ours.connect(), theirs.connect())
    try:
        yield ours, theirs
    finally:
        await asyncio.gather(ours.close(), theirs.close())


def answer_after(connection: aioice.Connection, seconds: float | None) -> None:
    """From now on what it sends is that late; None: it never goes out."""
    loop = asyncio.get_running_loop()
    protocols: list[Any] = connection._protocols
    for protocol in protocols:
        send = protocol.transport.sendto

        def late(data: bytes, addr: Any, send: Any = send) -> None:
            if seconds is not None:
                loop.call_later(seconds, send, data, addr)

        protocol.transport = _Transport(protocol.transport, late)


class _Transport:
    """A transport that sends otherwise."""

    def __init__(self, transport: Any, sendto: Any) -> None:
        self._transport = transport
        self.sendto = sendto

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


async def is_closed_within(connection: aioice.Connection, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            while not isinstance(await connection.get_event(), aioice.ConnectionClosed):
                pass
    except TimeoutError:
        return False
    return True


async def test_a_path_of_twice_the_first_wait_stays_up(patience: Patience) -> None:
    """With the library as it is, it is closed after six questions, about a second."""
    async with connected() as (ours, theirs):
        answer_after(theirs, 2 * FIRST_WAIT_SECONDS)
        assert await is_closed_within(ours, 10)
    patience()
    async with connected() as (ours, theirs):
        answer_after(theirs, 2 * FIRST_WAIT_SECONDS)
        assert not await is_closed_within(ours, 3)


async def test_a_path_without_an_answer_is_given_up(patience: Patience) -> None:
    patience()
    patience()
    async with connected() as (ours, theirs):
        answer_after(theirs, None)
        assert await is_closed_within(ours, 30)
