"""Mailboxes through which two devices of one account find each other.

They are in the database, so that a restart does not end a pairing. Who reads an
empty slot waits for it: a filled slot is announced like every committed fact.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from mentalverse_signaling.errors import Conflict, Overloaded
from mentalverse_signaling.ids import MailboxId

from ..clock import Clock
from ..store import mailboxes
from ..store.engine import Database
from ..store.writer import Transaction, Writer, WriterLane

RETRY_AFTER_MS = 5_000


@dataclass(frozen=True, slots=True)
class PairingLimits:
    """Bounds of what anybody may do without a sign-in."""

    lifetime: timedelta = timedelta(minutes=10)
    max_mailboxes: int = 10_000
    max_stored_bytes: int = 256 * 1024 * 1024
    max_waiters: int = 1_000
    wait_seconds: float = 20.0


@dataclass(frozen=True, slots=True)
class SlotFilled:
    """Fact: a slot that somebody may wait for has its octets."""

    mailbox: MailboxId
    slot: int


class Pairing:
    """Writes and reads the slots of mailboxes."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        clock: Clock,
        limits: PairingLimits = PairingLimits(),
    ) -> None:
        self._database = database
        self._writer = writer
        self._clock = clock
        self._limits = limits
        self._waiting: dict[SlotFilled, set[asyncio.Event]] = {}
        self._waiters = 0
        self._closing = False

    @property
    def waiting(self) -> int:
        """How many wait for a slot."""
        return self._waiters

    async def put(self, mailbox: MailboxId, slot: int, payload: bytes) -> None:
        """Fill a slot; the same octets again are fine.

        `Conflict` if it holds others, `Overloaded` if there are too many mailboxes.
        """
        script = partial(_put, mailbox, slot, payload, self._limits)
        await self._writer.run(script, lane=WriterLane.OTHER)

    async def get(self, mailbox: MailboxId, slot: int) -> bytes | None:
        """What a slot holds; None if it is not filled within the waiting time.

        `Overloaded` if too many wait.
        """
        # Waiting begins before the first look, or a slot filled in between would
        # be missed.
        with self._one_waiter(SlotFilled(mailbox, slot)) as filled:
            found = await self._read(mailbox, slot)
            if found is None and not self._closing:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._limits.wait_seconds):
                        await filled.wait()
                found = await self._read(mailbox, slot)
        return found

    async def prune(self) -> None:
        """Forget the mailboxes that are over, in small steps."""

        def step(transaction: Transaction) -> int:
            return mailboxes.prune(transaction.connection, transaction.now)

        while await self._writer.run(step, lane=WriterLane.OTHER):
            pass

    def on_filled(self, fact: SlotFilled) -> None:
        """Listener of the writer: wake who waits for this slot."""
        for waiter in self._waiting.get(fact, ()):
            waiter.set()

    async def release(self) -> None:
        """Send everybody who waits away, and let nobody wait from here on."""
        self._closing = True
        for waiters in self._waiting.values():
            for waiter in waiters:
                waiter.set()

    async def _read(self, mailbox: MailboxId, slot: int) -> bytes | None:
        now = self._clock.now()
        return await self._database.read(mailboxes.slot, mailbox, slot, now)

    @contextmanager
    def _one_waiter(self, key: SlotFilled) -> Iterator[asyncio.Event]:
        if self._waiters >= self._limits.max_waiters:
            raise Overloaded("too many wait for a pairing", RETRY_AFTER_MS)
        waiter = asyncio.Event()
        self._waiters += 1
        waiters = self._waiting.setdefault(key, set())
        waiters.add(waiter)
        try:
            yield waiter
        finally:
            self._waiters -= 1
            waiters.discard(waiter)
            if not waiters:
                self._waiting.pop(key, None)


def _put(
    mailbox: MailboxId,
    slot: int,
    payload: bytes,
    limits: PairingLimits,
    transaction: Transaction,
) -> None:
    connection, now = transaction.connection, transaction.now
    before = mailboxes.slot(connection, mailbox, slot, now)
    if before is not None:
        if before != payload:
            raise Conflict("the slot is written once")
        return
    mailboxes.prune(connection, now)
    is_open = mailboxes.is_open(connection, mailbox, now)
    count, stored = mailboxes.usage(connection, now)
    is_full = stored + len(payload) > limits.max_stored_bytes
    if is_full or (not is_open and count >= limits.max_mailboxes):
        raise Overloaded("too many devices are being paired", RETRY_AFTER_MS)
    if not is_open:
        mailboxes.open_mailbox(connection, mailbox, now + limits.lifetime)
    mailboxes.fill(connection, mailbox, slot, payload)
    transaction.publish(SlotFilled(mailbox, slot))
