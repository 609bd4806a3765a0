"""Endpoints and their events as operators see them; nothing is changed here."""

from __future__ import annotations

import asyncio

from mentalverse_signaling.errors import NotFound, RoleRequired
from mentalverse_signaling.ids import AccountId, ClientId
from mentalverse_signaling.roles import Role
from mentalverse_signaling.webhook_events import (
    MAX_WEBHOOK_ACTS,
    WebhookDead,
    WebhookDeadEvent,
    WebhookDeadEvents,
    WebhookDone,
    WebhookEndpoint,
    WebhookLogShown,
    Webhooks,
    WebhookState,
)

from ..errors import StartupError
from ..hooks import endpoint_steps
from ..hooks.endpoint_keys import EndpointKeys
from ..hooks.endpoint_steps import Listed, verifies
from ..hooks.signing import Secret
from ..store import endpoints, roles, webhook_acts
from ..store.deliveries import DeliveryState
from ..store.desk_time import DeskTime
from ..store.endpoints import EndpointRow, EndpointState
from ..store.engine import Connection, Database
from ..transport.connections import Principal


class WebhookReading:
    """Each call for one principal; `RoleRequired` for who is no operator."""

    def __init__(self, database: Database, time: DeskTime, keys: EndpointKeys) -> None:
        self._database = database
        self._time = time
        self._keys = keys

    async def every(self, principal: Principal) -> Webhooks:
        """Every endpoint, with what waits and what was given up."""
        await self.require(principal)
        rows = await self._database.read(endpoint_steps.listed)
        seen = await asyncio.to_thread(lambda: tuple(map(self._seen, rows)))
        return Webhooks(seen)

    async def one(self, endpoint: str) -> WebhookEndpoint:
        """An endpoint, for whoever has done something to it. Raises `NotFound`."""
        rows = await self._database.read(endpoint_steps.listed)
        found = [row for row in rows if row.endpoint.id == endpoint]
        if not found:
            raise NotFound("no such endpoint")
        return await asyncio.to_thread(self._seen, found[0])

    async def log(self, principal: Principal) -> WebhookLogShown:
        """What was done, and by whom."""
        await self.require(principal)
        return await self._database.read(_log)

    async def dead(self, principal: Principal, asked: WebhookDead) -> WebhookDeadEvents:
        """What was given up of an endpoint."""
        await self.require(principal)
        return await self._database.read(_dead, asked)

    async def require(self, principal: Principal) -> None:
        """Raises `RoleRequired`."""
        await self._database.read(require_operator, principal.account)

    def _seen(self, listed: Listed) -> WebhookEndpoint:
        row, now_ms = listed.endpoint, self._time.own_ms()
        until_ms = row.previous_until_ms
        return WebhookEndpoint(
            endpoint=ClientId(row.id),
            url=row.url,
            purpose=row.purpose.value,
            types=row.types,
            max_tier=row.max_tier,
            drills=row.drills,
            state=WebhookState(row.state.value),
            reason="parked" if row.state is EndpointState.PARKED else row.reason,
            waiting=listed.count(DeliveryState.WAITING),
            dead=listed.count(DeliveryState.DEAD),
            oldest_at=listed.oldest_ms,
            rotating_until=until_ms if until_ms and until_ms > now_ms else None,
            public_key=self._public_key(row),
        )

    def _public_key(self, row: EndpointRow) -> str | None:
        try:
            key = self._keys.get(row.signing_key)
        except StartupError:
            return None
        return None if isinstance(key, Secret) else verifies(key)


def require_operator(connection: Connection, account: AccountId) -> None:
    """Raises `RoleRequired`."""
    if Role.OPERATOR not in roles.roles_of(connection, account):
        raise RoleRequired("this is for operators")


def endpoint_of(connection: Connection, endpoint: str) -> EndpointRow:
    """The endpoint of this id. Raises `NotFound`."""
    found = endpoints.get(connection, endpoint)
    if found is None:
        raise NotFound("no such endpoint")
    return found


def _log(connection: Connection) -> WebhookLogShown:
    newest = webhook_acts.newest(connection, MAX_WEBHOOK_ACTS)
    return WebhookLogShown(
        tuple(
            WebhookDone(
                each.act.at_ms, each.act.act, ClientId(each.act.endpoint), each.by
            )
            for each in newest
        )
    )


def _dead(connection: Connection, asked: WebhookDead) -> WebhookDeadEvents:
    endpoint_of(connection, asked.endpoint)
    rows = endpoint_steps.dead(connection, asked.endpoint, asked.limit)
    return WebhookDeadEvents(
        tuple(
            WebhookDeadEvent(
                event=ClientId(event.evt_id.hex()),
                type=event.type,
                occurred_at=event.occurred_at_ms,
                attempts=row.attempts,
                last=row.last_class,
            )
            for row, event in rows
        )
    )
