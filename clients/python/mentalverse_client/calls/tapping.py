"""Listening to what this device sends, as it leaves and not beside it.

Each connection takes a track of its own, so the same sound may leave many times. One
track of each slot is listened to, and another one once that has ended.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame, VideoFrame
from av.frame import Frame
from av.packet import Packet

from mentalverse_crypto.media_slots import Slot

from .sources import Source

TakeOwn = Callable[[Slot, AudioFrame | VideoFrame], None]
"""What is done with a frame that is about to be sent; must return at once."""


class Tapped:
    """`Source` of another one, whose frames can be listened to."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.take: TakeOwn | None = None
        """Set while somebody listens."""
        self._heard: dict[Slot, MediaStreamTrack] = {}

    @property
    def slots(self) -> frozenset[Slot]:
        """What there is."""
        return self._source.slots

    def track(self, slot: Slot) -> MediaStreamTrack | None:
        """A fresh track, ended by whoever takes it; None: there is none."""
        track = self._source.track(slot)
        return None if track is None else _Track(track, slot, self._hear)

    def close(self) -> None:
        """Stop whatever feeds the tracks."""
        self._source.close()

    def _hear(
        self, track: MediaStreamTrack, slot: Slot, frame: Frame | Packet[Any]
    ) -> None:
        known = self._heard.get(slot)
        if known is None or known.readyState == "ended":
            self._heard[slot] = known = track
        if known is not track or self.take is None:
            return
        if isinstance(frame, AudioFrame | VideoFrame):
            self.take(slot, frame)


class _Track(MediaStreamTrack):
    def __init__(
        self,
        source: MediaStreamTrack,
        slot: Slot,
        hear: Callable[[MediaStreamTrack, Slot, Frame | Packet[Any]], None],
    ) -> None:
        super().__init__()
        self.kind = source.kind
        self._source, self._slot, self._hear = source, slot, hear

    async def recv(self) -> Frame | Packet[Any]:
        """The next one of the source."""
        try:
            frame = await self._source.recv()
        except MediaStreamError:
            self.stop()
            raise
        self._hear(self, self._slot, frame)
        return frame

    def stop(self) -> None:
        """End both."""
        super().stop()
        self._source.stop()
