"""What a seat receives: one connection for all feeds, offered by Janus.

Janus makes one offer at a time and waits for its answer. A room changes faster than
that, so an offer that is still open is closed first:

| the connection | closing its open offer |
|---|---|
| was answered before | an answer in the client's name (`sdp.stand_in`) |
| never was | it is made anew with all feeds: the client has used none yet |

Either way the client answers the newest offer only. Feeds that were added are stopped
until `resume`, and asked for a key frame then and again when the offer with them is
answered: a browser throws away what comes before it knows the m-line.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from ..driver import (
    E2eeRequired,
    FeedId,
    Jsep,
    NoSuchRoom,
    Replace,
    SfuError,
    WrongState,
)
from .line import PLUGIN, Line
from .messages import Message
from .publishing import (
    ask_for_key_frame,
    detach,
    feed_name,
    feed_of,
    from_janus,
    to_janus,
)
from .sdp import mids_of, stand_in, transport_of
from .state import Room, Seat, Subscription

_Feeds = frozenset[FeedId]


async def change(
    line: Line, room: Room, seat: Seat, add: _Feeds, drop: _Feeds
) -> Jsep | None:
    """Receive `add` as well and `drop` no more; the offer, if one is needed."""
    held = seat.subscription
    before = frozenset() if held is None else frozenset(held.feeds.values())
    added, dropped = add - before, drop & before
    if not added and not dropped and (held is None or not held.lost):
        return None
    if held is None or held.lost or held.client is None:
        return await _anew(line, room, seat, (before - dropped) | added)
    await _settle(line, seat, held)
    gone = held.mids(dropped)
    said = await _say(
        line,
        seat,
        held,
        {"request": "update"}
        | ({"subscribe": _streams(added)} if added else {})
        | ({"unsubscribe": [{"sub_mid": m} for m in gone]} if gone else {}),
    )
    held.flowing -= dropped
    if said.jsep is None:
        return None
    return await _offered(line, seat, held, said)


async def answer(line: Line, room: Room, seat: Seat, given: Jsep) -> None:
    """Take the answer to the newest offer. Raises as `SfuDriver.answer`."""
    held = _held(seat)
    if not given.e2ee:
        raise E2eeRequired("the answer does not say that frames are opened")
    if not held.offer or mids_of(given.sdp) != mids_of(held.offer):
        raise WrongState("not the answer to the newest offer")
    await _say(line, seat, held, {"request": "start"}, given)
    held.offer = ""
    held.client = transport_of(given.sdp)
    await _ask_for_key_frames(line, room, held.flowing)


async def resume(line: Line, room: Room, seat: Seat, feeds: _Feeds) -> None:
    """Let `feeds` flow."""
    held = _held(seat)
    wanted = feeds & frozenset(held.feeds.values())
    held.flowing |= wanted
    await _flow(line, seat, held, held.mids(wanted), send=True)
    await _ask_for_key_frames(line, room, wanted)


async def select_layer(line: Line, seat: Seat, feed: FeedId, layer: int) -> None:
    """Receive this layer of a feed's camera, 0 the lowest."""
    held = _held(seat)
    mids = [mid for mid in held.mids(frozenset({feed})) if mid in held.video]
    if mids:
        streams = [{"mid": mid, "substream": layer} for mid in mids]
        await _say(line, seat, held, {"request": "configure", "streams": streams})


async def restart(line: Line, room: Room, seat: Seat) -> Jsep | Replace:
    """An offer with which ICE begins again."""
    held = _held(seat)
    if held.lost:
        await close(line, seat)
        return Replace.REPLACE
    if held.client is None:
        fresh = await _anew(line, room, seat, frozenset(held.feeds.values()))
        return Replace.REPLACE if fresh is None else fresh
    await _settle(line, seat, held)
    said = await _say(line, seat, held, {"request": "configure", "restart": True})
    offer = from_janus(said.jsep)
    held.offer = offer.sdp
    return offer


async def close(line: Line, seat: Seat) -> None:
    """Receive nothing any more, if anything was received."""
    held, seat.subscription = seat.subscription, None
    if held is not None:
        await detach(line, seat, held.handle)


async def _anew(line: Line, room: Room, seat: Seat, feeds: _Feeds) -> Jsep | None:
    """Another connection in the place of the one there is, or none for no feeds."""
    held, seat.subscription = seat.subscription, None
    if held is not None:
        await detach(line, seat, held.handle)
    feeds &= room.feeds_up()
    if not feeds:
        return None
    attached = await line.ask("attach", session_id=seat.session, plugin=PLUGIN)
    fresh = Subscription(attached.made, {}, frozenset())
    if held is not None:
        fresh.flowing = held.flowing & feeds
    try:
        said = await _say(
            line,
            seat,
            fresh,
            {
                "request": "join",
                "ptype": "subscriber",
                "room": room.id,
                "use_msid": True,
                # Who is told when a feed ends is the client, and it drops the feed.
                "autoupdate": False,
                "streams": _streams(feeds),
            },
        )
        offer = await _offered(line, seat, fresh, said)
    except SfuError:
        await detach(line, seat, fresh.handle)
        raise
    seat.subscription = fresh
    return offer


async def _offered(line: Line, seat: Seat, held: Subscription, said: Message) -> Jsep:
    """Take note of an offer, and stop in it what was not resumed."""
    offer = from_janus(said.jsep)
    streams = [each for each in said.said.streams if each.active and each.feed_id]
    before = held.feeds
    held.feeds = {each.mid: feed_of(each.feed_id) for each in streams}
    held.video = frozenset(each.mid for each in streams if each.type == "video")
    held.offer = offer.sdp
    stopped = [
        mid
        for mid, feed in held.feeds.items()
        if before.get(mid) != feed and feed not in held.flowing
    ]
    await _flow(line, seat, held, stopped, send=False)
    return offer


async def _settle(line: Line, seat: Seat, held: Subscription) -> None:
    """Close an open offer in the client's name, so that Janus makes the next."""
    if not held.offer or held.client is None:
        return
    sdp = stand_in(held.offer, held.client)
    await _say(line, seat, held, {"request": "start"}, Jsep("answer", sdp, e2ee=True))
    held.offer = ""


async def _flow(
    line: Line, seat: Seat, held: Subscription, mids: list[str], *, send: bool
) -> None:
    if mids:
        streams = [{"mid": mid, "send": send} for mid in mids]
        await _say(line, seat, held, {"request": "configure", "streams": streams})


async def _ask_for_key_frames(line: Line, room: Room, feeds: _Feeds) -> None:
    publishers = [
        (seat, publisher)
        for seat in room.seats.values()
        for publisher in seat.publishers.values()
        if publisher.feed in feeds and publisher.up
    ]
    # One that ends meanwhile has no key frame to give, which is nobody's failure.
    await asyncio.gather(
        *(ask_for_key_frame(line, *each) for each in publishers),
        return_exceptions=True,
    )


async def _say(
    line: Line,
    seat: Seat,
    held: Subscription,
    body: Mapping[str, object],
    jsep: Jsep | None = None,
) -> Message:
    described = None if jsep is None else to_janus(jsep)
    return await line.tell_room(seat.session, held.handle, body, described)


def _streams(feeds: _Feeds) -> list[dict[str, str]]:
    return [{"feed": feed_name(feed)} for feed in sorted(feeds)]


def _held(seat: Seat) -> Subscription:
    if seat.subscription is None:
        raise NoSuchRoom("the seat receives nothing")
    return seat.subscription
