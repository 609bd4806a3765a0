"""Asking for help: the `case.*` of whoever does, each about their own case."""

from __future__ import annotations

from collections.abc import Mapping

from mentalverse_signaling.crisis_events import (
    CaseAttach,
    CaseBeat,
    CaseLeave,
    CaseMine,
    CaseMineView,
    CaseOpen,
    CaseRaise,
    CaseResume,
)
from mentalverse_signaling.events import Empty

from ..crisis.door import Door
from ..crisis.person import Persons
from ..router import Handler
from ..transport.connections import Connection


def handlers(persons: Persons, door: Door) -> Mapping[str, Handler]:
    """The handlers of this group by event name."""

    async def open_(c: Connection, payload: CaseOpen) -> CaseMineView:
        return await door.open_as(c.account, c.address, payload)

    async def mine(c: Connection, payload: CaseMine) -> CaseMineView:
        return await persons.mine(c.principal)

    async def raise_(c: Connection, payload: CaseRaise) -> CaseMineView:
        return await persons.raise_(c.principal, payload)

    async def leave(c: Connection, payload: CaseLeave) -> CaseMineView:
        return await persons.leave(c.principal)

    async def resume(c: Connection, payload: CaseResume) -> CaseMineView:
        return await persons.resume(c.principal)

    async def beat(c: Connection, payload: CaseBeat) -> Empty:
        await persons.beat(c.principal)
        return Empty()

    async def attach(c: Connection, payload: CaseAttach) -> CaseMineView:
        return await persons.attach(c.principal, payload.conversation)

    return {
        "case.open": open_,
        "case.mine": mine,
        "case.raise": raise_,
        "case.leave": leave,
        "case.resume": resume,
        "case.beat": beat,
        "case.attach": attach,
    }
