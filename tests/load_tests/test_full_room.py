"""A full room, eight who take part and two of the staff, through both engines."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from load_tests.calls import SEATS
from load_tests.calls_crowd import PACKETS_PER_SECOND
from load_tests.calls_engines import Window, hold, rooms_of_both

from support.netns import private_network


@pytest.fixture
def folder() -> Iterator[Path]:
    """Of a short name: that of a socket has 108 bytes."""
    path = Path(tempfile.mkdtemp(prefix="mv-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


async def _held(folder: Path, seconds: float) -> dict[str, Window]:
    """Both at the same time: what the machine does falls on both."""
    with private_network() as network:
        async with rooms_of_both(folder, network.address, SEATS) as rooms:
            held = await asyncio.gather(
                *(hold(room, seconds) for room in rooms.values())
            )
    return dict(zip(rooms, held, strict=True))


def _check(held: dict[str, Window]) -> None:
    for engine, window in held.items():
        assert window.stalls == 0, engine
        assert window.received > 0.98 * window.sent * (SEATS - 1), engine
        assert window.sent > 0.9 * SEATS * PACKETS_PER_SECOND * window.seconds, engine


@pytest.mark.timeout(180)
async def test_a_full_room_is_held(folder: Path) -> None:
    """Nobody's voice or picture stands for two seconds, nothing is lost on loopback."""
    _check(await _held(folder, 20.0))


@pytest.mark.nightly
@pytest.mark.timeout(900)
async def test_a_full_room_is_held_for_ten_minutes(folder: Path) -> None:
    _check(await _held(folder, 600.0))
