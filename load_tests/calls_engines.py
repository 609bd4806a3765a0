"""Both engines side by side: what a full room costs them, and whether it ever stands.

Two full rooms of the same light clients, one in each engine, on one address of a
network of their own. They speak in turns, A B B A …, so that whatever else the machine
does falls on both; CPU is what the kernel counted for the engine's process alone. It is
divided by the packets that arrived: one that loses packets does not look cheaper.
"""

from __future__ import annotations

import secrets
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from mentalverse_server.media.builtin import BuiltinDriver, BuiltinSettings
from mentalverse_server.media.forwarder import hooks
from mentalverse_server.media.janus.driver import JanusDriver
from support.janus import Janus

from .calls_crowd import STALL_SECONDS, Crowd, full_room
from .options import Say
from .report import Report

BUILTIN, JANUS = "builtin", "janus"
WARM_UP_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Room:
    """A full room, and the process that forwards it."""

    crowd: Crowd
    pid: int


@dataclass(frozen=True, slots=True)
class Window:
    """What was seen while everybody spoke for a while."""

    seconds: float
    cpu_seconds: float
    sent: int
    received: int
    stalls: int
    longest_gap_seconds: float

    @property
    def microseconds_per_packet(self) -> float:
        """Of the engine's CPU."""
        return 1e6 * self.cpu_seconds / max(1, self.received)


@asynccontextmanager
async def rooms_of_both(
    folder: Path, address: str, seats: int
) -> AsyncIterator[dict[str, Room]]:
    """A full room of each engine, by the engine's name."""
    async with AsyncExitStack() as stack:
        process = Janus(folder)
        process.start()
        stack.callback(process.stop)
        janus = JanusDriver(process.settings, secrets.token_bytes, time.monotonic)
        settings = BuiltinSettings(folder, (address,), ends_with_server=True)
        builtin = BuiltinDriver(settings)
        hooks.use_addresses([address])
        # Its clients stand for browsers, which wait as long.
        hooks.wait_for_consent()
        stack.callback(hooks.use_addresses, [])
        for driver in (janus, builtin):
            await driver.start()
            stack.push_async_callback(driver.stop)
        if builtin.pid is None:
            raise RuntimeError("the forwarder is not there")
        yield {
            BUILTIN: Room(
                await stack.enter_async_context(full_room(builtin, seats)), builtin.pid
            ),
            JANUS: Room(
                await stack.enter_async_context(full_room(janus, seats)), process.pid
            ),
        }


async def hold(room: Room, seconds: float) -> Window:
    """Everybody in it speaks for so long."""
    crowd, process = room.crowd, psutil.Process(room.pid)
    await crowd.hold(WARM_UP_SECONDS)
    sent = crowd.sent
    for heard in crowd.heard:
        heard.begin()
    began, used = time.perf_counter(), _cpu_seconds(process)
    await crowd.hold(seconds)
    gaps = crowd.gaps()
    return Window(
        seconds=time.perf_counter() - began,
        cpu_seconds=_cpu_seconds(process) - used,
        sent=crowd.sent - sent,
        received=sum(each.packets for each in crowd.heard),
        stalls=sum(gap > STALL_SECONDS for gap in gaps),
        longest_gap_seconds=max(gaps),
    )


async def contest(
    report: Report, rooms: dict[str, Room], pairs: int, seconds: float, say: Say
) -> None:
    """Both in turns; the figures of the scenario that are about engines."""
    windows: dict[str, list[Window]] = {name: [] for name in rooms}
    for number in range(pairs):
        order = list(rooms) if number % 2 == 0 else list(reversed(rooms))
        for name in order:
            say(f"a full room through {name}: {number + 1} of {pairs}")
            windows[name].append(await hold(rooms[name], seconds))
    add_windows(report, windows)


def add_windows(report: Report, windows: dict[str, list[Window]]) -> None:
    """Figures of windows that lie beside each other, by engine."""
    ours, theirs = windows[BUILTIN], windows[JANUS]
    ratios = [
        one.microseconds_per_packet / other.microseconds_per_packet
        for one, other in zip(ours, theirs, strict=True)
        if other.cpu_seconds > 0
    ]
    if ratios:
        report.add("sfu_builtin_cpu_vs_janus", statistics.median(ratios), ratios)
    for name, each in windows.items():
        shares = [100 * one.cpu_seconds / one.seconds for one in each]
        costs = [one.microseconds_per_packet for one in each]
        gaps = [1000 * one.longest_gap_seconds for one in each]
        rates = [one.received / one.seconds for one in each]
        report.add(f"sfu_{name}_cpu_percent", statistics.median(shares), shares)
        report.add(f"sfu_{name}_us_per_packet", statistics.median(costs), costs)
        report.add(f"sfu_{name}_packets_per_second", statistics.median(rates), rates)
        report.add(f"sfu_{name}_longest_gap_ms", max(gaps), gaps)
        report.add(f"sfu_{name}_stalls", sum(one.stalls for one in each))


def _cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
