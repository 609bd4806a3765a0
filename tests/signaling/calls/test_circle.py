"""The tools of a room: hands, the piece, the agenda, mutes, who presents."""

from __future__ import annotations

from typing import Any

import pytest

from mentalverse_signaling.calls import commands as c
from mentalverse_signaling.calls.effects import PauseFeed
from mentalverse_signaling.circle_events import TimeScope
from mentalverse_signaling.errors import NotNow, RoleRequired
from mentalverse_signaling.feed_events import FeedLabel
from support.call_room import Room, account, events, opened, pushes

ALL = ("fac", "ann", "bob", "eve")


def circle(**more: Any) -> Room:
    room = Room(opened("peer_circle", **more))
    room.fill("ann", "bob", "eve")
    room.effects.clear()
    return room


def told(room: Room, scope: TimeScope) -> list[int]:
    facts: list[Any] = [one.fact for one in pushes(room.effects, "time.announced")]
    return [one.remaining_minutes for one in facts if one.scope is scope]


# --- hands and the piece ---


def test_hands_stand_as_they_came() -> None:
    room = circle()
    for name in ("eve", "ann", "bob", "eve"):
        room.act(c.RaiseHand, name)
    assert list(room.call.hands) == [account(one) for one in ("eve", "ann", "bob")]
    room.act(c.LowerHand, "ann")
    assert list(room.call.hands) == [account("eve"), account("bob")]


@pytest.mark.capability("S05")
def test_a_round_goes_in_its_order_and_is_over_after_the_last() -> None:
    room = circle()
    order = (account("bob"), account("ann"))
    room.act(c.StartPiece, "fac", order=order)
    room.act(c.PassPiece, "bob", turn=1)
    room.act(c.PassPiece, "bob", turn=1)
    assert room.call.piece is not None
    assert room.call.piece.holder == account("ann")
    with pytest.raises(RoleRequired):
        room.act(c.PassPiece, "bob", turn=2)
    room.act(c.PassPiece, "ann", turn=2)
    assert room.call.piece is None
    assert events(room.effects) == ["piece.started", "piece.passed", "piece.stopped"]


@pytest.mark.capability("S05")
def test_the_timer_of_a_turn_tells_once_and_mutes_nobody() -> None:
    room = circle()
    room.act(c.SetState, "ann", is_muted=False, has_camera=False)
    room.act(c.StartPiece, "fac", order=(account("ann"),), turn_seconds=30)
    room.effects.clear()
    room.pass_ms(90_000, *ALL)
    assert told(room, TimeScope.TURN) == [0]
    assert not room.seat("ann").is_muted
    assert room.call.piece is not None


def test_whoever_goes_passes_the_piece_on() -> None:
    room = circle()
    room.act(c.StartPiece, "fac", order=(account("ann"), account("eve")))
    room.act(c.Leave, "ann")
    assert room.call.piece is not None
    assert room.call.piece.holder == account("eve")


# --- the agenda ---


@pytest.mark.capability("S05")
def test_a_phase_tells_ten_five_one_and_nothing_each_once_and_is_not_cut() -> None:
    room = circle()
    room.act(c.AdvancePhase, "fac", index=1)
    room.pass_ms(25 * 60_000, *ALL)
    assert told(room, TimeScope.PHASE) == [10, 5, 1, 0]
    assert room.call.phase is not None
    assert room.call.phase.index == 1


@pytest.mark.capability("S05")
def test_phases_go_forward_only_and_the_same_one_twice_is_once() -> None:
    room = circle()
    room.act(c.AdvancePhase, "fac", index=1)
    before = room.call.phase
    room.act(c.AdvancePhase, "fac", index=1)
    assert room.call.phase == before
    with pytest.raises(NotNow):
        room.act(c.AdvancePhase, "fac", index=0)
    with pytest.raises(NotNow):
        room.act(c.ExtendPhase, "fac", index=0)


@pytest.mark.capability("S05")
def test_a_phase_gets_five_minutes_more_and_tells_what_it_has_not_told() -> None:
    room = circle()
    room.act(c.AdvancePhase, "fac", index=1, minutes=6)
    room.pass_ms(2 * 60_000, *ALL)
    room.act(c.ExtendPhase, "fac", index=1)
    room.pass_ms(10 * 60_000, *ALL)
    assert told(room, TimeScope.PHASE) == [5, 1, 0]


@pytest.mark.capability("S01")
def test_a_standard_session_tells_its_overrun_at_fifty_minutes() -> None:
    room = Room(opened("individual"))
    room.join("ann")
    room.pass_ms(600_000, "ann")
    room.join("bob")
    room.pass_ms(50 * 60_000 - 1, "ann", "bob")
    assert told(room, TimeScope.SESSION) == [10, 5, 1]
    room.pass_ms(1, "ann", "bob")
    assert told(room, TimeScope.SESSION) == [10, 5, 1, 0]
    room.act(c.End, "ann")
    ended: Any = room.effects[-1]
    assert ended.planned_minutes == 50
    attended = {one.member: one.attended_seconds for one in ended.attendance}
    assert attended == {account("ann"): 3_600, account("bob"): 3_000}


# --- mutes, feeds, the screen ---


def test_a_hard_mute_holds_the_feed_until_they_turn_it_on_themselves() -> None:
    room = circle()
    room.act(c.PublishFeed, "ann", label=FeedLabel.MAIN)
    room.act(c.SetState, "ann", is_muted=False, has_camera=True)
    (feed,) = room.call.feeds
    room.act(c.Mute, "fac", member=account("ann"), is_hard=True)
    room.act(c.SetState, "ann", is_muted=False, has_camera=True)
    assert room.seat("ann").is_muted
    room.act(c.InviteUnmute, "fac", member=account("ann"))
    assert room.seat("ann").is_muted
    stops = [one for one in room.effects if isinstance(one, PauseFeed)]
    assert stops == [PauseFeed(feed, True)]
    room.act(c.SetState, "ann", is_muted=False, has_camera=True)
    stops = [one for one in room.effects if isinstance(one, PauseFeed)]
    assert stops == [PauseFeed(feed, True), PauseFeed(feed, False)]


def test_a_reload_does_not_lift_a_hard_mute() -> None:
    room = circle()
    room.act(c.Mute, "fac", member=account("ann"), is_hard=True)
    room.join("ann", conn="again")
    room.act(c.PublishFeed, "ann", label=FeedLabel.MAIN)
    (feed,) = room.call.feeds.values()
    assert feed.is_held


def test_leaving_and_coming_back_does_not_lift_a_hard_mute() -> None:
    room = circle()
    room.act(c.Mute, "fac", member=account("ann"), is_hard=True)
    room.act(c.Leave, "ann")
    room.join("ann", conn="later")
    room.act(c.Admit, "fac", member=account("ann"))
    room.act(c.PublishFeed, "ann", label=FeedLabel.MAIN)
    room.act(c.SetState, "ann", is_muted=False, has_camera=True)
    (feed,) = room.call.feeds.values()
    assert feed.is_held
    assert room.seat("ann").is_muted


def test_one_presents_and_a_screen_needs_the_token() -> None:
    room = circle()
    with pytest.raises(RoleRequired):
        room.act(c.PublishFeed, "ann", label=FeedLabel.SCREEN)
    room.act(c.ClaimScreen, "ann")
    with pytest.raises(NotNow):
        room.act(c.ClaimScreen, "bob")
    room.act(c.PublishFeed, "ann", label=FeedLabel.SCREEN)
    room.effects.clear()
    room.act(c.RevokeScreen, "fac")
    assert events(room.effects) == ["feed.ended", "screen.released"]
    assert not room.call.feeds


def test_an_engine_that_was_replaced_gives_everybody_another_epoch() -> None:
    room = circle()
    room.act(c.PublishFeed, "ann", label=FeedLabel.MAIN)
    before = {one.conn_epoch for one in room.call.seats.values()}
    room.effects.clear()
    room.do(c.EngineReplaced())
    after = {one.conn_epoch for one in room.call.seats.values()}
    assert min(after) > max(before)
    assert not room.call.feeds
    assert events(room.effects).count("feed.restarted") == 4
