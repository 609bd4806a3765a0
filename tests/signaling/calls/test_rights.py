"""Every power, for every role: from the table, tried on a room."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mentalverse_signaling.call_events import CallRole
from mentalverse_signaling.calls import commands as c
from mentalverse_signaling.calls.rights import PEER_RIGHTS, RIGHTS, Power, may
from mentalverse_signaling.circle_events import RemoveReason
from mentalverse_signaling.errors import NotNow, RoleRequired
from mentalverse_signaling.ids import ConversationId
from mentalverse_signaling.recording_events import OnWithdraw
from support.call_room import Room, account, connection, device, opened
from support.call_rules import OF_A_LED_ROOM

Build = Callable[[dict[str, Any]], Any]
BOB = account("bob")
NAMES = {
    CallRole.FACILITATOR: "fac",
    CallRole.CO_FACILITATOR: "co",
    CallRole.OBSERVER: "obs",
    CallRole.LEADER: "lea",
    CallRole.PARTICIPANT: "ann",
}
TRIED: dict[Power, Build] = {
    Power.ADMIT: lambda who: c.Admit(**who, member=account("new")),
    Power.HOLD: lambda who: c.Hold(**who, member=BOB),
    Power.REMOVE: lambda who: c.Remove(
        **who, member=BOB, reason=RemoveReason.AGREEMENT
    ),
    Power.MUTE: lambda who: c.Mute(**who, member=BOB, is_hard=True),
    Power.INVITE_UNMUTE: lambda who: c.InviteUnmute(**who, member=BOB),
    Power.SET_ROLE: lambda who: c.SetRole(**who, member=BOB, role=CallRole.LEADER),
    Power.LOCK: lambda who: c.Lock(**who, is_locked=False),
    Power.SPOTLIGHT: lambda who: c.Spotlight(**who, member=BOB),
    Power.REVOKE_SCREEN: lambda who: c.RevokeScreen(**who),
    Power.LOWER_HANDS: lambda who: c.LowerHand(**who, member=BOB),
    Power.STEER_AGENDA: lambda who: c.AdvancePhase(**who, index=0),
    Power.STEER_PIECE: lambda who: c.StartPiece(**who),
    Power.OPEN_SIDE: lambda who: c.OpenSide(**who, member=BOB),
    Power.END: lambda who: c.End(**who),
    Power.RECORD: lambda who: c.RequestRecording(
        **who,
        request=connection("request"),
        purpose="training",
        text_hash="f" * 64,
        on_withdraw=OnWithdraw.DISCARD,
        receivers=(BOB,),
        recorder=device("bob"),
    ),
    Power.ATTACH: lambda who: c.Attach(**who, group=ConversationId("9" * 32)),
}
"""How each power is used."""


def circle(third: str) -> Room:
    """A full table of roles; the staff has two seats, so one of them is `third`."""
    room = Room(opened("peer_circle"))
    room.fill("ann", "bob", "lea")
    room.act(c.SetRole, "fac", member=account("lea"), role=CallRole.LEADER)
    room.join(third, {"co": "co_facilitator", "obs": "observer"}[third])
    room.join("new")
    return room


@pytest.mark.capability("S07")
@pytest.mark.parametrize("role", CallRole)
@pytest.mark.parametrize("power", Power)
def test_each_role_has_the_powers_of_the_table_and_no_other(
    power: Power, role: CallRole
) -> None:
    room = circle("obs" if role is CallRole.OBSERVER else "co")
    command = TRIED[power](room.of(NAMES[role]))
    if role in RIGHTS[power]:
        room.do(command)
        return
    before = room.call
    with pytest.raises(RoleRequired):
        room.do(command)
    assert room.call is before


def test_the_table_is_what_the_laws_say_by_themselves() -> None:
    for power, build in TRIED.items():
        command = build({"account": BOB, "conn_id": connection("bob")})
        assert OF_A_LED_ROOM[type(command)] == RIGHTS[power], power


@pytest.mark.parametrize("power", Power)
def test_a_room_that_nobody_leads_has_rights_of_its_own(power: Power) -> None:
    role = CallRole.PARTICIPANT
    is_peers = power in PEER_RIGHTS
    assert may(role, power, is_led=False, seats=3) is is_peers
    assert may(role, power, is_led=False, seats=2) is (is_peers or power is Power.END)


@pytest.mark.parametrize("build", [TRIED[Power.REMOVE], TRIED[Power.MUTE]])
def test_who_helps_to_lead_does_not_put_out_who_leads(build: Build) -> None:
    room = circle("co")
    command = build(room.of("co"))
    command = type(command)(
        **{
            name: getattr(command, name)
            for name in command.__struct_fields__
            if name != "member"
        },
        member=account("fac"),
    )
    with pytest.raises(RoleRequired):
        room.do(command)


@pytest.mark.capability("S07")
def test_the_room_is_handed_over_to_who_helps_and_it_is_noted() -> None:
    room = circle("co")
    room.effects.clear()
    room.act(c.SetRole, "fac", member=account("co"), role=CallRole.FACILITATOR)
    assert room.seat("co").role is CallRole.FACILITATOR
    assert room.seat("fac").role is CallRole.CO_FACILITATOR
    noted = [one for one in room.effects if getattr(one, "role", None)]
    assert [(one.by, one.on) for one in noted] == [  # type: ignore[union-attr]
        (account("fac"), account("fac")),
        (account("fac"), account("co")),
    ]


def test_the_room_is_not_handed_to_a_participant_nor_left() -> None:
    room = circle("co")
    for name, role in (("ann", CallRole.FACILITATOR), ("fac", CallRole.OBSERVER)):
        with pytest.raises(NotNow):
            room.act(c.SetRole, "fac", member=account(name), role=role)


def test_who_helps_gives_no_seat_of_the_staff() -> None:
    room = circle("co")
    with pytest.raises(RoleRequired):
        room.act(c.SetRole, "co", member=account("ann"), role=CallRole.OBSERVER)


@pytest.mark.capability("S07")
def test_one_leads_today_and_the_next_takes_turns() -> None:
    room = circle("co")
    room.act(c.SetRole, "fac", member=account("ann"), role=CallRole.LEADER)
    assert room.seat("ann").role is CallRole.LEADER
    assert room.seat("lea").role is CallRole.PARTICIPANT
