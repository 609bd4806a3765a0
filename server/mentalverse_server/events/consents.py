"""What others may be told of the caller: `consent.*`."""

from __future__ import annotations

from collections.abc import Mapping

from mentalverse_signaling.consent_events import (
    ConsentGrant,
    ConsentList,
    Consents,
    ConsentWithdraw,
)

from ..router import Handler
from ..services.consents import Consenting
from ..transport.connections import Connection


def handlers(consenting: Consenting) -> Mapping[str, Handler]:
    """The handlers of this group by event name."""

    async def list_(c: Connection, payload: ConsentList) -> Consents:
        return await consenting.list(c.account)

    async def grant(c: Connection, payload: ConsentGrant) -> Consents:
        await consenting.grant(c.account, payload.purpose, payload.version)
        return await consenting.list(c.account)

    async def withdraw(c: Connection, payload: ConsentWithdraw) -> Consents:
        await consenting.withdraw(c.account, payload.purpose)
        return await consenting.list(c.account)

    return {
        "consent.list": list_,
        "consent.grant": grant,
        "consent.withdraw": withdraw,
    }
