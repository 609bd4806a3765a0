"""Arithmetic of what fits: a room into a process, cameras into a subscriber's line."""

from __future__ import annotations

from collections.abc import Sequence

from ..driver import FeedId

MAX_PLANNED_PACKETS = 14_500
"""Per second and process; one core ends near 18,000."""
PACKETS_PER_PAIR = 78.6
"""Of one microphone and camera, from one person to another, per second."""

CAMERA_BITS_PER_SECOND = 250_000
SCREEN_BITS_PER_SECOND = 500_000
"""What publishers are told to stay below."""

TOO_THIN = 0.7
"""Of what is sent: a subscriber that says it takes less than that is sent less."""
DROP_AFTER_MS = 3_000
BACK_AFTER_MS = 10_000
ESTIMATE_VALID_MS = 5_000


def planned_packets(seats: int) -> int:
    """What a room may send per second when all its seats are taken.

    A screen is not counted: while somebody presents, cameras are small or off.
    """
    return round(seats * (seats - 1) * PACKETS_PER_PAIR)


class Downlink:
    """Which cameras a subscriber does without, by what it says it can receive.

    A browser estimates all of its streams together and names them; aiortc estimates
    every line for itself and names one. Only an estimate that names every video stream
    which flows is about the whole line, and all others are left out of account.
    """

    __slots__ = ("_back_at_ms", "_bits", "_bits_at_ms", "_thin_since_ms", "dropped")

    def __init__(self) -> None:
        self.dropped: list[FeedId] = []
        """The last is the first to come back."""
        self._bits: int | None = None
        self._bits_at_ms = 0
        self._thin_since_ms: int | None = None
        self._back_at_ms = 0

    def estimated(
        self, bits: int, ssrcs: frozenset[int], flowing: frozenset[int], now_ms: int
    ) -> None:
        """A subscriber's estimate; `flowing` are the video streams sent to it."""
        if flowing and flowing <= ssrcs:
            self._bits, self._bits_at_ms = bits, now_ms

    def judge(self, sent_bits: int, cameras: Sequence[FeedId], now_ms: int) -> None:
        """Once a second: `sent_bits` of video in the last one.

        `cameras` are those that flow, the first to go first; no screen is among them.
        """
        if self._is_too_thin(sent_bits, now_ms):
            if self._thin_since_ms is None:
                self._thin_since_ms = now_ms
            if now_ms - self._thin_since_ms >= DROP_AFTER_MS and cameras:
                self.dropped.append(cameras[0])
                self._thin_since_ms = None
                self._back_at_ms = now_ms + BACK_AFTER_MS
            return
        self._thin_since_ms = None
        if self.dropped and now_ms >= self._back_at_ms:
            self.dropped.pop()
            self._back_at_ms = now_ms + BACK_AFTER_MS

    def gone(self, feed: FeedId) -> None:
        """`feed` is not received any more."""
        if feed in self.dropped:
            self.dropped.remove(feed)

    def _is_too_thin(self, sent_bits: int, now_ms: int) -> bool:
        if self._bits is None or now_ms - self._bits_at_ms > ESTIMATE_VALID_MS:
            return False
        return self._bits < TOO_THIN * sent_bits
