"""A light client: real connections, packets made by hand, nothing decoded.

The test at the start is held between these, and so are the tests of the drivers. What a
probe sends says nothing; what it receives is noted by payload.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.rtp import RtpPacket

from . import hooks
from .packets import Feedback, HeaderWriter, Packet, SenderReport, absolute_send_time

KEY_FRAME = b"\x10\x10\x02\x00\x9d\x01\x2a\x40\x01\xf0\x00"
"""How the first packet of a VP8 key frame begins, its descriptor included."""
SOUND, PICTURE = "audio", "video"
_WANTED = {SOUND: {"audio/opus"}, PICTURE: {"video/vp8", "video/rtx"}}
_TICKS = {SOUND: 960, PICTURE: 6000}


def _connection() -> RTCPeerConnection:
    return RTCPeerConnection(
        RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
    )


class Sending:
    """A probe's connection that publishes."""

    def __init__(self, *kinds: str) -> None:
        self.pc = _connection()
        self.lines: dict[str, RTCRtpTransceiver] = {}
        self.feedback: dict[str, list[Feedback]] = {kind: [] for kind in kinds}
        self.numbers = dict.fromkeys(kinds, 65_500)
        """Of the last packet sent; they wrap soon."""
        self.timestamps = dict.fromkeys(kinds, 0xFFFFFF00)
        for kind in kinds:
            self._add(kind)

    async def offer(self) -> str:
        """With all candidates."""
        await self.pc.setLocalDescription()
        return str(self.pc.localDescription.sdp)

    async def take_answer(self, sdp: str) -> None:
        """From the engine."""
        await self.pc.setRemoteDescription(RTCSessionDescription(sdp, "answer"))

    @property
    def is_up(self) -> bool:
        """Whether it carries packets."""
        return bool(self.pc.connectionState == "connected")

    def skip(self, kind: str) -> None:
        """The next packet is lost before it is sent."""
        self.numbers[kind] = self.numbers[kind] + 1 & 0xFFFF

    async def send(self, kind: str, payload: bytes, *, marker: int = 1) -> None:
        """One packet, the next of its line."""
        self.skip(kind)
        self.timestamps[kind] = self.timestamps[kind] + _TICKS[kind] & 0xFFFFFFFF
        await self.send_as(kind, payload, self.numbers[kind], marker=marker)

    async def send_as(
        self, kind: str, payload: bytes, number: int, *, marker: int = 1
    ) -> None:
        """A packet with this number."""
        line = self.lines[kind]
        packet = Packet(0, self.timestamps[kind], marker, payload, audio_level=0x85)
        writer = HeaderWriter(hooks.identity(line))
        time = absolute_send_time(int(asyncio.get_running_loop().time() * 1000))
        data = writer.media(packet, number, packet.timestamp, time)
        await hooks.send(line.sender, data)

    async def send_again(self, kind: str, payload: bytes, number: int) -> None:
        """A packet as retransmission."""
        line = self.lines[kind]
        packet = Packet(0, self.timestamps[kind], 1, payload)
        writer = HeaderWriter(hooks.identity(line))
        data = writer.again(packet, number, packet.timestamp, 0, number)
        await hooks.send(line.sender, data)

    async def report(self, kind: str, report: SenderReport) -> None:
        """A clock pair."""
        await hooks.send_report(self.lines[kind].sender, report, 1, 1)

    async def close(self) -> None:
        """Leave as a client does that says goodbye."""
        await self.pc.close()

    def _add(self, kind: str) -> None:
        line = self.pc.addTransceiver(hooks.NeverTrack(kind), direction="sendonly")
        line.setCodecPreferences(
            [
                codec
                for codec in RTCRtpSender.getCapabilities(kind).codecs
                if codec.mimeType.lower() in _WANTED[kind]
            ]
        )

        async def note(feedback: Feedback) -> None:
            self.feedback[kind].append(feedback)

        hooks.listen(line.sender, note)
        self.lines[kind] = line


@dataclass(frozen=True, slots=True)
class Received:
    """A packet as it came."""

    kind: str
    mid: str
    line_mid: str
    ssrc: int
    payload_type: int
    number: int
    timestamp: int
    marker: int
    payload: bytes
    level: tuple[bool, int] | None
    is_repeated: bool
    """It came as retransmission; `payload` is unwrapped."""


class Receiving:
    """A probe's connection that subscribes."""

    def __init__(self) -> None:
        self.pc = _connection()
        self.received: list[Received] = []
        self.reports: list[tuple[str, SenderReport]] = []
        """By MID."""
        self._tapped: set[RTCRtpTransceiver] = set()

    async def answer(self, offer: str) -> str:
        """To an engine's offer, the first or another."""
        await self.pc.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        hooks.route(self.pc, offer)
        for line in self.pc.getTransceivers():
            if line not in self._tapped:
                self._tapped.add(line)
                self._tap(line)
        await self.pc.setLocalDescription()
        return str(self.pc.localDescription.sdp)

    @property
    def is_up(self) -> bool:
        """Whether it carries packets."""
        return bool(self.pc.connectionState == "connected")

    def payloads(self, mids: Mapping[str, str], feed: str) -> list[bytes]:
        """What came on the lines of `feed`, once each, in the order of arrival."""
        return [each.payload for each in self.received if mids.get(each.mid) == feed]

    async def ask_key_frame(self, mid: str) -> None:
        """As a client that cannot decode."""
        line, ssrc = self._line(mid)
        await hooks.ask_key_frame(line, ssrc)

    async def ask_again(self, mid: str, numbers: list[int]) -> None:
        """As a client that missed packets."""
        line, ssrc = self._line(mid)
        await hooks.ask_again(line, ssrc, sorted(numbers))

    async def estimate(self, mid: str, bits: int) -> None:
        """As a client whose line is thin."""
        line, ssrc = self._line(mid)
        await hooks.limit(line, ssrc, bits)

    async def close(self) -> None:
        """Leave as a client does that says goodbye."""
        await self.pc.close()

    def _line(self, mid: str) -> tuple[RTCRtpTransceiver, int]:
        line = next(each for each in self._tapped if each.mid == mid)
        came = [each for each in self.received if each.line_mid == mid]
        return line, next(each.ssrc for each in reversed(came) if not each.is_repeated)

    def _tap(self, line: RTCRtpTransceiver) -> None:
        async def note(packet: RtpPacket) -> None:
            self.received.append(_received(line, packet))

        async def note_report(report: SenderReport) -> None:
            self.reports.append((str(line.mid), report))

        hooks.tap(line.receiver, note, note_report)


def _received(line: RTCRtpTransceiver, packet: RtpPacket) -> Received:
    _, repeats = hooks.codecs(line).get(packet.payload_type, (0, None))
    number, payload = packet.sequence_number, packet.payload
    if repeats is not None:
        number, payload = struct.unpack("!H", payload[:2])[0], payload[2:]
    return Received(
        kind=str(line.kind),
        mid=str(packet.extensions.mid),
        line_mid=str(line.mid),
        ssrc=packet.ssrc,
        payload_type=packet.payload_type,
        number=number,
        timestamp=packet.timestamp,
        marker=packet.marker,
        payload=payload,
        level=packet.extensions.audio_level,
        is_repeated=repeats is not None,
    )


async def until(holds: Callable[[], bool], seconds: float) -> None:
    """Wait for a fact that nobody announces. Raises `TimeoutError`."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not holds():
        if loop.time() > deadline:
            raise TimeoutError
        await asyncio.sleep(0.005)
