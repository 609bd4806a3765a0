"""Guests are forgotten some days after they were last here.

One that has a place in no conversation goes after some hours: whoever makes guests
without end leaves no more than that. What goes, and what follows when members have let
it go, is as with any account (`erasure`). Each guest is a script of its own, so a round
holds nobody up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog

from mentalverse_signaling.ids import AccountId

from ..store import guests
from ..store.transaction import Transaction
from ..store.writer import Writer, WriterLane
from .erasure import erase

GUESTS_PER_STEP = 100

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class GuestLimits:
    """How long guests are kept."""

    kept_for: timedelta = timedelta(days=14)
    """After the day they were last here."""
    unused_for: timedelta = timedelta(hours=24)
    """After that day, without a place in a conversation."""


class GuestExpiry:
    """A step of housekeeping."""

    def __init__(self, writer: Writer, limits: GuestLimits = GuestLimits()) -> None:
        self._writer = writer
        self._limits = limits

    async def expire(self) -> None:
        """Let go of the guests whose time is over."""
        last = ""
        while True:
            over = await self._writer.run(self._over(last), lane=WriterLane.OTHER)
            for guest in over:
                script = partial(erase, account=guest)
                await self._writer.run(script, lane=WriterLane.OTHER)
                log.info("guest.forgotten", account=guest)
            if len(over) < GUESTS_PER_STEP:
                return
            last = over[-1]

    def _over(self, after: str) -> Callable[[Transaction], list[AccountId]]:
        limits = self._limits

        def script(transaction: Transaction) -> list[AccountId]:
            now = transaction.now
            return guests.over(
                transaction.connection,
                kept_since=now - limits.kept_for,
                unused_since=now - limits.unused_for,
                after=after,
                limit=GUESTS_PER_STEP,
            )

        return script
