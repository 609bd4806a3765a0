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
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

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
    "janus": ("janus", "-V"),
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


class Part(Protocol):
    """Something that people go through, with a name."""

    __name__: str

    async def __call__(self, stage: Stage) -> None:
        """Add the figures of it."""


QUICK = Effort(joins=5, path_losses=2, crashes=1, engine_pairs=2, engine_seconds=5)
FULL = Effort(joins=21, path_losses=5, crashes=3, engine_pairs=4, engine_seconds=8)


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


@dataclass(frozen=True, slots=True)
class Stage:
    """Where people call each other, and what is kept of it."""

    report: Report
    effort: Effort
    options: Options
    folder: Path
    network: Network
    server: ServerProcess
    relay: Coturn


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
            # One that is forked from another process would be outside of the network.
            home = folder / "server"
            with start_server(home, settings, executed=True) as server:
                stage = Stage(report, effort, options, folder, network, server, relay)
                for part in PARTS:
                    await _kept_apart(stage, part)
        finally:
            end(forwarders(folder))
    add_restarts(report)


async def _kept_apart(stage: Stage, part: Part) -> None:
    """What one part could not bring about costs its figures, and no others."""
    try:
        async with asyncio.timeout(PART_SECONDS):
            await part(stage)
    except (PlaywrightError, AssertionError, TimeoutError, RuntimeError) as error:
        said = str(error)[:400] or repr(error)
        stage.report.notes.append(f"{part.__name__}: {said}")


def add_restarts(report: Report) -> None:
    """The longer of both interruptions; none where one was not obtained."""
    of = [f"server_restart_media_gap_ms_{label}" for label in ("p2p", "sfu")]
    if all(name in report.figures for name in of):
        longest = max(report.figures[name] for name in of)
        report.add("server_restart_media_gap_ms", longest)


async def removed(stage: Stage) -> None:
    """Somebody is removed and goes on listening."""
    stage.options.say("somebody is removed")
    await removal(stage.report, stage.server, stage.folder)


async def two(stage: Stage) -> None:
    """Directly and over a relay, and while the server is killed."""
    report, server, times = stage.report, stage.server, stage.effort.joins
    async with scene(report, stage.options.say, server, ("ada", "ben")) as here:
        first, _ = here.people
        talk = await conversation_of(here.people, "ben")
        await joins(here, "p2p", await start(first, talk), times)
        await joins(here, "relay_udp", await start(first, talk), times, stage.relay)
        await enter(here, await start(first, talk))
        await server_restart(here, server, "p2p")
        await leave(here)


async def three(stage: Stage) -> None:
    """Through the forwarder, while the server is killed, and while that is."""
    report, server, effort = stage.report, stage.server, stage.effort
    async with scene(report, stage.options.say, server, ("cy", "dee", "eve")) as here:
        first, *_ = here.people
        circle = await conversation_of(here.people, "dee", "eve")
        await joins(here, "sfu", await start(first, circle), effort.joins)
        await enter(here, await start(first, circle))
        await server_restart(here, server, "sfu")
        await forwarder_crashes(here, stage.folder, effort.crashes)
        await leave(here)


async def moving(stage: Stage) -> None:
    """Both lose their address."""
    report, say, people = stage.report, stage.options.say, ("gus", "hal")
    async with scene(report, say, stage.server, people, NO_LOOPBACK) as here:
        first, _ = here.people
        talk = await conversation_of(here.people, "hal")
        call, times = await start(first, talk), stage.effort.path_losses
        await path_losses(here, stage.network, call, times)


PARTS: tuple[Part, ...] = (removed, two, three, moving)


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
    return lines[0].strip() if lines else None
