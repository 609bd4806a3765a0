"""Where somebody is: kept sealed, given out by an override, destroyed with its need.

The server has the envelope and one half of its key, and can open nothing with them.
The half rests under the emergency key (`emergency_key`), bound to its case. Both are
written and destroyed in the transaction of the decision that says so, so that the
desk's word and what is on the disk do not differ.
"""

from __future__ import annotations

from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from mentalverse_crisis.case import Case
from mentalverse_crisis.decide import Decision
from mentalverse_crisis.effects import LocationShredded
from mentalverse_crisis.errors import NotNow
from mentalverse_crisis.events import LocationSealed, LocationTaken, LocationWithdrawn
from mentalverse_signaling.errors import Internal, NotFound
from mentalverse_signaling.ids import CaseId, OverrideId
from mentalverse_signaling.override_events import (
    LocationKept,
    LocationReleased,
    LocationSeal,
)

from ..services.desk import CrisisDesk
from ..store import cases, crisis_locations
from ..store.crisis_locations import KeptLocation
from ..store.engine import Connection, Database
from ..transport.connections import Principal
from .refusals import refusals
from .team import Member

_LABEL = b"MentalVerse desk half v1"
_NONCE_BYTES = 12


class Locations:
    """What persons seal and take back; and a listener, who destroys."""

    def __init__(
        self,
        desk: CrisisDesk,
        database: Database,
        emergency_key: bytes,
        rng: Callable[[int], bytes],
    ) -> None:
        self._desk = desk
        self._database = database
        self._aead = ChaCha20Poly1305(emergency_key)
        self._rng = rng

    # --- the person ---

    async def seal(self, principal: Principal, payload: LocationSeal) -> LocationKept:
        """Keep it, of the caller's own open case; `NotFound` for any other."""
        case = await self._newest(principal)
        if case is None or case.id != payload.case or case.state.is_final:
            raise NotFound("no such case, or it is over")
        kept = KeptLocation(payload.envelope, self._rested(case.id, payload.key_half))

        def keep(connection: Connection, now_ms: int) -> None:
            crisis_locations.keep(connection, case.id, kept, now_ms)

        with refusals():
            decision = await self._desk.decide(LocationSealed(case=case.id), keep)
        return LocationKept(decision.cases[case.id].location_until_ms)

    async def withdraw(self, principal: Principal) -> LocationKept:
        """Destroy it. Of a case that is over, nothing is left to destroy."""
        case = await self._newest(principal)
        if case is not None and case.location_until_ms is not None:
            with refusals():
                await self._desk.decide(LocationWithdrawn(case=case.id))
        return await self.mine(principal)

    async def mine(self, principal: Principal) -> LocationKept:
        """Until when something is kept."""
        case = await self._newest(principal)
        return LocationKept(None if case is None else case.location_until_ms)

    async def _newest(self, principal: Principal) -> Case | None:
        return await self._database.read_for_help(cases.newest_of, principal.account)

    # --- who opened an override ---

    async def take(
        self, member: Member, override: OverrideId, case: CaseId
    ) -> LocationReleased:
        """What the override released; each time is in the log.

        `case` is the override's. `Forbidden` for who did not open it; `NotNow` unless
        it is released, waits for its contact, and something is sealed.
        """
        found: KeptLocation | None = None

        def read(connection: Connection, now_ms: int) -> None:
            nonlocal found
            found = crisis_locations.find(connection, case)
            if found is None:
                raise NotNow("there is no sealed location of this case")

        event = LocationTaken(override=override, actor=member.account)
        with refusals():
            await self._desk.decide(event, read)
        assert found is not None  # noqa: S101 - or the decision was undone
        half = self._half(case, found.key_half)
        return LocationReleased(case, found.envelope, half)

    # --- a listener ---

    def record(self, connection: Connection, decision: Decision, now_ms: int) -> None:
        """In the decision's transaction: what is over is gone with its COMMIT."""
        for effect in decision.effects:
            if isinstance(effect, LocationShredded):
                crisis_locations.destroy(connection, effect.case)

    def carry_out(self, decision: Decision) -> None:
        """Nothing: it is done."""

    # --- the half at rest ---

    def _rested(self, case: str, half: bytes) -> bytes:
        nonce = self._rng(_NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, half, _LABEL + case.encode())

    def _half(self, case: str, rested: bytes) -> bytes:
        nonce, sealed = rested[:_NONCE_BYTES], rested[_NONCE_BYTES:]
        try:
            return self._aead.decrypt(nonce, sealed, _LABEL + case.encode())
        except InvalidTag:
            raise Internal("the emergency key is not the one of then") from None
