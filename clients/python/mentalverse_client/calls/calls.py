"""Calls as a program has them: `client.calls`.

async with client.calls.join(await client.calls.start(talk.id)) as call:
    await call.joined.wait()
    …
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from mentalverse_signaling.call_events import (
    CallList,
    CallMedia,
    CallStart,
    CallView,
)
from mentalverse_signaling.call_events import (
    Calls as CallsFound,
)
from mentalverse_signaling.call_notices import EVENTS as CALL_NOTICES
from mentalverse_signaling.feed_events import EVENTS as FEED_NOTICES
from mentalverse_signaling.fields import Empty, Fact
from mentalverse_signaling.ids import ClientId, ConversationId, SessionId, new_id
from mentalverse_signaling.recording_events import EVENTS as RECORDING_NOTICES
from mentalverse_signaling.route_events import RouteFetch, RouteSet, RouteView
from mentalverse_signaling.session_events import (
    Instrument,
    SessionFeedback,
    SessionList,
    SessionPlan,
    Sessions,
    SessionView,
)

from ..engine import Engine
from ..line.connection import ConnectionState
from ..updates import UpdateKind
from .attesting import Attesting
from .call import LOOK_SECONDS, Call
from .groups import EngineAccounts, EngineGroups
from .sinks import Sink
from .sources import Nothing, Source


class Calls:
    """Starting and joining calls. Get it from the client."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._open: dict[str, Call] = {}
        self._attesting = Attesting(engine)
        for _, kind in (*CALL_NOTICES, *FEED_NOTICES, *RECORDING_NOTICES):
            engine.connection.listen(kind, self._on_notice)
        engine.run_beside(self.run)

    async def run(self) -> None:
        """Tell calls when the line is another one, until cancelled."""
        async for update in self._engine.updates.subscribe():
            if update.kind is UpdateKind.CONNECTION and not self._is_online():
                for call in self._open.values():
                    call.line_lost()

    async def open_calls(self) -> tuple[CallView, ...]:
        """The calls that this device could join, the newest first.

        Raises:
            NotConnected, SignalingError.
        """
        found = await self._engine.call("call.list", CallList(), CallsFound)
        return found.calls

    async def start(
        self,
        conversation: str,
        media: CallMedia = CallMedia.VIDEO,
        session: str | None = None,
    ) -> CallView:
        """Open a call in a conversation, or find the one that is open there.

        Args:
            conversation: Its id.
            media: The most that the call carries.
            session: The planned one that this is; it says which kind of call.

        Raises:
            NotConnected: it may have been opened; the same call again finds it.
            SignalingError: not allowed, or there is no way for its media.
        """
        planned = None if session is None else SessionId(session)
        start = CallStart(ConversationId(conversation), media, planned)
        return await self._engine.call("call.start", start, CallView)

    async def plan(
        self, conversation: str, kind: str, starts_at: datetime
    ) -> SessionView:
        """Plan a session, such as a circle with a waiting room.

        Raises:
            NotConnected: it may be planned; `sessions` tells.
            SignalingError: not allowed, or there is no such kind here.
        """
        request = SessionPlan(
            ClientId(new_id(self._engine.device.rng)),
            ConversationId(conversation),
            kind,
            int(starts_at.timestamp() * 1000),
        )
        return await self._engine.call("session.plan", request, SessionView)

    async def sessions(self, conversation: str) -> tuple[SessionView, ...]:
        """The sessions of a conversation, the earliest first.

        Raises:
            NotConnected, SignalingError.
        """
        request = SessionList(ConversationId(conversation))
        return (await self._engine.call("session.list", request, Sessions)).sessions

    async def feedback(self, session: str, score: int) -> None:
        """Say after a planned session how much it helped, from 1 to 5.

        Another answer takes the place of this one for as long as one is taken
        (`FEEDBACK_DAYS`). Nobody is shown what one person said.

        Raises:
            NotConnected: the same answer again is fine.
            ValueError: no such score.
            SignalingError: not there, still there, or nobody is asked about it.
        """
        if score not in range(1, 6):
            raise ValueError("a score is from 1 to 5")
        request = SessionFeedback(SessionId(session), Instrument.HELPED, score)
        await self._engine.call("session.feedback", request, Empty)

    async def route(self, conversation: str) -> RouteView:
        """Whether the next call with the other of two hides both addresses.

        Raises:
            NotConnected, SignalingError.
        """
        request = RouteFetch(ConversationId(conversation))
        return await self._engine.call("route.fetch", request, RouteView)

    async def wish_direct(self, conversation: str, *, wish: bool) -> RouteView:
        """Wish for direct calls there, or take that back.

        Once both wish it, the other person's device learns this one's internet
        address in a call, which tells roughly where it is.

        Raises:
            NotConnected: it may have been kept; `route` tells.
            SignalingError: there is nothing to choose between these two.
        """
        request = RouteSet(ConversationId(conversation), wish)
        return await self._engine.call("route.set", request, RouteView)

    @asynccontextmanager
    async def join(
        self,
        view: CallView,
        source: Source | None = None,
        sink: Sink | None = None,
        *,
        agreement_hash: str | None = None,
    ) -> AsyncIterator[Call]:
        """Take part in a call within the block; the seat is given up at its end.

        Then a receipt goes out of what this device saw, where such calls have one.

        Args:
            view: From `start` or `open_calls`.
            source: What is sent; nothing by default.
            sink: Where media of others goes; counted by default.
            agreement_hash: Of the text that the person has agreed to, where there is
                one; by it they also say that nobody else hears.

        Raises:
            ExceptionGroup: of `CallOver` or a `SignalingError`, while inside.
        """
        device = self._engine.device
        call = Call(
            self._engine,
            EngineGroups(self._engine),
            EngineAccounts(self._engine),
            device.leaf,
            device.rng,
            view,
            source or Nothing(),
            sink or Sink(),
            agreement_hash=agreement_hash,
            tally=self._attesting.tally(view.call),
        )
        self._open[call.id] = call
        try:
            async with asyncio.TaskGroup() as tasks:
                running = tasks.create_task(call.run())
                hurrying = tasks.create_task(self._hurry())
                try:
                    yield call
                finally:
                    hurrying.cancel()
                    await call.leave()
                    running.cancel()
        finally:
            self._open.pop(call.id, None)
            await self._attesting.over(view)

    async def _hurry(self) -> None:
        """Until cancelled: a seat without beats is soon shown as away, so nobody in a
        call waits for the line as long as others do."""
        while True:
            if not self._is_online():
                self._engine.connection.hurry()
            await asyncio.sleep(LOOK_SECONDS)

    def _on_notice(self, fact: Fact) -> None:
        call = self._open.get(getattr(fact, "call", ""))
        if call is not None:
            call.hear(fact)

    def _is_online(self) -> bool:
        return self._engine.connection.state is ConnectionState.ONLINE
