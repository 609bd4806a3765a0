"""Wakes browsers for what nobody of an account has seen.

    committed fact → `due`: the conversation, in `delay` → look → a job for each device
      → a worker sends → told (or later, or the subscription is forgotten)

A look reads what is to be done from the tables (`store.push_pending`), so nothing is
lost with the process: at the start all conversations are looked at in which a
subscribed device has something to read. The law is at least once: what was sent, and
not yet noted as told when the process died, is sent again, and replaces the first in
the browser.

Owner of all tasks is the `Notifier`. Everything has a bound: `due` holds
`MAX_CONVERSATIONS`, beyond which they are looked for in the tables later; `MAX_JOBS`
wait for `WORKERS`, each for ten seconds at most. Messages never wait for any of it: it
makes one read at a time, and writes in the writer's last lane.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from mentalverse_signaling.errors import SignalingError
from mentalverse_signaling.ids import ConversationId, DeviceId
from mentalverse_signaling.push_api import PushKind

from ..clock import Clock
from ..store import push_pending, push_subscriptions
from ..store.engine import Database
from ..store.facts import RowAppended, WelcomeQueued
from ..store.push_pending import Pending
from ..store.writer import Transaction, Writer, WriterLane
from .schedule import Rest, Rules, rest_after
from .sender import Answer, Sender, Verdict

TICK_SECONDS = 0.25
MAX_CONVERSATIONS = 10_000
MAX_JOBS = 1_000
WORKERS = 32
"""A push service that never answers holds up one for ten seconds, then rests."""
CONVERSATIONS_AT_ONCE = 100
SECONDS_WHEN_FULL = 5.0

_Script = Callable[[Transaction], None]

log = structlog.get_logger()


@dataclass(slots=True)
class PushCounters:
    """Plain integers for the metrics, only ever added to."""

    sent: int = 0
    gone: int = 0
    postponed: int = 0
    refused: int = 0
    given_up: int = 0


class Notifier:
    """Owns the tasks that look and send; `start`, then `close`."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        clock: Clock,
        sender: Sender,
        rules: Rules,
    ) -> None:
        self._database = database
        self._writer = writer
        self._clock = clock
        self._sender = sender
        self._rules = rules
        self.counters = PushCounters()
        self._due: dict[ConversationId, float] = {}
        self._scanned: str | None = ""
        """The last conversation that the search through the tables has come to; None
        when nothing has to be searched for."""
        self._jobs: asyncio.Queue[Pending] = asyncio.Queue(MAX_JOBS)
        self._busy: set[tuple[DeviceId, ConversationId]] = set()
        self._resting: dict[DeviceId, Rest] = {}
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def waiting(self) -> int:
        """Conversations to be looked at, and pushes on their way."""
        return len(self._due) + len(self._busy)

    @property
    def is_sending(self) -> bool:
        """Whether a push is on its way, or waits for a worker."""
        return bool(self._busy)

    def on_committed(self, facts: Sequence[object]) -> None:
        """Remember to look at the conversations in which something happened."""
        for fact in facts:
            if isinstance(fact, RowAppended):
                if not fact.wakes:
                    continue
            elif not isinstance(fact, WelcomeQueued):
                continue
            self._look_in(fact.conversation, self._rules.delay.total_seconds())

    async def start(self) -> None:
        """Begin, with what a process before this one left."""
        loops = [self._looks(), *(self._sends() for _ in range(WORKERS))]
        self._tasks = [
            asyncio.create_task(loop, name="mentalverse-push") for loop in loops
        ]
        self._wake.set()

    async def close(self) -> None:
        """Stop; what was not sent is found again at the next start."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await self._sender.close()

    # --- looking --------------------------------------------------------------

    def _look_in(self, conversation: ConversationId, seconds: float) -> None:
        """Look at a conversation then, or sooner if it is to be looked at sooner."""
        at = self._clock.monotonic() + seconds
        planned = self._due.get(conversation)
        if planned is None and len(self._due) >= MAX_CONVERSATIONS:
            self._scanned = ""
        elif planned is None or at < planned:
            self._due[conversation] = at
        self._wake.set()

    async def _looks(self) -> None:
        while True:
            try:
                await self._search()
                while await self._look():
                    pass
            except SignalingError as error:
                log.warning("push.postponed", code=error.code)
            except Exception:  # the supervisor of every look
                log.exception("push.failed")
            if not self._due and self._scanned is None:
                self._wake.clear()
                await self._wake.wait()
            else:
                await asyncio.sleep(TICK_SECONDS)

    async def _search(self) -> None:
        """Find conversations in the tables, while there is room for them."""
        if self._scanned is None or len(self._due) > MAX_CONVERSATIONS // 2:
            return
        found = await self._database.read(
            push_pending.conversations_behind, self._scanned, CONVERSATIONS_AT_ONCE
        )
        for conversation in found:
            self._look_in(conversation, 0)
        self._scanned = found[-1] if len(found) == CONVERSATIONS_AT_ONCE else None

    async def _look(self) -> bool:
        """Look at some conversations whose time has come; whether there were any."""
        now = self._clock.monotonic()
        ready = [each for each, at in self._due.items() if at <= now]
        ready = ready[:CONVERSATIONS_AT_ONCE]
        if not ready:
            return False
        for conversation in ready:
            del self._due[conversation]
        try:
            found = await self._database.read(push_pending.pending, ready)
        except SignalingError:
            for conversation in ready:
                self._look_in(conversation, SECONDS_WHEN_FULL)
            raise
        for each in found:
            self._plan(each)
        return True

    def _plan(self, found: Pending) -> None:
        device, conversation = found.subscription.device, found.conversation
        if (device, conversation) in self._busy:
            self._look_in(conversation, SECONDS_WHEN_FULL)
            return
        now = self._clock.now()
        due = self._rules.due(found, self._resting.get(device), now)
        if due > now:
            self._look_in(conversation, (due - now).total_seconds())
        elif self._jobs.full():
            self._look_in(conversation, SECONDS_WHEN_FULL)
        else:
            self._busy.add((device, conversation))
            self._jobs.put_nowait(found)

    # --- sending --------------------------------------------------------------

    async def _sends(self) -> None:
        while True:
            job = await self._jobs.get()
            try:
                await self._send(job)
            except SignalingError as error:
                # It was sent and not noted: at the next look it is sent again.
                log.warning("push.not_noted", code=error.code)
            except Exception:  # the supervisor of every push
                log.exception("push.failed")
            finally:
                self._busy.discard((job.subscription.device, job.conversation))

    async def _send(self, job: Pending) -> None:
        to = job.subscription
        answer = await self._sender.send(to, PushKind.CONVERSATION, job.conversation)
        if answer.verdict is Verdict.LATER and self._rests(job, answer):
            self.counters.postponed += 1
            return
        self._resting.pop(to.device, None)
        if answer.verdict is Verdict.GONE:
            self.counters.gone += 1
            await self._writer.run(self._forget(job), lane=WriterLane.OTHER)
            log.info("push.subscription_gone", device=to.device)
            return
        self._count(answer, to.device)
        await self._writer.run(self._note(job), lane=WriterLane.OTHER)

    def _rests(self, job: Pending, answer: Answer) -> bool:
        """Try again later; false if it was tried often enough."""
        device, now = job.subscription.device, self._clock.now()
        rest = rest_after(self._resting.get(device), answer.after, now)
        if rest is None:
            return False
        if len(self._resting) >= MAX_CONVERSATIONS:
            self._resting.pop(next(iter(self._resting)))
        self._resting[device] = rest
        self._look_in(job.conversation, (rest.until - now).total_seconds())
        return True

    def _count(self, answer: Answer, device: DeviceId) -> None:
        if answer.verdict is Verdict.TAKEN:
            self.counters.sent += 1
        elif answer.verdict is Verdict.REFUSED:
            self.counters.refused += 1
            log.warning("push.refused", device=device)
        else:
            self.counters.given_up += 1
            log.warning("push.given_up", device=device)

    def _note(self, job: Pending) -> _Script:
        def script(transaction: Transaction) -> None:
            connection, now = transaction.connection, transaction.now
            device, conversation = job.subscription.device, job.conversation
            push_pending.note_told(connection, device, conversation, job.head, now)

        return script

    def _forget(self, job: Pending) -> _Script:
        def script(transaction: Transaction) -> None:
            to = job.subscription
            push_subscriptions.remove_endpoint(
                transaction.connection, to.device, to.endpoint
            )

        return script
