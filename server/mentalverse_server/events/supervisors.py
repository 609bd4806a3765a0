"""Supervisors, and test pages.

`drill.*`, `audit.*`, `duty.allow`, `case.agree_return`, `duty.test`, `duty.test_seen`.
"""

from __future__ import annotations

from collections.abc import Mapping

from mentalverse_signaling.board_events import BoardView
from mentalverse_signaling.crisis_events import CaseMineView
from mentalverse_signaling.desk_events import DeskView, DutyTest, DutyTestSeen
from mentalverse_signaling.supervisor_events import (
    AuditList,
    AuditRows,
    CaseAgreeReturn,
    DrillStart,
    DutyAllow,
)

from ..crisis.duty_calls import DutyCalls
from ..crisis.responder import Responders
from ..crisis.supervising import Supervising
from ..router import Handler
from ..transport.connections import Connection


def handlers(
    supervising: Supervising, duty: DutyCalls, responders: Responders
) -> Mapping[str, Handler]:
    """The handlers of this group by event name."""

    async def allow(c: Connection, payload: DutyAllow) -> BoardView:
        return await responders.allow(c.principal, payload)

    async def agree_return(c: Connection, payload: CaseAgreeReturn) -> BoardView:
        return await responders.agree_return(c.principal, payload)

    async def drill(c: Connection, payload: DrillStart) -> CaseMineView:
        return await supervising.drill(c.principal, payload)

    async def audit(c: Connection, payload: AuditList) -> AuditRows:
        return await supervising.audit(c.principal, payload)

    async def test(c: Connection, payload: DutyTest) -> DeskView:
        return await duty.test(c.principal)

    async def seen(c: Connection, payload: DutyTestSeen) -> DeskView:
        return await duty.seen(c.principal)

    return {
        "duty.allow": allow,
        "case.agree_return": agree_return,
        "drill.start": drill,
        "audit.list": audit,
        "duty.test": test,
        "duty.test_seen": seen,
    }
