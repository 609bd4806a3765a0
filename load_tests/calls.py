"""Calls: how soon people see each other, what forwarding costs, and what survives.

Everything runs in a network of its own, from which nothing gets out: servers, engines,
a relay, browsers, light clients. What is timed stands beside a bare call of the same
minute, and what an engine costs beside another engine.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Error as PlaywrightError

from support.coturn import MEETING_ON_LOOPBACK, SECRET, Coturn, running_coturn
from support.netns import Network, private_network
from support.server import ServerProcess, start_server
from web.calls.talk import conversation_of, start
from web.conftest import WEB_FILES, web_dist

from . import machine
from .calls_engines import contest, rooms_of_both
from .calls_faults import (
    end,
    enter,
    forwarder_crashes,
    forwarders,
    leave,
    server_restart,
)
from .calls_pages import NO_LOOPBACK, joins, path_losses, scene
from .calls_removal import removal
from .js_peer import prepare
from .options import Options
from .report import Goal, Report, installed, verdict

GATES = (
    Goal("p2p_join_to_frame_ms_p95", at_most=600),
    Goal("relay_udp_join_to_frame_ms_p95", at_most=800),
    Goal("sfu_join_to_frame_ms_p95", at_most=1_200),
    Goal("path_loss_to_video_ms_p95", at_most=3_000),
    Goal("sfu_builtin_cpu_vs_janus", at_most=1.5),
    Goal("sfu_builtin_stalls", at_most=0),
    Goal("sfu_janus_stalls", at_most=0),
    Goal("server_restart_media_gap_ms", at_most=0),
    Goal("sfu_crash_to_decoding_ms", at_most=4_000),
    Goal("removed_member_frames_decrypted", at_most=0),
    Goal("removed_member_frames_offered", at_least=100),
)
GOALS = GATES
PACKAGES = ("mentalverse", "aiortc", "aioice", "pylibsrtp", "playwright")
PROGRAMS = {
    "chromium": ("chromium", "--version"),
    "janus": ("janus", "--version"),
    "coturn": ("turnserver", "--version"),
}
SEATS = 10
"""Eight who take part and two of the staff: a full room."""
PART_SECONDS = 240.0
LINGER_SECONDS = 60
"""The forwarder outlives a server that is killed, and is ended by us."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How long and how often; `--quick` trades repeats for time."""

    joins: int
    """Of each kind of call."""
    path_losses: int
    crashes: int
    engine_pairs: int
    """Of windows of the two engines, beside each other."""
    engine_seconds: float
    seats: int = SEATS


QUICK = Effort(joins=5, path_losses=2, crashes=1, engine_pairs=2, engine_seconds=5)
FULL = Effort(joins=21, path_losses=7, crashes=3, engine_pairs=5, engine_seconds=8)


def run(options: Options) -> tuple[Report, bool]:
    """The report, and whether every bar is met."""
    try:
        report = measure(QUICK if options.quick else FULL, options)
    except pytest.skip.Exception as skipped:
        # What the tests do without is what there is to be measured here.
        raise RuntimeError(skipped.msg) from None
    return report, verdict(report, GATES)


def measure(effort: Effort, options: Options) -> Report:
    """Every figure of the scenario.

    Raises:
        RuntimeError: what it needs is not there.
    """
    report = Report("calls")
    load_before = os.getloadavg()[0]
    options.say("bundling the browser's client, if need be")
    prepare()
    with _folder() as folder, private_network() as network:
        fsyncs = machine.fsync_latencies(folder)
        asyncio.run(engines(report, effort, options, folder, network))
        asyncio.run(people(report, effort, options, folder, network))
    report.machine = machine.describe(fsyncs, load_before)
    report.versions = {name: installed(name) for name in PACKAGES}
    report.versions |= {name: _said(*said) for name, said in PROGRAMS.items()}
    return report


async def engines(
    report: Report, effort: Effort, options: Options, folder: Path, network: Network
) -> None:
    """What a full room costs either engine."""
    options.say("two rooms fill")
    async with rooms_of_both(folder, network.address, effort.seats) as rooms:
        pairs, seconds = effort.engine_pairs, effort.engine_seconds
        await contest(report, rooms, pairs, seconds, options.say)


async def people(
    report: Report, effort: Effort, options: Options, folder: Path, network: Network
) -> None:
    """What people see who call each other over a server."""
    secret = folder / "secret"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    with running_coturn(folder / "relay", MEETING_ON_LOOPBACK) as relay:
        settings = {
            "WEB__DIST_DIR": str(web_dist(folder, WEB_FILES)),
            "TURN__URLS": json.dumps([relay.url("udp").text]),
            "TURN__SECRET_FILE": str(secret),
            "MEDIA__ADDRESSES": '["127.0.0.1"]',
            "MEDIA__LINGER_SECONDS": str(LINGER_SECONDS),
        }
        try:
            with start_server(folder / "server", settings) as server:
                parts = (
                    removal(report, server, folder),
                    _two(report, effort, options, server, relay),
                    _three(report, effort, options, server, folder),
                    _moving(report, effort, options, server, network),
                )
                for part in parts:
                    await _kept_apart(report, part)
        finally:
            end(forwarders(folder))
    add_restarts(report)


async def _kept_apart(report: Report, part: Coroutine[Any, Any, None]) -> None:
    """What one part could not bring about costs its figures, and no others."""
    try:
        async with asyncio.timeout(PART_SECONDS):
            await part
    except (PlaywrightError, AssertionError, TimeoutError, RuntimeError) as error:
        report.notes.append(f"{part.__name__}: {str(error)[:400] or repr(error)}")


def add_restarts(report: Report) -> None:
    """The longer of both interruptions; none where one was not obtained."""
    of = [f"server_restart_media_gap_ms_{label}" for label in ("p2p", "sfu")]
    if all(name in report.figures for name in of):
        longest = max(report.figures[name] for name in of)
        report.add("server_restart_media_gap_ms", longest)


async def _two(
    report: Report,
    effort: Effort,
    options: Options,
    server: ServerProcess,
    relay: Coturn,
) -> None:
    """Directly and over a relay, and while the server is killed."""
    async with scene(report, options.say, server, ("ada", "ben")) as here:
        first, _ = here.people
        talk = await conversation_of(here.people, "ben")
        await joins(here, "p2p", await start(first, talk), effort.joins)
        await joins(here, "relay_udp", await start(first, talk), effort.joins, relay)
        await enter(here, await start(first, talk))
        await server_restart(here, server, "p2p")
        await leave(here)


async def _three(
    report: Report,
    effort: Effort,
    options: Options,
    server: ServerProcess,
    folder: Path,
) -> None:
    """Through the forwarder, while the server is killed, and while that is."""
    async with scene(report, options.say, server, ("cy", "dee", "eve")) as here:
        first, *_ = here.people
        circle = await conversation_of(here.people, "dee", "eve")
        await joins(here, "sfu", await start(first, circle), effort.joins)
        await enter(here, await start(first, circle))
        await server_restart(here, server, "sfu")
        await forwarder_crashes(here, folder, effort.crashes)
        await leave(here)


async def _moving(
    report: Report,
    effort: Effort,
    options: Options,
    server: ServerProcess,
    network: Network,
) -> None:
    """Both lose their address."""
    people = ("gus", "hal")
    async with scene(report, options.say, server, people, NO_LOOPBACK) as here:
        first, _ = here.people
        talk = await conversation_of(here.people, "hal")
        await path_losses(here, network, await start(first, talk), effort.path_losses)


@contextmanager
def _folder() -> Iterator[Path]:
    """A short path: sockets have names of 108 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="mv-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _said(program: str, flag: str) -> str | None:
    """What a program says of its version."""
    path = shutil.which(program)
    if path is None:
        return None
    done = subprocess.run(  # noqa: S603 programs of the distribution, found by name
        [path, flag], capture_output=True, text=True, timeout=10, check=False
    )
    lines = (done.stdout or done.stderr).strip().splitlines()
    return lines[-1].strip() if lines else None
