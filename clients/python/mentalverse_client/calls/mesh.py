"""The connections of this device to each other one, without a forwarder."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from mentalverse_crypto.rtc_signal import RtcSignal
from mentalverse_signaling.call_events import PeerRestart, RestartReason
from mentalverse_signaling.call_notices import SignalSent
from mentalverse_signaling.conversation import Leaf
from mentalverse_signaling.ids import AccountId, CallId, DeviceId
from mentalverse_signaling.roster_events import Roster

from .peer import Common, Peer
from .signals import Signals
from .watchdog import PathWatch

Start = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]
"""Owns a task for as long as the call lasts."""
_Place = tuple[Leaf, int]


class Mesh:
    """One connection for each seat of the roster that is another account's.

    Args:
        common: What all connections of the call share.
        signals: The way to the other devices.
        start: See `Start`.
        tell: Tells the server that a path is made anew.
        jitter: From 0 to 1.
    """

    def __init__(
        self,
        common: Common,
        signals: Signals,
        start: Start,
        tell: Callable[[PeerRestart], Coroutine[Any, Any, None]],
        jitter: Callable[[], float],
    ) -> None:
        self._common, self._signals = common, signals
        self._start, self._tell, self._jitter = start, tell, jitter
        self._peers: dict[_Place, tuple[Peer, PathWatch, asyncio.Task[None]]] = {}
        self._arrived: dict[Leaf, int] = {}

    @property
    def paths(self) -> list[bool]:
        """Of each connection whether it has a path."""
        return [peer.connected.is_set() for peer, _, _ in self._peers.values()]

    def reconcile(self, roster: Roster, *, is_newcomer: bool) -> None:
        """Have the connections that the roster asks for."""
        wanted = {
            ((AccountId(it.member), DeviceId(it.device)), it.conn_epoch)
            for it in roster.members
            if it.member != self._common.own[0]
        }
        for place in self._peers.keys() - wanted:
            self._peers.pop(place)[2].cancel()
        for place in wanted - self._peers.keys():
            peer = self._peer(place[0], is_newcomer=is_newcomer)
            watch = PathWatch(is_polite=peer.is_polite, jitter=self._jitter)
            self._peers[place] = peer, watch, self._start(peer.run())

    def generation(self, device: DeviceId) -> int:
        """`pc_gen` of the connection with a device; 1 where there is none."""
        found = (it[0] for (leaf, _), it in self._peers.items() if leaf[1] == device)
        return max((peer.generation for peer in found), default=1)

    def hear(self, sent: SignalSent, said: RtcSignal) -> None:
        """Another device says something about its connection with this one."""
        leaf = AccountId(sent.member), DeviceId(sent.device)
        known = self._peers.get((leaf, sent.conn_epoch))
        if known is not None:
            known[0].hear(said)

    async def look(self, now_ms: int, present: Iterable[AccountId]) -> None:
        """Give up paths that are dead; to be called several times a second."""
        for ((account, device), _), (peer, watch, _) in list(self._peers.items()):
            sends = account in present
            state, generation = peer.path_state, peer.generation
            if watch.look(now_ms, generation, state, peer.arrived, sends=sends):
                peer.replace()
                is_silent = state == "connected"
                why = RestartReason.WATCHDOG if is_silent else None
                call = CallId(self._common.call.hex())
                reason = why or RestartReason.DISCONNECTED
                self._start(self._tell(PeerRestart(call, reason, generation, device)))

    def moved(self) -> tuple[DeviceId, ...]:
        """From whom something has come in since this was asked the last time."""
        moved = []
        for (leaf, _), (peer, _, _) in self._peers.items():
            if peer.arrived != self._arrived.get(leaf, 0):
                self._arrived[leaf] = peer.arrived
                moved.append(leaf[1])
        return tuple(moved)

    def close(self) -> None:
        """End all of them."""
        for _, _, task in self._peers.values():
            task.cancel()
        self._peers = {}

    def _peer(self, to: Leaf, *, is_newcomer: bool) -> Peer:
        async def send(signal: RtcSignal) -> None:
            await self._signals.send(to, signal)

        return Peer(self._common, to, send, is_newcomer=is_newcomer)
