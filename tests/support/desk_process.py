"""Processes of a crisis desk, to be raced and killed.

They are forked from one server that has imported everything, so that a process begins
in milliseconds and a hundred kills are no matter of minutes. Each talks to the test
through a pipe; what it has said before it was killed, it had done.
"""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from typing import Any

import sqlalchemy

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.decide import Decision
from mentalverse_crisis.errors import CrisisError
from mentalverse_crisis.events import OfferAccepted, PersonLeft
from mentalverse_server.clock import SystemClock
from mentalverse_server.desk_timers import DeskTimers
from mentalverse_server.services.desk import CrisisDesk
from mentalverse_server.store.desk_time import DeskTime
from mentalverse_server.store.engine import open_database
from mentalverse_server.store.writer import Writer
from mentalverse_signaling.errors import Unavailable

from .desk_stored import opening
from .forked import forking

OPENERS = 4
WAIT_SECONDS = 150
ACCEPTS_AT_ONCE = 50


class Nobody:
    """Carries nothing out."""

    def record(
        self, connection: sqlalchemy.Connection, decision: Decision, now_ms: int
    ) -> None:
        """Effects are not what these processes are about."""

    def carry_out(self, decision: Decision) -> None:
        """As little."""


class JumpingClock(SystemClock):
    """A machine whose wall clock is set again and again, by up to an hour."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def now(self) -> datetime:
        """Any time within an hour of the real one."""
        off_seconds = self._random.choice((0, -3_600, 3_600, 1_234))
        return super().now() + timedelta(seconds=off_seconds)


class Process:
    """One process, which runs until it is done or killed."""

    def __init__(self, target: Callable[..., None], *arguments: Any) -> None:
        self.pipe, theirs = forking.Pipe()
        self._process: ForkServerProcess = forking.Process(
            target=target, args=(theirs, *arguments), daemon=True
        )
        self._process.start()
        theirs.close()

    def hear(self) -> Any:
        """The next thing that it says; `EOFError` once it is dead."""
        if not self.pipe.poll(WAIT_SECONDS):
            raise TimeoutError("a process of the desk says nothing")
        return self.pipe.recv()

    def hear_the_rest(self) -> list[Any]:
        """Everything up to its death."""
        said = []
        try:
            while True:
                said.append(self.hear())
        except (EOFError, ConnectionError):
            return said

    def kill9(self) -> None:
        """At once, wherever it is."""
        self._process.kill()
        self._process.join(WAIT_SECONDS)
        assert self._process.exitcode in (-signal.SIGKILL, 0)

    def ended(self) -> int | None:
        """Its exit code, after it has had the time to end."""
        self._process.join(WAIT_SECONDS)
        return self._process.exitcode


# --- what they do ---


def accept(pipe: Connection, url: str, events: Sequence[OfferAccepted]) -> None:
    """Say `ready`, wait for a word, accept everything, say what came of each."""
    asyncio.run(_accept(pipe, url, events))


async def _accept(pipe: Connection, url: str, events: Sequence[OfferAccepted]) -> None:
    database, writer, desk, _ = await _desk(url, SystemClock())
    pipe.send("ready")
    await asyncio.to_thread(pipe.recv)
    room = asyncio.Semaphore(ACCEPTS_AT_ONCE)
    codes: list[str] = []

    async def one(event: OfferAccepted) -> None:
        async with room:
            codes.append(await _answer(desk, event))

    await asyncio.gather(*map(one, events))
    pipe.send(codes)
    await writer.close()
    database.close()


async def _answer(desk: CrisisDesk, event: OfferAccepted) -> str:
    """What came of it; an outage is no answer, and asked again, as clients do."""
    while True:
        try:
            await desk.decide(event)
        except Unavailable:
            continue
        except CrisisError as refused:
            return refused.code
        except Exception as broken:
            return repr(broken)
        return "accepted"


def open_for_ever(pipe: Connection, url: str, cycle: int, unsure: list[str]) -> None:
    """Say `ready`, then `opened NAME` and `left NAME` of each request, without end.

    `unsure` are those that a process asked for before it died without an answer.
    """
    asyncio.run(_open_for_ever(pipe, url, cycle, unsure))


async def _open_for_ever(
    pipe: Connection, url: str, cycle: int, unsure: list[str]
) -> None:
    _, _, desk, _ = await _desk(url, SystemClock())
    pipe.send(("ready", ""))

    async def opener(number: int) -> None:
        names = [one for one in unsure if one.split("-")[1] == str(number)]
        count = 0
        while True:
            name = names.pop() if names else f"{cycle}-{number}-{count}"
            count += not names
            pipe.send(("asks", name))
            decision = await desk.decide(opening(name, Band.A4))
            assert decision.opened is not None
            pipe.send(("opened", name))
            if number % 2:
                await desk.decide(PersonLeft(case=decision.opened))
                pipe.send(("left", name))

    await asyncio.gather(*(opener(number) for number in range(OPENERS)))


def pass_time(pipe: Connection, url: str, seed: int) -> None:
    """Let time pass until it is killed, on a machine whose clock jumps."""
    asyncio.run(_pass_time(pipe, url, seed))


async def _pass_time(pipe: Connection, url: str, seed: int) -> None:
    clock = JumpingClock(seed)
    _, _, desk, time = await _desk(url, clock)
    timers = DeskTimers(desk, time)
    await timers.start()
    pipe.send("ready")
    await asyncio.Event().wait()


async def _desk(
    url: str, clock: SystemClock
) -> tuple[Any, Writer, CrisisDesk, DeskTime]:
    database = open_database(url, exclusive=False)
    writer = Writer(database, clock, lambda facts: None)
    await writer.start()
    time = DeskTime(clock)
    return database, writer, CrisisDesk(writer, time, Nobody()), time
