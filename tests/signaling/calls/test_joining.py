"""Coming in: seats, the line, and the connection that has them."""

from __future__ import annotations

from typing import Any

import pytest

from mentalverse_signaling.calls.commands import Beat, Hold, Leave, Lock, Remove
from mentalverse_signaling.calls.effects import Connection, Kick
from mentalverse_signaling.calls.kinds import registry
from mentalverse_signaling.calls.views import call_view
from mentalverse_signaling.circle_events import RemoveReason
from mentalverse_signaling.errors import (
    AgreementRequired,
    CallFull,
    Forbidden,
    NoSeat,
    RoleRequired,
    RoomLocked,
    StaleConnection,
)
from support.call_room import Room, account, connection, opened, pushes

EIGHT = "abcdefgh"


def test_the_same_connection_joins_once() -> None:
    room = Room()
    room.join("ann")
    before = room.call
    room.join("ann")
    assert room.call == before


def test_a_newer_connection_replaces_the_older_which_is_told_once() -> None:
    room = Room()
    room.join("ann")
    room.effects.clear()
    room.join("ann", conn="second", on="tablet")
    (told,) = pushes(room.effects, "seat.replaced")
    assert told.to == Connection(account("ann"), connection("ann"))
    assert room.seat("ann").conn_id == connection("second")
    assert room.seat("ann").number == 1
    assert [one.conn_epoch for one in room.effects if isinstance(one, Kick)] == [1]


def test_the_older_connection_never_takes_the_seat_back() -> None:
    room = Room()
    room.join("ann")
    room.join("ann", conn="second")
    with pytest.raises(StaleConnection):
        room.join("ann")
    with pytest.raises(StaleConnection):
        room.do(Beat(account=account("ann"), conn_id=connection("ann")))
    assert room.seat("ann").conn_id == connection("second")


def test_a_connection_that_has_left_does_not_come_back() -> None:
    room = Room()
    room.fill("ann")
    room.act(Leave, "ann")
    room.act(Leave, "ann")
    with pytest.raises(StaleConnection):
        room.join("ann")
    room.join("ann", conn="second")
    assert room.seat("ann").conn_epoch == 3


@pytest.mark.capability("S06")
@pytest.mark.parametrize("kind", ["peer_circle", "therapy_circle", "group"])
def test_the_ninth_participant_and_the_third_of_the_staff_find_no_seat(
    kind: str,
) -> None:
    room = Room(opened(kind))
    room.fill(*EIGHT)
    room.join("co", "co_facilitator")
    before = room.call
    with pytest.raises(CallFull):
        room.join("ninth")
    with pytest.raises(CallFull):
        room.join("third", "observer")
    assert room.call == before
    numbers = sorted(seat.number for seat in room.call.seats.values())
    assert numbers == list(range(1, 11))


@pytest.mark.capability("S06")
def test_a_smaller_circle_has_fewer_seats() -> None:
    room = Room(opened("peer_circle", capacity=4))
    room.fill(*EIGHT[:4])
    with pytest.raises(CallFull):
        room.join("fifth")


@pytest.mark.capability("S06")
def test_who_was_not_found_to_fit_does_not_join() -> None:
    room = Room(opened("peer_circle"))
    with pytest.raises(Forbidden):
        room.join("ann", is_screened=False)


@pytest.mark.capability("S08")
@pytest.mark.parametrize("accepted", [None, "b" * 64])
@pytest.mark.parametrize("role", ["participant", "facilitator", "observer"])
def test_nobody_joins_without_the_current_agreement(
    accepted: str | None, role: str
) -> None:
    room = Room(opened("peer_circle"))
    with pytest.raises(AgreementRequired):
        room.join("ann", role, agreement_hash=accepted)


@pytest.mark.capability("S07")
@pytest.mark.parametrize("kind", registry())
def test_a_call_names_an_agreement_only_if_its_kind_asks_for_one(kind: str) -> None:
    call = opened(kind)
    assert (call_view(call).agreement is not None) == call.kind.needs_agreement


def test_a_therapy_circle_opens_with_a_licensed_lead_only() -> None:
    room = Room(opened("therapy_circle"))
    room.join("ann")
    room.join("fac", "facilitator", licence_answered_at_ms=room.now_ms - 3_600_001)
    with pytest.raises(RoleRequired):
        room.admit("fac", "ann")
    room.join("fac", "facilitator", conn="again")
    room.admit("fac", "ann")
    assert room.has("ann")


def test_everybody_waits_in_a_circle_and_keeps_the_place_over_a_reload() -> None:
    room = Room(opened("peer_circle"))
    room.join("ann")
    room.join("bob")
    room.join("ann", conn="again")
    assert [one.account for one in room.call.in_line()] == [
        account("ann"),
        account("bob"),
    ]
    with pytest.raises(NoSeat):
        room.act(Lock, "ann", is_locked=False)


def test_coming_early_is_no_way_round_the_line() -> None:
    room = Room(opened("peer_circle"))
    room.join("ann")
    room.join("fac", "facilitator")
    room.act(Lock, "fac", is_locked=False)
    assert room.waits("ann")
    room.join("ann", conn="again")
    assert room.waits("ann")


def test_who_was_let_in_comes_straight_back_unless_the_room_is_locked() -> None:
    room = Room(opened("peer_circle"))
    room.fill("ann")
    room.act(Lock, "fac", is_locked=False)
    room.act(Leave, "ann")
    room.join("ann", conn="second")
    assert room.has("ann")
    room.act(Lock, "fac", is_locked=True)
    room.act(Leave, "ann")
    room.join("ann", conn="third")
    assert room.waits("ann")


def test_who_is_moved_back_is_first_in_the_line_and_waits_again() -> None:
    room = Room(opened("peer_circle"))
    room.fill("ann")
    room.join("bob")
    room.act(Lock, "fac", is_locked=False)
    room.act(Hold, "fac", member=account("ann"))
    assert [one.account for one in room.call.in_line()] == [
        account("ann"),
        account("bob"),
    ]
    room.beat("ann")
    room.join("ann", conn="again")
    assert room.waits("ann")
    room.admit("fac", "ann")
    assert room.has("ann")


def test_a_locked_room_without_a_line_takes_nobody_new() -> None:
    room = Room()
    room.fill("ann", "bob")
    room.act(Lock, "fac", is_locked=True)
    room.act(Leave, "ann")
    with pytest.raises(RoomLocked):
        room.join("new")
    room.join("ann", conn="again")
    assert room.has("ann")


def test_who_was_removed_does_not_come_back() -> None:
    room = Room(opened("peer_circle"))
    room.fill("ann")
    room.act(Remove, "fac", member=account("ann"), reason=RemoveReason.SAFETY)
    assert not room.has("ann")
    with pytest.raises(Forbidden):
        room.join("ann", conn="again")


def test_who_waits_without_a_beat_loses_the_place() -> None:
    room = Room(opened("peer_circle"))
    room.join("ann")
    room.join("bob")
    room.join("fac", "facilitator")
    brought = room.pass_ms(61_000, "fac", "bob")
    assert not room.waits("ann")
    told: Any = pushes(brought, "member.waited")[-1].fact
    assert (told.waiting.member, told.waiting.place) == (account("bob"), 1)
