"""Who leads and who lets people in: licences, and what those who wait are told."""

from __future__ import annotations

from typing import Any

import pytest

from mentalverse_signaling.call_events import (
    CallRole,
    HostPresence,
    HostView,
    Standing,
)
from mentalverse_signaling.calls.attendance import shown, so_far
from mentalverse_signaling.calls.commands import End, Hold, Leave, SetRole
from mentalverse_signaling.calls.hosts import host_view
from mentalverse_signaling.calls.snapshot import snapshot
from mentalverse_signaling.errors import RoleRequired
from support.call_room import Room, account, opened, pushes


def _told(room: Room) -> list[Any]:
    told: list[Any] = [one.fact for one in pushes(room.effects, "host.changed")]
    return [fact.host for fact in told]


@pytest.mark.capability("S07")
def test_a_therapy_circle_is_not_handed_to_nor_inherited_by_who_has_no_licence() -> (
    None
):
    room = Room(opened("therapy_circle"))
    room.join("cof", "facilitator", licence_answered_at_ms=None)
    assert room.seat("cof").role is CallRole.CO_FACILITATOR
    room.join("fac", "facilitator")
    assert room.seat("fac").role is CallRole.FACILITATOR
    room.join("ann")
    room.admit("cof", "ann")
    with pytest.raises(RoleRequired):
        room.act(SetRole, "fac", member=account("cof"), role=CallRole.FACILITATOR)
    room.pass_ms(10_000, "cof", "ann")
    assert room.call.paused_since_ms is not None
    room.join("bob")
    with pytest.raises(RoleRequired):
        room.admit("cof", "bob")


def test_people_in_the_line_see_who_lets_them_in_and_what_is_vouched_for() -> None:
    room = Room(opened("peer_circle"))
    room.join("ann")
    assert host_view(room.call) == HostView(HostPresence.AWAY)
    room.join("fac", "facilitator", gives_support=True, licence_answered_at_ms=None)
    host = HostView(HostPresence.ONLINE, account("fac"), "fac", Standing.PEER)
    assert _told(room)[-1] == host
    room.act(Leave, "fac")
    assert _told(room)[-1] == HostView(HostPresence.AWAY)
    checked_ms = room.now_ms
    room.join("fac", "facilitator", conn="again")
    (seat,) = snapshot(room.call, account("fac"), room.now_ms).members
    assert (seat.standing, seat.licence_checked_at) == (Standing.LICENSED, checked_ms)
    room.admit("fac", "ann")
    assert [
        one.standing for one in snapshot(room.call, account("fac"), room.now_ms).members
    ] == [Standing.NONE, Standing.LICENSED]


def test_who_is_moved_back_is_told_who_lets_them_in() -> None:
    room = Room(opened("peer_circle"))
    room.fill("ann")
    room.effects.clear()
    room.act(Hold, "fac", member=account("ann"))
    assert _told(room) == [host_view(room.call)]


@pytest.mark.parametrize(
    ("kind", "reader", "seen"),
    [
        ("individual", "ann", {"ann": 90, "fac": 90}),
        ("group", "ann", {"ann": 90}),
        ("group", "fac", {"ann": 90, "bob": 30, "fac": 90}),
        ("group", "bob", {"bob": 30}),
    ],
)
@pytest.mark.capability("S05")
def test_minutes_of_others_are_for_two_and_for_who_leads(
    kind: str, reader: str, seen: dict[str, int]
) -> None:
    room = Room(opened(kind))
    room.join("fac", "facilitator")
    room.join("ann")
    room.pass_ms(30_000, "fac", "ann")
    if kind == "group":
        room.join("bob")
        room.pass_ms(30_000, "fac", "ann", "bob")
        room.act(Leave, "bob")
        room.pass_ms(30_000, "fac", "ann")
    else:
        room.pass_ms(60_000, "fac", "ann")
    known = {account(name): lasted for name, lasted in seen.items()}
    is_led, leads = room.call.kind.is_led, room.seat("fac").account == account(reader)
    running = shown(
        so_far(room.call, room.now_ms), account(reader), is_led=is_led, leads=leads
    )
    assert {one.member: one.attended_seconds for one in running} == known
    room.act(End, "fac")
    (push,) = pushes(room.effects, "call.ended")
    told: Any = push.own.get(account(reader), push.fact)
    assert told.attendance == running
    if is_led:
        outside: Any = push.fact
        assert outside.attendance == ()
