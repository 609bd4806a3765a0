"""KeyPackages: `keys.*`. A device publishes for itself; anyone signed in takes."""

from __future__ import annotations

from collections.abc import Mapping

from mentalverse_signaling.key_events import (
    KeysCount,
    KeysPublish,
    KeysRemaining,
    KeysTake,
    KeysTaken,
)

from ..router import Handler
from ..services.keys import Keys
from ..transport.connections import Connection


def handlers(service: Keys) -> Mapping[str, Handler]:
    """The handlers of this group by event name."""

    async def publish(c: Connection, payload: KeysPublish) -> KeysRemaining:
        return await service.publish(c.principal, payload)

    async def count(c: Connection, payload: KeysCount) -> KeysRemaining:
        return await service.count(c.principal)

    async def take(c: Connection, payload: KeysTake) -> KeysTaken:
        return await service.take(c.principal, payload)

    return {"keys.publish": publish, "keys.count": count, "keys.take": take}
