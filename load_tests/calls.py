"""Calls: how soon people see each other, what forwarding costs, and what survives.

Everything runs in a network of its own, from which nothing gets out: servers, engines,
browsers, light clients. What is timed on this machine stands beside a bare call of the
same minute.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.netns import Network, private_network

from . import machine
from .calls_engines import contest, rooms_of_both
from .options import Options
from .report import Goal, Report, installed, verdict

GATES = (
    Goal("sfu_builtin_cpu_vs_janus", at_most=1.5),
    Goal("sfu_builtin_stalls", at_most=0),
    Goal("sfu_janus_stalls", at_most=0),
)
GOALS = GATES
PACKAGES = ("mentalverse", "aiortc", "aioice", "pylibsrtp")
SEATS = 10
"""Eight who take part and two of the staff: a full room."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How long and how often; `--quick` trades repeats for time."""

    engine_pairs: int
    """Of windows of the two engines, beside each other."""
    engine_seconds: float
    seats: int = SEATS


QUICK = Effort(engine_pairs=2, engine_seconds=5)
FULL = Effort(engine_pairs=5, engine_seconds=8)


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
    with _folder() as folder, private_network() as network:
        fsyncs = machine.fsync_latencies(folder)
        asyncio.run(_play(report, effort, options, folder, network))
    report.machine = machine.describe(fsyncs, load_before)
    report.versions = {name: installed(name) for name in PACKAGES}
    return report


async def _play(
    report: Report, effort: Effort, options: Options, folder: Path, network: Network
) -> None:
    """One part after the other."""
    options.say("two rooms fill")
    async with rooms_of_both(folder, network.address, effort.seats) as rooms:
        pairs, seconds = effort.engine_pairs, effort.engine_seconds
        await contest(report, rooms, pairs, seconds, options.say)


@contextmanager
def _folder() -> Iterator[Path]:
    """A short path: sockets have names of 108 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="mv-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
