"""Where somebody can go on getting help: `referral.list`."""

from __future__ import annotations

from collections.abc import Mapping

from mentalverse_signaling.referral_events import ReferralList, Referrals

from ..crisis.referring import Referring
from ..router import Handler
from ..transport.connections import Connection


def handlers(referring: Referring) -> Mapping[str, Handler]:
    """The handlers of this group by event name."""

    async def list_(c: Connection, payload: ReferralList) -> Referrals:
        return await referring.list(c.principal, payload)

    return {"referral.list": list_}
