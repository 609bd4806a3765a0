"""Bugs that a call could have, to be planted one at a time.

Each is a small change of the core. The laws over invented lives have to notice it; a
bug that they let live shows what they do not hold.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from mentalverse_signaling.call_events import CallRole, Presence
from mentalverse_signaling.calls import (
    attendance,
    decide,
    draft,
    feeds,
    hosts,
    joining,
    leases,
    moderation,
    rights,
    seats,
    succession,
)
from mentalverse_signaling.calls import commands as c
from mentalverse_signaling.calls.effects import Ended, Kick, ProposeRemove
from mentalverse_signaling.calls.rights import Power

from . import call_life
from .call_planting import MUTANTS, bug, handle, no, silent, without

# --- seats and connections ---


@bug
def a_seat_more_than_there_are(patch: pytest.MonkeyPatch) -> None:
    def free(draft: Any, *, is_staff: bool) -> int:
        taken = {seat.number for seat in draft.call.seats.values()}
        return next(n for n in range(9 if is_staff else 1, 99) if n not in taken)

    patch.setattr(seats, "free_number", free)


@bug
def two_on_one_seat(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(seats, "free_number", lambda _, is_staff: 9 if is_staff else 1)


@bug
def nobody_has_to_agree(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(joining, "require_agreed", no)


@bug
def nobody_waits(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(joining, "_finds_door_open", lambda *_: True)


@bug
def a_reload_leads_past_the_line(patch: pytest.MonkeyPatch) -> None:
    def knock(draft: Any, before: Any, who: Any) -> None:
        if before.conn_id != who.conn_id:
            seats.retire(draft, who.account, before.conn_id)
            joining._leave_line(draft, before)
            draft.push_staff("member.admitted", also=who.account, member=who.account)
            seats.take(draft, who)

    patch.setattr(joining, "_knock_again", knock)


@bug
def a_reload_loses_the_place(patch: pytest.MonkeyPatch) -> None:
    whole = joining._knock_again

    def knock(draft: Any, before: Any, who: Any) -> None:
        whole(draft, msgspec.structs.replace(before, order=who.order), who)

    patch.setattr(joining, "_knock_again", knock)


@bug
def who_was_moved_back_walks_in_again(patch: pytest.MonkeyPatch) -> None:
    def hold(draft: Any, command: Any) -> None:
        known = draft.call.let_in
        moderation.hold(draft, command)
        draft.change(let_in=known)

    handle(patch, c.Hold, hold)


@bug
def who_was_removed_comes_back(patch: pytest.MonkeyPatch) -> None:
    def remove(draft: Any, command: Any) -> None:
        moderation.remove(draft, command)
        draft.change(barred=frozenset())

    handle(patch, c.Remove, remove)


@bug
def anybody_opens_a_therapy_circle(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(joining, "_require_licensed_lead", no)


@bug
def a_licence_never_gets_old(patch: pytest.MonkeyPatch) -> None:
    whole = joining._applicant

    def applicant(draft: Any, command: Any) -> Any:
        who = whole(draft, command)
        return msgspec.structs.replace(who, licence_checked_at_ms=draft.now_ms)

    patch.setattr(joining, "_applicant", applicant)


@bug
def anybody_is_handed_a_therapy_circle(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(hosts, "may_be_lead", lambda call, is_licensed: True)


@bug
def only_one_old_connection_is_remembered(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(seats, "MAX_OLD_CONNS", 1)


@bug
def the_older_connection_is_not_told(patch: pytest.MonkeyPatch) -> None:
    silent(patch, "seat.replaced")


@bug
def any_connection_of_the_account_is_obeyed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(draft.Draft, "require_seat", lambda self, who, _: self.seat(who))


@bug
def a_reload_keeps_the_epoch(patch: pytest.MonkeyPatch) -> None:
    def keep(draft: Any) -> int:
        draft.change(last_conn_epoch=max(1, len(draft.call.seats)))
        return int(draft.call.last_conn_epoch)

    patch.setattr(seats, "next_conn_epoch", keep)


@bug
def feeds_outlive_their_connection(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(feeds, "end_all", no)


@bug
def a_screen_needs_no_token(patch: pytest.MonkeyPatch) -> None:
    def publish(draft: Any, command: Any) -> None:
        presenter = draft.call.presenter
        draft.change(presenter=command.account)
        feeds.publish(draft, command)
        draft.change(presenter=presenter)

    handle(patch, c.PublishFeed, publish)


@bug
def the_engine_keeps_who_is_gone(patch: pytest.MonkeyPatch) -> None:
    without(patch, Kick)


@bug
def the_group_keeps_who_is_gone(patch: pytest.MonkeyPatch) -> None:
    without(patch, ProposeRemove)


@bug
def the_end_is_not_told(patch: pytest.MonkeyPatch) -> None:
    without(patch, Ended)


@bug
def a_call_goes_on_after_its_end(patch: pytest.MonkeyPatch) -> None:
    def end(draft: Any, command: Any) -> None:
        kept = draft.call.seats
        decide._end(draft, command)
        draft.change(seats=kept)

    handle(patch, c.End, end)


# --- leases ---


@bug
def a_seat_is_never_given_up(patch: pytest.MonkeyPatch) -> None:
    whole = leases.due_ms

    def due(seat: Any) -> int:
        return 10**15 if seat.presence is Presence.AWAY else whole(seat)

    patch.setattr(leases, "due_ms", due)


@bug
def reconnecting_is_shown_late(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(leases, "RECONNECTING_MS", 9_000)


@bug
def a_lease_lasts_twice_as_long(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(leases, "LEASE_MS", 20_000)


@bug
def a_seat_is_given_up_with_the_lease(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(leases, "RELEASE_MS", 11_000)


@bug
def a_restart_gives_no_fresh_lease(patch: pytest.MonkeyPatch) -> None:
    whole = leases.revive

    def revive(call: Any, now_ms: int) -> Any:
        return msgspec.structs.replace(whole(call, now_ms), seats=call.seats)

    patch.setattr(call_life, "revive", revive)


@bug
def time_away_is_attended(patch: pytest.MonkeyPatch) -> None:
    def close(draft: Any, seat: Any) -> None:
        since = None if seat.leased_since_ms is None else seat.joined_at_ms
        whole(draft, msgspec.structs.replace(seat, leased_since_ms=since))

    whole = attendance.close
    patch.setattr(attendance, "close", close)


@bug
def an_empty_call_stays_for_ever(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(decide, "EMPTY_MS", 10**12)


# --- who leads ---


@bug
def the_first_who_came_leads(patch: pytest.MonkeyPatch) -> None:
    whole = succession.settle

    def settle(draft: Any) -> None:
        whole(draft)
        call = draft.call
        if call.paused_since_ms is not None and not call.lead():
            first = next((seat for seat in call.in_order() if seat.is_leased), None)
            if first is not None:
                number = seats.free_number(draft, is_staff=True)
                role = CallRole.FACILITATOR
                draft.change_seat(first.account, role=role, number=number)
                whole(draft)

    patch.setattr(succession, "settle", settle)


@bug
def nobody_takes_over(patch: pytest.MonkeyPatch) -> None:
    whole = succession.settle

    def settle(draft: Any) -> None:
        has_led = draft.call.has_led
        draft.change(has_led=False)
        whole(draft)
        draft.change(has_led=has_led or draft.call.has_led)

    patch.setattr(succession, "settle", settle)


@bug
def a_room_goes_on_without_anybody_to_lead(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(succession, "_pause", no)


@bug
def a_paused_room_is_open(patch: pytest.MonkeyPatch) -> None:
    whole = succession._pause

    def pause(draft: Any) -> None:
        is_locked = draft.call.is_locked
        whole(draft)
        draft.change(is_locked=is_locked)

    patch.setattr(succession, "_pause", pause)


@bug
def a_pause_never_ends(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(decide, "PAUSED_MS", 10**12)


@bug
def who_helps_removes_who_leads(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(moderation, "require_over", no)


def _everybody_may(power: Power) -> None:
    def plant(patch: pytest.MonkeyPatch) -> None:
        patch.setitem(rights.RIGHTS, power, frozenset(CallRole))

    MUTANTS[f"everybody_may_{power.value}"] = plant


for _power in Power:
    _everybody_may(_power)
