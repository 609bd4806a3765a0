"""Every connection of a call: to each other device, or to a forwarder."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from mentalverse_crypto.rtc_signal import RtcSignal
from mentalverse_signaling.call_events import Topology
from mentalverse_signaling.call_notices import SignalSent
from mentalverse_signaling.ids import AccountId, CallId, DeviceId
from mentalverse_signaling.roster_events import Roster

from .legs import Legs
from .mesh import Mesh, Start
from .peer import Common
from .ports import Line


class Paths:
    """Has the connections that the roster asks for, and watches over them.

    Args:
        mesh: Those to other devices.
        common: What all connections of the call share.
        line: To the server.
        call: Its id.
        start: Owns a task for as long as the call lasts.
        jitter: From 0 to 1.
    """

    def __init__(
        self,
        mesh: Mesh,
        common: Common,
        line: Line,
        call: CallId,
        start: Start,
        jitter: Callable[[], float],
    ) -> None:
        self._mesh, self._common = mesh, common
        self._line, self._call = line, call
        self._start, self._jitter = start, jitter
        self._legs: Legs | None = None
        self._leg_work: asyncio.Task[None] | None = None

    @property
    def connected(self) -> list[bool]:
        """Of each connection whether it has a path."""
        legs = () if self._legs is None else self._legs.both
        return self._mesh.paths + [leg.connected.is_set() for leg in legs]

    def reconcile(
        self, roster: Roster, epoch: int, *, is_newcomer: bool, is_keyed: bool
    ) -> None:
        """Have the connections that the roster asks for.

        Args:
            roster: The call as it is now.
            epoch: `conn_epoch` of this device's seat.
            is_newcomer: It came in only now.
            is_keyed: There are keys to send and to open with.
        """
        if roster.view.topology is not Topology.SFU:
            self._mesh.reconcile(roster, is_newcomer=is_newcomer)
        elif is_keyed:
            # What is sealed for nobody yet would be dropped, a first key frame too.
            if self._legs is None:
                shared = self._common, self._line, self._call, self._jitter
                self._legs = Legs(*shared, epoch)
                self._leg_work = self._start(self._legs.run())
            self._legs.reconcile(roster)

    def hear(self, sent: SignalSent, said: RtcSignal) -> None:
        """Another device says something about its connection with this one."""
        self._mesh.hear(sent, said)

    def restarted(self, epoch: int) -> None:
        """The engine is another one; `epoch`: of one's own feeds from now on."""
        if self._legs is not None:
            self._legs.restarted(epoch)

    def moved(self) -> tuple[DeviceId, ...]:
        """From whom something has come in since this was asked the last time."""
        legs = self._legs
        return self._mesh.moved() + (() if legs is None else legs.subscribing.moved())

    async def look(self, now_ms: int, present: Iterable[AccountId]) -> None:
        """Give up paths that are dead; to be called several times a second."""
        await self._mesh.look(now_ms, present)
        if self._legs is not None:
            await self._legs.look(now_ms)

    def close(self) -> None:
        """End all of them."""
        self._mesh.close()
        if self._leg_work is not None:
            self._leg_work.cancel()
        self._legs, self._leg_work = None, None
