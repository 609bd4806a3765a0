"""One of the two connections of this device with a forwarder.

It is a task with a wish, what is to be sent or received, that is brought about again
and again, one step after the other: so an offer is answered before the next is asked
for. What fails for want of an answer is done again as it was, and what flows goes on
meanwhile. aiortc restarts no ICE: a path that is lost is a connection to be built anew,
after the server has let go of its end (`feed.restart`).
"""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TypeVar

from aiortc import RTCPeerConnection
from aiortc.exceptions import InvalidStateError, OperationError

from mentalverse_signaling.errors import SignalingError
from mentalverse_signaling.feed_events import (
    FeedDirection,
    FeedPath,
    FeedRestart,
    Jsep,
    JsepType,
)
from mentalverse_signaling.fields import Fact, Payload
from mentalverse_signaling.ids import CallId

from ..errors import NotConnected
from .connections import new_connection
from .leg_rules import Verdict, retry_ms, verdict_of
from .peer import Common
from .ports import Line

GIVE_UP_SECONDS = 1.0
"""Before a connection is given up whose description is not taken."""
_OWN_FAILURES = (ConnectionError, InvalidStateError, OperationError, ValueError)

_log = logging.getLogger(__name__)
_F = TypeVar("_F", bound=Fact)


class Leg(ABC):
    """One connection with the forwarder; `run` it in one task.

    Args:
        common: What all connections of the call share.
        line: To the server.
        call: Its id.
        jitter: From 0 to 1.
        replaced: Told the number of one's own connection from here on.
    """

    direction: FeedDirection

    def __init__(
        self,
        common: Common,
        line: Line,
        call: CallId,
        jitter: Callable[[], float],
        replaced: Callable[[int], None],
    ) -> None:
        self._common, self._line, self._call = common, line, call
        self._jitter, self._replaced = jitter, replaced
        self._connection: RTCPeerConnection | None = None
        self._wake = asyncio.Event()
        self._asked = ""
        self._is_lost = False
        self._wants_path = False
        self.connected = asyncio.Event()
        """Set while there is a path."""
        self.built = 0
        """How many connections there were."""

    @property
    def path_state(self) -> str:
        """`RTCPeerConnection.connectionState`."""
        return "new" if self._connection is None else self._connection.connectionState

    @property
    def wants_path(self) -> bool:
        """Whether the server is being asked to let go of this connection."""
        return self._wants_path

    def rebuild(self) -> None:
        """The engine is another one: begin anew, without asking."""
        self._is_lost, self._wants_path = True, False
        self._wake.set()

    def give_up_path(self) -> None:
        """The path is dead: ask the server, and begin anew."""
        if not self._is_lost:
            self._wants_path = True
            self._wake.set()

    async def run(self) -> None:
        """Keep the leg as it should be, until cancelled."""
        failures = 0
        try:
            while True:
                self._wake.clear()
                try:
                    await self._step()
                    failures = 0
                except (NotConnected, SignalingError) as error:
                    _log.debug("%s was not answered: %s", self._asked, error)
                    if not await self._refused(error, failures):
                        failures = 0
                        await self._wake.wait()
                    else:
                        failures += 1
                    continue
                except _OWN_FAILURES as error:
                    _log.debug("a description was not taken: %s", error)
                    await asyncio.sleep(GIVE_UP_SECONDS)
                    self.give_up_path()
                    continue
                await self._wake.wait()
        finally:
            await self._drop()

    async def _step(self) -> None:
        if self._wants_path:
            await self._ask_for_path()
        await self._bring_about()

    async def _ask_for_path(self) -> None:
        asked = FeedRestart(self._call, self.direction, replaces=True)
        path = await self._ask("feed.restart", asked, FeedPath)
        self._wants_path, self._is_lost = False, True
        self._replaced(path.conn_epoch)

    async def _refused(
        self, error: NotConnected | SignalingError, failures: int
    ) -> bool:
        """Wait as long as it takes; whether it is to be tried again."""
        verdict = verdict_of(self._asked, error)
        if verdict is Verdict.NEVER:
            return False
        if verdict is Verdict.SUPERSEDED:
            self._superseded()
            return True
        asked_ms = getattr(error, "retry_after_ms", None)
        await asyncio.sleep(retry_ms(failures, asked_ms, self._jitter) / 1000)
        if verdict is Verdict.REBUILD:
            self.rebuild()
        return True

    @abstractmethod
    async def _bring_about(self) -> None:
        """Make the connection what it should be."""

    @abstractmethod
    def _superseded(self) -> None:
        """The server has refused something, for there is something newer."""

    async def _ask(self, name: str, payload: Payload, answer: type[_F]) -> _F:
        self._asked = name
        return await self._line.call(name, payload, answer)

    async def _fresh(self) -> RTCPeerConnection:
        await self._drop()
        access = await self._common.access()
        connection = new_connection(access, self.built)
        self._connection = connection
        connection.on("connectionstatechange", lambda: self._on_state(connection))
        self.built += 1
        return connection

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        self.connected.clear()
        if connection is not None:
            connection.remove_all_listeners()
            await connection.close()

    def _on_state(self, connection: RTCPeerConnection) -> None:
        if connection is self._connection:
            if connection.connectionState == "connected":
                self.connected.set()
            else:
                self.connected.clear()

    def _jsep(self, kind: JsepType) -> Jsep:
        if self._connection is None:
            raise InvalidStateError("the leg is closed")
        return Jsep(kind, self._connection.localDescription.sdp, e2ee=True)
