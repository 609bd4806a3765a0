"""The crisis desk: how soon somebody is asked, and whether anybody is ever forgotten.

One server, responders on duty and persons who ask for help on real sockets of this one
process, whose clock says how long it took. `intake_to_offer_ms` is from the moment at
which a request leaves the person to the frame that asks a responder, so it holds the
commit in between. `_flood` is the same while another process sends twice as many
messages as saturate the server: 100 senders with four in flight.

All the while others wait for whom nobody is there: every rung of their ladders is due
at a moment that is known. In the end two responders answer each request at once, and
the server is killed while people ask.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sqlite3
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import psutil

from . import machine
from .children import child, free_port, wait_until_ready
from .crisis_judge import (
    Span,
    climbs,
    double_held,
    intake_to_offer_ms,
    lost,
    read_log,
)
from .crisis_people import GONE, Heard, Person, Responder, connected
from .driver import Plan
from .machine import percentile
from .messaging import UNLIMITED
from .options import Options, Say
from .report import Goal, Report, installed, verdict
from .seeding import Crowd, Team, seed, seed_desk

GATES = (
    Goal("intake_to_offer_ms_p99", at_most=750),
    Goal("intake_to_offer_ms_p99_flood", at_most=1_500),
    Goal("refused", at_most=0),
    Goal("lost", at_most=0),
    Goal("double_held", at_most=0),
    Goal("escalations_missed", at_most=0),
    Goal("escalations_doubled", at_most=0),
    Goal("escalation_late_ms_p99", at_most=1_000),
)
GOALS = GATES
PACKAGES = ("mentalverse", "aiohttp", "python-socketio", "python-engineio", "uvloop")
FLOOD_SENDERS = 100
FLOOD_IN_FLIGHT = 4
ASKING_AT_ONCE = 4
FLOOD_BEGINS_SECONDS = 30.0
FLOOD_ENDS_SECONDS = 30.0
CLOSED_SECONDS = 15
"""How long a case may take that is answered at once."""
ROUND_PERSONS = 12
MOST_TAP_AGE_MS = 58_000
"""So that rungs are due from now on, and not only in a minute."""
NOBODY: dict[str, Any] = {"band": 0, "is_minor": True}
"""Wishes that nobody on duty is cleared for: such a case waits."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How long and how often; `--quick` trades repeats for time."""

    responders: int
    silent: int
    """Persons for whom nobody comes."""
    calm_seconds: float
    flood_seconds: float
    rounds: int
    """How often the server is killed."""


QUICK = Effort(8, silent=30, calm_seconds=7, flood_seconds=7, rounds=3)
FULL = Effort(16, silent=60, calm_seconds=60, flood_seconds=60, rounds=20)


def run(options: Options) -> tuple[Report, bool]:
    """The report, and whether every bar is met."""
    report = measure(QUICK if options.quick else FULL, options)
    return report, verdict(report, GATES)


def measure(effort: Effort, options: Options) -> Report:
    """Every figure of the scenario.

    Raises:
        RuntimeError: the server or the flood could not run.
    """
    report = Report("crisis")
    load_before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="mentalverse-load-") as name:
        folder = Path(name)
        fsyncs = machine.fsync_latencies(folder)
        crowd = seed(folder / "mentalverse.db", FLOOD_SENDERS, recipients=1)
        persons = effort.silent + 4 * ASKING_AT_ONCE + effort.rounds * ROUND_PERSONS
        team = seed_desk(folder / "mentalverse.db", effort.responders, persons)
        with DeskServer(folder) as server:
            scene = Scene(report, effort, options, server, crowd)
            asyncio.run(scene.play(team))
        scene.judge(folder / "mentalverse.db")
        fsyncs += machine.fsync_latencies(folder)
    report.machine = machine.describe(sorted(fsyncs), load_before)
    report.versions = {name: installed(name) for name in PACKAGES}
    report.versions |= {"sqlite": sqlite3.sqlite_version}
    return report


class DeskServer:
    """A server with a desk, to be killed; `with` ends it."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._port = free_port()
        self._stack = ExitStack()
        self.url = f"http://127.0.0.1:{self._port}"
        self.process: psutil.Process | None = None

    def __enter__(self) -> DeskServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def start(self) -> None:
        """Start, and wait until it answers."""
        log = self._home / "server.log"
        settings = UNLIMITED | {
            "MENTALVERSE_CRISIS__MODE": "demo",
            "MENTALVERSE_SERVER__PORT": str(self._port),
            "MENTALVERSE_SERVER__DATA_DIR": str(self._home),
            "MENTALVERSE_METRICS__PORT": "0",
            "MENTALVERSE_LOG__LEVEL": "warning",
        }
        arguments = ["-m", "mentalverse_cli", "serve"]
        self.process = self._stack.enter_context(child(arguments, log, settings))
        wait_until_ready(f"{self.url}/readyz", self.process, log)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.process is not None:
            self.process.kill()
        self._stack.close()


class Scene:
    """What happens, one part after the other, and what is kept of it."""

    def __init__(
        self,
        report: Report,
        effort: Effort,
        options: Options,
        server: DeskServer,
        crowd: Crowd,
    ) -> None:
        self._report = report
        self._effort = effort
        self._say: Say = options.say
        # Moments of a measurement, not secrets.
        self._moments = random.Random(options.first_seed)  # noqa: S311
        self._server = server
        self._crowd = crowd
        self._heard = Heard()
        self._down: list[Span] = []
        self._acked: dict[str, str] = {}
        """Of those who stay, by token."""
        self._shown: dict[str, str | None] = {}
        self._until_ms = 0

    async def play(self, team: Team) -> None:
        """Everything that needs the server."""
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector) as session:
            await self._play(team, session)

    async def _play(self, team: Team, session: aiohttp.ClientSession) -> None:
        effort, url = self._effort, self._server.url
        tokens = deque(team.persons)
        silent = self._people(tokens, effort.silent)
        asking = self._people(tokens, 4 * ASKING_AT_ONCE)
        responders = [Responder(token, self._heard) for token in team.responders]
        await connected(each.begin(session, url) for each in responders)
        await connected(each.connect(session, url) for each in [*silent, *asking])
        self._say("people for whom nobody comes")
        for person in silent:
            age_ms = self._moments.randrange(MOST_TAP_AGE_MS)
            await person.ask(tap_age_ms=age_ms, **NOBODY)
        self._say("people ask")
        await self._ask("", asking, effort.calm_seconds)
        self._say("people ask while messages flood the server")
        with self._flood(effort.flood_seconds) as flood:
            await asyncio.to_thread(_line, flood, "begin", FLOOD_BEGINS_SECONDS)
            await self._ask("_flood", asking, effort.flood_seconds)
            sent = await asyncio.to_thread(_line, flood, "{", FLOOD_ENDS_SECONDS)
        self._add_flood(json.loads(sent))
        self._say("two answer at once")
        await self._contest(asking[0])
        for responder in responders:
            await responder.close()
        for person in asking:
            await person.close()
        self._stay(silent)
        rounds = [self._people(tokens, ROUND_PERSONS) for _ in range(effort.rounds)]
        for number, people in enumerate(rounds, 1):
            self._say(f"the server is killed: {number} of {len(rounds)}")
            await connected(each.connect(session, url) for each in people)
            await self._kill_while(people, session)
        await self._look([*silent, *(one for each in rounds for one in each)], session)
        self._until_ms = int(time.time() * 1000)

    def _people(self, tokens: deque[str], count: int) -> list[Person]:
        return [Person(tokens.popleft(), self._heard) for _ in range(count)]

    # --- how soon somebody is asked ---

    async def _ask(self, label: str, people: list[Person], seconds: float) -> None:
        """A few persons at a time ask, again and again, and are answered."""
        self._heard.tapped.clear()
        queue, ends_at = deque(people), time.perf_counter() + seconds

        async def ask() -> None:
            while time.perf_counter() < ends_at:
                person = queue.popleft()
                case = await person.ask()
                if case is None or not await self._is_closed(case):
                    continue  # seen by the figures; that person asks no more
                queue.append(person)
                await asyncio.sleep(self._moments.uniform(0, 0.02))

        await asyncio.gather(*(ask() for _ in range(ASKING_AT_ONCE)))
        waits = intake_to_offer_ms(self._heard.tapped, self._heard.offered)
        if not waits:
            return
        self._report.add(f"intake_to_offer_ms_p99{label}", percentile(waits, 0.99))
        self._report.add(f"intake_to_offer_ms_p50{label}", percentile(waits, 0.5))
        self._report.add(f"cases{label}", len(waits))

    async def _is_closed(self, case: str) -> bool:
        try:
            async with asyncio.timeout(CLOSED_SECONDS):
                await self._heard.closed[case].wait()
        except TimeoutError:
            self._report.notes.append("a case was not answered, or not ended")
            return False
        return True

    @contextmanager
    def _flood(self, seconds: float) -> Iterator[Path]:
        """Messages from another process; the file of what it says."""
        with tempfile.TemporaryDirectory(prefix="mentalverse-load-") as name:
            plan, said = Path(name) / "plan.json", Path(name) / "said"
            crowd = self._crowd
            flood = Plan(
                self._server.url,
                crowd.seats,
                crowd.groups,
                warm_up_seconds=0.5,
                window_seconds=seconds + 0.5,
                in_flight=FLOOD_IN_FLIGHT,
            )
            plan.write_bytes(msgspec.json.encode(flood))
            with child(["-m", "load_tests.driver", str(plan)], said):
                yield said

    def _add_flood(self, said: dict[str, float]) -> None:
        self._report.add("messages_per_second_flood", said["acked"] / said["seconds"])

    # --- one holder, and nobody forgotten ---

    async def _contest(self, person: Person) -> None:
        """Requests that two are asked about at once, and both take.

        Who took an A0 rests, so there are fewer of these than responders.
        """
        contested = 0
        for _ in range(self._effort.responders - 1):
            case = await person.ask(band=0)
            if case is None or not await self._is_closed(case):
                break
            contested += 1
        self._report.add("contested", contested)

    def _stay(self, people: list[Person]) -> None:
        self._acked |= {each.token: each.case for each in people if each.case}

    async def _kill_while(
        self, people: list[Person], session: aiohttp.ClientSession
    ) -> None:
        """People ask, the server is killed, and whoever had no answer asks again."""

        async def ask(person: Person) -> None:
            await asyncio.sleep(self._moments.uniform(0, 0.3))
            await person.ask(**NOBODY)

        asking = [asyncio.create_task(ask(person)) for person in people]
        await asyncio.sleep(self._moments.uniform(0, 0.3))
        down_ms = int(time.time() * 1000)
        await asyncio.to_thread(self._server.kill)
        for ended in await asyncio.gather(*asking, return_exceptions=True):
            if isinstance(ended, BaseException) and not isinstance(ended, GONE):
                raise ended
        self._stay(people)
        await asyncio.to_thread(self._server.start)
        self._down.append((down_ms - 1_000, int(time.time() * 1000) + 1_000))
        await connected(each.connect(session, self._server.url) for each in people)
        for person in people:
            known = person.case
            again = await person.ask(anew=False, **NOBODY)
            if known is not None and again != known:
                self._report.notes.append("the same request opened another case")
            await person.close()
        self._stay([each for each in people if each.token not in self._acked])

    async def _look(self, people: list[Person], session: aiohttp.ClientSession) -> None:
        """What everybody who stays is shown in the end."""
        url = self._server.url
        for person in people:
            await person.close()
        await connected(each.connect(session, url) for each in people)
        for person in people:
            self._shown[person.token] = await person.look()
            await person.close()

    def judge(self, database: Path) -> None:
        """What the log says, once the server is down."""
        entries, heard, report = read_log(database), self._heard, self._report
        with sqlite3.connect(database) as connection:
            rows = connection.execute("SELECT id FROM crisis_cases")
            kept = {str(case) for (case,) in rows}
        silent = set(self._acked.values())
        climbed = climbs(
            (entry for entry in entries if entry.case in silent),
            self._until_ms,
            self._down,
        )
        report.add("refused", len(heard.refused))
        report.add("lost", lost(self._acked, self._shown, kept))
        report.add("double_held", double_held(entries, heard.accepts))
        report.add("escalations_missed", climbed.missed)
        report.add("escalations_doubled", climbed.doubled)
        if climbed.late_ms:
            late_ms = percentile(climbed.late_ms, 0.99)
            report.add("escalation_late_ms_p99", late_ms)
        report.add("escalations_due", climbed.due)
        report.add("kills", self._effort.rounds)
        report.add("acknowledged", len(self._acked))
        report.notes += sorted(set(heard.refused))


def _line(file: Path, begin: str, seconds: float) -> str:
    """The first line that begins so, once another process has written it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for line in file.read_text(encoding="utf-8").splitlines(keepends=True):
            if line.startswith(begin) and line.endswith("\n"):
                return line
        time.sleep(0.05)
    raise RuntimeError(f"the flood did not come:\n{file.read_text()[-2000:]}")
