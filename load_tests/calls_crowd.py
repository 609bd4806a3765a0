"""Light clients of a forwarder: real connections, packets made before, nothing decoded.

Each person sends what a microphone and a camera at 250 kbit/s send, and counts what
comes by the names in its clear header, before SRTP is taken off: ten of them then cost
this process less than they cost the engine that it measures.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from mentalverse_server.media.driver import FeedId, Jsep, RoomSpec, SfuDriver, feed_id
from mentalverse_server.media.forwarder import hooks
from mentalverse_server.media.forwarder.packets import (
    HeaderWriter,
    KeyFrameWanted,
    Packet,
    absolute_send_time,
)
from mentalverse_server.media.forwarder.probe import (
    KEY_FRAME,
    PICTURE,
    SOUND,
    Receiving,
    Sending,
    until,
)

ROOM = "load"
SOUND_EVERY_SECONDS = 0.02
PICTURE_EVERY_SECONDS = 1 / 15
SOUND_BYTES = 109
"""32 kbit/s in 20 ms, and the 29 that seal it."""
PICTURE_BYTES = 1_040
"""Of each of the two packets of a frame."""
PACKETS_PER_SECOND = 1 / SOUND_EVERY_SECONDS + 2 / PICTURE_EVERY_SECONDS
CONNECT_SECONDS = 30.0
STALL_SECONDS = 2.0
"""A picture or a voice that stands for so long is taken for gone."""
_DELTA_FRAME = b"\x10\x11\x02\x00"
_CONTINUED = b"\x00"


@dataclass(slots=True)
class Stream:
    """What one person got of one line of another."""

    packets: int = 0
    last_at: float = 0.0
    longest_gap_seconds: float = 0.0


@dataclass(slots=True)
class Heard:
    """Everything that one person got, by SSRC."""

    streams: dict[int, Stream] = field(default_factory=dict)
    began_at: float = 0.0

    def take(self, datagram: bytes) -> None:
        """An RTP packet, still sealed."""
        ssrc = int.from_bytes(datagram[8:12], "big")
        stream = self.streams.get(ssrc)
        if stream is None:
            stream = self.streams[ssrc] = Stream(last_at=self.began_at)
        now = time.perf_counter()
        gap = now - stream.last_at
        if gap > stream.longest_gap_seconds:
            stream.longest_gap_seconds = gap
        stream.last_at = now
        stream.packets += 1

    def begin(self) -> None:
        """Count from now on."""
        self.began_at = time.perf_counter()
        self.streams = {ssrc: Stream(last_at=self.began_at) for ssrc in self.streams}

    def gaps(self, lines: int) -> list[float]:
        """The longest time without a packet on each of so many lines, in seconds.

        What has not come until now counts, and a line that carried nothing has stood
        since the beginning.
        """
        now = time.perf_counter()
        busiest = sorted(self.streams.values(), key=lambda it: -it.packets)[:lines]
        gaps = [max(it.longest_gap_seconds, now - it.last_at) for it in busiest]
        return gaps + [now - self.began_at] * (lines - len(gaps))

    @property
    def packets(self) -> int:
        """Of all streams."""
        return sum(each.packets for each in self.streams.values())


class LightClient:
    """A seat of a room: one connection that sends, one that receives."""

    def __init__(self, driver: SfuDriver, seat: str) -> None:
        self.seat = seat
        self.feed: FeedId = feed_id(seat, 1)
        self.heard = Heard()
        self.sent = 0
        self._driver = driver
        self._sending = Sending(SOUND, PICTURE)
        self._receiving = Receiving()
        self._wants_key_frame = True
        self._is_counting = False

    async def publish(self) -> None:
        """Come in with microphone and camera."""
        offer = Jsep("offer", await self._sending.offer(), e2ee=True)
        answer = await self._driver.publish(ROOM, self.feed, offer)
        await self._sending.take_answer(answer.sdp)
        await until(lambda: self._sending.is_up, CONNECT_SECONDS)

    async def watch(self, feeds: Sequence[FeedId]) -> None:
        """Receive everybody else."""
        wanted = frozenset(feeds) - {self.feed}
        offer = await self._driver.subscribe(ROOM, self.seat, wanted, frozenset())
        if offer is None:
            raise RuntimeError(f"{self.seat} was offered nothing")
        answer = Jsep("answer", await self._receiving.answer(offer.sdp), e2ee=True)
        await self._driver.answer(ROOM, self.seat, answer)
        await until(lambda: self._receiving.is_up, CONNECT_SECONDS)
        count_datagrams(self._receiving.pc, self.heard.take)
        await self._driver.resume(ROOM, self.seat, wanted)

    async def send(self, until_at: float, phase: float) -> None:
        """Sound and pictures until then; `phase` (0–1) keeps people out of step."""
        await asyncio.gather(
            self._send_steadily(self._sounds(), SOUND_EVERY_SECONDS, until_at, phase),
            self._send_steadily(
                self._pictures(), PICTURE_EVERY_SECONDS, until_at, phase
            ),
        )

    async def close(self) -> None:
        """Leave."""
        await self._sending.close()
        await self._receiving.close()

    async def _send_steadily(
        self, say: Callable[[], Any], every: float, until_at: float, phase: float
    ) -> None:
        at = time.perf_counter() + every * phase
        while at < until_at:
            await asyncio.sleep(max(0.0, at - time.perf_counter()))
            await say()
            at += every

    def _sounds(self) -> Callable[[], Any]:
        line = Line(self._sending, SOUND, 960)
        payload = b"\xf8" + os.urandom(SOUND_BYTES - 1)

        async def say() -> None:
            line.tick()
            self.sent += await line.send(payload)

        return say

    def _pictures(self) -> Callable[[], Any]:
        line = Line(self._sending, PICTURE, 6_000)
        rest = os.urandom(PICTURE_BYTES - len(KEY_FRAME))
        feedback = self._sending.feedback[PICTURE]

        async def say() -> None:
            line.tick()
            wanted = any(isinstance(each, KeyFrameWanted) for each in feedback)
            feedback.clear()
            begins = KEY_FRAME if wanted else _DELTA_FRAME
            self.sent += await line.send(begins + rest, marker=0)
            self.sent += await line.send(_CONTINUED + rest)

        return say


class Line:
    """A probe's line whose header is made once."""

    def __init__(self, sending: Sending, kind: str, ticks: int) -> None:
        self._sending = sending
        self._kind = kind
        self._ticks = ticks
        self._line = sending.lines[kind]
        self._writer = HeaderWriter(hooks.identity(self._line))

    def tick(self) -> None:
        """The next packet belongs to the next frame."""
        stamps = self._sending.timestamps
        stamps[self._kind] = stamps[self._kind] + self._ticks & 0xFFFFFFFF

    async def send(self, payload: bytes, marker: int = 1) -> int:
        """One packet; how many went out."""
        self._sending.skip(self._kind)
        packet = Packet(0, 0, marker, payload, audio_level=0x85)
        time_now = absolute_send_time(int(time.perf_counter() * 1000))
        data = self._writer.media(
            packet,
            self._sending.numbers[self._kind],
            self._sending.timestamps[self._kind],
            time_now,
        )
        return int(await hooks.send(self._line.sender, data))


def count_datagrams(connection: Any, take: Callable[[bytes], None]) -> None:
    """Give RTP to `take`, still sealed, and everything else to the connection."""
    transport = connection.getTransceivers()[0].receiver.transport.transport

    def wrap(passed_on: Callable[[bytes, Any], None]) -> Callable[[bytes, Any], None]:
        def datagram_received(data: bytes, addr: Any) -> None:
            # RFC 7983, and RFC 5761: payload types 64 to 95 are RTCP.
            if 127 < data[0] < 192 and not 64 <= data[1] & 0x7F <= 95:
                take(data)
            else:
                passed_on(data, addr)

        return datagram_received

    for protocol in transport._connection._protocols:
        protocol.datagram_received = wrap(protocol.datagram_received)


class Crowd:
    """A full room of light clients."""

    def __init__(self, driver: SfuDriver, seats: int) -> None:
        self.clients = [LightClient(driver, f"seat-{n:02}") for n in range(seats)]

    async def hold(self, seconds: float) -> None:
        """Everybody speaks for so long."""
        until_at = time.perf_counter() + seconds
        await asyncio.gather(
            *(
                each.send(until_at, number / len(self.clients))
                for number, each in enumerate(self.clients)
            )
        )

    @property
    def heard(self) -> list[Heard]:
        """Of each."""
        return [each.heard for each in self.clients]

    @property
    def sent(self) -> int:
        """Packets, by all of them."""
        return sum(each.sent for each in self.clients)

    def gaps(self) -> list[float]:
        """The longest of each line to each person, in seconds."""
        lines = 2 * (len(self.clients) - 1)
        return [gap for heard in self.heard for gap in heard.gaps(lines)]


@asynccontextmanager
async def full_room(driver: SfuDriver, seats: int) -> AsyncIterator[Crowd]:
    """Everybody is there, sends to everybody and is received."""
    await driver.create_room(RoomSpec(ROOM, seats, screen=False))
    crowd = Crowd(driver, seats)
    try:
        for client in crowd.clients:
            await client.publish()
        feeds = [each.feed for each in crowd.clients]
        for client in crowd.clients:
            await client.watch(feeds)
        yield crowd
    finally:
        for client in crowd.clients:
            await client.close()
        await driver.destroy_room(ROOM)
