"""Who means to be on duty when: `rota.*`."""

from __future__ import annotations

from collections.abc import Mapping

from mentalverse_signaling.rota_events import Rota, RotaChange, RotaList

from ..crisis.rota import Shifts
from ..router import Handler
from ..transport.connections import Connection


def handlers(shifts: Shifts) -> Mapping[str, Handler]:
    """The handlers of this group by event name."""

    async def list_(c: Connection, payload: RotaList) -> Rota:
        return await shifts.list(c.principal, payload)

    async def change(c: Connection, payload: RotaChange) -> Rota:
        return await shifts.change(c.principal, payload)

    return {"rota.list": list_, "rota.change": change}
