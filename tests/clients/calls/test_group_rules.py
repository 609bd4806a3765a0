"""Whose device makes the group of a call, and who is let in by whom; as in browsers."""

from __future__ import annotations

from typing import Any

import msgspec

from mentalverse_client.calls.group_rules import (
    TURN_MS,
    Change,
    GroupView,
    Leaves,
    Make,
    Since,
    may_key,
    step,
)
from mentalverse_signaling.call_events import CallRole, Presence, RosterMember
from mentalverse_signaling.calls.snapshot import snapshot
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.ids import AccountId, ConversationId, DeviceId
from support.call_room import Room, account, opened

GROUP = ConversationId("g0" * 16)
LOOK_MS = 250


def seat(name: str, number: int, role: str = "participant") -> RosterMember:
    return RosterMember(
        member=account(name),
        device=DeviceId(f"device of {name}"),
        handle=name,
        seat_no=number,
        role=CallRole(role),
        conn_epoch=1,
        presence=Presence.ON,
        joined_at=0,
    )


LEAD = seat("lead", 9, "facilitator")
HELP = seat("help", 10, "co_facilitator")
ADA, BEN = seat("ada", 1), seat("ben", 2)


def group(*members: RosterMember) -> Leaves:
    return {it.member: frozenset({it.device}) for it in members}


def seen(own: RosterMember, *members: RosterMember, **more: Any) -> GroupView:
    fields: dict[str, Any] = {
        "members": members,
        "own": own.member,
        "group": GROUP if "leaves" in more else None,
        "leaves": None,
        "people": frozenset(map(account, ("lead", "help", "ada", "ben"))),
    }
    return GroupView(**(fields | more))


def first(view: GroupView) -> tuple[int, Make | Change] | None:
    """When something is first done, and what; looked at four times a second."""
    since: Since = {}
    for now_ms in range(0, 60_000, LOOK_MS):
        since, done = step(since, view, now_ms)
        if done is not None:
            return now_ms, done
    return None


def adds(*members: RosterMember) -> Change:
    return Change(add=tuple(it.member for it in members))


def of(*members: RosterMember) -> frozenset[AccountId]:
    return frozenset(it.member for it in members)


def test_who_leads_makes_it_and_who_helps_only_if_they_do_not() -> None:
    members = ADA, LEAD, HELP
    assert first(seen(LEAD, *members)) == (0, Make())
    assert first(seen(HELP, *members)) == (TURN_MS, Make())
    assert first(seen(ADA, *members)) is None


def test_who_was_let_in_is_added_by_who_did_that_else_by_the_others_in_order() -> None:
    members, leaves = (ADA, BEN, LEAD, HELP), group(ADA, LEAD, HELP)
    let_in = seen(HELP, *members, leaves=leaves, admitted=of(BEN))
    assert first(let_in) == (0, adds(BEN))
    for own, turns in ((LEAD, 0), (HELP, 1), (ADA, 2)):
        view = seen(own, *members, leaves=leaves)
        assert first(view) == (turns * TURN_MS, adds(BEN))


def test_who_is_away_keeps_nobody_waiting_for_their_turn() -> None:
    away = msgspec.structs.replace(LEAD, presence=Presence.AWAY)
    view = seen(ADA, ADA, BEN, away, leaves=group(ADA, LEAD))
    assert first(view) == (0, adds(BEN))


def test_what_waits_is_not_planned_again_and_what_came_to_nothing_is() -> None:
    view = seen(LEAD, ADA, LEAD, leaves=group(LEAD))
    planned = seen(LEAD, ADA, LEAD, leaves=group(LEAD), planned=of(ADA))
    assert first(planned) is None
    since, _ = step({}, view, 0)
    assert step(since, view, TURN_MS - 1)[1] is None
    assert step(since, view, TURN_MS)[1] == adds(ADA)


def test_who_is_put_out_is_removed_at_once_and_who_left_is_nobodys_matter() -> None:
    leaves = group(LEAD, ADA, BEN)
    view = seen(LEAD, LEAD, leaves=leaves, put_out=of(ADA))
    assert first(view) == (0, Change(remove=(ADA.member,)))
    back = seen(LEAD, LEAD, ADA, leaves=leaves, put_out=of(ADA))
    assert first(back) is None


def test_only_who_leads_gives_a_seat_of_the_staff() -> None:
    members, leaves = (ADA, LEAD, HELP), group(ADA, LEAD)
    by_lead = first(seen(LEAD, *members, leaves=leaves))
    assert by_lead == (0, Change(add=(HELP.member,), staff=(HELP.member,)))
    by_ada = first(seen(ADA, *members, leaves=leaves))
    assert by_ada is not None and by_ada[1] == adds(HELP)


def test_who_leads_and_has_lost_the_group_gets_in_again() -> None:
    leaves = group(ADA)
    alone = first(seen(LEAD, LEAD, leaves=leaves))
    assert alone is not None and alone[0] <= TURN_MS and alone[1] == Make()
    there = first(seen(LEAD, ADA, BEN, LEAD, leaves=leaves))
    assert there == (3 * TURN_MS, Make())
    assert first(seen(BEN, ADA, BEN, LEAD, leaves=leaves)) is None


def test_another_device_of_an_account_that_is_there_changes_nothing() -> None:
    other = msgspec.structs.replace(ADA, device=DeviceId("another"))
    assert first(seen(LEAD, LEAD, other, leaves=group(LEAD, ADA))) is None


def test_nobody_is_given_keys_who_is_not_of_the_conversation() -> None:
    assert first(seen(LEAD, LEAD, seat("eve", 3), leaves=group(LEAD))) is None


def test_a_group_keys_a_call_if_it_is_its_own_or_its_conversations() -> None:
    def may(kind: str, group: ConversationId, of: ConversationKind) -> bool:
        room = Room(opened(kind))
        room.fill()
        roster = snapshot(room.call, account("fac"), room.now_ms)
        return may_key(roster, group, of)

    circle = opened("group").conversation
    assert may("peer_circle", GROUP, ConversationKind.CALL)
    assert not may("peer_circle", circle, ConversationKind.CIRCLE)
    assert may("group", circle, ConversationKind.CIRCLE)
    assert not may("group", GROUP, ConversationKind.CIRCLE)
