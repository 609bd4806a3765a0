"""Who leads when whoever led is lost: who was granted it, or nobody."""

from __future__ import annotations

from typing import Any

import pytest

from mentalverse_signaling.call_events import CallEndReason, CallRole
from mentalverse_signaling.calls.commands import AskedForHelp, Beat, Leave, Lock
from mentalverse_signaling.calls.effects import Ended
from mentalverse_signaling.errors import NotFound
from support.call_room import Room, account, events, opened, pushes


def circle(*names: str) -> Room:
    room = Room(opened("peer_circle"))
    room.fill(*names)
    return room


@pytest.mark.capability("S07")
def test_who_helps_leads_ten_seconds_after_who_led_was_heard_of_last() -> None:
    room = circle("ann")
    room.join("co", "co_facilitator")
    room.pass_ms(9_999, "ann", "co")
    assert room.seat("co").role is CallRole.CO_FACILITATOR
    room.pass_ms(1, "ann", "co")
    assert room.seat("co").role is CallRole.FACILITATOR
    room.beat("fac")
    assert room.seat("fac").role is CallRole.CO_FACILITATOR


@pytest.mark.parametrize("leaves", [True, False])
def test_without_anybody_to_lead_the_room_is_locked_and_over_in_five_minutes(
    leaves: bool,
) -> None:
    room = circle("ann", "bob")
    room.act(Lock, "fac", is_locked=False)
    if leaves:
        room.act(Leave, "fac")
    else:
        room.pass_ms(10_000, "ann", "bob")
    assert room.call.is_locked
    (paused,) = pushes(room.effects, "call.paused")
    fact: Any = paused.fact
    assert fact.until == room.now_ms + 300_000
    room.pass_ms(299_999, "ann", "bob")
    assert room.call.end is None
    room.pass_ms(1, "ann", "bob")
    assert room.call.end is CallEndReason.NO_FACILITATOR
    assert {one.role for one in room.call.seats.values()} == set()


def test_a_pause_is_over_when_who_led_is_heard_of_and_the_door_stays_shut() -> None:
    room = circle("ann")
    room.act(Lock, "fac", is_locked=False)
    room.pass_ms(120_000 - 65_000, "ann")
    room.effects.clear()
    room.beat("fac")
    assert "call.continued" in events(room.effects)
    assert room.call.is_locked
    assert room.seat("fac").role is CallRole.FACILITATOR


def test_who_led_and_lost_the_seat_comes_back_alone() -> None:
    room = circle("ann")
    room.pass_ms(70_000, "ann")
    assert not room.has("fac")
    room.join("fac", "facilitator", conn="again")
    assert room.seat("fac").role is CallRole.FACILITATOR
    assert room.call.paused_since_ms is None


def test_waiting_for_whoever_leads_is_no_pause() -> None:
    room = Room(opened("peer_circle"))
    room.join("ann")
    room.pass_ms(900_000, "ann")
    assert room.call.paused_since_ms is None
    assert room.call.end is None


def test_who_helps_and_comes_first_does_not_become_who_leads() -> None:
    room = Room(opened("peer_circle"))
    room.join("co", "co_facilitator")
    room.join("ann")
    room.admit("co", "ann")
    room.join("fac", "facilitator")
    assert room.seat("co").role is CallRole.CO_FACILITATOR
    assert room.seat("fac").role is CallRole.FACILITATOR


@pytest.mark.capability("S05")
def test_a_circle_is_closed_exactly_once() -> None:
    room = circle("ann")
    room.pass_ms(1_000_000, "ann")
    assert len([one for one in room.effects if isinstance(one, Ended)]) == 1
    with pytest.raises(NotFound):
        room.act(Beat, "ann")


@pytest.mark.capability("S08")
@pytest.mark.parametrize("tells", [True, False])
@pytest.mark.parametrize("is_paused", [True, False])
def test_who_asks_for_help_is_away_and_who_leads_knows_if_they_wish(
    tells: bool, is_paused: bool
) -> None:
    room = circle("ann", "bob")
    if is_paused:
        room.pass_ms(20_000, "ann", "bob")
    room.effects.clear()
    room.do(AskedForHelp(account=account("ann"), tells_staff=tells))
    told = ["member.changed"] + ["member.flagged"] * tells
    assert events(room.effects) == told
    changed: Any = pushes(room.effects)[0].fact
    assert changed.changed.presence == "away"
    assert room.seat("ann").is_leased
