"""One PeerConnection of the forwarder: descriptions in and out, up, down, closed.

It is passive: candidates of clients are not used. The forwarder is where clients come
to, so it learns a client's address from the client's own authenticated check, sends
nothing to anybody who did not, and cannot be made to knock at addresses that a client
names. It waits `CONNECT_SECONDS` for that check.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from enum import Enum

from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCRtpTransceiver,
    RTCSessionDescription,
)

from ..driver import BadSdp, WrongState
from . import hooks

CONNECT_SECONDS = 30
CLOSE_SECONDS = 5
_CANDIDATES = re.compile(r"^a=(candidate:|end-of-candidates).*\r?\n?", re.MULTILINE)
_OWN_ADDRESS = re.compile(
    r"^(a=candidate:\S+ \d+ \S+ \d+ |c=IN IP[46] )(\S+)", re.MULTILINE
)
_UFRAG = re.compile(r"^a=ice-ufrag:(\S+)", re.MULTILINE)


class State(Enum):
    """How far a connection is."""

    WAITING = "waiting"
    UP = "up"
    CLOSED = "closed"


class Connection:
    """`on_state` hears `UP` at most once and `CLOSED` if the other side was it."""

    def __init__(
        self,
        on_state: Callable[[State], None],
        on_dropped: Callable[[], None],
        announced: str = "",
    ) -> None:
        self.state = State.WAITING
        self.pc = RTCPeerConnection(
            RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        self._on_state = on_state
        self._on_dropped = on_dropped
        self._announced = announced
        self._is_filtered = False
        self._closing: asyncio.Task[None] | None = None
        self._too_late = asyncio.get_running_loop().call_later(
            CONNECT_SECONDS, self._gave_up
        )
        self.pc.on("connectionstatechange", self._changed)

    async def take_offer(self, sdp: str) -> None:
        """Raises `BadSdp`."""
        await self._take("offer", sdp)

    async def take_answer(self, sdp: str) -> None:
        """Raises `BadSdp`, and `WrongState` if no offer is open."""
        if self.pc.signalingState != "have-local-offer":
            raise WrongState("no offer is open")
        await self._take("answer", sdp)

    async def describe(self) -> str:
        """The offer, or the answer to the offer taken: with all candidates.

        Raises `BadSdp` if there is no answer to that offer.
        """
        is_answer = self.pc.signalingState == "have-remote-offer"
        try:
            await self.pc.setLocalDescription()
        except Exception as error:
            if is_answer:
                raise BadSdp(str(error) or type(error).__name__) from None
            raise
        self._filter()
        sdp = str(self.pc.localDescription.sdp)
        if self._announced:
            return _OWN_ADDRESS.sub(rf"\g<1>{self._announced}", sdp)
        return sdp

    def same_peer(self, sdp: str) -> bool:
        """Whether `sdp` goes on with this connection, rather than a new one's."""
        known = self.pc.remoteDescription
        if known is None:
            return False
        return _UFRAG.findall(sdp)[:1] == _UFRAG.findall(str(known.sdp))[:1]

    def add_line(self, kind: str) -> RTCRtpTransceiver:
        """One more outgoing line, VP8 or Opus, for the next offer."""
        line = self.pc.addTransceiver(hooks.NeverTrack(kind), direction="sendonly")
        wanted = {"audio": {"audio/opus"}, "video": {"video/vp8", "video/rtx"}}[kind]
        line.setCodecPreferences(
            [
                codec
                for codec in RTCRtpSender.getCapabilities(kind).codecs
                if codec.mimeType.lower() in wanted
            ]
        )
        return line

    def lines(self) -> Sequence[RTCRtpTransceiver]:
        """All of them, in the order of the description."""
        return list(self.pc.getTransceivers())

    async def close(self) -> None:
        """Close it, if it is not; no socket of it is left."""
        self.state = State.CLOSED
        self._too_late.cancel()
        if self._closing is None:
            self._closing = asyncio.ensure_future(self._close())
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        async with asyncio.timeout(CLOSE_SECONDS):
            await self.pc.close()

    async def _take(self, kind: str, sdp: str) -> None:
        without = _CANDIDATES.sub("", sdp)
        try:
            await self.pc.setRemoteDescription(RTCSessionDescription(without, kind))
        except Exception as error:  # Its parser raises whatever it meets.
            raise BadSdp(str(error) or type(error).__name__) from None

    def _filter(self) -> None:
        """All lines are bundled: the transport of the first is everybody's."""
        lines = self.pc.getTransceivers()
        if lines and not self._is_filtered:
            self._is_filtered = True
            transport = lines[0].receiver.transport.transport
            hooks.filter_sources(transport, self._on_dropped)

    def _changed(self) -> None:
        now = self.pc.connectionState
        if now == "connected" and self.state is State.WAITING:
            self._too_late.cancel()
            self.state = State.UP
            self._on_state(State.UP)
        elif now in ("failed", "closed") and self.state is not State.CLOSED:
            self.state = State.CLOSED
            self._too_late.cancel()
            self._on_state(State.CLOSED)

    def _gave_up(self) -> None:
        if self.state is State.WAITING:
            self.state = State.CLOSED
            self._on_state(State.CLOSED)
