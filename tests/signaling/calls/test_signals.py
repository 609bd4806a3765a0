"""Sealed words between two devices that hold seats."""

from __future__ import annotations

import pytest

from mentalverse_signaling.call_events import RestartReason
from mentalverse_signaling.calls.commands import RestartPeer, Signal
from mentalverse_signaling.calls.effects import Member
from mentalverse_signaling.errors import (
    BadRequest,
    NoSeat,
    RateLimited,
    StalePcGen,
)
from support.call_room import Room, account, device, opened, pushes


def two() -> Room:
    room = Room(opened("direct"))
    room.join("ann")
    room.join("bob")
    room.effects.clear()
    return room


def send(room: Room, who: str = "ann", to: str = "bob", pc_gen: int = 1) -> None:
    room.act(Signal, who, to=device(to), pc_gen=pc_gen, sealed=b"sealed")


def test_a_signal_reaches_one_member_and_counts_for_nobody_else() -> None:
    room = two()
    seq = room.call.seq
    send(room)
    (sent,) = pushes(room.effects)
    assert (sent.to, sent.event) == (Member(account("bob")), "signal.sent")
    assert room.call.seq == seq


def test_an_old_generation_of_the_pair_is_refused_from_either_side() -> None:
    room = two()
    send(room, pc_gen=2)
    for who, to in (("ann", "bob"), ("bob", "ann")):
        with pytest.raises(StalePcGen):
            send(room, who, to, pc_gen=1)
    send(room, "bob", "ann", pc_gen=3)


def test_a_new_connection_begins_anew() -> None:
    room = two()
    send(room, pc_gen=5)
    room.join("bob", conn="again")
    send(room, pc_gen=1)


def test_both_hold_seats() -> None:
    room = two()
    with pytest.raises(NoSeat):
        send(room, to="eve")
    with pytest.raises(BadRequest):
        send(room, to="ann")


def test_forty_at_once_and_ten_a_second() -> None:
    room = two()
    for _ in range(40):
        send(room)
    with pytest.raises(RateLimited) as refused:
        send(room)
    assert refused.value.retry_after_ms == 100
    room.now_ms += 100
    send(room)
    send(room, "bob", "ann")


def test_sealed_words_go_from_one_to_another_also_where_an_engine_is() -> None:
    room = Room(opened("group"))
    room.fill("ann")
    send(room, "ann", "fac")
    assert [one.event for one in pushes(room.effects)][-1] == "signal.sent"


def test_a_restart_is_told_to_the_other_side() -> None:
    room = two()
    reason = RestartReason.WATCHDOG
    room.act(RestartPeer, "ann", peer=device("bob"), reason=reason, pc_gen=1)
    room.act(RestartPeer, "ann", peer=None, reason=reason, pc_gen=1)
    assert [one.event for one in pushes(room.effects)] == ["peer.restarted"]
