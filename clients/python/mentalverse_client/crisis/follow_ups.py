"""Asking afterwards how somebody is: `client.desk.follow_ups`, for the whole team.

    due = (await client.desk.follow_ups.all()).follow_ups[0]
    await client.desk.follow_ups.take(due.case)
    talk = await client.desk.follow_ups.conversation(due.case)
    await talk.send("How are you today?")
    await client.desk.follow_ups.record(due.case, AttemptOutcome.NO_ANSWER)

The person's device lets in who takes one, as soon as it is there: that may be days.
"""

from __future__ import annotations

import asyncio

from mentalverse_signaling import desk_events as wire
from mentalverse_signaling.desk_events import AttemptOutcome, FollowUps
from mentalverse_signaling.errors import NotFound
from mentalverse_signaling.events import Payload
from mentalverse_signaling.ids import CaseId

from ..conversation import Conversation
from ..engine import Engine

ADMITTED_SECONDS = 60.0
"""How long `conversation` waits for the person's device."""


class FollowUpDesk:
    """Each call needs a connection, and may be made again; get it from `client.desk`.

    Every call raises `NotConnected` (it may have been heard), `NotFound` (no such case,
    or it is over), `Forbidden` and `SignalingError`; the rest is said where it is.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def all(self) -> FollowUps:
        """Who is to be asked how they are, the longest due first."""
        return await self._say("followup.list", wire.FollowUpList())

    async def take(self, case_id: str) -> FollowUps:
        """Mean to do it; a supervisor may take it from somebody else.

        Raises:
            NotNow: somebody else means to, or none is due.
            Forbidden: one may not talk with this person.
        """
        return await self._say("followup.take", wire.FollowUpTake(CaseId(case_id)))

    async def leave(self, case_id: str) -> FollowUps:
        """Step back from it: somebody else is free to.

        Raises:
            NotNow: none is due.
        """
        said = wire.FollowUpTake(CaseId(case_id), take=False)
        return await self._say("followup.take", said)

    async def record(self, case_id: str, outcome: AttemptOutcome) -> FollowUps:
        """Note how an attempt ended.

        Raises:
            NotNow: none is due.
            BadRequest: nobody counts as unreachable after so few attempts.
        """
        said = wire.FollowUpRecord(CaseId(case_id), outcome)
        return await self._say("followup.record", said)

    async def conversation(
        self, case_id: str, timeout_seconds: float = ADMITTED_SECONDS
    ) -> Conversation:
        """The conversation with the person, once their device has let this one in.

        Raises:
            NotFound: there is no such follow-up, or it was never talked about.
            TimeoutError: it did not in time. Nothing is lost: ask again.
        """
        for due in (await self.all()).follow_ups:
            if due.case == case_id and due.conversation is not None:
                break
        else:
            raise NotFound("no such follow-up, or no conversation of it")
        rooms = self._engine.rooms

        def is_in() -> bool:
            room = rooms.get(due.conversation or "")
            return room is not None and room.is_followed

        async with asyncio.timeout(timeout_seconds):
            await self._engine.until(is_in)
        return Conversation(self._engine, rooms[due.conversation or ""])

    async def _say(self, name: str, payload: Payload) -> FollowUps:
        return await self._engine.call(name, payload, FollowUps)
