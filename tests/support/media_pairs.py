"""Devices of one process that set connections up over a line in memory."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from mentalverse_client.calls.key_ring import EpochKeys, KeyRing
from mentalverse_client.calls.peer import Common, Peer
from mentalverse_client.calls.sinks import Sink
from mentalverse_client.calls.sources import Source, Tone
from mentalverse_crypto.media_slots import Slot
from mentalverse_crypto.rtc_signal import RtcSignal
from mentalverse_signaling.conversation import Leaf
from mentalverse_signaling.ids import AccountId, DeviceId
from support.deterministic import seeded_rng

CALL = b"c" * 16


def now_ms() -> int:
    return int(time.monotonic() * 1000)


@dataclass
class Attendee:
    """One device in a mesh."""

    leaf: Leaf
    ring: KeyRing
    common: Common
    sink: Sink
    peers: dict[Leaf, Peer] = field(default_factory=dict)

    def hears(self, other: Attendee, slot: Slot, frames: int = 5) -> bool:
        """Whether so many frames of another one were opened and decoded."""
        return self.sink.decoded[other.leaf, slot] >= frames


class Mesh:
    """A group and what its devices say to each other."""

    def __init__(self) -> None:
        self.everyone: list[Attendee] = []
        self.epoch = 0
        self.said: list[tuple[Leaf, Leaf, RtcSignal]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def attendee(self, source: Source | None = None) -> Attendee:
        """Another device, in the group and without connections."""
        number = len(self.everyone) + 1
        leaf = AccountId(f"{number:032x}"), DeviceId(f"{1_000 - number:032x}")
        ring, sink = KeyRing(leaf, seeded_rng(number), now_ms), Sink()
        common = Common(
            CALL, leaf, lambda: ring, _nowhere, source or Tone(), sink, now_ms
        )
        made = Attendee(leaf, ring, common, sink)
        self.everyone.append(made)
        return made

    def commit(self, *members: Attendee) -> None:
        """Let these be the group, in another epoch that all have processed."""
        self.epoch += 1
        places = {each.leaf: n for n, each in enumerate(members)}
        bases = {leaf: bytes([self.epoch, at]) * 16 for leaf, at in places.items()}
        for each in members:
            each.ring.enter(EpochKeys(self.epoch, places, bases))

    def connect(self, here: Attendee, there: Attendee) -> None:
        """Let two devices find each other; the second one is the newcomer."""
        for one, other, is_newcomer in ((here, there, False), (there, here, True)):
            one.peers[other.leaf] = self._peer(one, other, is_newcomer)
        for one, other in ((here, there), (there, here)):
            self.own(one.peers[other.leaf].run())

    def own(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something until the mesh is closed."""
        self._tasks.add(asyncio.create_task(work))

    def _peer(self, one: Attendee, other: Attendee, is_newcomer: bool) -> Peer:
        async def send(signal: RtcSignal) -> None:
            self.said.append((one.leaf, other.leaf, signal))
            other.peers[one.leaf].hear(signal)

        return Peer(one.common, other.leaf, send, is_newcomer=is_newcomer)

    async def close(self) -> None:
        """End every connection."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for each in self.everyone:
            await each.sink.close()


async def _nowhere() -> None:
    return None


@asynccontextmanager
async def mesh() -> AsyncIterator[Mesh]:
    """A mesh that is ended with the test."""
    made = Mesh()
    try:
        yield made
    finally:
        await made.close()
