"""Where the person is: `client.help.location`.

    await client.help.location.seal(Address("…", at_ms))
    await client.help.location.withdraw()

It is sealed here. The server gets the envelope and one half of its key; the other goes
into the conversation, to whoever helps and again to whoever comes later. Neither side
can open it alone, and the server's half is given out by an override and in no other way
(`mentalverse_crypto.sealed_location`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from mentalverse_crypto.carried import LocationKey
from mentalverse_crypto.sealed_location import Location, seal_location
from mentalverse_signaling.crisis_events import CaseView
from mentalverse_signaling.errors import NotFound
from mentalverse_signaling.events import Payload
from mentalverse_signaling.ids import id_bytes
from mentalverse_signaling.override_events import (
    LocationKept,
    LocationMine,
    LocationSeal,
    LocationWithdraw,
)

from ..engine import Engine
from ..groups.room import Room
from ..store.location_halves import (
    OwnHalf,
    forget_own_half,
    own_half,
    save_own_half,
)


class Whereabouts:
    """What this device has sealed of its own case. Get it from `client.help`."""

    def __init__(
        self,
        engine: Engine,
        case: Callable[[], CaseView | None],
        room: Callable[[], Room | None],
    ) -> None:
        """`case` is the one that is open, `room` its conversation."""
        self._engine = engine
        self._vault = engine.device.profile.vault
        self._case = case
        self._room = room

    async def seal(self, where: Location) -> datetime | None:
        """Seal where the person is, instead of what was sealed before; until when.

        An answer that is lost may leave what was sealed before at the server; nobody
        is told its half any more. Call it again.

        Raises:
            NotFound: there is no open case.
            NotNow: it is over.
            NotConnected, SignalingError.
        """
        case = self._case()
        if case is None:
            raise NotFound("there is no open case")
        sealed = seal_location(where, id_bytes(case.case), self._engine.device.rng)
        half = OwnHalf(case=case.case, key=sealed.team_half, sha256=sealed.sha256)
        with self._vault.transaction() as write:
            save_own_half(write, half)
        until = await self._ask(
            "location.seal", LocationSeal(case.case, sealed.envelope, sealed.desk_half)
        )
        room = self._room()
        if room is not None and room.is_followed:
            self.tell(case, room)
        return until

    async def withdraw(self) -> None:
        """Take it back: the server destroys what it has.

        Raises:
            NotConnected, SignalingError.
        """
        await self._ask("location.withdraw", LocationWithdraw())
        self.forget()

    async def until(self) -> datetime | None:
        """When what is kept at the server is destroyed at the latest; None: nothing is.

        Raises:
            NotConnected, SignalingError.
        """
        return await self._ask("location.mine", LocationMine())

    def tell(self, case: CaseView, room: Room) -> None:
        """Let those who help and have come in have the team's half, each once."""
        half = own_half(self._vault)
        if half is None or half.case != case.case:
            return
        present = {each.account for each in case.helpers} & room.accounts
        told = present & set(half.told)
        if present - told:
            room.write(LocationKey(id_bytes(half.case), half.key, half.sha256))
            self._engine.adopt(room)
        if present != set(half.told):
            # Who goes and comes back has another leaf, and is told again.
            now_told = msgspec.structs.replace(half, told=tuple(sorted(present)))
            with self._vault.transaction() as write:
                save_own_half(write, now_told)

    def forget(self) -> None:
        """The case is over, or the location taken back."""
        if own_half(self._vault) is not None:
            with self._vault.transaction() as write:
                forget_own_half(write)

    async def _ask(self, name: str, payload: Payload) -> datetime | None:
        until = (await self._engine.call(name, payload, LocationKept)).until
        return None if until is None else datetime.fromtimestamp(until / 1000, UTC)
