"""What each connection sends through the engine: one feed for each label.

A feed is bound to the seat and the connection that asked for it, never to a name a
client gives. It ends with the connection. A hard mute holds the feed in the engine
(camera and all: the engine passes on a feed or does not); nobody but its sender lifts
that, after they were invited to speak: nothing is ever turned on for anybody.
"""

from __future__ import annotations

import msgspec

from ..call_events import Topology
from ..errors import BadRequest, NotFound, RoleRequired
from ..feed_events import FeedLabel
from ..ids import AccountId
from . import seats
from .commands import EngineKept, EngineReplaced, PauseOwnFeed, PublishFeed, ReplaceLeg
from .draft import Draft
from .effects import DropFeed, PauseFeed
from .model import Feed, feed_id
from .views import feed_view


def publish(draft: Draft, command: PublishFeed) -> None:
    """Send a camera or a screen; the feed that is there already stays."""
    seat = draft.require_seat(command.account, command.conn_id)
    if draft.call.route.topology is not Topology.SFU:
        raise BadRequest("nothing of this call goes through an engine")
    is_screen = command.label is FeedLabel.SCREEN
    if is_screen and draft.call.presenter != seat.account:
        raise RoleRequired("become the one who presents first")
    feed = Feed(
        account=seat.account,
        device=seat.device,
        conn_epoch=seat.conn_epoch,
        label=command.label,
        is_held=seat.account in draft.call.silenced and not is_screen,
    )
    if feed.id in draft.call.feeds:
        return
    draft.change(feeds={**draft.call.feeds, feed.id: feed})
    draft.push_all("feed.published", feed=feed_view(feed))
    if feed.is_held:
        draft.tell(PauseFeed(feed.id, True))


def pause(draft: Draft, command: PauseOwnFeed) -> None:
    """Stop one's own feed in the engine, or let it go on."""
    seat = draft.require_seat(command.account, command.conn_id)
    found = draft.call.feeds.get(feed_id(seat.account, seat.conn_epoch, command.label))
    if found is None:
        raise NotFound("no such feed of this connection")
    change(draft, found, is_paused=command.is_paused)


def change(draft: Draft, feed: Feed, **fields: bool) -> None:
    """The feed with other fields; told, and carried out, if it makes a difference."""
    after = msgspec.structs.replace(feed, **fields)
    draft.change(feeds={**draft.call.feeds, feed.id: after})
    paused = feed_view(after).paused
    if paused != feed_view(feed).paused:
        draft.tell(PauseFeed(feed.id, paused))
        draft.push_all("feed.paused", feed=feed.id, paused=paused)


def hold_main(draft: Draft, account: AccountId, *, is_held: bool) -> None:
    """Hold somebody's camera and microphone in the engine, or let go of them."""
    seat = draft.call.seats[account]
    found = draft.call.feeds.get(feed_id(account, seat.conn_epoch, FeedLabel.MAIN))
    if found is not None:
        change(draft, found, is_held=is_held)


def end(draft: Draft, feed: Feed) -> None:
    """A feed is gone."""
    left = dict(draft.call.feeds)
    del left[feed.id]
    draft.change(feeds=left)
    draft.tell(DropFeed(feed.id))
    draft.push_all("feed.ended", feed=feed.id)


def end_all(draft: Draft, account: AccountId) -> None:
    """Everything an account sends is gone, and what was known of its paths."""
    for feed in list(draft.call.feeds.values()):
        if feed.account == account:
            end(draft, feed)
    epoch = str(draft.call.seats[account].conn_epoch)
    pairs = draft.call.pairs
    if any(epoch in key.split(">") for key in pairs):
        draft.change(
            pairs={
                key: pair for key, pair in pairs.items() if epoch not in key.split(">")
            }
        )


def replace_leg(draft: Draft, command: ReplaceLeg) -> None:
    """The engine cannot restart this connection: its next feeds have a new epoch."""
    seat = draft.require_seat(command.account, command.conn_id)
    end_all(draft, seat.account)
    epoch = seats.next_conn_epoch(draft)
    draft.change_seat(seat.account, conn_epoch=epoch)


def engine_replaced(draft: Draft, event: EngineReplaced) -> None:
    """The room was made anew: everybody publishes and subscribes again."""
    for seat in draft.call.in_order():
        end_all(draft, seat.account)
        epoch = seats.next_conn_epoch(draft)
        draft.change_seat(seat.account, conn_epoch=epoch)
        draft.push_member(
            seat.account, "feed.restarted", replace=True, conn_epoch=epoch
        )


def engine_kept(draft: Draft, event: EngineKept) -> None:
    """Feeds of connections that hold their seats go on, and their screen with them.

    Of a connection that nobody holds any more the engine is told to let go. Nothing is
    pushed: whoever comes back reads the roster anew, before it asks for anything.
    """
    labels = {
        feed_id(seat.account, seat.conn_epoch, label): (seat, label)
        for seat in draft.call.in_order()
        for label in FeedLabel
    }
    for name in event.feeds:
        if name in draft.call.feeds:
            continue
        if name not in labels:
            draft.tell(DropFeed(name))
            continue
        seat, label = labels[name]
        is_screen = label is FeedLabel.SCREEN
        if is_screen and draft.call.presenter not in (None, seat.account):
            draft.tell(DropFeed(name))
            continue
        feed = Feed(
            account=seat.account,
            device=seat.device,
            conn_epoch=seat.conn_epoch,
            label=label,
            is_held=seat.account in draft.call.silenced and not is_screen,
        )
        draft.change(feeds={**draft.call.feeds, name: feed})
        if is_screen:
            draft.change(presenter=seat.account)
