"""Responders and supervisors: `duty.*`, `desk.*`, `followup.*`, and their `case.*`.

`case.raise` is of the persons' group, which passes on what names a case.
"""

from __future__ import annotations

from collections.abc import Mapping

from mentalverse_signaling.board_events import BoardView, DeskBoard
from mentalverse_signaling.desk_events import (
    CaseAccept,
    CaseDecline,
    CaseEnd,
    CaseEscalate,
    CaseJoin,
    CaseLower,
    CaseStepOut,
    CaseTransfer,
    CaseTransferAnswer,
    CaseTyping,
    CaseWrapUp,
    DeskMine,
    DeskView,
    DutyBeat,
    DutyEnd,
    DutyPause,
    DutyStart,
    FollowUpList,
    FollowUpRecord,
    FollowUps,
    FollowUpTake,
    PageAck,
)
from mentalverse_signaling.events import Empty

from ..crisis.responder import Responders
from ..router import Handler
from ..transport.connections import Connection


def handlers(responders: Responders) -> Mapping[str, Handler]:
    """The handlers of this group by event name."""
    return {**_of_duty(responders), **_of_cases(responders), **_of_all(responders)}


def _of_duty(responders: Responders) -> Mapping[str, Handler]:
    async def start(c: Connection, payload: DutyStart) -> DeskView:
        return await responders.start(c.principal)

    async def pause(c: Connection, payload: DutyPause) -> DeskView:
        return await responders.pause(c.principal)

    async def end(c: Connection, payload: DutyEnd) -> DeskView:
        return await responders.end(c.principal)

    async def beat(c: Connection, payload: DutyBeat) -> Empty:
        await responders.beat(c.principal)
        return Empty()

    return {
        "duty.start": start,
        "duty.pause": pause,
        "duty.end": end,
        "duty.beat": beat,
    }


def _of_cases(responders: Responders) -> Mapping[str, Handler]:
    async def accept(c: Connection, payload: CaseAccept) -> DeskView:
        return await responders.accept(c.principal, payload)

    async def decline(c: Connection, payload: CaseDecline) -> DeskView:
        return await responders.decline(c.principal, payload)

    async def typing(c: Connection, payload: CaseTyping) -> Empty:
        await responders.typing(c.principal, payload)
        return Empty()

    async def lower(c: Connection, payload: CaseLower) -> DeskView:
        return await responders.lower(c.principal, payload)

    async def transfer(c: Connection, payload: CaseTransfer) -> DeskView:
        return await responders.transfer(c.principal, payload)

    async def answer(c: Connection, payload: CaseTransferAnswer) -> DeskView:
        return await responders.answer_transfer(c.principal, payload)

    async def escalate(c: Connection, payload: CaseEscalate) -> DeskView:
        return await responders.escalate(c.principal, payload)

    async def join(c: Connection, payload: CaseJoin) -> DeskView:
        return await responders.join(c.principal, payload)

    async def step_out(c: Connection, payload: CaseStepOut) -> DeskView:
        return await responders.step_out(c.principal, payload)

    async def end(c: Connection, payload: CaseEnd) -> DeskView:
        return await responders.end_case(c.principal, payload)

    async def wrap_up(c: Connection, payload: CaseWrapUp) -> DeskView:
        return await responders.wrap_up(c.principal, payload)

    return {
        "case.accept": accept,
        "case.decline": decline,
        "case.typing": typing,
        "case.lower": lower,
        "case.transfer": transfer,
        "case.transfer_answer": answer,
        "case.escalate": escalate,
        "case.join": join,
        "case.step_out": step_out,
        "case.end": end,
        "case.wrap_up": wrap_up,
    }


def _of_all(responders: Responders) -> Mapping[str, Handler]:
    async def mine(c: Connection, payload: DeskMine) -> DeskView:
        return await responders.mine(c.principal)

    async def board(c: Connection, payload: DeskBoard) -> BoardView:
        return await responders.board(c.principal)

    async def ack(c: Connection, payload: PageAck) -> Empty:
        await responders.ack_page(c.principal, payload)
        return Empty()

    async def follow_ups(c: Connection, payload: FollowUpList) -> FollowUps:
        return await responders.follow_ups(c.principal)

    async def take(c: Connection, payload: FollowUpTake) -> FollowUps:
        return await responders.take(c.principal, payload)

    async def record(c: Connection, payload: FollowUpRecord) -> FollowUps:
        return await responders.record(c.principal, payload)

    return {
        "desk.mine": mine,
        "desk.board": board,
        "page.ack": ack,
        "followup.list": follow_ups,
        "followup.take": take,
        "followup.record": record,
    }
