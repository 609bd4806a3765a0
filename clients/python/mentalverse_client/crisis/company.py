"""Lets in who helps, and puts out who does not any more: the person's device does.

The server names who helps (`CaseView.helpers`) and can add nobody. Here their devices
are added as anybody's are: with credentials, device lists and the log of keys checked.
A change that was begun is in the outbox and goes on after a crash.
"""

from __future__ import annotations

import asyncio
import logging

from mentalverse_crypto.errors import MlsError
from mentalverse_signaling.crisis_events import CaseView
from mentalverse_signaling.errors import SignalingError
from mentalverse_signaling.ids import AccountId

from ..engine import Engine
from ..errors import ClientError
from ..groups.room import Room
from ..store.records import Task
from .helpers import Attendance

AGAIN_SECONDS = 2.0
"""After somebody could not be let in, who is waited for."""
FOLLOW_UP_LOOK_SECONDS = 300.0
"""While somebody may ask afterwards; a notice and each new connection come sooner."""
CHANGE_SECONDS = 15.0
"""How long a change is waited for; it goes on in the outbox."""

_log = logging.getLogger(__name__)


class Company:
    """Those who are in the conversation of one case."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._attendance = Attendance()

    async def keep(self, case: CaseView, room: Room) -> float | None:
        """Bring the members in line with the case; seconds until another look."""
        own = self._engine.device.profile.identity.account
        now = asyncio.get_running_loop().time()
        comings = self._attendance.of(case, room.accounts - {own}, now)
        if comings.away != room.away:
            room.away = comings.away
            self._engine.adopt(room)
        planned = _planned(room)
        await self._change(room, add=sorted(comings.add - planned))
        await self._change(room, remove=sorted(comings.remove - planned))
        if comings.add - room.accounts:
            return AGAIN_SECONDS
        return comings.look_in_seconds

    async def keep_after(self, case: CaseView, room: Room | None) -> float:
        """Let in who asks afterwards how somebody is; seconds until another look."""
        pause = FOLLOW_UP_LOOK_SECONDS
        if room is None or room.id != case.conversation or not room.is_followed:
            return pause
        return min(pause, await self.keep(case, room) or pause)

    def let_go(self, room: Room | None) -> None:
        """The case is over: nothing waits for somebody to come any more."""
        if room is not None and room.away:
            room.away = frozenset()
            self._engine.adopt(room)

    async def _change(
        self,
        room: Room,
        add: list[AccountId] | None = None,
        remove: list[AccountId] | None = None,
    ) -> None:
        if not add and not remove:
            return
        try:
            position = room.plan_change(add=add or (), remove=remove or ())
            self._engine.adopt(room)
            async with asyncio.timeout(CHANGE_SECONDS):
                await self._engine.courier(room).settled(position)
        except TimeoutError:
            _log.debug("somebody is still to be let in or put out")
        except (SignalingError, ClientError, MlsError) as error:
            _log.warning("who helps could not be let in or put out: %s", error.code)


def _planned(room: Room) -> set[AccountId]:
    """Whose coming or going waits in the outbox."""
    changes = (entry for _, entry in room.waiting() if entry.task is Task.CHANGE)
    return {account for entry in changes for account in (*entry.add, *entry.remove)}
