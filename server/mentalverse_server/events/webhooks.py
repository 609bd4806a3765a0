"""Who is told of events: `webhook.*`, for operators."""

from __future__ import annotations

from collections.abc import Mapping

from mentalverse_signaling.webhook_events import (
    WebhookAdd,
    WebhookDead,
    WebhookDeadEvents,
    WebhookDisable,
    WebhookEnable,
    WebhookEndpoint,
    WebhookKeyed,
    WebhookList,
    WebhookLog,
    WebhookLogShown,
    WebhookReplay,
    WebhookReplayed,
    WebhookRotate,
    Webhooks,
    WebhookTest,
    WebhookTested,
    WebhookType,
    WebhookTypes,
    WebhookTypesShown,
)

from ..hooks.catalogue.registry import EVENTS
from ..hooks.endpoint_steps import PURPOSES
from ..router import Handler
from ..services.webhook_reading import WebhookReading
from ..services.webhooks import WebhookService
from ..transport.connections import Connection

_TYPES = WebhookTypesShown(
    types=tuple(
        WebhookType(each.name, each.tier.value, each.key) for each in EVENTS.values()
    ),
    purposes=tuple(each.value for each in PURPOSES),
)


def handlers(service: WebhookService) -> Mapping[str, Handler]:
    """The handlers of this group by event name."""
    return {**_looking(service.reading), **_doing(service)}


def _looking(reading: WebhookReading) -> Mapping[str, Handler]:
    async def list_(c: Connection, payload: WebhookList) -> Webhooks:
        return await reading.every(c.principal)

    async def types(c: Connection, payload: WebhookTypes) -> WebhookTypesShown:
        await reading.require(c.principal)
        return _TYPES

    async def log(c: Connection, payload: WebhookLog) -> WebhookLogShown:
        return await reading.log(c.principal)

    async def dead(c: Connection, payload: WebhookDead) -> WebhookDeadEvents:
        return await reading.dead(c.principal, payload)

    return {
        "webhook.list": list_,
        "webhook.types": types,
        "webhook.log": log,
        "webhook.dead": dead,
    }


def _doing(service: WebhookService) -> Mapping[str, Handler]:
    async def add(c: Connection, payload: WebhookAdd) -> WebhookKeyed:
        return await service.add(c.principal, payload)

    async def test(c: Connection, payload: WebhookTest) -> WebhookTested:
        return await service.test(c.principal, payload)

    async def rotate(c: Connection, payload: WebhookRotate) -> WebhookKeyed:
        return await service.rotate(c.principal, payload)

    async def replay(c: Connection, payload: WebhookReplay) -> WebhookReplayed:
        return await service.replay(c.principal, payload)

    async def disable(c: Connection, payload: WebhookDisable) -> WebhookEndpoint:
        return await service.disable(c.principal, payload)

    async def enable(c: Connection, payload: WebhookEnable) -> WebhookEndpoint:
        return await service.enable(c.principal, payload)

    return {
        "webhook.add": add,
        "webhook.test": test,
        "webhook.rotate": rotate,
        "webhook.replay": replay,
        "webhook.disable": disable,
        "webhook.enable": enable,
    }
