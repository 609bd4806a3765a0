"""`SfuDriver`: what the server asks of a media engine, and what an engine reports.

Clients never talk to an engine. The server carries the SDP, checks the seat at every
request and binds each feed to the seat that published it. A room has seats, a seat
publishes feeds and holds one subscription with every feed it receives.

Two directions, two connections for each seat: `PUBLISH`, offered by the client and
answered by the engine, and `SUBSCRIBE`, offered by the engine and answered by the
client. A screen is a feed of its own, on a `PUBLISH` connection of its own.

Feeds are named `member:conn_epoch` (microphone and camera) and
`member:conn_epoch:screen`: an engine that still holds what a crashed client left
refuses a name used again, so a connection never comes back under its old one.

Every call may raise `EngineLost`; what else it raises stands at the call. A driver does
not serialise and knows no deadline of its own: `engines` does both for all of them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal, NewType, Protocol

FeedId = NewType("FeedId", str)
"""`member:conn_epoch` or `member:conn_epoch:screen`."""

MAX_SDP_BYTES = 48 * 1024
"""Of one description: a frame of the wire is 64 KiB."""
MAX_CANDIDATE_BYTES = 1024


class Direction(Enum):
    """Which of a seat's two connections is meant, seen from the client."""

    PUBLISH = "publish"
    SUBSCRIBE = "subscribe"


class Replace(Enum):
    """The engine cannot restart this connection: build a new one, new `conn_epoch`."""

    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class Jsep:
    """A session description. `e2ee` says that its sender seals every frame."""

    type: Literal["offer", "answer"]
    sdp: str
    e2ee: bool


@dataclass(frozen=True, slots=True)
class RoomSpec:
    """A room to be made: `seats` planned, `screen` if somebody may present."""

    room: str
    seats: int
    screen: bool


@dataclass(frozen=True, slots=True)
class Caps:
    """What an engine can do."""

    simulcast: bool
    """It forwards one of several layers: `select_layer` means something."""
    retransmission: bool
    ice_restart: bool
    """False: `restart` answers `Replace.REPLACE`."""
    max_seats: int
    """Of one room, staff included."""


@dataclass(frozen=True, slots=True)
class FeedStats:
    """What arrived of one feed since it was published."""

    feed: FeedId
    packets: int
    bytes: int
    lost: int


@dataclass(frozen=True, slots=True)
class RoomStats:
    """What a room carries now; counters run from the room's beginning."""

    publishers: int
    subscribers: int
    packets_in: int
    packets_out: int
    bytes_out: int
    feeds: tuple[FeedStats, ...] = ()
    engine: Mapping[str, float] = field(default_factory=dict)
    """What only this engine counts, by its own names."""


@dataclass(frozen=True, slots=True)
class SeatUp:
    """A seat's connection carries media."""

    room: str
    seat: str
    direction: Direction


@dataclass(frozen=True, slots=True)
class SeatDown:
    """A seat's connection is closed or has failed; kicked seats are not reported."""

    room: str
    seat: str
    direction: Direction


@dataclass(frozen=True, slots=True)
class FeedGone:
    """A feed has ended in the engine, its publisher's connection with it."""

    room: str
    feed: FeedId


@dataclass(frozen=True, slots=True)
class EngineGone:
    """The engine is gone and with it the rooms it held; it is being started again."""

    rooms: frozenset[str]


@dataclass(frozen=True, slots=True)
class EngineBack:
    """The engine answers again.

    `empty`: `rooms` are there again and hold nobody, so every seat publishes and
    subscribes anew, under a new `conn_epoch`. Otherwise only the line to the engine was
    lost, and media went on.
    """

    rooms: frozenset[str]
    empty: bool


@dataclass(frozen=True, slots=True)
class EngineUnfit:
    """The engine will not come back by itself; `reason` is for the operator."""

    rooms: frozenset[str]
    reason: str


SfuEvent = SeatUp | SeatDown | FeedGone | EngineGone | EngineBack | EngineUnfit


class SfuError(Exception):
    """What an engine could not do. `code` is stable."""

    code = "sfu_failed"


class DriverUnfit(SfuError):
    """This engine cannot be used on this machine. Nobody's fault in the call."""

    code = "sfu_unavailable"


class EngineLost(SfuError):
    """The engine did not answer, or is gone. Try again after `EngineBack`."""

    code = "engine_lost"


class EngineFull(SfuError):
    """The room would take more than the engine is planned for. Try another."""

    code = "sfu_unavailable"


class BadSdp(SfuError):
    """The client's description or candidate is not one that is taken."""

    code = "bad_sdp"


class E2eeRequired(SfuError):
    """The client's description does not say that frames are sealed."""

    code = "e2ee_required"


class NoSuchRoom(SfuError):
    """There is no such room, or no such seat or feed in it: ask for the roster."""

    code = "no_such_room"


class RoomFull(SfuError):
    """All seats of the room are taken."""

    code = "call_full"


class WrongState(SfuError):
    """Not now: for example an answer where no offer is open. Ours or the client's."""

    code = "wrong_state"


class SfuDriver(Protocol):
    """A media engine. `seat` is a member's id, the part of a feed's name before `:`."""

    name: str
    caps: Caps

    async def start(self) -> None:
        """Start the engine and test it. Raises `DriverUnfit`."""

    async def stop(self) -> None:
        """Let go of the engine, as the driver's settings say. Never raises."""

    async def create_room(self, room: RoomSpec) -> None:
        """Make the room, if it is not there. Raises `EngineFull`."""

    async def destroy_room(self, room: str) -> None:
        """End the room with all connections, if it is there."""

    async def publish(self, room: str, feed: FeedId, offer: Jsep) -> Jsep:
        """Take a feed and return the answer.

        A seat's older feed of the same kind is closed. Published again under the same
        name, it is the same connection negotiated again. Raises `BadSdp`,
        `E2eeRequired`, `NoSuchRoom` and `RoomFull`.
        """

    async def unpublish(self, room: str, feed: FeedId) -> None:
        """Close a feed's connection, if it is there: a presentation is over."""

    async def subscribe(
        self, room: str, seat: str, add: frozenset[FeedId], drop: frozenset[FeedId]
    ) -> Jsep | None:
        """Change what `seat` receives and return the offer; None: nothing changed.

        What is added comes up paused (`resume`). Feeds that are not in the room are
        left out, and the seat's own are allowed (the test of a path uses them). An
        offer that was not answered yet is replaced by the next.
        """

    async def answer(self, room: str, seat: str, answer: Jsep) -> None:
        """Take the answer to the last offer of `subscribe` or `restart`.

        Raises `BadSdp`, `E2eeRequired`, `NoSuchRoom`; `WrongState` if none is open.
        """

    async def feeds_by_mid(self, room: str, seat: str) -> Mapping[str, FeedId]:
        """From each MID of the seat's last offer to the feed it carries."""

    async def resume(self, room: str, seat: str, feeds: frozenset[FeedId]) -> None:
        """Let `feeds` flow to `seat` and ask their publishers for a key frame."""

    async def trickle(
        self, room: str, seat: str, direction: Direction, candidate: str
    ) -> None:
        """Take one of the client's candidates (`candidate:…`), or "" for no more."""

    async def select_layer(
        self, room: str, seat: str, feed: FeedId, layer: int
    ) -> None:
        """Forward this simulcast layer, 0 the lowest. Engines without do nothing."""

    async def pause(self, room: str, feed: FeedId, paused: bool) -> None:
        """Stop a feed in the engine, for everybody; or let it go on."""

    async def restart(
        self, room: str, seat: str, direction: Direction, offer: Jsep | None
    ) -> Jsep | Replace:
        """Restart ICE: the answer to `offer` (publish), or an offer (subscribe).

        After `REPLACE` the old connection is closed: the client publishes under its new
        `conn_epoch`, or subscribes, and gets a connection that is new to the engine.
        """

    async def close_subscription(self, room: str, seat: str) -> None:
        """Close what the seat receives over, if there is such a connection.

        For a client that cannot restart ICE: it subscribes anew.
        """

    async def kick(self, room: str, seat: str) -> None:
        """Close everything of the seat; it holds no transport when this returns.

        Also for a seat that a newer connection of its owner takes, before that one
        publishes or subscribes.
        """

    async def stats(self, room: str) -> RoomStats:
        """What the room carries. Raises `NoSuchRoom`."""

    def events(self) -> AsyncIterator[SfuEvent]:
        """What happens, from now on; one reader. Ends with `stop`."""


def seat_of(feed: FeedId) -> str:
    """The seat that publishes `feed`."""
    return feed.split(":", 1)[0]


def is_screen(feed: FeedId) -> bool:
    """Whether `feed` is a presentation."""
    return feed.endswith(":screen")


def feed_id(member: str, conn_epoch: int, *, screen: bool = False) -> FeedId:
    """The feed of a connection of `member`."""
    return FeedId(f"{member}:{conn_epoch}" + (":screen" if screen else ""))
