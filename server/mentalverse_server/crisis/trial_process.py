"""A trial of a policy in a process of its own, with a bound.

The child reads what to try from its standard input (the address of the database may
hold a password, which arguments would show to everybody) and writes one line with what
the log says, and one with what the simulator says. It is nicer than the server, and its
time is limited by the system, so it ends also if the server is killed.

One trial runs at a time in a server. Whoever asks for the same again while it runs, or
soon after, waits for the same one: a call is answered within ten seconds, a trial may
take twenty.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys

import msgspec
import structlog

from mentalverse_signaling.errors import NotNow

from ..store.engine import open_database
from .policy_trial import Ask, Tried, tried

TRIAL_SECONDS = 20.0
"""For all of it, in which the machine may be busy."""
ANSWER_SECONDS = 4.0
"""Before a caller hears what is known so far: far less than the deadline of a call."""
KEPT_SECONDS = 120.0
MAX_LINE_BYTES = 256 * 1024

UNFINISHED = "The simulation is still running: try the same again in some seconds."
TOO_LONG = "The simulation took longer than 20 seconds and was stopped: fewer days."
FAILED = "The simulation failed; the server's log says why."

log = structlog.get_logger()


class Work(msgspec.Struct, frozen=True):
    """What the child is given."""

    url: str
    ask: Ask


class _Running:
    """One trial, and what is known of it."""

    def __init__(self, ask: Ask, url: str) -> None:
        self.ask = ask
        self.known = Tried(())
        self.waiters = 0
        self.ended_at: float | None = None
        self.task = asyncio.create_task(self._run(url), name="mentalverse-trial")

    async def _run(self, url: str) -> None:
        why = FAILED
        try:
            async with asyncio.timeout(TRIAL_SECONDS):
                if await self._read(url):
                    why = ""
        except TimeoutError:
            why = TOO_LONG
        except (OSError, ValueError) as error:
            log.warning("policy.trial_failed", reason=type(error).__name__)
        finally:
            self.ended_at = asyncio.get_running_loop().time()
        if why:
            said = (*self.known.assumptions, why)
            self.known = msgspec.structs.replace(self.known, assumptions=said)

    async def _read(self, url: str) -> bool:
        """Whether the child said all that it had to."""
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", __name__),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=MAX_LINE_BYTES,
        )
        to_child, from_child = child.stdin, child.stdout
        if to_child is None or from_child is None:
            raise OSError("a child without pipes")
        try:
            to_child.write(msgspec.json.encode(Work(url, self.ask)))
            to_child.close()
            while line := await from_child.readline():
                self.known = msgspec.json.decode(line, type=Tried)
            return await child.wait() == 0
        finally:
            if child.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    child.kill()
                await child.wait()


class Trials:
    """Owns the child that runs, if there is one."""

    def __init__(self, url: str) -> None:
        """`url`: of the database, which the child opens beside the server."""
        self._url = url
        self._running: _Running | None = None

    async def of(self, ask: Ask) -> Tried:
        """What is known of a trial after some seconds at the most.

        Raises:
            NotNow: somebody waits for another one.
        """
        running = await self._begin(ask)
        running.waiters += 1
        try:
            await asyncio.wait({running.task}, timeout=ANSWER_SECONDS)
        finally:
            running.waiters -= 1
        if running.task.done():
            return running.known
        said = (*running.known.assumptions, UNFINISHED)
        return msgspec.structs.replace(running.known, assumptions=said)

    async def close(self) -> None:
        """End the child."""
        if self._running is not None:
            self._running.task.cancel()
            await asyncio.wait({self._running.task})

    async def _begin(self, ask: Ask) -> _Running:
        while (running := self._running) is not None:
            if _is_same(running, ask):
                return running
            if running.task.done():
                break
            if running.waiters:
                raise NotNow("another policy is being tried: again in some seconds")
            # Somebody else may begin theirs meanwhile, so look again.
            await self.close()
        self._running = begun = _Running(ask, self._url)
        return begun


def _is_same(running: _Running, ask: Ask) -> bool:
    """Whether this is asked for again, and not of long ago."""
    now = asyncio.get_running_loop().time()
    if running.ended_at is not None and now - running.ended_at > KEPT_SECONDS:
        return False
    return msgspec.structs.replace(running.ask, now_ms=0) == (
        msgspec.structs.replace(ask, now_ms=0)
    )


def main() -> None:
    """The child."""
    with contextlib.suppress(ImportError):
        import resource

        seconds = round(3 * TRIAL_SECONDS)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    with contextlib.suppress(AttributeError, OSError):
        os.nice(10)
    work = msgspec.json.decode(sys.stdin.buffer.read(), type=Work)
    database = open_database(work.url, read_connections=1, exclusive=False)
    try:
        _say(tried(database, work.ask, _say))
    finally:
        database.close()


def _say(known: Tried) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(known) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
