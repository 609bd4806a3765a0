"""Who is reached by Web Push: what devices and accounts ask for."""

from __future__ import annotations

import asyncio

import structlog

from mentalverse_signaling.errors import BadRequest, NotFound
from mentalverse_signaling.push_api import (
    PushMuted,
    PushState,
    PushSubscribe,
    QuietHours,
    QuietHoursShown,
)

from ..push.encryption import point
from ..push.endpoints import check_endpoint
from ..push.quiet_hours import is_zone
from ..push.vapid import PushKey
from ..store import push_subscriptions
from ..store.engine import Connection, Database
from ..store.push_subscriptions import SubscriptionRow
from ..store.writer import Transaction, Writer, WriterLane
from ..transport.connections import Principal
from .live import live_device

log = structlog.get_logger()


class PushSubscriptions:
    """Takes, replaces and forgets them. Every call is done twice as well as once."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        keys: tuple[PushKey, ...],
        *,
        allow_private: bool,
    ) -> None:
        self._database = database
        self._writer = writer
        self._keys = frozenset(key.public for key in keys)
        self._allow_private = allow_private

    async def subscribe(self, principal: Principal, asked: PushSubscribe) -> None:
        """Push to this device.

        Raises `NotFound` where there is no Web Push, or the key is not one of ours,
        `BadRequest` for an address or key that will not do, `Forbidden` if the device
        is out.
        """
        if asked.key not in self._keys:
            raise NotFound("this server has no such key for Web Push")
        check_endpoint(asked.endpoint, allow_private=self._allow_private)
        try:
            point(asked.p256dh)
        except ValueError:
            raise BadRequest("p256dh is not a key on P-256") from None

        def script(transaction: Transaction) -> None:
            connection = transaction.connection
            live_device(connection, (principal.account, principal.device))
            row = SubscriptionRow(
                principal.device,
                principal.account,
                asked.endpoint,
                asked.p256dh,
                asked.auth,
                asked.key,
                transaction.now,
            )
            push_subscriptions.put(connection, row)

        await self._writer.run(script, lane=WriterLane.OTHER)
        log.info("push.subscribed", device=principal.device)

    async def unsubscribe(self, principal: Principal) -> None:
        """Do not push to this device any more."""

        def script(transaction: Transaction) -> None:
            push_subscriptions.remove(transaction.connection, principal.device)

        await self._writer.run(script, lane=WriterLane.OTHER)
        log.info("push.unsubscribed", device=principal.device)

    async def mute(self, principal: Principal, asked: PushMuted) -> None:
        """Wake this device for all conversations but these."""

        def script(transaction: Transaction) -> None:
            connection = transaction.connection
            live_device(connection, (principal.account, principal.device))
            push_subscriptions.mute(connection, principal.device, asked.conversations)

        await self._writer.run(script, lane=WriterLane.OTHER)

    async def set_quiet(self, principal: Principal, quiet: QuietHours | None) -> None:
        """Wake no device of the account in these hours; `BadRequest` for odd ones."""
        if quiet is not None:
            if quiet.from_minute == quiet.to_minute:
                raise BadRequest("quiet hours begin and end at different times")
            # The time zone database is read from files.
            if not await asyncio.to_thread(is_zone, quiet.zone):
                raise BadRequest("no such time zone")

        def script(transaction: Transaction) -> None:
            connection, account = transaction.connection, principal.account
            live_device(connection, (account, principal.device))
            push_subscriptions.put_quiet(connection, account, quiet)

        await self._writer.run(script, lane=WriterLane.OTHER)

    async def state(self, principal: Principal) -> PushState:
        """What is in force for this device and its account."""
        return await self._database.read(_state, principal)


def _state(connection: Connection, principal: Principal) -> PushState:
    found = push_subscriptions.find(connection, principal.device)
    quiet = push_subscriptions.quiet_of(connection, principal.account)
    if quiet is None:
        return PushState(found is not None)
    shown = QuietHoursShown(quiet.zone, quiet.from_minute, quiet.to_minute)
    return PushState(found is not None, shown)
