"""A publication: what one client sends on one connection, and who gets it.

Each of its lines is a `Source`. Packets come from the tap in the order of arrival, are
unwrapped if they were sent again, kept in a ring, and handed to the outlets that flow.
What the tap itself missed is asked for. Key frames are asked for at most twice a
second, whoever wants them; a request that came too early waits for its time.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Protocol

from aiortc import RTCRtpTransceiver
from aiortc.rtp import RtpPacket

from ..driver import BadSdp, FeedId, is_screen, seat_of
from . import hooks
from .connection import Connection
from .losses import Missing, Ring, SequenceNumbers
from .packets import Packet, SenderReport
from .shares import CAMERA_BITS_PER_SECOND, SCREEN_BITS_PER_SECOND

KEY_FRAME_EVERY_MS = 500

Clock = Callable[[], int]
"""Steady milliseconds."""


class Outlet(Protocol):
    """Where a source's packets go out."""

    async def forward(self, packet: Packet, now_ms: int) -> None:
        """Send it on."""

    async def report(self, report: SenderReport) -> None:
        """Pass on the publisher's clock pair."""

    def interrupted(self) -> None:
        """Packets are left out on purpose."""

    def handed_over(self) -> None:
        """What comes now is another stream."""


class Source:
    """One line of a publication: `kind` is audio or video."""

    def __init__(self, line: RTCRtpTransceiver, bits: int, clock: Clock) -> None:
        self.line = line
        self.kind: str = line.kind
        self.outlets: list[Outlet] = []
        self.is_paused = False
        self.packets = 0
        self.octets = 0
        self.ring = Ring()
        self._bits = bits
        self._clock = clock
        self._codecs: dict[int, tuple[int, int | None]] = {}
        self._ssrc: int | None = None
        self._numbers = SequenceNumbers()
        self._missing = Missing()
        self._key_frame_at_ms: int | None = None
        self._wants_key_frame = False
        hooks.tap(line.receiver, self._arrived, self._reported)

    @property
    def lost(self) -> int:
        """Packets that never came."""
        return self._missing.lost

    @property
    def clock_rate(self) -> int:
        """Ticks of its timestamps per second."""
        return 90_000 if self.kind == "video" else 48_000

    def pause(self, paused: bool) -> None:
        """Stop or let go on, for everybody; what comes meanwhile is forgotten."""
        if paused != self.is_paused:
            self.is_paused = paused
            self.ring.clear()
            for outlet in self.outlets:
                outlet.interrupted()

    def negotiated(self) -> None:
        """The offer was taken: which payload types there are."""
        self._codecs = hooks.codecs(self.line)

    async def want_key_frame(self, *, at_once: bool = False) -> None:
        """Ask the publisher, now or when it may be asked again."""
        now_ms = self._clock()
        last = self._key_frame_at_ms
        too_early = last is not None and now_ms - last < KEY_FRAME_EVERY_MS
        self._wants_key_frame = True
        if self.kind == "video" and self._ssrc and (at_once or not too_early):
            self._key_frame_at_ms, self._wants_key_frame = now_ms, False
            await hooks.ask_key_frame(self.line, self._ssrc)

    async def tick(self) -> None:
        """Every 100 ms: what is still missing, a key frame that had to wait."""
        if self._ssrc is None or self.kind != "video":
            return
        if self._wants_key_frame:
            await self.want_key_frame()
        await self._ask_for_missing(self._ssrc, self._clock())

    async def limit(self) -> None:
        """Every second: say how much the publisher may send."""
        if self._ssrc is not None and self.kind == "video":
            await hooks.limit(self.line, self._ssrc, self._bits)

    async def _arrived(self, packet: RtpPacket) -> None:
        """From the tap."""
        known = self._codecs.get(packet.payload_type)
        if known is None:
            return
        clock_rate, repeats = known
        hooks.count(self.line.receiver, packet, clock_rate)
        number, payload = packet.sequence_number, packet.payload
        if repeats is not None:
            if len(payload) < 2 or repeats not in self._codecs or self._ssrc is None:
                return
            number, payload = struct.unpack("!H", payload[:2])[0], payload[2:]
        elif packet.ssrc != self._ssrc:
            self._begin(packet.ssrc)
        self.packets += 1
        self.octets += len(payload)
        if not self.is_paused:
            await self._take(packet, number, payload)
        else:
            self._missing.forget()

    async def _take(self, packet: RtpPacket, number: int, payload: bytes) -> None:
        now_ms = self._clock()
        level = packet.extensions.audio_level
        taken = Packet(
            index=self._numbers.extend(number),
            timestamp=packet.timestamp,
            marker=packet.marker,
            payload=payload,
            audio_level=None if level is None else level[0] << 7 | level[1],
        )
        if self.kind == "video":
            self.ring.add(taken)
            if self._missing.arrived(taken.index, now_ms) and self._ssrc is not None:
                await self._ask_for_missing(self._ssrc, now_ms)
        for outlet in tuple(self.outlets):
            await outlet.forward(taken, now_ms)

    async def _reported(self, report: SenderReport) -> None:
        """From the tap."""
        if not self.is_paused:
            for outlet in tuple(self.outlets):
                await outlet.report(report)

    def _begin(self, ssrc: int) -> None:
        """The publisher's first packet, or the first of a new stream of its."""
        if self._ssrc is not None:
            self._numbers, self._missing = SequenceNumbers(), Missing()
            self.ring.clear()
            for outlet in self.outlets:
                outlet.handed_over()
        self._ssrc = ssrc

    async def _ask_for_missing(self, ssrc: int, now_ms: int) -> None:
        numbers = self._missing.due(now_ms)
        if numbers:
            await hooks.ask_again(self.line, ssrc, numbers)


class Publication:
    """A feed: one connection, at most one line of sound and one of picture."""

    def __init__(self, feed: FeedId, connection: Connection, clock: Clock) -> None:
        self.feed = feed
        self.seat = seat_of(feed)
        self.connection = connection
        self.sources: dict[str, Source] = {}
        self._clock = clock
        screen = is_screen(feed)
        self._bits = SCREEN_BITS_PER_SECOND if screen else CAMERA_BITS_PER_SECOND

    async def negotiate(self, sdp: str) -> str:
        """Take an offer, the first or another; returns the answer. Raises `BadSdp`."""
        await self.connection.take_offer(sdp)
        for line in self.connection.lines():
            known = self.sources.get(line.kind)
            if known is None:
                self.sources[line.kind] = Source(line, self._bits, self._clock)
            elif known.line is not line:
                raise BadSdp(f"more than one line of {line.kind}")
            self.sources[line.kind].negotiated()
        return await self.connection.describe()

    def pause(self, paused: bool) -> None:
        """Stop everything of this feed, or let it go on."""
        for source in self.sources.values():
            source.pause(paused)
