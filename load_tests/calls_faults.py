"""What calls survive: a server that is killed, a forwarder that is killed.

People are in a call in pages of a real Chromium, see one another, and something is
killed with SIGKILL. How long pictures stood is read in the pages, and a bare call goes
on in another page of that browser: what stood there as well was the machine.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path

import psutil

from support.server import ServerProcess
from web.calls.talk import see_one_another

from .calls_pages import BACK_MS, Scene, gap_ms, watch
from .report import Report

AWAY_FRAMES = 40
"""Seen while the server is away: more than two seconds."""
BACK_FRAMES = 15
LEASE_SECONDS = 10.0
"""A server that takes longer to start has ended every lease: media stops by design."""
_FORWARDER = "mentalverse_server.media.forwarder"


async def enter(scene: Scene, call: str) -> None:
    """Everybody joins and sees everybody, and the bare call begins."""
    for each in scene.people:
        await each.join(call)
    await see_one_another(scene.people)
    await scene.bare.evaluate(
        """async () => {
          globalThis.pair = new lab.BarePair()
          await pair.firstMs()
        }"""
    )


async def leave(scene: Scene) -> None:
    """All of them, and the bare call too."""
    for each in scene.people:
        await each.leave()
    await scene.bare.evaluate("() => pair.close()")


async def server_restart(scene: Scene, server: ServerProcess, label: str) -> None:
    """The server is killed and started again while people see one another."""
    scene.say(f"{label}: the server is killed")
    await watch_all(scene)
    began = time.monotonic()
    await asyncio.to_thread(server.kill9)
    await see_one_another(scene.people, AWAY_FRAMES)
    await asyncio.to_thread(server.start)
    away_seconds = time.monotonic() - began
    for each in scene.people:
        await each.until("call.meeting.unheardMs < 1_000")
    await see_one_another(scene.people, BACK_FRAMES)
    stood_ms, bare_ms = await gap_ms(scene.people), await bare_longest_ms(scene)
    add_restart(scene.report, label, stood_ms, bare_ms, away_seconds)


async def forwarder_crashes(scene: Scene, folder: Path, times: int) -> None:
    """The forwarder is killed; how long until everybody is seen by everybody again."""
    gaps: list[float] = []
    bare: list[float] = []
    for number in range(times):
        scene.say(f"the forwarder is killed: {number + 1} of {times}")
        await watch_all(scene)
        for pid in forwarders(folder):
            os.kill(pid, signal.SIGKILL)
        gaps.append(await gap_ms(scene.people, BACK_MS))
        bare.append(await bare_longest_ms(scene))
        await see_one_another(scene.people)
    add_crashes(scene.report, gaps, bare)


def add_crashes(report: Report, gaps: list[float], bare: list[float]) -> None:
    """Figures of crashes: the worst is what counts, there are few of them."""
    report.add("sfu_crash_to_decoding_ms", max(gaps), gaps)
    report.add("sfu_crash_bare_still_ms", max(bare), bare)


def add_restart(
    report: Report, label: str, stood_ms: float, bare_ms: float, away_seconds: float
) -> None:
    """Figures of one restart: how long pictures stood, and whether that was it."""
    report.add(f"server_restart_away_ms_{label}", 1_000 * away_seconds)
    report.add(f"server_restart_still_ms_{label}", stood_ms)
    report.add(f"server_restart_still_ms_{label}_bare", bare_ms)
    if away_seconds < LEASE_SECONDS:
        gap_ms = interruption_ms(stood_ms, bare_ms)
        report.add(f"server_restart_media_gap_ms_{label}", gap_ms)
    else:
        report.notes.append(
            f"{label}: the server was away for {away_seconds:.0f} s; after "
            f"{LEASE_SECONDS:.0f} s people are shown as away, and send nothing"
        )


def interruption_ms(stood_ms: float, bare_ms: float) -> float:
    """0 for pictures that stood no longer than those of a call without a server."""
    return 0.0 if stood_ms <= max(BACK_MS, 2 * bare_ms) else stood_ms


async def watch_all(scene: Scene) -> None:
    """Forget how long pictures stood before, those of the bare call too."""
    await watch(scene.people)
    await scene.bare.evaluate("() => pair.watchGaps()")
    await see_one_another(scene.people, 2)


async def bare_longest_ms(scene: Scene) -> float:
    """How long the pictures of the bare call stood since then."""
    return float(await scene.bare.evaluate("() => pair.longestGapMs()"))


def forwarders(folder: Path) -> list[int]:
    """Process ids of those that run somewhere in this folder."""
    return [each.pid for each in psutil.process_iter() if _forwards(each, folder)]


def end(pids: Iterable[int]) -> None:
    """They outlive their server for a while, and need not."""
    for pid in pids:
        os.kill(pid, signal.SIGTERM)


def _forwards(process: psutil.Process, folder: Path) -> bool:
    try:
        is_there = Path(process.cwd()).is_relative_to(folder)
        return is_there and _FORWARDER in process.cmdline()
    except psutil.Error:
        return False
