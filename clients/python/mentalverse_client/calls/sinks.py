"""What becomes of media that comes in: it is counted, or a program takes the frames."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame, VideoFrame

from mentalverse_crypto.media_slots import Slot
from mentalverse_signaling.conversation import Leaf

TakeFrame = Callable[[Leaf, Slot, AudioFrame | VideoFrame], None]
"""What a program does with a decoded frame of somebody; must return at once."""


class Sink:
    """Takes every decoded frame of a call off its track, and counts it.

    A track that nobody reads grows without bound, so each has a task here.
    """

    def __init__(self, take: TakeFrame | None = None) -> None:
        self.decoded: Counter[tuple[Leaf, Slot]] = Counter()
        """Frames so far, by sender and slot."""
        self._takers: list[TakeFrame] = [] if take is None else [take]
        self._tasks: set[asyncio.Task[None]] = set()

    def watch(self, take: TakeFrame) -> None:
        """Give each frame to this as well."""
        self._takers.append(take)

    def unwatch(self, take: TakeFrame) -> None:
        """Give it no more."""
        if take in self._takers:
            self._takers.remove(take)

    def attach(
        self, whose: Callable[[], tuple[Leaf, Slot] | None], track: MediaStreamTrack
    ) -> None:
        """Read a track until it ends.

        Args:
            whose: Whose frames come over it now: a forwarder may use it again.
            track: Of a receiver that opens what it receives.
        """
        task = asyncio.create_task(self._read(whose, track))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Read no more."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(
        self, whose: Callable[[], tuple[Leaf, Slot] | None], track: MediaStreamTrack
    ) -> None:
        with suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                known = whose()
                if known is not None and isinstance(frame, AudioFrame | VideoFrame):
                    self.decoded[known] += 1
                    for take in self._takers:
                        take(*known, frame)
