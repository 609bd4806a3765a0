"""A seat's feeds in Janus: one handle each, offered by the client."""

from __future__ import annotations

from ..driver import BadSdp, FeedId, Jsep, SfuError
from .line import PLUGIN, Line
from .messages import Description
from .sdp import attribute, mids_of, origin_of
from .state import Publisher, Room, Seat


async def publish(
    line: Line, room: Room, seat: Seat, feed: FeedId, offer: Jsep
) -> Jsep:
    """Take a new feed and return the answer. Raises as `SfuDriver.publish`."""
    attached = await line.ask("attach", session_id=seat.session, plugin=PLUGIN)
    publisher = _described(feed, attached.made, offer)
    try:
        said = await line.tell_room(
            seat.session,
            publisher.handle,
            {
                "request": "joinandconfigure",
                "ptype": "publisher",
                "room": room.id,
                "id": feed_name(feed),
            },
            to_janus(offer),
        )
        answer = from_janus(said.jsep)
    except SfuError:
        # Refused, it would stay in the room as somebody who does not publish.
        await detach(line, seat, publisher.handle)
        raise
    seat.publishers[feed] = publisher
    return answer


async def renegotiate(
    line: Line, seat: Seat, publisher: Publisher, offer: Jsep
) -> Jsep:
    """Take another offer on the same connection: other m-lines, or ICE anew."""
    said = await line.tell_room(
        seat.session, publisher.handle, {"request": "configure"}, to_janus(offer)
    )
    answer = from_janus(said.jsep)
    fresh = _described(publisher.feed, publisher.handle, offer)
    publisher.mids, publisher.ufrag = fresh.mids, fresh.ufrag
    return answer


def whose(seat: Seat, origin: str) -> Publisher | None:
    """The connection whose offers have this origin."""
    return next((p for p in seat.publishers.values() if p.origin == origin), None)


def by_candidate(seat: Seat, candidate: str) -> Publisher | None:
    """The connection of a candidate, by the `ufrag` that browsers write into it.

    Without one it is the newest connection's: a client trickles what it has just begun.
    """
    words = candidate.split()
    named = dict(zip(words[8::2], words[9::2], strict=False)).get("ufrag")
    ends = list(seat.publishers.values())
    found = next((each for each in ends if each.ufrag == named), None)
    return found or (ends[-1] if ends else None)


async def moderate(
    line: Line, control: tuple[int, int], room: Room, publisher: Publisher
) -> None:
    """Make Janus stop the feed, or let it pass, as `publisher.paused` says."""
    for mid in publisher.mids:
        await line.tell_room(
            *control,
            {
                "request": "moderate",
                "room": room.id,
                "secret": room.secret,
                "id": feed_name(publisher.feed),
                "mid": mid,
                "mute": publisher.paused,
            },
        )


async def remove(
    line: Line, control: tuple[int, int], room: Room, feed: FeedId
) -> None:
    """Put whoever still has the feed's name out of the room."""
    await line.tell_room(
        *control,
        {
            "request": "kick",
            "room": room.id,
            "secret": room.secret,
            "id": feed_name(feed),
        },
    )


async def ask_for_key_frame(line: Line, seat: Seat, publisher: Publisher) -> None:
    """Whoever begins to receive can show nothing before one."""
    await line.tell_room(
        seat.session, publisher.handle, {"request": "configure", "keyframe": True}
    )


async def detach(line: Line, seat: Seat, handle: int) -> None:
    """Close one connection; it does not matter whether it is still there."""
    try:
        await line.ask("detach", session_id=seat.session, handle_id=handle)
    except SfuError:
        return


def feed_name(feed: FeedId) -> str:
    """The feed's id in Janus, which writes it into `a=msid`, where `:` is no letter."""
    return feed.replace(":", ".")


def feed_of(name: str) -> FeedId:
    """The feed of `feed_name`."""
    return FeedId(name.replace(".", ":"))


def to_janus(jsep: Jsep) -> dict[str, object]:
    """As Janus takes it."""
    return {"type": jsep.type, "sdp": jsep.sdp, "e2ee": jsep.e2ee}


def from_janus(described: Description | None) -> Jsep:
    """What a client is given. Janus forgets `e2ee` in the first offer it makes."""
    if described is None:
        raise BadSdp("Janus described nothing")
    return Jsep(described.type, described.sdp, e2ee=True)


def _described(feed: FeedId, handle: int, offer: Jsep) -> Publisher:
    return Publisher(
        feed,
        handle,
        mids_of(offer.sdp),
        origin_of(offer.sdp),
        attribute(offer.sdp, "ice-ufrag"),
    )
