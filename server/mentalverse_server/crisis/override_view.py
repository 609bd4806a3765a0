"""What is shown of overrides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mentalverse_crisis.desk import Desk
from mentalverse_crisis.override import Override
from mentalverse_crisis.override_steps import alone_from_ms, due_ms
from mentalverse_signaling.ids import AccountId, CaseId, OverrideId
from mentalverse_signaling.override_events import (
    OverrideBasis,
    Overrides,
    OverrideStatus,
    OverrideView,
)

from ..store import accounts
from ..store.engine import Connection


def overrides_view(
    connection: Connection, desk: Desk, overrides: Sequence[Override], now_ms: int
) -> Overrides:
    """These overrides, in this order."""
    handles = accounts.handles(connection, [one.opened_by for one in overrides])
    shown = tuple(_shown(desk, one, handles) for one in overrides)
    return Overrides(now=now_ms, overrides=shown)


def _shown(desk: Desk, one: Override, handles: Mapping[str, str]) -> OverrideView:
    policy, case = desk.policies[one.policy], desk.cases.get(one.case)
    return OverrideView(
        override=OverrideId(one.id),
        case=CaseId(one.case),
        status=_status(one),
        basis=OverrideBasis(one.basis.value),
        to=one.to,
        statement_hash=one.statement_hash,
        released_hash=one.released_hash,
        person_informed=one.person_informed,
        why_not=one.why_not_informed,
        opened_by=AccountId(one.opened_by),
        opened_by_handle=handles.get(one.opened_by),
        opened_at=one.opened_at_ms,
        alone_from=alone_from_ms(one, policy),
        cosigned_by=AccountId(one.cosigned_by) if one.cosigned_by else None,
        alone_because=one.alone_because,
        released_at=one.released_at_ms,
        confirmed_by=AccountId(one.confirmed_by) if one.confirmed_by else None,
        confirmed_at=one.confirmed_at_ms,
        told_next_at=due_ms(one, policy),
        has_location=case is not None and case.location_until_ms is not None,
        drill=bool(one.drill),
    )


def _status(one: Override) -> OverrideStatus:
    if one.released_at_ms is None:
        return OverrideStatus.OPENED
    if one.confirmed_at_ms is None:
        return OverrideStatus.RELEASED
    return OverrideStatus.CONFIRMED
