"""A subscription: everything that one seat receives, on one connection.

It has lines of sound and of picture. A line carries one feed, is idle when that feed is
dropped, and is given to the next: lines cannot be taken out of a description, and a
room whose people come and go would grow it without end. A line changes hands only after
the client has seen it idle, as long as there is room for another one.

A packet flows when all of this holds: the client took the line in its answer, the
connection is up, the server has resumed the feed, and the client's bandwidth is not too
thin for it (`shares.Downlink`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from aiortc import RTCRtpTransceiver

from ..driver import FeedId, is_screen
from . import hooks
from .connection import Connection, State
from .leg import Leg
from .packets import Estimate, Feedback, KeyFrameWanted, Lost, Packet, SenderReport
from .publication import Publication, Source
from .shares import Downlink

MAX_LINES = 20
"""Sound and picture of nine others, and of a screen."""

Clock = Callable[[], int]


class Line:
    """One outgoing line; an `Outlet` of the source it carries, if it flows."""

    def __init__(
        self,
        line: RTCRtpTransceiver,
        clock: Clock,
        on_estimate: Callable[[Estimate], None],
    ) -> None:
        self.line = line
        self.kind: str = line.kind
        self.source: Source | None = None
        self.feed: FeedId | None = None
        self.leg: Leg | None = None
        self.is_idle_for_client = False
        self.is_flowing = False
        self.octets_before = 0
        self.sent_again = 0
        self._clock = clock
        self._on_estimate = on_estimate
        hooks.listen(line.sender, self._reported)

    def carry(self, feed: FeedId, source: Source) -> None:
        """From now on this feed."""
        self.feed, self.source = feed, source
        self.line.direction = "sendonly"
        # A stream's id may hold no colon (RFC 8830).
        stream = feed.replace(":", ".")
        hooks.name_stream(self.line.sender, stream, f"{stream}.{self.kind}")
        if self.leg is not None:
            self.leg.handed_over()

    def release(self) -> None:
        """Carry nothing."""
        self.stop()
        self.feed = self.source = None
        self.line.direction = "inactive"
        self.is_idle_for_client = False

    def answered(self) -> None:
        """What the client said of this line."""
        identity = hooks.identity(self.line)
        if self.leg is None:
            rate = 90_000 if self.kind == "video" else 48_000
            self.leg = Leg(identity, rate)
        else:
            self.leg.renegotiated(identity)
        self.is_idle_for_client = self.feed is None

    @property
    def is_wanted(self) -> bool:
        """Whether the client took it."""
        return self.leg is not None and self.line.currentDirection == "sendonly"

    async def start(self) -> None:
        """Let it flow; a picture begins with a key frame."""
        if self.is_flowing or self.source is None or self.leg is None:
            return
        self.is_flowing = True
        self.leg.interrupted()
        self.source.outlets.append(self)
        await self.source.want_key_frame(at_once=True)

    def stop(self) -> None:
        """Let it not flow."""
        if self.is_flowing and self.source is not None:
            self.is_flowing = False
            self.source.outlets.remove(self)

    async def forward(self, packet: Packet, now_ms: int) -> None:
        """From the source."""
        data = None if self.leg is None else self.leg.take(packet, now_ms)
        if data is not None and not await hooks.send(self.line.sender, data):
            self.stop()

    async def report(self, report: SenderReport) -> None:
        """From the source."""
        leg = self.leg
        moved = None if leg is None else leg.report(report)
        if leg is not None and moved is not None:
            await hooks.send_report(self.line.sender, moved, leg.packets, leg.octets)

    def interrupted(self) -> None:
        """The source leaves packets out."""
        if self.leg is not None:
            self.leg.interrupted()

    def handed_over(self) -> None:
        """The source goes on as another stream."""
        if self.leg is not None:
            self.leg.handed_over()

    async def _reported(self, feedback: Feedback) -> None:
        """From the client."""
        source = self.source
        if isinstance(feedback, Estimate):
            self._on_estimate(feedback)
        elif source is None or self.leg is None or not self.is_flowing:
            return
        elif isinstance(feedback, KeyFrameWanted):
            await source.want_key_frame()
        elif isinstance(feedback, Lost):
            await self._send_again(feedback, source, self.leg)

    async def _send_again(self, lost: Lost, source: Source, leg: Leg) -> None:
        now_ms = self._clock()
        for number in lost.numbers:
            data = leg.again(number, source.ring, now_ms)
            if data is not None:
                self.sent_again += 1
                await hooks.send(self.line.sender, data)


class Subscription:
    """What `seat` receives."""

    def __init__(self, seat: str, connection: Connection, clock: Clock) -> None:
        self.seat = seat
        self.connection = connection
        self.lines: list[Line] = []
        self._clock = clock
        self._resumed: set[FeedId] = set()
        self._ranks: dict[FeedId, int] = {}
        self._downlink = Downlink()
        self._offer: str | None = None
        self._mids: dict[str, FeedId] = {}

    @property
    def feeds(self) -> set[FeedId]:
        """What it carries or will."""
        return {line.feed for line in self.lines if line.feed is not None}

    async def change(
        self, add: Iterable[Publication], drop: Iterable[FeedId]
    ) -> str | None:
        """Receive other feeds: the offer, also again if it was not answered yet."""
        is_changed = False
        for feed in drop:
            is_changed |= self._drop(feed)
        for publication in add:
            is_changed |= self._add(publication)
        if is_changed:
            self._offer = await self.connection.describe()
            self._mids = {
                str(line.line.mid): line.feed
                for line in self.lines
                if line.feed is not None
            }
        return self._offer

    async def answered(self, sdp: str) -> None:
        """Raises `BadSdp`, and `WrongState` if no offer is open."""
        await self.connection.take_answer(sdp)
        self._offer = None
        for line in self.lines:
            line.answered()
        await self.refresh()

    def feeds_by_mid(self) -> Mapping[str, FeedId]:
        """What the lines of the last offer carry."""
        return self._mids

    async def resume(self, feeds: Iterable[FeedId]) -> None:
        """The server lets these flow."""
        self._resumed |= self.feeds & set(feeds)
        await self.refresh()

    def prefer(self, feed: FeedId, rank: int) -> None:
        """The higher, the later this camera is given up."""
        if feed in self.feeds:
            self._ranks[feed] = rank

    async def refresh(self) -> None:
        """Start and stop lines as the state of everything says."""
        is_up = self.connection.state is State.UP
        for line in self.lines:
            flows = (
                is_up
                and line.is_wanted
                and line.feed in self._resumed
                and not (line.kind == "video" and line.feed in self._downlink.dropped)
            )
            if flows:
                await line.start()
            else:
                line.stop()

    def stop(self) -> None:
        """Let nothing flow: the connection is being closed."""
        for line in self.lines:
            line.stop()

    async def judge(self) -> None:
        """Every second: whether everything fits."""
        sent = 0
        for line in self._flowing_video():
            octets = line.leg.octets if line.leg is not None else 0
            sent += octets - line.octets_before
            line.octets_before = octets
        before = tuple(self._downlink.dropped)
        self._downlink.judge(sent * 8, self._cameras(), self._clock())
        if before != tuple(self._downlink.dropped):
            await self.refresh()

    def _add(self, publication: Publication) -> bool:
        """Give it lines, unless it has them already or no more are to be had."""
        carried = {line.kind for line in self.lines if line.feed == publication.feed}
        is_changed = False
        for kind, source in publication.sources.items():
            line = None if kind in carried else self._free_line(kind)
            if line is not None:
                line.carry(publication.feed, source)
                is_changed = True
        return is_changed

    def _drop(self, feed: FeedId) -> bool:
        lines = [line for line in self.lines if line.feed == feed]
        for line in lines:
            line.release()
        self._resumed.discard(feed)
        self._ranks.pop(feed, None)
        self._downlink.gone(feed)
        return bool(lines)

    def _free_line(self, kind: str) -> Line | None:
        idle = [line for line in self.lines if line.feed is None and line.kind == kind]
        for line in idle:
            if line.is_idle_for_client:
                return line
        if len(self.lines) < MAX_LINES:
            line = Line(self.connection.add_line(kind), self._clock, self._estimated)
            self.lines.append(line)
            return line
        return idle[0] if idle else None

    def _flowing_video(self) -> list[Line]:
        return [line for line in self.lines if line.kind == "video" and line.is_flowing]

    def _cameras(self) -> list[FeedId]:
        """Those that flow, the least missed first."""
        feeds = {line.feed for line in self._flowing_video() if line.feed is not None}
        cameras = sorted(feed for feed in feeds if not is_screen(feed))
        return sorted(cameras, key=lambda feed: self._ranks.get(feed, 0))

    def _estimated(self, estimate: Estimate) -> None:
        flowing = {line.leg.identity.ssrc for line in self._flowing_video() if line.leg}
        self._downlink.estimated(
            estimate.bits_per_second,
            estimate.ssrcs,
            frozenset(flowing),
            self._clock(),
        )
