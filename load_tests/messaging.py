"""Durable send → ack → fan-out: ours against a plain relay on the same store.

Fifty groups with one sender each, messages of 300 B, SQLite with a synced commit
before every ack on both sides. `_1` and `_7` are the recipients of each message
besides its sender. The figures are of a saturated server: each sender keeps four
messages in flight. `_lockstep_1` is the same contest with one in flight, where both
sides mostly wait for commits of few messages and the store, which they share, is the
larger part. Also: memory of an idle connection, and how many durable messages one
fsync of this disk carries.
"""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import aiohttp
import psutil

from . import machine
from .children import child, free_port, wait_until_ready
from .contest import Contestant, run_once
from .driver import CONNECTS_AT_ONCE, Plan, Seat
from .options import Options
from .report import Goal, Report, installed
from .seeding import Crowd, seed
from .wire import WireClient

GROUPS = 50
IDLE_BASE = 300
"""Connections before memory is first read: by then every cache has its size."""
GOALS = (
    Goal("cpu_vs_stock_1", at_least=1.8),
    Goal("cpu_vs_stock_7", at_least=2.5),
    Goal("durable_messages_per_fsync", at_least=1.5),
    Goal("idle_kib_per_connection", at_most=24),
    Goal("lost", at_most=0),
    Goal("duplicated", at_most=0),
    Goal("reordered", at_most=0),
)
PACKAGES = ("mentalverse", "aiohttp", "python-socketio", "python-engineio", "uvloop")


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of load."""

    label: str
    """Ends the names of its figures."""
    recipients: int
    in_flight: int
    """Messages that each sender keeps unacknowledged."""


SATURATED_1 = Shape("1", recipients=1, in_flight=4)
SHAPES = (
    SATURATED_1,
    Shape("7", recipients=7, in_flight=4),
    Shape("lockstep_1", recipients=1, in_flight=1),
)


@dataclass(frozen=True, slots=True)
class Effort:
    """How long and how often; `--quick` trades repeats for time."""

    repeats: int
    warm_up_seconds: float
    window_seconds: float
    idle_connections: int


QUICK = Effort(3, warm_up_seconds=0.6, window_seconds=0.9, idle_connections=1_000)
FULL = Effort(7, warm_up_seconds=1.0, window_seconds=5.0, idle_connections=5_000)

# A person types a few messages a second; the load client must not be held to that.
UNLIMITED = {
    "MENTALVERSE_QUOTA__HOT_PER_SECOND": "1000000",
    "MENTALVERSE_QUOTA__HOT_BURST": "1000000",
    "MENTALVERSE_TRANSPORT__CONNECTIONS_PER_SECOND": "100000",
    "MENTALVERSE_TRANSPORT__CONNECTIONS_PER_ADDRESS": "100000",
}


def run(options: Options) -> tuple[Report, bool]:
    """The report, and whether every message arrived once and in order."""
    effort = QUICK if options.quick else FULL
    report = Report("messaging")
    load_before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="mentalverse-load-") as name:
        folder = Path(name)
        fsyncs = machine.fsync_latencies(folder)
        ours = {
            shape: _contest(report, effort, folder, shape, fsyncs) for shape in SHAPES
        }
        idle = _idle_kib(folder, effort.idle_connections)
        report.add("idle_kib_per_connection", idle)
        fsyncs += machine.fsync_latencies(folder)
    _durability(report, ours[SATURATED_1], sorted(fsyncs))
    correct = _correctness(report, list(ours.values()))
    report.machine = machine.describe(sorted(fsyncs), load_before)
    report.versions = {name: installed(name) for name in PACKAGES}
    report.versions |= {"sqlite": sqlite3.sqlite_version}
    return report, correct


def _contest(
    report: Report, effort: Effort, folder: Path, shape: Shape, fsyncs: list[float]
) -> Contestant:
    """Interleave ours and the reference; report medians of the paired ratios."""
    with ExitStack() as stack:
        pair = [
            stack.enter_context(start(folder, effort, shape))
            for start in (_ours, _stock)
        ]
        for _ in range(effort.repeats):
            for contestant in pair:
                run_once(contestant, folder)
            fsyncs += machine.fsync_latencies(folder, 0.2)
    ours, stock = pair
    ratios = [
        theirs / mine
        for mine, theirs in zip(
            ours.cpu_us_per_message, stock.cpu_us_per_message, strict=True
        )
    ]
    cpu, rate = ours.cpu_us_per_message, ours.messages_per_second
    report.add(f"cpu_us_per_message_{shape.label}", median(cpu), cpu)
    report.add(f"cpu_vs_stock_{shape.label}", median(ratios), ratios)
    report.add(f"messages_per_second_{shape.label}", median(rate), rate)
    report.add(f"ack_ms_p99_{shape.label}", median(ours.ack_p99_ms), ours.ack_p99_ms)
    report.notes.append(
        f"{shape.label}: reference {median(stock.cpu_us_per_message):.0f} "
        f"us/message at {median(stock.messages_per_second):.0f}/s; load driver used "
        f"{max(ours.driver_cores + stock.driver_cores):.2f} cores at most"
    )
    return ours


@contextmanager
def _ours(folder: Path, effort: Effort, shape: Shape) -> Iterator[Contestant]:
    home = folder / f"ours-{shape.label}"
    home.mkdir()
    crowd = seed(home / "mentalverse.db", GROUPS, shape.recipients)
    with _our_server(home) as (url, process):
        contestant = Contestant("ours", url, process, _plan(url, crowd, effort, shape))
        yield contestant
    stored = _count_rows(home / "mentalverse.db")
    if stored != contestant.acked_total:
        contestant.lost += abs(contestant.acked_total - stored)


@contextmanager
def _our_server(home: Path) -> Iterator[tuple[str, psutil.Process]]:
    port = free_port()
    log = home / "server.log"
    settings = UNLIMITED | {
        "MENTALVERSE_SERVER__PORT": str(port),
        "MENTALVERSE_SERVER__DATA_DIR": str(home),
        "MENTALVERSE_METRICS__PORT": "0",
        "MENTALVERSE_LOG__LEVEL": "warning",
    }
    with child(["-m", "mentalverse_cli", "serve"], log, settings) as process:
        url = f"http://127.0.0.1:{port}"
        wait_until_ready(f"{url}/readyz", process, log)
        yield url, process


@contextmanager
def _stock(folder: Path, effort: Effort, shape: Shape) -> Iterator[Contestant]:
    home = folder / f"stock-{shape.label}"
    home.mkdir()
    crowd = seed(home / "relay.db", GROUPS, shape.recipients)
    members = home / "members.json"
    members.write_text(json.dumps(crowd.members), encoding="utf-8")
    port, log = free_port(), home / "relay.log"
    database = f"sqlite:///{home / 'relay.db'}"
    arguments = ["-m", "load_tests.stock_relay", str(port), database, str(members)]
    with child(arguments, log) as process:
        url = f"http://127.0.0.1:{port}"
        wait_until_ready(f"{url}/readyz", process, log)
        yield Contestant("stock", url, process, _plan(url, crowd, effort, shape))


def _plan(url: str, crowd: Crowd, effort: Effort, shape: Shape) -> Plan:
    return Plan(
        url,
        crowd.seats,
        crowd.groups,
        effort.warm_up_seconds,
        effort.window_seconds,
        shape.in_flight,
    )


def _count_rows(path: Path) -> int:
    with sqlite3.connect(path) as database:
        rows: int = database.execute("SELECT count(*) FROM messages").fetchone()[0]
    return rows


def _idle_kib(folder: Path, connections: int) -> float:
    """Growth of the server's resident memory per signed-in, silent connection."""
    home = folder / "idle"
    home.mkdir()
    crowd = seed(home / "mentalverse.db", connections // 2, 1)
    with _our_server(home) as (url, process):
        warm, rest = crowd.seats[:IDLE_BASE], crowd.seats[IDLE_BASE:]
        return asyncio.run(_grow(url, process, warm, rest))


async def _grow(
    url: str,
    process: psutil.Process,
    warm: tuple[Seat, ...],
    rest: tuple[Seat, ...],
) -> float:
    gate = asyncio.Semaphore(CONNECTS_AT_ONCE)
    clients: list[WireClient] = []
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def connect(seat: Seat) -> None:
            client = WireClient(lambda name, data: None)
            async with gate:
                await client.connect(session, url, {"token": seat.token, "protocol": 1})
            clients.append(client)

        await asyncio.gather(*(connect(seat) for seat in warm))
        await asyncio.sleep(0.5)
        before = process.memory_info().rss
        await asyncio.gather(*(connect(seat) for seat in rest))
        await asyncio.sleep(1.0)
        after = process.memory_info().rss
        await asyncio.gather(*(client.close() for client in clients))
    return (after - before) / 1024 / len(rest)


def _durability(report: Report, ours: Contestant, fsyncs: list[float]) -> None:
    rate = machine.fsyncs_per_second(fsyncs)
    report.add("fsyncs_per_second", rate)
    best = [each / rate for each in ours.messages_per_second]
    report.add("durable_messages_per_fsync", median(best), best)


def _correctness(report: Report, contestants: list[Contestant]) -> bool:
    for name in ("lost", "duplicated", "reordered"):
        report.add(name, sum(getattr(each, name) for each in contestants))
    refused = sum(each.refused for each in contestants)
    if refused:
        report.notes.append(f"{refused} messages were refused and sent again")
    return not any(report.figures[name] for name in ("lost", "duplicated", "reordered"))
