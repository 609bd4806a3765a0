"""Microphone and camera of this device, to the forwarder."""

from __future__ import annotations

from collections.abc import Callable

from aiortc import RTCSessionDescription

from mentalverse_crypto.media_slots import Slot
from mentalverse_signaling.feed_events import (
    FeedAnswered,
    FeedDirection,
    FeedLabel,
    FeedPublish,
    JsepType,
)

from .connections import describe, prefer_codecs, take
from .leg import Leg
from .sealed_codecs import seal_sender


class Publishing(Leg):
    """One connection, offered by this device; nothing where there is no source."""

    direction = FeedDirection.PUBLISH

    def __init__(self, *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]
        self._offer: FeedPublish | None = None
        """Made, and not answered so far."""

    async def heard(self) -> int:
        """Octets that came back: the forwarder tells what arrives, once a second."""
        connection = self._connection
        if connection is None:
            return 0
        report = await connection.getStats()
        return sum(getattr(it, "bytesReceived", 0) for it in report.values())

    async def _bring_about(self) -> None:
        slots = self._common.source.slots & self._common.slots
        if not slots:
            return
        if self._connection is None or self._is_lost:
            self._offer, self._is_lost = None, True
            await self._describe(sorted(slots))
        if self._offer is not None and self._connection is not None:
            # The same offer again is the same connection, and is answered as before.
            answered = await self._ask("feed.publish", self._offer, FeedAnswered)
            self._offer = None
            answer = RTCSessionDescription(answered.jsep.sdp, "answer")
            await take(self._connection, answer)

    async def _describe(self, slots: list[Slot]) -> None:
        connection = await self._fresh()
        for slot in slots:
            track = self._common.source.track(slot)
            if track is not None:
                transceiver = connection.addTransceiver(track, "sendonly")
                seal_sender(transceiver.sender, slot, self._sealing(slot))
        prefer_codecs(connection.getTransceivers())
        await describe(connection, await connection.createOffer())
        jsep = self._jsep(JsepType.OFFER)
        self._offer = FeedPublish(self._call, FeedLabel.MAIN, jsep)
        self._is_lost = False

    def _superseded(self) -> None:
        self.rebuild()

    def _sealing(self, slot: Slot) -> Callable[[bytes], bytes | None]:
        return lambda frame: self._common.keys().seal(slot, frame)
