"""The two connections of this device with a forwarder (SFU): to it, and from it.

Each is a task with a wish, what is to be published or received, that is brought about
again and again. aiortc cannot restart ICE, so a leg that is lost is built anew, after
the server was told. A server that does not answer ends no leg: media goes on without
it, and only what the engine lost is made again.
"""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from contextlib import suppress

from aiortc import (
    MediaStreamTrack,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCSessionDescription,
)
from aiortc.exceptions import InvalidStateError, OperationError

from mentalverse_crypto.media_slots import Slot
from mentalverse_signaling.conversation import Leaf
from mentalverse_signaling.errors import SignalingError, StalePcGen
from mentalverse_signaling.feed_events import (
    FeedAnswer,
    FeedAnswered,
    FeedDirection,
    FeedLabel,
    FeedOffer,
    FeedPath,
    FeedPublish,
    FeedRestart,
    FeedSubscribe,
    FeedUnsubscribe,
    FeedView,
    Jsep,
    JsepType,
)
from mentalverse_signaling.fields import Empty
from mentalverse_signaling.ids import AccountId, CallId, DeviceId

from ..errors import NotConnected
from .connections import new_connection, prefer_codecs
from .peer import Common
from .ports import Line
from .sealed_codecs import OpeningQueue, open_receiver, seal_sender
from .watchdog import PathWatch

RETRY_SECONDS = (0.1, 0.3, 1.0, 2.0)
"""Pauses between attempts; the last one from then on."""
CONNECT_SECONDS = 6.0
_SLOTS = {
    (FeedLabel.MAIN, "audio"): Slot.MICROPHONE,
    (FeedLabel.MAIN, "video"): Slot.CAMERA,
    (FeedLabel.SCREEN, "audio"): Slot.SCREEN_AUDIO,
    (FeedLabel.SCREEN, "video"): Slot.SCREEN,
}
_REFUSALS = (
    NotConnected,
    SignalingError,
    ConnectionError,
    InvalidStateError,
    OperationError,
    ValueError,
)

_log = logging.getLogger(__name__)


class _Leg(ABC):
    """One connection with the forwarder; `run` it in one task."""

    direction: FeedDirection

    def __init__(self, common: Common, line: Line, call: CallId) -> None:
        self._common = common
        self._line = line
        self._call = call
        self._connection: RTCPeerConnection | None = None
        self._wake = asyncio.Event()
        self._is_lost = False
        self.connected = asyncio.Event()
        """Set while there is a path."""
        self.built = 0
        """How many connections there were."""

    @property
    def path_state(self) -> str:
        """`RTCPeerConnection.connectionState`."""
        return "new" if self._connection is None else self._connection.connectionState

    def rebuild(self) -> None:
        """The engine is another one: begin anew, without asking."""
        self._is_lost = True
        self._wake.set()

    async def give_up_path(self) -> None:
        """The path is dead: tell the server, and begin anew."""
        with suppress(NotConnected, SignalingError):
            asked = FeedRestart(self._call, self.direction)
            await self._line.call("feed.restart", asked, FeedPath)
        self.rebuild()

    async def run(self) -> None:
        """Keep the leg as it should be, until cancelled."""
        failures = 0
        try:
            while True:
                self._wake.clear()
                try:
                    await self._bring_about()
                    failures = 0
                except _REFUSALS as error:
                    _log.debug("a leg is not as it should be: %s", error)
                    pause = RETRY_SECONDS[min(failures, len(RETRY_SECONDS) - 1)]
                    failures += 1
                    await asyncio.sleep(pause)
                    continue
                await self._wake.wait()
        finally:
            await self._drop()

    @abstractmethod
    async def _bring_about(self) -> None:
        """Make the connection what it should be; raises one of `_REFUSALS`."""

    async def _fresh(self) -> RTCPeerConnection:
        await self._drop()
        self._is_lost = False
        connection = self._connection = new_connection(await self._common.access())
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


class Publishing(_Leg):
    """Microphone and camera to the forwarder."""

    direction = FeedDirection.PUBLISH

    async def _bring_about(self) -> None:
        slots = self._common.source.slots & self._common.slots
        if not slots or (self._connection is not None and not self._is_lost):
            return
        connection = await self._fresh()
        for slot in sorted(slots):
            track = self._common.source.track(slot)
            if track is not None:
                transceiver = connection.addTransceiver(track, "sendonly")
                seal_sender(transceiver.sender, slot, self._sealing(slot))
        prefer_codecs(connection.getTransceivers())
        try:
            await connection.setLocalDescription(await connection.createOffer())
            offer = FeedPublish(self._call, FeedLabel.MAIN, self._jsep(JsepType.OFFER))
            answered = await self._line.call("feed.publish", offer, FeedAnswered)
            answer = RTCSessionDescription(answered.jsep.sdp, "answer")
            await connection.setRemoteDescription(answer)
        except BaseException:
            self._is_lost = True
            raise

    def _sealing(self, slot: Slot) -> Callable[[bytes], bytes | None]:
        return lambda frame: self._common.keys().seal(slot, frame)


class Subscribing(_Leg):
    """Everybody else's feeds from the forwarder, over one connection."""

    direction = FeedDirection.SUBSCRIBE

    def __init__(self, common: Common, line: Line, call: CallId) -> None:
        super().__init__(common, line, call)
        self._wanted: dict[str, FeedView] = {}
        self._had: set[str] = set()
        self._feed_of: dict[str, str] = {}
        self._receiving: dict[str, OpeningQueue] = {}
        self._counted: dict[str, int] = {}

    @property
    def arrived(self) -> int:
        """Frames that came in over this connection, opened or not."""
        return sum(it.arrived for it in self._receiving.values())

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
        self._wake.set()

    async def _bring_about(self) -> None:
        if self._is_lost:
            await self._drop()
            self._is_lost, self._had = False, set()
        gone = self._had - self._wanted.keys()
        if gone:
            leaving = FeedUnsubscribe(self._call, tuple(sorted(gone)))
            self._had -= gone
            await self._take(
                await self._line.call("feed.unsubscribe", leaving, FeedOffer)
            )
        new = self._wanted.keys() - self._had
        if new:
            coming = FeedSubscribe(self._call, tuple(sorted(new)))
            await self._take(await self._line.call("feed.subscribe", coming, FeedOffer))
            self._had |= new

    async def _take(self, offered: FeedOffer) -> None:
        self._feed_of = {each.mid: each.feed for each in offered.map}
        if offered.jsep is None:
            return
        connection = self._connection
        if connection is None:
            self._receiving = {}
            connection = await self._fresh()
            fresh = connection
            connection.on("track", lambda track: self._on_track(fresh, track))
        try:
            offer = RTCSessionDescription(offered.jsep.sdp, "offer")
            await connection.setRemoteDescription(offer)
            await connection.setLocalDescription(await connection.createAnswer())
            answer = FeedAnswer(self._call, offered.offer, self._jsep(JsepType.ANSWER))
            await self._line.call("feed.answer", answer, Empty)
        except StalePcGen:
            # There is a newer offer: what is received already is named once more.
            self._had = set()
            self._wake.set()
        except BaseException:
            self._is_lost = True
            raise

    def _on_track(self, connection: RTCPeerConnection, track: MediaStreamTrack) -> None:
        for transceiver in connection.getTransceivers():
            if transceiver.receiver.track is track:
                self._receive(transceiver.receiver, transceiver.mid or "", track)

    def _receive(
        self, receiver: RTCRtpReceiver, mid: str, track: MediaStreamTrack
    ) -> None:
        opening, now_ms = self._opening(mid, track.kind), self._common.now_ms
        self._receiving[mid] = open_receiver(receiver, opening, now_ms)
        view = self._view(mid)
        slot = _SLOTS[view.label if view else FeedLabel.MAIN, track.kind]
        self._common.sink.attach(lambda: self._leaf(mid), slot, track)

    def _view(self, mid: str) -> FeedView | None:
        return self._wanted.get(self._feed_of.get(mid, ""))

    def _leaf(self, mid: str) -> Leaf | None:
        view = self._view(mid)
        return None if view is None else (AccountId(view.member), DeviceId(view.device))

    def _opening(self, mid: str, kind: str) -> Callable[[bytes], bytes | None]:
        def opened(frame: bytes) -> bytes | None:
            view, leaf = self._view(mid), self._leaf(mid)
            if view is None or leaf is None:
                return None
            return self._common.keys().open(leaf, _SLOTS[view.label, kind], frame)

        return opened


class Legs:
    """Both connections with the forwarder; `run` them in one task."""

    def __init__(
        self, common: Common, line: Line, call: CallId, jitter: Callable[[], float]
    ) -> None:
        self.publishing = Publishing(common, line, call)
        self.subscribing = Subscribing(common, line, call)
        self._watch = PathWatch(is_polite=False, jitter=jitter)

    async def run(self) -> None:
        """Publish, and receive what is wanted, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.publishing.run())
            tasks.create_task(self.subscribing.run())

    def rebuild(self) -> None:
        """The engine is another one."""
        self.publishing.rebuild()
        self.subscribing.rebuild()

    def moved(self) -> tuple[DeviceId, ...]:
        """See `Subscribing`."""
        return self.subscribing.moved()

    async def look(self, now_ms: int, *, sends: bool) -> None:
        """Give up what is dead; to be called several times a second."""
        if self.publishing.path_state in ("failed", "closed"):
            await self.publishing.give_up_path()
        leg = self.subscribing
        state, arrived = leg.path_state, leg.arrived
        if state != "new" and self._watch.look(
            now_ms, leg.built, state, arrived, sends=sends
        ):
            await leg.give_up_path()
