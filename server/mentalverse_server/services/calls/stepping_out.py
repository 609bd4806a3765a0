"""The quiet button inside a call: the case and the empty chair are one transaction.

Nothing of a call may hold up a request for help, so its lock is waited for briefly;
then the case is stored without it, and the seat follows by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from mentalverse_signaling.calls.commands import AskedForHelp
from mentalverse_signaling.calls.decide import Decision, decide
from mentalverse_signaling.errors import SignalingError
from mentalverse_signaling.ids import AccountId, CallId

from ...store import calls as store
from ...store.engine import Connection
from ..desk import Beside
from .rooms import Room, Rooms

PATIENCE_SECONDS = 0.5

log = structlog.get_logger()


class SteppingOut:
    """What a case that is opened inside a call does to that call."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    @asynccontextmanager
    async def with_case(
        self, account: AccountId, call: CallId, *, tells_lead: bool
    ) -> AsyncIterator[Beside | None]:
        """What is written with the case; the others see it once the block is left.

        Whatever became of the case: who asks for help is away from the call.
        """
        command = AskedForHelp(account=account, tells_staff=tells_lead)
        room = self._rooms.find(call)
        if room is None or not await _locked(room):
            yield None
            if room is not None:
                await self._follows(room, command)
            return
        try:
            decision = decide(room.call, command, self._rooms.now_ms)
            try:
                yield _writes(room, decision)
            finally:
                self._rooms.adopt(room, decision)
        finally:
            room.lock.release()

    async def _follows(self, room: Room, command: AskedForHelp) -> None:
        try:
            await self._rooms.decide(room, command)
        except SignalingError:
            log.warning("calls.step_out_not_stored")


async def _locked(room: Room) -> bool:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await room.lock.acquire()
    except TimeoutError:
        return False
    return True


def _writes(room: Room, decision: Decision) -> Beside:
    before = room.call

    def beside(connection: Connection, now_ms: int) -> None:
        try:
            with connection.begin_nested():
                store.save(connection, before, decision.call, decision.effects)
        except Exception:  # a chair that is not noted is no reason to lose a case
            log.exception("calls.step_out_failed")

    return beside
