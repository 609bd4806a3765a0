"""The desk's promises, for supervisors: `policy.*`."""

from __future__ import annotations

from collections.abc import Mapping

from mentalverse_signaling.policy_events import (
    PolicyAdopt,
    PolicyDiscard,
    PolicyGet,
    PolicyPropose,
    PolicyTrial,
    PolicyTry,
    PolicyView,
)

from ..crisis.policies import Policies
from ..router import Handler
from ..transport.connections import Connection


def handlers(policies: Policies) -> Mapping[str, Handler]:
    """The handlers of this group by event name."""

    async def get(c: Connection, payload: PolicyGet) -> PolicyView:
        return await policies.get(c.principal)

    async def try_(c: Connection, payload: PolicyTry) -> PolicyTrial:
        return await policies.try_(c.principal, payload)

    async def propose(c: Connection, payload: PolicyPropose) -> PolicyView:
        return await policies.propose(c.principal, payload)

    async def adopt(c: Connection, payload: PolicyAdopt) -> PolicyView:
        return await policies.adopt(c.principal, payload)

    async def discard(c: Connection, payload: PolicyDiscard) -> PolicyView:
        return await policies.discard(c.principal)

    return {
        "policy.get": get,
        "policy.try": try_,
        "policy.propose": propose,
        "policy.adopt": adopt,
        "policy.discard": discard,
    }
