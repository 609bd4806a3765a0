"""Calls as a program has them: `client.calls`.

async with client.calls.join(await client.calls.start(talk.id)) as call:
    await call.joined.wait()
    …
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from mentalverse_crypto.content import Body, Content, Unknown
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
from mentalverse_signaling.conversation import Leaf
from mentalverse_signaling.feed_events import EVENTS as FEED_NOTICES
from mentalverse_signaling.fields import Fact
from mentalverse_signaling.ids import ConversationId

from ..engine import Engine
from ..groups.beside import open_beside, seal_beside
from ..groups.room import Room
from ..line.connection import ConnectionState
from ..updates import UpdateKind
from .call import LOOK_SECONDS, Call
from .key_ring import EpochKeys, keys_of
from .sinks import Sink
from .sources import Nothing, Source


class Calls:
    """Starting and joining calls. Get it from the client."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._open: dict[str, Call] = {}
        for _, kind in (*CALL_NOTICES, *FEED_NOTICES):
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
        self, conversation: str, media: CallMedia = CallMedia.VIDEO
    ) -> CallView:
        """Open a call in a conversation, or find the one that is open there.

        Raises:
            NotConnected: it may have been opened; the same call again finds it.
            SignalingError: not allowed, or there is no way for its media.
        """
        start = CallStart(ConversationId(conversation), media)
        return await self._engine.call("call.start", start, CallView)

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
            device.leaf,
            device.rng,
            view,
            source or Nothing(),
            sink or Sink(),
            agreement_hash=agreement_hash,
        )
        self._open[call.id] = call
        try:
            async with asyncio.TaskGroup() as tasks:
                running = tasks.create_task(call.run())
                try:
                    yield call
                finally:
                    await call.leave()
                    running.cancel()
        finally:
            self._open.pop(call.id, None)

    def _on_notice(self, fact: Fact) -> None:
        call = self._open.get(getattr(fact, "call", ""))
        if call is not None:
            call.hear(fact)

    def _is_online(self) -> bool:
        return self._engine.connection.state is ConnectionState.ONLINE


class EngineGroups:
    """`CallGroups` on the engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def group(self, conversation: str) -> EngineGroup:
        """One of them; waits until this device is in it."""
        await self._engine.until(lambda: conversation in self._engine.rooms)
        return EngineGroup(self._engine, self._engine.rooms[conversation])


class EngineGroup:
    """`CallGroup` on a room."""

    def __init__(self, engine: Engine, room: Room) -> None:
        self._engine = engine
        self._room = room

    def keys(self) -> EpochKeys:
        """Of the epoch as it is now."""
        return keys_of(self._room.state)

    async def later_than(self, epoch: int) -> None:
        """Wait until there is a later epoch. Fresh keys alone are told to nobody."""
        while self._room.state.epoch <= epoch:
            self._engine.updates.require_running()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._engine.updates.next().wait()

    def seal(self, body: Body) -> bytes:
        """See `seal_beside`."""
        return seal_beside(self._engine.device, self._room, body)

    def open(self, message: bytes) -> tuple[Leaf, Content | Unknown]:
        """See `open_beside`."""
        return open_beside(self._engine.device, self._room, message)
