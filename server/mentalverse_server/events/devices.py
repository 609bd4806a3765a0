"""Devices and the log that records them: `device.*`, `log.*`."""

from __future__ import annotations

from collections.abc import Mapping

from mentalverse_signaling.device_events import (
    CheckpointReached,
    DeviceCheckpoint,
    DeviceListRequest,
    DeviceListShown,
    LogConsistency,
    LogConsistencyRequest,
    LogEntries,
    LogEntriesRequest,
    LogHead,
    LogHeadRequest,
)

from ..router import Handler
from ..services.devices import Devices
from ..services.transparency import TransparencyLog
from ..transport.connections import Connection


def handlers(devices: Devices, log: TransparencyLog) -> Mapping[str, Handler]:
    """The handlers of this group by event name."""

    async def show(c: Connection, payload: DeviceListRequest) -> DeviceListShown:
        return await devices.show(c.principal, payload)

    async def checkpoint(c: Connection, payload: DeviceCheckpoint) -> CheckpointReached:
        return await devices.checkpoint(c.principal, payload.counter)

    async def head(c: Connection, payload: LogHeadRequest) -> LogHead:
        return await log.head()

    async def entries(c: Connection, payload: LogEntriesRequest) -> LogEntries:
        return await log.entries(payload)

    async def consistency(
        c: Connection, payload: LogConsistencyRequest
    ) -> LogConsistency:
        return await log.consistency(payload)

    return {
        "device.list": show,
        "device.checkpoint": checkpoint,
        "log.head": head,
        "log.entries": entries,
        "log.consistency": consistency,
    }
