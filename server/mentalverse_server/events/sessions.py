"""What is planned: `session.*`, and the text that is agreed to before joining."""

from __future__ import annotations

from collections.abc import Mapping

from mentalverse_signaling.events import Empty
from mentalverse_signaling.session_events import (
    AgreementGet,
    AgreementView,
    SessionCancel,
    SessionChange,
    SessionFeedback,
    SessionKindList,
    SessionKinds,
    SessionList,
    SessionPlan,
    Sessions,
    SessionScreen,
    SessionView,
)

from ..router import Handler
from ..services.calls.agreements import Agreements
from ..services.calls.feedback import Feedback
from ..services.calls.sessions import Planning
from ..transport.connections import Connection


def handlers(
    planning: Planning, agreements: Agreements, answers: Feedback
) -> Mapping[str, Handler]:
    """The handlers of this group by event name."""

    async def kinds(c: Connection, payload: SessionKinds) -> SessionKindList:
        return planning.kinds()

    async def plan(c: Connection, payload: SessionPlan) -> SessionView:
        return await planning.plan(c.principal, payload)

    async def change(c: Connection, payload: SessionChange) -> SessionView:
        return await planning.change(c.principal, payload)

    async def cancel(c: Connection, payload: SessionCancel) -> SessionView:
        return await planning.cancel(c.principal, payload)

    async def list_(c: Connection, payload: SessionList) -> Sessions:
        return await planning.list(c.principal, payload)

    async def screen(c: Connection, payload: SessionScreen) -> Empty:
        await planning.screen(c.principal, payload)
        return Empty()

    async def feedback(c: Connection, payload: SessionFeedback) -> Empty:
        await answers.take(c.account, payload)
        return Empty()

    async def agreement(c: Connection, payload: AgreementGet) -> AgreementView:
        return agreements.get(payload.language)

    return {
        "session.kinds": kinds,
        "session.plan": plan,
        "session.change": change,
        "session.cancel": cancel,
        "session.list": list_,
        "session.screen": screen,
        "session.feedback": feedback,
        "agreement.get": agreement,
    }
