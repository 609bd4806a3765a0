"""What Janus holds for this server: rooms, seats, connections, by Janus' own ids.

Kept in a file beside its settings, so that a restarted server finds the sessions again
whose media never stopped. It is a copy: what is lost with it are connections that end
by themselves half a minute later, and clients make new ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from ...errors import StartupError
from ...owner_files import read_file, write_file
from ..driver import Direction, FeedId, NoSuchRoom, RoomSpec, is_screen
from .sdp import Transport

STATE_FILE = "rooms.json"


class Publisher(msgspec.Struct):
    """A connection on which a seat sends one feed."""

    feed: FeedId
    handle: int
    mids: tuple[str, ...]
    origin: str
    """Names the connection in the offers of its client."""
    ufrag: str
    paused: bool = False
    up: bool = False
    lost: bool = False
    """Hung up: such a handle cannot be restarted."""


class Subscription(msgspec.Struct):
    """The connection on which a seat receives."""

    handle: int
    feeds: dict[str, FeedId]
    """By MID, of the last offer."""
    video: frozenset[str]
    """MIDs that carry video."""
    flowing: frozenset[FeedId] = frozenset()
    offer: str = ""
    """The offer that is not answered yet."""
    client: Transport | None = None
    """As it last answered; None before the first answer."""
    up: bool = False
    lost: bool = False

    def mids(self, feeds: frozenset[FeedId]) -> list[str]:
        """The MIDs that carry one of `feeds`."""
        return [mid for mid, feed in self.feeds.items() if feed in feeds]


class Seat(msgspec.Struct):
    """One Janus session: what ends with it ends at once."""

    session: int
    publishers: dict[FeedId, Publisher] = {}
    subscription: Subscription | None = None

    def older(self, feed: FeedId) -> list[Publisher]:
        """Its feeds of the same kind under another name."""
        return [
            each
            for each in self.publishers.values()
            if each.feed != feed and is_screen(each.feed) == is_screen(feed)
        ]


class Room(msgspec.Struct):
    """A room under the id it has in Janus, which no client is told."""

    spec: RoomSpec
    id: str
    secret: str
    seats: dict[str, Seat] = {}

    def seat(self, name: str) -> Seat:
        """Raises `NoSuchRoom`."""
        found = self.seats.get(name)
        if found is None:
            raise NoSuchRoom("no such seat")
        return found

    def feeds_up(self) -> frozenset[FeedId]:
        """The feeds that can be received now."""
        return frozenset(
            each.feed
            for seat in self.seats.values()
            for each in seat.publishers.values()
            if each.up
        )

    def has_screen_of_another(self, seat: Seat) -> bool:
        """Whether somebody else presents."""
        return any(
            is_screen(feed) and not publisher.lost
            for each in self.seats.values()
            if each is not seat
            for feed, publisher in each.publishers.items()
        )

    def publisher(self, feed: FeedId) -> tuple[Seat, Publisher]:
        """Raises `NoSuchRoom`."""
        for seat in self.seats.values():
            if feed in seat.publishers:
                return seat, seat.publishers[feed]
        raise NoSuchRoom("no such feed")


class Place(msgspec.Struct, frozen=True):
    """Whose a handle is."""

    room: Room
    name: str
    seat: Seat
    end: Publisher | Subscription

    @property
    def direction(self) -> Direction:
        """Seen from the client."""
        if isinstance(self.end, Publisher):
            return Direction.PUBLISH
        return Direction.SUBSCRIBE


class State(msgspec.Struct):
    """Everything; `server_name` says of which start of Janus."""

    server_name: str = ""
    session: int = 0
    """The server's own session, for what concerns whole rooms."""
    handle: int = 0
    rooms: dict[str, Room] = {}
    ending: list[int] = []
    """Sessions to be ended as soon as Janus can be told."""

    def room(self, name: str) -> Room:
        """Raises `NoSuchRoom`."""
        found = self.rooms.get(name)
        if found is None:
            raise NoSuchRoom("no such room")
        return found

    def seats(self) -> Iterator[tuple[Room, str, Seat]]:
        """Every seat of every room."""
        for room in self.rooms.values():
            for name, seat in room.seats.items():
                yield room, name, seat

    def place(self, handle: int) -> Place | None:
        """Whose `handle` is; None: nobody's any more."""
        for room, name, seat in self.seats():
            for publisher in seat.publishers.values():
                if publisher.handle == handle:
                    return Place(room, name, seat, publisher)
            subscription = seat.subscription
            if subscription is not None and subscription.handle == handle:
                return Place(room, name, seat, subscription)
        return None


def read_state(folder: Path) -> State:
    """What was kept; an empty one if nothing was, or it cannot be read."""
    try:
        return msgspec.json.decode(read_file(folder / STATE_FILE), type=State)
    except (StartupError, msgspec.DecodeError, ValueError):
        return State()


def write_state(folder: Path, document: bytes) -> None:
    """Keep `msgspec.json.encode(state)`. Raises `StartupError`."""
    write_file(folder / STATE_FILE, document)
