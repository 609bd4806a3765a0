"""Requests for help, kept while the database is away, and carried out once it is back.

    keep → sealed and on the disk → answered `spooled` → responders and on call told
      … the database answers → take, those that came first first → forgotten

Carrying out an entry twice is carrying it out once: a guest is made once, and the same
request opens the same case, however long that is over. So nothing is noted of single
entries. The file is cleared when all of them have been carried out, and a process that
dies before that begins again from the front.

If the disk fails, too, the answer is no, and the page shows the lines outside, which it
knows without any server. Nobody is ever told that a request is kept when it is not.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

import msgspec
import structlog

from mentalverse_signaling.errors import (
    BadRequest,
    Conflict,
    DeadlineExceeded,
    Overloaded,
    Unavailable,
)

from ..errors import StartupError
from ..keyring import Keyring
from ..store.failures import RETRY_AFTER_MS
from .door import Knock
from .spool_file import SpoolFile

FILE_NAME = "crisis-spool"
"""In the data folder."""
MAX_KEPT = 10_000
AT_ONCE = 16
"""Of what is kept, to be carried out."""
LOOK_SECONDS = 0.5
"""Between two attempts to carry out what is kept."""
TAKE_SECONDS = 3.0
"""For one of them: one that hangs when the database comes back holds up all others, and
they are to be carried out within five seconds of that."""
STUCK_SECONDS = 30.0
"""Before the next, where something else than an outage is in the way."""
_OUTAGES = (Unavailable, Overloaded, DeadlineExceeded)
_LABEL = b"MentalVerse crisis spool v1"

T = TypeVar("T")
Take = Callable[[Knock], Awaitable[object]]
OnKept = Callable[[str, Knock], None]
OnTaken = Callable[[str], None]
"""Both are told the key of an entry, and must not block."""

_decoder = msgspec.msgpack.Decoder(Knock)

log = structlog.get_logger()


@dataclass(slots=True)
class SpoolCounters:
    """Plain integers for the metrics, only ever added to."""

    kept: int = 0
    taken: int = 0
    failures: int = 0
    """Requests that could not be kept either."""
    unreadable: int = 0
    """Entries that nobody can open or carry out."""


class Spool:
    """Owns the file, its thread and the task that carries out; `start`, `close`."""

    def __init__(self, data_dir: Path, keyring: Keyring) -> None:
        key = hmac.digest(keyring.log_key.private, _LABEL, "sha256")
        self._path = data_dir / FILE_NAME
        self._file = SpoolFile(self._path, key)
        self._on_kept: OnKept = lambda key, entry: None
        self._on_taken: OnTaken = lambda key: None
        self._thread = ThreadPoolExecutor(1, "mentalverse-spool")
        self._kept: dict[str, asyncio.Future[None]] = {}
        """By key, what is kept or being written: the same request is kept once."""
        self._since_ms: dict[str, int] = {}
        """By key, when each of them came."""
        self._has_kept = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.counters = SpoolCounters()

    @property
    def pending(self) -> int:
        """Requests that wait for the database."""
        return len(self._kept)

    def since_ms(self, entry: Knock) -> int | None:
        """When the same request came first, if it is still kept."""
        return self._since_ms.get(key_of(entry))

    async def start(self, take: Take, on_kept: OnKept, on_taken: OnTaken) -> None:
        """Open the file, and carry out what a process before this one kept.

        Raises:
            StartupError: there can be no such file.
        """
        self._on_kept, self._on_taken = on_kept, on_taken
        try:
            found = await self._in_thread(self._open)
        except OSError as error:
            raise StartupError(f"{self._path}: {error.strerror}") from None
        self._task = asyncio.create_task(self._rounds(take), name="mentalverse-spool")
        for entry in found:
            key = key_of(entry)
            self._kept[key] = asyncio.get_running_loop().create_future()
            self._kept[key].set_result(None)
            self._since_ms.setdefault(key, entry.at_ms)
        if self._file.size:
            log.warning("spool.found", requests=len(found))
            self._has_kept.set()

    async def close(self) -> None:
        """Stop; what is kept is found again at the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        await self._in_thread(self._file.close)
        self._thread.shutdown()

    async def keep(self, entry: Knock) -> None:
        """Durable when this returns; the same request again is kept once.

        Raises `Unavailable` if it cannot be kept.
        """
        key = key_of(entry)
        writing = self._kept.get(key)
        if writing is None:
            if len(self._kept) >= MAX_KEPT:
                raise self._refused("full")
            writing = asyncio.ensure_future(self._write(key, entry))
            self._kept[key] = writing
            self._since_ms[key] = entry.at_ms
        # Whoever asked may go: what is being written is written.
        await asyncio.shield(writing)

    async def _write(self, key: str, entry: Knock) -> None:
        text = msgspec.msgpack.encode(entry)
        try:
            await self._in_thread(self._file.append, text)
        except OSError as error:
            self._let_go(key)
            raise self._refused(error.strerror or "the disk failed") from None
        self.counters.kept += 1
        self._has_kept.set()
        try:
            self._on_kept(key, entry)
        except Exception:  # it is kept, whoever could not be told
            log.exception("spool.nobody_was_told")

    def _refused(self, reason: str) -> Unavailable:
        self.counters.failures += 1
        log.error("spool.failed", reason=reason)
        return Unavailable("it cannot be kept", retry_after_ms=RETRY_AFTER_MS)

    # --- carrying out ---

    async def _rounds(self, take: Take) -> None:
        while True:
            await self._has_kept.wait()
            try:
                if not await self._carry_out(take):
                    await self._rest()
            except (*_OUTAGES, TimeoutError):
                self._has_kept.set()
                log.info("spool.postponed", pending=self.pending)
                await asyncio.sleep(LOOK_SECONDS)
            except Exception:  # the supervisor of what was kept
                self._has_kept.set()
                log.exception("spool.round_failed")
                await asyncio.sleep(LOOK_SECONDS)

    async def _rest(self) -> None:
        """Leave what is stuck alone for a while; what comes meanwhile does not wait."""
        try:
            async with asyncio.timeout(STUCK_SECONDS):
                await self._has_kept.wait()
        except TimeoutError:
            self._has_kept.set()

    async def _carry_out(self, take: Take) -> bool:
        """Everything that is kept, in order; false if some of it cannot be."""
        self._has_kept.clear()
        end, is_stuck = 0, False
        while found := await self._in_thread(self._next, end):
            # Begun in their order; the writer commits them together.
            answers = await asyncio.gather(
                *(self._take(text, take) for text, _ in found), return_exceptions=True
            )
            for answer in answers:
                if isinstance(answer, BaseException):
                    raise answer
            is_stuck |= not all(answers)
            end = found[-1][1]
        if is_stuck:
            return False
        # If another one came meanwhile, it has said so itself.
        await self._in_thread(self._file.clear, end)
        return True

    def _let_go(self, key: str) -> None:
        self._kept.pop(key, None)
        self._since_ms.pop(key, None)

    def _open(self) -> list[Knock]:
        self._file.open()
        entries = (_decoded(text) for text, _ in self._file.read(0))
        return [entry for entry in entries if entry is not None]

    def _next(self, begin: int) -> list[tuple[bytes | None, int]]:
        return list(islice(self._file.read(begin), AT_ONCE))

    async def _take(self, text: bytes | None, take: Take) -> bool:
        """Carry one out; false if it has to be kept. Raises what an outage raises."""
        entry = _decoded(text)
        if entry is None:
            self.counters.unreadable += 1
            log.error("spool.unreadable_entry")
            return True
        key = key_of(entry)
        if key not in self._kept:  # carried out in an earlier round
            return True
        try:
            async with asyncio.timeout(TAKE_SECONDS):
                await _take_somehow(entry, take)
        except (*_OUTAGES, TimeoutError):
            raise
        except Exception:  # a defect with one request must not keep others waiting
            log.exception("spool.not_carried_out")
            return False
        self.counters.taken += 1
        self._let_go(key)
        self._on_taken(key)
        return True

    async def _in_thread(self, function: Callable[..., T], *args: object) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, function, *args)


def _decoded(text: bytes | None) -> Knock | None:
    if text is None:
        return None
    try:
        return _decoder.decode(text)
    except msgspec.DecodeError:
        return None


async def _take_somehow(entry: Knock, take: Take) -> None:
    try:
        await take(entry)
    except (BadRequest, Conflict) as error:
        # The guest cannot be made, but somebody has asked for help.
        log.error("spool.guest_refused", code=error.code)
        alone = msgspec.structs.replace(entry.body, guest=None)
        await take(msgspec.structs.replace(entry, body=alone, token=""))


def key_of(entry: Knock) -> str:
    """One for each request of one person; says nothing of either."""
    guest = entry.body.guest
    who = entry.account or entry.token or ("" if guest is None else guest.account)
    return hashlib.sha256(f"{who}:{entry.body.case.request}".encode()).hexdigest()
