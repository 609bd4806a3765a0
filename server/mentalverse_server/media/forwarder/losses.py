"""What was lost: on the way in, to be asked for; on the way out, to be sent again.

Sequence numbers of RTP have 16 bits. In here they are counted on without end (extended,
RFC 3550 A.1), so that comparisons need no care.
"""

from __future__ import annotations

from .packets import Packet

RING_PACKETS = 512
"""Of one video stream: 18 s of a camera, and more than any client asks back for."""
ASK_AGAIN_MS = 100
ASK_TIMES = 5
MAX_MISSING = 256
"""A gap wider than this is no loss that asking mends: a key frame is."""


class SequenceNumbers:
    """16 bits in, an ever growing count out; tolerant of what comes late."""

    __slots__ = ("_highest",)

    def __init__(self) -> None:
        self._highest: int | None = None

    def extend(self, sequence_number: int) -> int:
        """The number nearest to the highest seen. Starts above 0: it may go back."""
        if self._highest is None:
            self._highest = 0x10000 + sequence_number
            return self._highest
        delta = (sequence_number - self._highest) & 0xFFFF
        extended = self._highest + (delta if delta < 0x8000 else delta - 0x10000)
        self._highest = max(self._highest, extended)
        return extended


class Ring:
    """The last packets of a stream, by their extended number."""

    __slots__ = ("_packets",)

    def __init__(self) -> None:
        self._packets: list[Packet | None] = [None] * RING_PACKETS

    def add(self, packet: Packet) -> None:
        """Keep `packet` in the place of one that is `RING_PACKETS` older."""
        self._packets[packet.index % RING_PACKETS] = packet

    def get(self, index: int) -> Packet | None:
        """The packet with this extended number, if it is still there."""
        packet = self._packets[index % RING_PACKETS]
        return packet if packet is not None and packet.index == index else None

    def clear(self) -> None:
        """Forget everything."""
        self._packets = [None] * RING_PACKETS


class Missing:
    """Which packets of a publisher have not come, and when to ask for them again."""

    __slots__ = ("_asked", "_highest", "lost")

    def __init__(self) -> None:
        self._highest: int | None = None
        self._asked: dict[int, tuple[int, int]] = {}
        """From extended number to (asked so often, next time in ms)."""
        self.lost = 0
        """How many were given up, or came in a gap too wide to ask for."""

    def arrived(self, index: int, now_ms: int) -> bool:
        """Note a packet; True if others before it are missing since now."""
        if self._highest is None:
            self._highest = index
            return False
        if index <= self._highest:
            self._asked.pop(index, None)
            return False
        gap = range(self._highest + 1, index)
        self._highest = index
        if len(gap) + len(self._asked) > MAX_MISSING:
            self.lost += len(gap) + len(self._asked)
            self._asked.clear()
            return False
        for each in gap:
            self._asked[each] = (0, now_ms)
        return bool(gap)

    def due(self, now_ms: int) -> list[int]:
        """What to ask for now, as 16-bit numbers in the order a report needs them."""
        due: list[int] = []
        for index, (times, at_ms) in list(self._asked.items()):
            if at_ms > now_ms:
                continue
            if times == ASK_TIMES:
                del self._asked[index]
                self.lost += 1
                continue
            self._asked[index] = (times + 1, now_ms + ASK_AGAIN_MS)
            due.append(index)
        return sorted(index & 0xFFFF for index in due)

    def forget(self) -> None:
        """Ask for nothing more: the stream has stopped on purpose."""
        self._asked.clear()
        self._highest = None
