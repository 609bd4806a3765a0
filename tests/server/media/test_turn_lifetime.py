"""How long an allocation lasts whose credential has ended: as long as it is used.

The client is aioice's, which refreshes by itself as browsers do, always with the
credential it began with.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aioice.turn
import pytest

from mentalverse_server.media.turn_client import TurnRefused, turn_client
from mentalverse_signaling.calls.ice import Credential, credential
from support.coturn import MEETING_ON_LOOPBACK, SECRET, Coturn, running_coturn


class _End(asyncio.DatagramProtocol):
    """One end of a talk."""

    say: Callable[[bytes], None]

    def __init__(self) -> None:
        self.heard: asyncio.Queue[bytes] = asyncio.Queue()

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.heard.put_nowait(data)


@pytest.mark.capability("C04")
@pytest.mark.parametrize(
    ("life_seconds", "allocation_seconds", "nonce_seconds", "held_seconds"),
    [
        pytest.param(2, 6, 2, 8, id="seconds"),
        pytest.param(
            *(600, 600, 600, 720),
            id="minutes",
            marks=[pytest.mark.nightly, pytest.mark.timeout(900)],
        ),
    ],
)
async def test_a_call_goes_on_past_the_end_of_the_credential_it_began_with(
    tmp_path: Path,
    life_seconds: int,
    allocation_seconds: int,
    nonce_seconds: int,
    held_seconds: int,
) -> None:
    """Through a refresh, a renewed channel, and a nonce that has gone stale."""
    settings = (
        f"{MEETING_ON_LOOPBACK}max-allocate-lifetime={allocation_seconds}\n"
        f"stale-nonce={nonce_seconds}\n"
    )
    with running_coturn(tmp_path, settings, ipv6=False) as relay:
        began_ms = _now_ms()
        shown = credential(SECRET, "ada", began_ms, life_seconds)
        async with _through(relay, shown, allocation_seconds) as (ours, peer):
            while _now_ms() < began_ms + held_seconds * 1000:
                await _said(ours, peer)
                await asyncio.sleep(held_seconds / 40)

            assert _now_ms() > (shown.expires_at_seconds + 1) * 1000
            async with turn_client(relay.url(), shown) as another:
                with pytest.raises(TurnRefused, match="401"):
                    await another.allocate()
            await _said(ours, peer)


async def test_it_is_not_taken_over_by_the_next_credential(tmp_path: Path) -> None:
    """So a device gets new credentials for new allocations: a restart of ICE."""
    with running_coturn(tmp_path, MEETING_ON_LOOPBACK, ipv6=False) as relay:
        first = credential(SECRET, "ada", _now_ms() - 300_000)
        async with turn_client(relay.url(), first) as client:
            await client.allocate()
            client.credential = credential(SECRET, "ada", _now_ms())
            with pytest.raises(TurnRefused, match="441"):
                await client.refresh(600)
            client.credential = first
            assert await client.refresh(600) == 600


@asynccontextmanager
async def _through(
    relay: Coturn, shown: Credential, allocation_seconds: int
) -> AsyncIterator[tuple[_End, _End]]:
    """Somebody behind the relay, and somebody whom they talk with."""
    loop = asyncio.get_running_loop()
    line, peer = await loop.create_datagram_endpoint(_End, local_addr=("127.0.0.1", 0))
    relayed, ours = await aioice.turn.create_turn_endpoint(
        _End,
        ("127.0.0.1", relay.port),
        shown.username,
        shown.password,
        lifetime=allocation_seconds,
        channel_refresh_time=5 * allocation_seconds // 6,
    )
    ours.say = lambda word: relayed.sendto(word, line.get_extra_info("sockname"))
    peer.say = lambda word: line.sendto(word, relayed.get_extra_info("sockname"))
    yield ours, peer
    relayed.close()
    line.close()


async def _said(ours: _End, peer: _End) -> None:
    """A word there and a word back."""
    for one, other in ((ours, peer), (peer, ours)):
        one.say(b"word")
        async with asyncio.timeout(5):
            assert await other.heard.get() == b"word"


def _now_ms() -> int:
    return int(time.time() * 1000)
