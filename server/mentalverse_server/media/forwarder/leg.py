"""A leg: one outgoing stream of one subscriber, from one publisher's stream.

What goes out has the subscriber's SSRC, payload type and MID, and an unbroken row of
sequence numbers: the publisher's own as long as nothing is left out, moved up once
after a pause or when the line is given to another publisher. SRTP guesses the upper
bits of a number from its distance to the last, and a jump over half of the range would
break the stream for good.

Timestamps stay the publisher's, and sender reports with them: sound and picture of one
person are told from the same clock. When a line changes hands the new publisher's are
moved to go on where the old ones would be now.
"""

from __future__ import annotations

from .losses import Ring
from .packets import HeaderWriter, Identity, Packet, SenderReport, absolute_send_time

MAX_AGAIN_PER_SECOND = 300
"""Retransmissions of one leg: asking costs little, sending again does not."""


class Leg:
    """The outgoing stream; `clock_rate` in ticks per second."""

    __slots__ = (
        "_again_left",
        "_again_second",
        "_clock_rate",
        "_first_index",
        "_index_offset",
        "_last_index",
        "_last_ms",
        "_last_timestamp",
        "_rtx_number",
        "_timestamp_offset",
        "_writer",
        "identity",
        "octets",
        "packets",
    )

    def __init__(self, identity: Identity, clock_rate: int) -> None:
        self.identity = identity
        self.packets = 0
        self.octets = 0
        self._writer = HeaderWriter(identity)
        self._clock_rate = clock_rate
        self._first_index: int | None = None
        self._index_offset = 0
        self._timestamp_offset: int | None = 0
        self._last_index: int | None = None
        self._last_timestamp = 0
        self._last_ms = 0
        self._rtx_number = 0
        self._again_second = -1
        self._again_left = 0

    def renegotiated(self, identity: Identity) -> None:
        """What the subscriber's last answer says of this line."""
        if identity != self.identity:
            self.identity = identity
            self._writer = HeaderWriter(identity)

    def interrupted(self) -> None:
        """The next packet follows the last sent, whatever was left out between."""
        self._first_index = None

    def handed_over(self) -> None:
        """The next packet is another publisher's."""
        self.interrupted()
        if self._last_index is not None:
            self._timestamp_offset = None

    def take(self, packet: Packet, now_ms: int) -> bytes | None:
        """`packet` as it goes out; None if it is from before the last interruption."""
        if self._first_index is None:
            self._begin(packet, now_ms)
        elif packet.index < self._first_index:
            return None
        index = packet.index + self._index_offset
        timestamp = self._moved(packet.timestamp)
        if self._last_index is None or index > self._last_index:
            self._last_index, self._last_timestamp = index, timestamp
            self._last_ms = now_ms
        self.packets += 1
        self.octets += len(packet.payload)
        return self._writer.media(
            packet, index & 0xFFFF, timestamp, absolute_send_time(now_ms)
        )

    def again(self, number: int, ring: Ring, now_ms: int) -> bytes | None:
        """What the subscriber saw as `number`, if it was sent and is still there."""
        if self._first_index is None or not self._may_send_again(now_ms):
            return None
        index = self._numbers_near_last(number) - self._index_offset
        packet = ring.get(index) if index >= self._first_index else None
        if packet is None:
            return None
        self._rtx_number = self._rtx_number + 1 & 0xFFFF
        return self._writer.again(
            packet,
            number,
            self._moved(packet.timestamp),
            absolute_send_time(now_ms),
            self._rtx_number,
        )

    def report(self, report: SenderReport) -> SenderReport | None:
        """The publisher's clock pair for this leg; None while nothing was sent."""
        if self._first_index is None:
            return None
        return SenderReport(report.ntp, self._moved(report.timestamp))

    def _begin(self, packet: Packet, now_ms: int) -> None:
        self._first_index = packet.index
        if self._last_index is not None:
            self._index_offset = self._last_index + 1 - packet.index
        if self._timestamp_offset is None:
            waited = max(1, (now_ms - self._last_ms) * self._clock_rate // 1000)
            self._timestamp_offset = self._last_timestamp + waited - packet.timestamp

    def _moved(self, timestamp: int) -> int:
        return timestamp + (self._timestamp_offset or 0) & 0xFFFFFFFF

    def _numbers_near_last(self, number: int) -> int:
        last = self._last_index or 0
        behind = (last - number) & 0xFFFF
        return last - behind

    def _may_send_again(self, now_ms: int) -> bool:
        second = now_ms // 1000
        if second != self._again_second:
            self._again_second, self._again_left = second, MAX_AGAIN_PER_SECOND
        self._again_left -= 1
        return self._again_left >= 0
