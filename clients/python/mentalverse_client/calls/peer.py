"""The connection of this device to one other, directly or in a mesh.

One task owns it and handles one event after the other (`negotiation` decides), so no
two steps of a negotiation ever overlap. What the network does, which aiortc tells from
its own tasks, becomes an event as well.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from aiortc import (
    MediaStreamTrack,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.exceptions import InvalidStateError, OperationError
from aiortc.sdp import candidate_from_sdp

from mentalverse_crypto.media_slots import Slot
from mentalverse_crypto.rtc_signal import (
    MappedMid,
    RtcCandidate,
    RtcSignal,
    RtcSignalKind,
)
from mentalverse_signaling.call_events import IceAccess
from mentalverse_signaling.conversation import Leaf

from . import negotiation
from .connections import (
    RelayUnheard,
    describe,
    kind_of,
    new_connection,
    prefer_codecs,
    take,
)
from .key_ring import KeyRing
from .negotiation import (
    AddCandidates,
    Build,
    Close,
    Effect,
    Event,
    Heard,
    MakeOffer,
    Needed,
    PathLost,
    Signalling,
    TakeAnswer,
    TakeOffer,
)
from .sealed_codecs import OpeningQueue, open_receiver, seal_sender
from .sinks import Sink
from .sources import Source

MAX_WAITING_EVENTS = 256
RELAYS_AT_ONCE = 3
"""So many are tried one after the other; then it is the watchdog's pace."""
_SLOTS = (Slot.MICROPHONE, Slot.CAMERA)

_log = logging.getLogger(__name__)


class SignalUnheard(Exception):
    """A signal did not get through; the watchdog makes up for it."""


SendSignal = Callable[[RtcSignal], Awaitable[None]]
"""Seals a signal for the other device and sends it; may raise `SignalUnheard`."""


@dataclass(frozen=True, slots=True)
class Common:
    """What all connections of a call share."""

    call: bytes
    """Its id, 16 octets."""
    own: Leaf
    keys: Callable[[], KeyRing]
    """The keys as they are now."""
    access: Callable[[], Awaitable[IceAccess | None]]
    """Where a fresh connection may gather."""
    source: Source
    sink: Sink
    now_ms: Callable[[], int]
    slots: frozenset[Slot] = frozenset(_SLOTS)
    """What the call carries: only the microphone, or the camera too."""


class Peer:
    """One device on the other side. `run` it in one task, and cancel that to end it."""

    def __init__(
        self, common: Common, other: Leaf, send: SendSignal, *, is_newcomer: bool
    ) -> None:
        self.other = other
        self._common = common
        self._send = send
        self._state = negotiation.begin(
            common.own[0], other[0], is_newcomer=is_newcomer
        )
        self._events: asyncio.Queue[Event | RtcSignal] = asyncio.Queue(
            MAX_WAITING_EVENTS
        )
        self._connection: RTCPeerConnection | None = None
        self._built = 0
        self._receiving: dict[str, OpeningQueue] = {}
        self._slots_of: dict[str, Slot] = {}
        self.connected = asyncio.Event()
        """Set while there is a path."""
        self.ended = False
        """The other side has closed the connection for good."""

    @property
    def generation(self) -> int:
        """`pc_gen` of the connection."""
        return self._state.generation

    @property
    def is_polite(self) -> bool:
        """Whether the other side goes first where both could."""
        return self._state.is_polite

    @property
    def arrived(self) -> int:
        """Frames that came in over this connection, opened or not."""
        return sum(it.arrived for it in self._receiving.values())

    @property
    def path_state(self) -> str:
        """`RTCPeerConnection.connectionState`."""
        return "new" if self._connection is None else self._connection.connectionState

    def hear(self, signal: RtcSignal) -> None:
        """Take in what the other device has said; never waits."""
        self._put(signal)

    def replace(self) -> None:
        """Give the path up for a new one."""
        self._put(PathLost())

    async def run(self) -> None:
        """Negotiate until cancelled."""
        try:
            await self._build()
            await self._feel(Needed(Signalling.STABLE))
            while not self.ended:
                event = await self._events.get()
                await self._feel(self._heard(event))
        finally:
            await self._drop()

    # --- events ---

    def _put(self, event: Event | RtcSignal) -> None:
        try:
            self._events.put_nowait(event)
        except asyncio.QueueFull:
            _log.debug("a connection that is flooded drops an event")

    def _heard(self, event: Event | RtcSignal) -> Event:
        if not isinstance(event, RtcSignal):
            return event
        return Heard(event, self._signalling(), self._is_restart(event))

    def _signalling(self) -> Signalling:
        connection = self._connection
        if connection is None:
            return Signalling.STABLE
        return Signalling(connection.signalingState)

    def _is_restart(self, signal: RtcSignal) -> bool:
        """Whether an offer comes from another ICE session than what is connected."""
        connection = self._connection
        if connection is None or connection.remoteDescription is None:
            return False
        before = _ice_name(connection.remoteDescription.sdp)
        return signal.sdp is not None and _ice_name(signal.sdp) != before

    async def _feel(self, event: Event) -> None:
        self._state, effects = negotiation.decide(self._state, event)
        for effect in effects:
            try:
                await self._do(effect)
            except RelayUnheard as error:
                _log.debug("%s", error)
                if self._built < RELAYS_AT_ONCE:
                    self.replace()
                return
            except (InvalidStateError, OperationError, ValueError) as error:
                _log.debug("a description was not accepted: %s", error)
                return
            except (SignalUnheard, ConnectionError) as error:
                _log.debug("a step to another device failed: %s", error)
                return

    async def _do(self, effect: Effect) -> None:
        match effect:
            case Build(tells=tells):
                await self._build()
                if tells:
                    await self._say(RtcSignalKind.REPLACE)
            case MakeOffer():
                await self._offer()
            case TakeOffer(signal=signal):
                await self._answer(signal)
            case TakeAnswer(signal=signal):
                await self._accept(signal)
            case AddCandidates(candidates=candidates):
                for each in candidates:
                    await self._add(each)
            case Close():
                self.ended = True

    # --- the connection ---

    async def _build(self) -> None:
        await self._drop()
        access = await self._common.access()
        connection = self._connection = new_connection(access, self._built)
        self._built += 1
        connection.on("track", lambda track: self._on_track(connection, track))
        connection.on("connectionstatechange", lambda: self._on_state(connection))
        for slot in _SLOTS:
            track = self._common.source.track(slot)
            if track is not None and slot in self._common.slots:
                transceiver = connection.addTransceiver(track, "sendrecv")
            else:
                carried = slot in self._common.slots
                direction = "recvonly" if carried else "inactive"
                transceiver = connection.addTransceiver(kind_of(slot), direction)
            seal_sender(transceiver.sender, slot, self._sealing(slot))
        prefer_codecs(connection.getTransceivers())

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        self._receiving, self._slots_of = {}, {}
        self.connected.clear()
        if connection is not None:
            connection.remove_all_listeners()
            await connection.close()

    def _sealing(self, slot: Slot) -> Callable[[bytes], bytes | None]:
        return lambda frame: self._common.keys().seal(slot, frame)

    def _on_state(self, connection: RTCPeerConnection) -> None:
        if connection is not self._connection:
            return
        if connection.connectionState == "connected":
            self.connected.set()
        else:
            self.connected.clear()

    def _on_track(self, connection: RTCPeerConnection, track: MediaStreamTrack) -> None:
        """Before anything is received: aiortc tells while it sets the description."""
        for transceiver in connection.getTransceivers():
            if transceiver.receiver.track is not track:
                continue
            slot = self._slots_of.get(transceiver.mid or "")
            if slot is None or slot.is_video != (track.kind == "video"):
                open_receiver(transceiver.receiver, lambda _: None, self._common.now_ms)
                continue
            self._receiving[transceiver.mid or ""] = open_receiver(
                transceiver.receiver, self._opening(slot), self._common.now_ms
            )
            self._common.sink.attach(partial(self._whose, slot), track)

    def _whose(self, slot: Slot) -> tuple[Leaf, Slot]:
        return self.other, slot

    def _opening(self, slot: Slot) -> Callable[[bytes], bytes | None]:
        return lambda frame: self._common.keys().open(self.other, slot, frame)

    # --- the steps ---

    async def _offer(self) -> None:
        connection = self._require()
        await describe(connection, await connection.createOffer())
        await self._describe(RtcSignalKind.OFFER)

    async def _answer(self, signal: RtcSignal) -> None:
        connection = self._require()
        self._note_slots(signal)
        offer = RTCSessionDescription(signal.sdp or "", "offer")
        await take(connection, offer)
        await describe(connection, await connection.createAnswer())
        await self._describe(RtcSignalKind.ANSWER)

    async def _accept(self, signal: RtcSignal) -> None:
        self._note_slots(signal)
        answer = RTCSessionDescription(signal.sdp or "", "answer")
        await take(self._require(), answer)

    async def _add(self, candidate: RtcCandidate) -> None:
        with suppress(ValueError, InvalidStateError):
            found = candidate_from_sdp(candidate.candidate.removeprefix("candidate:"))
            found.sdpMid = candidate.mid
            await self._require().addIceCandidate(found)

    def _note_slots(self, signal: RtcSignal) -> None:
        self._slots_of = {each.mid: each.slot for each in signal.mid_map}

    async def _describe(self, kind: RtcSignalKind) -> None:
        connection = self._require()
        transceivers = connection.getTransceivers()
        mapped = tuple(
            MappedMid(each.mid, slot)
            for each, slot in zip(transceivers, _SLOTS, strict=False)
            if each.mid is not None
        )
        await self._say(kind, connection.localDescription.sdp, mapped)

    async def _say(
        self,
        kind: RtcSignalKind,
        sdp: str | None = None,
        mid_map: tuple[MappedMid, ...] = (),
    ) -> None:
        to = bytes.fromhex(self.other[1])
        generation = self._state.generation
        await self._send(
            RtcSignal(kind, self._common.call, to, generation, sdp, mid_map)
        )

    def _require(self) -> RTCPeerConnection:
        if self._connection is None:
            raise InvalidStateError("the connection is closed")
        return self._connection


def _ice_name(sdp: str) -> str:
    """The first `ice-ufrag` of a description; bundled m-lines share it."""
    lines = (line for line in sdp.splitlines() if line.startswith("a=ice-ufrag:"))
    return next(lines, "")
