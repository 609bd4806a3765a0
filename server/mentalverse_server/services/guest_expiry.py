"""Guests are forgotten some days after they were last here.

One that has a place in no conversation goes after some hours: whoever makes guests
without end leaves no more than that. One that has a place gives it up first, as if it
had asked to leave, because only members can take a device out of a group. What there
is of it is deleted once nobody else is in a conversation with it.

Each guest is a script of its own, so a round holds nobody up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from mentalverse_signaling.ids import AccountId

from ..store import accounts, guests, sign_ins
from ..store.conversations import mark_leaving
from ..store.facts import LeaveAsked, SignInEnded
from ..store.transaction import Transaction
from ..store.writer import Writer, WriterLane

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
                gone = await self._writer.run(_let_go(guest), lane=WriterLane.OTHER)
                if gone:
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


def _let_go(guest: AccountId) -> Callable[[Transaction], bool]:
    """Sign the guest out and let it leave; delete it if it has left everywhere."""

    def script(transaction: Transaction) -> bool:
        connection, now = transaction.connection, transaction.now
        owned = [row.id for row in accounts.devices_of(connection, guest)]
        for ended in sign_ins.end_sign_ins_of_account(connection, guest, now):
            transaction.publish(SignInEnded(ended.id, ended.device, "expired"))
        for device in owned:
            accounts.revoke_device(connection, device, now)
        guests.forget_reach(connection, owned)
        places = guests.places_of(connection, guest)
        for conversation in places:
            if mark_leaving(connection, conversation, guest):
                transaction.publish(LeaveAsked(conversation, guest))
        if not places:
            guests.erase(connection, guest, owned, now)
        return not places

    return script
