"""Who means to be on duty when: `client.desk.rota`, for responders and supervisors.

    rota = await client.desk.rota.look(start_ms, end_ms)
    ann = next(one for one in rota.members if one.handle == "ann")
    shift = client.desk.rota.shift(ann.account, start_ms, end_ms)
    await client.desk.rota.change(start_ms, end_ms, plan=[shift])   # supervisors

Times are Unix milliseconds. A shift is an intention: who is asked follows from the duty
that somebody has begun.
"""

from __future__ import annotations

from collections.abc import Iterable

from mentalverse_signaling.ids import AccountId, ClientId, new_id
from mentalverse_signaling.rota_events import Rota, RotaChange, RotaList, ShiftPlan

from ..engine import Engine


class RotaDesk:
    """Each call needs a connection, and may be made again; get it from `client.desk`.

    Every call raises `NotConnected` (it may have been heard), `Forbidden`, `BadRequest`
    for a span that is none or longer than 35 days, and `SignalingError`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def shift(self, account: str, start_ms: int, end_ms: int) -> ShiftPlan:
        """A shift that is not planned yet; sent twice, it is one."""
        shift = ClientId(new_id(self._engine.device.rng))
        return ShiftPlan(shift, AccountId(account), start_ms, end_ms)

    async def look(self, start_ms: int, end_ms: int) -> Rota:
        """The shifts that touch a span, who is there in each hour, and who can be."""
        asked = RotaList(starts_at=start_ms, ends_at=end_ms)
        return await self._engine.call("rota.list", asked, Rota)

    async def change(
        self,
        start_ms: int,
        end_ms: int,
        plan: Iterable[ShiftPlan] = (),
        remove: Iterable[str] = (),
    ) -> Rota:
        """Plan and take back, all or nothing; the span as it is then. By supervisors.

        Raises `NotFound` if somebody is not of the team, `BadRequest` for a shift that
        is none.
        """
        asked = RotaChange(
            starts_at=start_ms,
            ends_at=end_ms,
            plan=tuple(plan),
            remove=tuple(ClientId(one) for one in remove),
        )
        return await self._engine.call("rota.change", asked, Rota)
