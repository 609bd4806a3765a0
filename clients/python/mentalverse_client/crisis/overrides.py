"""Acting without consent: `client.desk.overrides`, for responders and supervisors.

    said, released = stated("…", rng), stated("…", rng)
    opened = await client.desk.overrides.open(case, OverrideBasis.VITAL_INTERESTS,
                                              said, released, "ambulance")
    ...                                     # a supervisor: overrides.cosign(…)
    where = await client.desk.overrides.location(opened.override)

What is stated stays here; keep it, with its random octets, where it belongs. The server
gets a commitment, which shows later that it was this and nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from mentalverse_crypto.ciphersuite import digest
from mentalverse_crypto.sealed_location import Location, open_location
from mentalverse_signaling import override_events as wire
from mentalverse_signaling.errors import NotFound
from mentalverse_signaling.events import Payload
from mentalverse_signaling.ids import CaseId, ClientId, OverrideId, id_bytes, new_id
from mentalverse_signaling.override_events import (
    LocationReleased,
    OverrideBasis,
    Overrides,
    OverrideView,
)

from ..engine import Engine
from ..errors import LocationHalfMissing
from ..store.location_halves import heard_half

_SALT_BYTES = 32


@dataclass(frozen=True, slots=True)
class Statement:
    """A text, and the random octets without which nobody can guess it by its hash."""

    text: str = field(repr=False)
    salt: bytes = field(repr=False)

    @property
    def commitment(self) -> str:
        """What the server is told."""
        return hashlib.sha256(self.salt + self.text.encode()).hexdigest()


def stated(text: str, rng: Callable[[int], bytes]) -> Statement:
    """A text with fresh random octets."""
    return Statement(text, rng(_SALT_BYTES))


class OverrideDesk:
    """Each call needs a connection, and may be made again; get it from `client.desk`.

    Every call raises `NotConnected` (it may have been heard), `NotFound` (no such
    override, it is over, or not one's own to see), `Forbidden` and `SignalingError`;
    the rest is said where it is.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def all(self) -> tuple[OverrideView, ...]:
        """Those that this account sees and that are not over, the oldest first."""
        return await self._say("override.list", wire.OverrideList())

    async def open(
        self,
        case_id: str,
        basis: OverrideBasis,
        statement: Statement,
        released: Statement,
        to: str,
        why_not_informed: str | None = None,
        request: str | None = None,
    ) -> OverrideView:
        """Say that somebody has to be helped without their consent.

        Args:
            case_id: Whom it is about.
            basis: On what one acts.
            statement: Why; it stays here.
            released: What is to be told; it stays here.
            to: Who is told: a kind, such as `ambulance`, never a name.
            why_not_informed: Why the person is not told; None if they are.
            request: 32 hexadecimal digits. The same ones again open the same override,
                for a call whose answer was lost.

        Raises:
            NotNow: an override of this case waits for its contact already.
        """
        asked = wire.OverrideOpen(
            request=ClientId(request or new_id(self._engine.device.rng)),
            case=CaseId(case_id),
            basis=basis,
            statement_hash=statement.commitment,
            released_hash=released.commitment,
            to=to,
            person_informed=why_not_informed is None,
            why_not=why_not_informed,
        )
        for one in reversed(await self._say("override.open", asked)):
            if one.case == case_id and one.statement_hash == asked.statement_hash:
                return one
        raise NotFound("this override is over")

    async def cosign(self, override: str) -> tuple[OverrideView, ...]:
        """Agree as a supervisor who did not open it: it is released."""
        return await self._say(
            "override.cosign", wire.OverrideCosign(OverrideId(override))
        )

    async def alone(self, override: str, reason: str) -> tuple[OverrideView, ...]:
        """Release it without a second person, who did not answer within a minute.

        Raises:
            NotNow: a supervisor still has time to answer.
            BadRequest: the reason is empty.
        """
        said = wire.OverrideAlone(OverrideId(override), reason)
        return await self._say("override.alone", said)

    async def withdraw(self, override: str) -> tuple[OverrideView, ...]:
        """Not needed after all.

        Raises:
            NotNow: it is released.
        """
        return await self._say(
            "override.withdraw", wire.OverrideWithdraw(OverrideId(override))
        )

    async def confirm(self, override: str) -> tuple[OverrideView, ...]:
        """The emergency services reached the person; having called them is not that.

        Raises:
            NotNow: nothing is released.
        """
        return await self._say(
            "override.confirm", wire.OverrideConfirm(OverrideId(override))
        )

    async def review(self, override: str) -> tuple[OverrideView, ...]:
        """Its end, by a supervisor who did not act.

        Raises:
            NotNow: nobody has confirmed a contact.
        """
        return await self._say(
            "override.review", wire.OverrideReview(OverrideId(override))
        )

    async def location(self, override: str) -> Location:
        """Where the person is, for who opened the override, once it is released.

        Raises:
            NotNow: not released, confirmed already, or nothing is sealed.
            LocationHalfMissing: this device has not the half of the conversation.
            LocationDamaged, LocationMalformed: what was released is not that.
        """
        asked = wire.LocationGet(OverrideId(override))
        found = await self._engine.call("location.get", asked, LocationReleased)
        case, vault = id_bytes(found.case), self._engine.device.profile.vault
        half = heard_half(vault, case, digest(found.envelope))
        if half is None:
            raise LocationHalfMissing("nobody has told this device the team's half")
        return open_location(found.envelope, case, half, found.key_half)

    async def _say(self, name: str, payload: Payload) -> tuple[OverrideView, ...]:
        return (await self._engine.call(name, payload, Overrides)).overrides
