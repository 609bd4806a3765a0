"""A packet between tap and legs, and the header that each leg writes before it."""

from __future__ import annotations

import struct
from dataclasses import dataclass

_HEADER = struct.Struct("!BBHLL")
_ONE_BYTE_EXTENSIONS = b"\xbe\xde"
"""RFC 8285: ids 1 to 14, each value at most 16 bytes."""


@dataclass(slots=True)
class Packet:
    """What a publisher sent, unwrapped if sent again; the payload is never touched."""

    index: int
    """The extended sequence number."""
    timestamp: int
    marker: int
    payload: bytes
    audio_level: int | None = None
    """The byte of RFC 6464: voice flag and level."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a subscriber negotiated for one of its lines: how its packets look."""

    mid: str
    ssrc: int
    payload_type: int
    rtx_ssrc: int = 0
    rtx_payload_type: int | None = None
    mid_extension: int = 0
    """0: not negotiated, and the same for those below."""
    level_extension: int = 0
    time_extension: int = 0


@dataclass(frozen=True, slots=True)
class SenderReport:
    """A publisher's clock pair: which RTP timestamp was when (RFC 3550 6.4.1)."""

    ntp: int
    timestamp: int


@dataclass(frozen=True, slots=True)
class Lost:
    """A subscriber asks for these again, by the numbers that it saw."""

    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class KeyFrameWanted:
    """A subscriber cannot decode until the next key frame."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a subscriber believes to be able to receive on these streams together."""

    bits_per_second: int
    ssrcs: frozenset[int]


Feedback = Lost | KeyFrameWanted | Estimate


class HeaderWriter:
    """Writes headers of one outgoing stream, with what never changes made once."""

    __slots__ = ("_identity", "_mid")

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        mid = identity.mid.encode()
        self._mid = b""
        if identity.mid_extension and 1 <= len(mid) <= 16:
            self._mid = bytes([identity.mid_extension << 4 | len(mid) - 1]) + mid

    def media(
        self, packet: Packet, number: int, timestamp: int, send_time: int
    ) -> bytes:
        """`packet` as it goes out under this sequence number."""
        identity = self._identity
        return self._write(
            packet, identity.payload_type, identity.ssrc, number, timestamp, send_time
        )

    def again(
        self, packet: Packet, number: int, timestamp: int, send_time: int, rtx: int
    ) -> bytes:
        """`packet` as retransmission number `rtx` (RFC 4588).

        Without a retransmission stream it is the packet itself once more.
        """
        identity = self._identity
        if identity.rtx_payload_type is None:
            return self.media(packet, number, timestamp, send_time)
        wrapped = Packet(
            index=packet.index,
            timestamp=packet.timestamp,
            marker=packet.marker,
            payload=struct.pack("!H", number) + packet.payload,
        )
        return self._write(
            wrapped,
            identity.rtx_payload_type,
            identity.rtx_ssrc,
            rtx,
            timestamp,
            send_time,
        )

    def _write(
        self,
        packet: Packet,
        payload_type: int,
        ssrc: int,
        number: int,
        timestamp: int,
        send_time: int,
    ) -> bytes:
        extensions = self._extensions(packet, send_time)
        header = _HEADER.pack(
            0x90 if extensions else 0x80,
            packet.marker << 7 | payload_type,
            number,
            timestamp,
            ssrc,
        )
        return header + extensions + packet.payload

    def _extensions(self, packet: Packet, send_time: int) -> bytes:
        values = self._mid
        identity = self._identity
        if identity.time_extension:
            values += bytes([identity.time_extension << 4 | 2])
            values += send_time.to_bytes(3, "big")
        if identity.level_extension and packet.audio_level is not None:
            values += bytes([identity.level_extension << 4, packet.audio_level])
        if not values:
            return b""
        values += bytes(-len(values) % 4)
        length = len(values) // 4
        return _ONE_BYTE_EXTENSIONS + length.to_bytes(2, "big") + values


def absolute_send_time(now_ms: int) -> int:
    """24 bits, seconds with 18 behind the point; any steady clock will do."""
    return (now_ms << 18) // 1000 & 0xFFFFFF
