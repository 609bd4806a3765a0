"""Claims: `claim.*`, each about a conversation of two."""

from __future__ import annotations

from collections.abc import Mapping

from mentalverse_signaling.claim_events import (
    ClaimAttest,
    ClaimFetch,
    Claims,
    ClaimView,
)

from ..router import Handler
from ..services.claims import Claiming
from ..transport.connections import Connection


def handlers(service: Claiming) -> Mapping[str, Handler]:
    """The handlers of this group by event name."""

    async def attest(c: Connection, payload: ClaimAttest) -> ClaimView:
        return await service.attest(c.principal, payload)

    async def fetch(c: Connection, payload: ClaimFetch) -> Claims:
        return await service.fetch(c.principal, payload.conversation)

    return {"claim.attest": attest, "claim.fetch": fetch}
