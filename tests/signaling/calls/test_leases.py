"""A seat is a lease: four, ten and sixty seconds, and fresh ones after a restart."""

from __future__ import annotations

from typing import Any

import pytest

from mentalverse_signaling.call_events import LeaveReason, Presence
from mentalverse_signaling.calls.attendance import add_up
from mentalverse_signaling.calls.commands import (
    Beat,
    ClaimScreen,
    EngineKept,
    PublishFeed,
    Resume,
)
from mentalverse_signaling.calls.effects import Attended, DropFeed, Kick, ProposeRemove
from mentalverse_signaling.calls.leases import revive
from mentalverse_signaling.calls.model import feed_id
from mentalverse_signaling.errors import NoSeat, StaleConnection
from mentalverse_signaling.feed_events import FeedLabel
from support.call_room import Room, account, device, opened, pushes


def room(*names: str) -> Room:
    held = Room()
    held.fill(*names)
    held.effects.clear()
    return held


@pytest.mark.parametrize(
    ("silent_ms", "presence"),
    [
        (3_999, Presence.ON),
        (4_000, Presence.RECONNECTING),
        (9_999, Presence.RECONNECTING),
        (10_000, Presence.AWAY),
        (59_999, Presence.AWAY),
    ],
)
def test_what_the_others_read_of_somebody_silent(
    silent_ms: int, presence: Presence
) -> None:
    held = room("ann")
    held.pass_ms(silent_ms, "fac")
    assert held.seat("ann").presence is presence


def test_a_minute_of_silence_frees_the_seat_once() -> None:
    held = room("ann")
    epoch = held.seat("ann").conn_epoch
    brought = held.pass_ms(120_000, "fac")
    left: list[Any] = [one.fact for one in pushes(brought, "member.left")]
    assert [(one.member, one.reason) for one in left] == [
        (account("ann"), LeaveReason.LEASE)
    ]
    assert [one for one in brought if isinstance(one, Kick)] == [
        Kick(account("ann"), device("ann"), epoch)
    ]


def test_the_group_of_a_circle_hears_of_it_after_a_minute_and_not_before() -> None:
    held = Room(opened("peer_circle"))
    held.fill("ann")
    assert not _removals(held.pass_ms(59_000, "fac"))
    assert _removals(held.pass_ms(2_000, "fac")) == [account("ann")]


def test_a_beat_brings_back_whoever_was_away() -> None:
    held = room("ann")
    held.pass_ms(30_000, "fac")
    held.beat("ann")
    assert held.seat("ann").presence is Presence.ON
    assert held.seat("ann").conn_epoch == 2


def test_attendance_is_the_time_with_a_lease() -> None:
    held = room("ann")
    held.pass_ms(30_000, "fac", "ann")
    brought = held.pass_ms(40_000, "fac")
    held.beat("ann")
    brought += held.pass_ms(5_000, "fac", "ann")
    first = [one for one in brought if isinstance(one, Attended)]
    assert add_up(first) == {account("ann"): 40_000}


def test_resuming_keeps_the_seat_and_its_epoch() -> None:
    held = room("ann")
    before = held.seat("ann")
    held.pass_ms(20_000, "fac")
    held.do(
        Resume(
            account=account("ann"), device=device("ann"), resume_digest=b"digest ann"
        )
    )
    after = held.seat("ann")
    assert (after.number, after.conn_epoch) == (before.number, before.conn_epoch)
    assert after.presence is Presence.ON


@pytest.mark.parametrize(
    "wrong", [{"resume_digest": b"another"}, {"device": device("other")}]
)
def test_nobody_resumes_what_another_connection_has(wrong: dict[str, Any]) -> None:
    held = room("ann")
    fields: dict[str, Any] = {
        "account": account("ann"),
        "device": device("ann"),
        "resume_digest": b"digest ann",
    }
    with pytest.raises(StaleConnection):
        held.do(Resume(**(fields | wrong)))


def test_a_seat_that_was_given_up_is_not_resumed() -> None:
    held = room("ann")
    held.pass_ms(61_000, "fac")
    with pytest.raises(NoSeat):
        held.act(Beat, "ann")


def test_a_restart_gives_everybody_ten_fresh_seconds() -> None:
    held = room("ann")
    held.now_ms += 3_600_000
    before = held.call
    held.call = revive(before, held.now_ms)
    assert held.call.seq > before.seq
    held.pass_ms(9_000)
    assert held.seat("ann").is_leased
    held.pass_ms(1_000)
    assert not held.seat("ann").is_leased
    assert held.seat("ann").conn_epoch == before.seats[account("ann")].conn_epoch


def test_feeds_that_the_engine_kept_outlive_a_restart() -> None:
    """Of connections that hold their seats; the engine lets go of all others."""
    held = room("ann", "ben")
    held.act(PublishFeed, "ann", label=FeedLabel.MAIN)
    held.act(ClaimScreen, "ben")
    held.act(PublishFeed, "ben", label=FeedLabel.SCREEN)
    before = held.call
    gone = feed_id(account("ben"), 0, FeedLabel.MAIN)
    held.call = revive(before, held.now_ms)
    assert not held.call.feeds
    held.effects.clear()
    held.do(EngineKept((*before.feeds, gone)))
    assert held.call.feeds == before.feeds
    assert held.call.presenter == account("ben")
    assert held.effects == [DropFeed(gone)]


def test_a_feed_that_the_engine_has_lost_does_not_come_back() -> None:
    held = room("ann")
    held.act(PublishFeed, "ann", label=FeedLabel.MAIN)
    held.call = revive(held.call, held.now_ms)
    held.do(EngineKept(()))
    assert not held.call.feeds


def _removals(effects: list[Any]) -> list[str]:
    return [one.account for one in effects if isinstance(one, ProposeRemove)]
