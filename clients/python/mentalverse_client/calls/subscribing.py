"""Everything that others send, over one connection that the forwarder offers.

Which feed a line carries the forwarder says, and who sends a feed the roster. A line
may be used again for somebody else: then its frames open under their keys alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from aiortc import MediaStreamTrack, RTCRtpReceiver, RTCSessionDescription

from mentalverse_crypto.media_slots import Slot
from mentalverse_signaling.conversation import Leaf
from mentalverse_signaling.feed_events import (
    FeedAnswer,
    FeedDirection,
    FeedLabel,
    FeedOffer,
    FeedSubscribe,
    FeedUnsubscribe,
    FeedView,
    JsepType,
)
from mentalverse_signaling.fields import Empty
from mentalverse_signaling.ids import AccountId, DeviceId

from ..errors import NotConnected
from .connections import describe, route, take
from .leg import Leg
from .sealed_codecs import OpeningQueue, open_receiver

_SLOTS = {
    (FeedLabel.MAIN, "audio"): Slot.MICROPHONE,
    (FeedLabel.MAIN, "video"): Slot.CAMERA,
    (FeedLabel.SCREEN, "audio"): Slot.SCREEN_AUDIO,
    (FeedLabel.SCREEN, "video"): Slot.SCREEN,
}


class Subscribing(Leg):
    """One connection for the feeds of everybody else."""

    direction = FeedDirection.SUBSCRIBE

    def __init__(self, *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]
        self._wanted: dict[str, FeedView] = {}
        self._had: set[str] = set()
        self._feed_of: dict[str, str] = {}
        """From each m-line to its feed, as the newest offer has it."""
        self._answer: FeedAnswer | None = None
        """Made, and not taken by the server so far."""
        self._receiving: dict[str, OpeningQueue] = {}
        self._counted: dict[str, int] = {}

    @property
    def arrived(self) -> int:
        """Frames that came in over this connection, opened or not."""
        return sum(it.arrived for it in self._receiving.values())

    @property
    def wanted(self) -> tuple[FeedView, ...]:
        """What is to be received."""
        return tuple(self._wanted.values())

    @property
    def had(self) -> frozenset[str]:
        """The feeds that the forwarder sends, or is about to."""
        return frozenset(self._had)

    def moved(self) -> tuple[DeviceId, ...]:
        """From whom something has come in since this was asked the last time."""
        moved = set()
        for mid, opening in self._receiving.items():
            leaf = self._leaf(mid)
            if leaf is not None and opening.arrived != self._counted.get(mid, 0):
                moved.add(leaf[1])
            self._counted[mid] = opening.arrived
        return tuple(sorted(moved))

    def want(self, feeds: Iterable[FeedView]) -> None:
        """Receive these, and no others."""
        self._wanted = {each.feed: each for each in feeds}
        if self._wanted.keys() != self._had:
            self._wake.set()

    async def _bring_about(self) -> None:
        if self._is_lost:
            await self._drop()
            self._is_lost, self._answer = False, None
            self._had, self._feed_of = set(), {}
        await self._send_answer()
        gone = tuple(sorted(self._had - self._wanted.keys()))
        if gone:
            leaving = FeedUnsubscribe(self._call, gone)
            offered = await self._ask("feed.unsubscribe", leaving, FeedOffer)
            self._had.difference_update(gone)
            await self._take(offered)
        new = tuple(sorted(self._wanted.keys() - self._had))
        if new:
            coming = FeedSubscribe(self._call, new)
            offered = await self._ask("feed.subscribe", coming, FeedOffer)
            carried = {each.feed for each in offered.map}
            self._had.update(carried.intersection(new))
            await self._take(offered)
            if not carried.issuperset(new):
                # Asked again, as long as the roster has them.
                raise NotConnected("a feed is not there so far")

    def _superseded(self) -> None:
        # What is received already is named once more; the newer offer is the answer.
        self._had, self._answer = set(), None

    async def _take(self, offered: FeedOffer) -> None:
        self._feed_of = {each.mid: each.feed for each in offered.map}
        if offered.jsep is None:
            if offered.map and self._connection is None:
                # The forwarder has a connection that is not here any more.
                self.give_up_path()
            return
        connection = self._connection
        if connection is None:
            self._receiving, self._counted = {}, {}
            connection = fresh = await self._fresh()
            connection.on("track", lambda track: self._on_track(fresh, track))
        sdp = offered.jsep.sdp
        await take(connection, RTCSessionDescription(sdp, "offer"))
        await describe(connection, await connection.createAnswer())
        route(connection, sdp)
        jsep = self._jsep(JsepType.ANSWER)
        self._answer = FeedAnswer(self._call, offered.offer, jsep)
        await self._send_answer()

    async def _send_answer(self) -> None:
        """As often as it takes: the same answer to the same offer is the same."""
        if self._answer is not None:
            await self._ask("feed.answer", self._answer, Empty)
            self._answer = None

    # --- lines ---

    def _on_track(self, connection: object, track: MediaStreamTrack) -> None:
        if self._connection is None or connection is not self._connection:
            return
        for transceiver in self._connection.getTransceivers():
            if transceiver.receiver.track is track:
                self._receive(transceiver.receiver, transceiver.mid or "", track)

    def _receive(
        self, receiver: RTCRtpReceiver, mid: str, track: MediaStreamTrack
    ) -> None:
        opening, now_ms = self._opening(mid, track.kind), self._common.now_ms
        self._receiving[mid] = open_receiver(receiver, opening, now_ms)
        self._common.sink.attach(lambda: self._whose(mid, track.kind), track)

    def _view(self, mid: str) -> FeedView | None:
        return self._wanted.get(self._feed_of.get(mid, ""))

    def _leaf(self, mid: str) -> Leaf | None:
        view = self._view(mid)
        return None if view is None else (AccountId(view.member), DeviceId(view.device))

    def _whose(self, mid: str, kind: str) -> tuple[Leaf, Slot] | None:
        view, leaf = self._view(mid), self._leaf(mid)
        if view is None or leaf is None:
            return None
        return leaf, _SLOTS[view.label, kind]

    def _opening(self, mid: str, kind: str) -> Callable[[bytes], bytes | None]:
        def opened(frame: bytes) -> bytes | None:
            whose = self._whose(mid, kind)
            return None if whose is None else self._common.keys().open(*whose, frame)

        return opened
