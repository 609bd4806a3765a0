"""Bugs that a call could have, to be planted one at a time.

Each is a small change of the core. The laws over invented lives have to notice it; a
bug that they let live shows what they do not hold.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from mentalverse_signaling.call_events import CallRole, KeyCause, Presence
from mentalverse_signaling.calls import (
    agenda,
    attendance,
    circle,
    decide,
    draft,
    feeds,
    joining,
    keys,
    leases,
    moderation,
    recording,
    rights,
    seats,
    succession,
)
from mentalverse_signaling.calls import commands as c
from mentalverse_signaling.calls.effects import Ended, Kick, ProposeRemove
from mentalverse_signaling.calls.rights import Power

from . import call_life

Plant = Callable[[pytest.MonkeyPatch], None]
MUTANTS: dict[str, Plant] = {}


def _bug(plant: Plant) -> Plant:
    MUTANTS[plant.__name__] = plant
    return plant


def _no(*_: Any, **__: Any) -> None:
    """Does nothing."""


def _handle(patch: pytest.MonkeyPatch, command: type, handler: Any) -> None:
    patch.setitem(decide._HANDLERS, command, handler)


def _silent(patch: pytest.MonkeyPatch, *events: str) -> None:
    """These are pushed to nobody."""
    whole = draft.Draft.push

    def push(self: Any, to: Any, event: str, **fields: Any) -> None:
        if event not in events:
            whole(self, to, event, **fields)

    patch.setattr(draft.Draft, "push", push)


def _without(patch: pytest.MonkeyPatch, effect: type) -> None:
    """This effect gets lost."""
    whole = draft.Draft.tell

    def tell(self: Any, *effects: Any) -> None:
        whole(self, *(one for one in effects if not isinstance(one, effect)))

    patch.setattr(draft.Draft, "tell", tell)


# --- seats and connections ---


@_bug
def a_seat_more_than_there_are(patch: pytest.MonkeyPatch) -> None:
    def free(draft: Any, *, is_staff: bool) -> int:
        taken = {seat.number for seat in draft.call.seats.values()}
        return next(n for n in range(9 if is_staff else 1, 99) if n not in taken)

    patch.setattr(seats, "free_number", free)


@_bug
def two_on_one_seat(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(seats, "free_number", lambda _, is_staff: 9 if is_staff else 1)


@_bug
def nobody_has_to_agree(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(joining, "require_agreed", _no)


@_bug
def nobody_waits(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(joining, "_finds_door_open", lambda *_: True)


@_bug
def a_reload_leads_past_the_line(patch: pytest.MonkeyPatch) -> None:
    def knock(draft: Any, before: Any, who: Any) -> None:
        if before.conn_id != who.conn_id:
            seats.retire(draft, who.account, before.conn_id)
            joining._leave_line(draft, before)
            draft.push_staff("member.admitted", also=who.account, member=who.account)
            seats.take(draft, who)

    patch.setattr(joining, "_knock_again", knock)


@_bug
def a_reload_loses_the_place(patch: pytest.MonkeyPatch) -> None:
    whole = joining._knock_again

    def knock(draft: Any, before: Any, who: Any) -> None:
        whole(draft, msgspec.structs.replace(before, order=who.order), who)

    patch.setattr(joining, "_knock_again", knock)


@_bug
def who_was_moved_back_walks_in_again(patch: pytest.MonkeyPatch) -> None:
    def hold(draft: Any, command: Any) -> None:
        known = draft.call.let_in
        moderation.hold(draft, command)
        draft.change(let_in=known)

    _handle(patch, c.Hold, hold)


@_bug
def who_was_removed_comes_back(patch: pytest.MonkeyPatch) -> None:
    def remove(draft: Any, command: Any) -> None:
        moderation.remove(draft, command)
        draft.change(barred=frozenset())

    _handle(patch, c.Remove, remove)


@_bug
def anybody_opens_a_therapy_circle(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(joining, "_require_licensed_lead", _no)


@_bug
def a_licence_never_gets_old(patch: pytest.MonkeyPatch) -> None:
    whole = joining._applicant

    def applicant(draft: Any, command: Any) -> Any:
        return msgspec.structs.replace(whole(draft, command), is_licensed=True)

    patch.setattr(joining, "_applicant", applicant)


@_bug
def only_one_old_connection_is_remembered(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(seats, "MAX_OLD_CONNS", 1)


@_bug
def the_older_connection_is_not_told(patch: pytest.MonkeyPatch) -> None:
    _silent(patch, "seat.replaced")


@_bug
def any_connection_of_the_account_is_obeyed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(draft.Draft, "require_seat", lambda self, who, _: self.seat(who))


@_bug
def a_reload_keeps_the_epoch(patch: pytest.MonkeyPatch) -> None:
    def keep(draft: Any) -> int:
        draft.change(last_conn_epoch=max(1, len(draft.call.seats)))
        return int(draft.call.last_conn_epoch)

    patch.setattr(seats, "next_conn_epoch", keep)


@_bug
def feeds_outlive_their_connection(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(feeds, "end_all", _no)


@_bug
def a_screen_needs_no_token(patch: pytest.MonkeyPatch) -> None:
    def publish(draft: Any, command: Any) -> None:
        presenter = draft.call.presenter
        draft.change(presenter=command.account)
        feeds.publish(draft, command)
        draft.change(presenter=presenter)

    _handle(patch, c.PublishFeed, publish)


@_bug
def the_engine_keeps_who_is_gone(patch: pytest.MonkeyPatch) -> None:
    _without(patch, Kick)


@_bug
def the_group_keeps_who_is_gone(patch: pytest.MonkeyPatch) -> None:
    _without(patch, ProposeRemove)


@_bug
def the_end_is_not_told(patch: pytest.MonkeyPatch) -> None:
    _without(patch, Ended)


@_bug
def a_call_goes_on_after_its_end(patch: pytest.MonkeyPatch) -> None:
    def end(draft: Any, command: Any) -> None:
        kept = draft.call.seats
        decide._end(draft, command)
        draft.change(seats=kept)

    _handle(patch, c.End, end)


# --- leases ---


@_bug
def a_seat_is_never_given_up(patch: pytest.MonkeyPatch) -> None:
    whole = leases.due_ms

    def due(seat: Any) -> int:
        return 10**15 if seat.presence is Presence.AWAY else whole(seat)

    patch.setattr(leases, "due_ms", due)


@_bug
def reconnecting_is_shown_late(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(leases, "RECONNECTING_MS", 9_000)


@_bug
def a_lease_lasts_twice_as_long(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(leases, "LEASE_MS", 20_000)


@_bug
def a_seat_is_given_up_with_the_lease(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(leases, "RELEASE_MS", 11_000)


@_bug
def a_restart_gives_no_fresh_lease(patch: pytest.MonkeyPatch) -> None:
    whole = leases.revive

    def revive(call: Any, now_ms: int) -> Any:
        return msgspec.structs.replace(whole(call, now_ms), seats=call.seats)

    patch.setattr(call_life, "revive", revive)


@_bug
def time_away_is_attended(patch: pytest.MonkeyPatch) -> None:
    def close(draft: Any, seat: Any) -> None:
        since = None if seat.leased_since_ms is None else seat.joined_at_ms
        whole(draft, msgspec.structs.replace(seat, leased_since_ms=since))

    whole = attendance.close
    patch.setattr(attendance, "close", close)


@_bug
def an_empty_call_stays_for_ever(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(decide, "EMPTY_MS", 10**12)


# --- who leads ---


@_bug
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


@_bug
def nobody_takes_over(patch: pytest.MonkeyPatch) -> None:
    whole = succession.settle

    def settle(draft: Any) -> None:
        has_led = draft.call.has_led
        draft.change(has_led=False)
        whole(draft)
        draft.change(has_led=has_led or draft.call.has_led)

    patch.setattr(succession, "settle", settle)


@_bug
def a_room_goes_on_without_anybody_to_lead(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(succession, "_pause", _no)


@_bug
def a_paused_room_is_open(patch: pytest.MonkeyPatch) -> None:
    whole = succession._pause

    def pause(draft: Any) -> None:
        is_locked = draft.call.is_locked
        whole(draft)
        draft.change(is_locked=is_locked)

    patch.setattr(succession, "_pause", pause)


@_bug
def a_pause_never_ends(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(decide, "PAUSED_MS", 10**12)


@_bug
def who_helps_removes_who_leads(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(moderation, "require_over", _no)


def _everybody_may(power: Power) -> None:
    def plant(patch: pytest.MonkeyPatch) -> None:
        patch.setitem(rights.RIGHTS, power, frozenset(CallRole))

    MUTANTS[f"everybody_may_{power.value}"] = plant


for _power in Power:
    _everybody_may(_power)


# --- one's own, and order ---


@_bug
def an_invitation_unmutes(patch: pytest.MonkeyPatch) -> None:
    def invite(draft: Any, command: Any) -> None:
        moderation.invite_unmute(draft, command)
        draft.change_seat(command.member, is_muted=False)

    _handle(patch, c.InviteUnmute, invite)


@_bug
def a_hard_mute_is_lifted_by_whoever_it_silences(patch: pytest.MonkeyPatch) -> None:
    def set_state(draft: Any, command: Any) -> None:
        draft.change_seat(command.account, is_hard_muted=False)
        decide._set_state(draft, command)

    _handle(patch, c.SetState, set_state)


@_bug
def a_turn_that_is_over_mutes(patch: pytest.MonkeyPatch) -> None:
    whole = circle.turn_is_over

    def over(draft: Any) -> None:
        whole(draft)
        draft.change_seat(draft.call.piece.holder, is_muted=True)

    patch.setattr(circle, "turn_is_over", over)


@_bug
def a_turn_that_is_over_is_told_to_nobody(patch: pytest.MonkeyPatch) -> None:
    def over(draft: Any) -> None:
        piece = msgspec.structs.replace(draft.call.piece, is_turn_told=True)
        draft.change(piece=piece)

    patch.setattr(circle, "turn_is_over", over)


@_bug
def passing_needs_a_role(patch: pytest.MonkeyPatch) -> None:
    def pass_piece(draft: Any, command: Any) -> None:
        draft.require_power(command.account, command.conn_id, Power.STEER_PIECE)
        circle.pass_piece(draft, command)

    _handle(patch, c.PassPiece, pass_piece)


@_bug
def who_has_left_keeps_the_piece(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(circle, "_pass", _no)


@_bug
def the_last_hand_is_the_first(patch: pytest.MonkeyPatch) -> None:
    def raise_hand(draft: Any, command: Any) -> None:
        hands = draft.call.hands
        circle.raise_hand(draft, command)
        if draft.call.hands != hands:
            draft.change(hands=(command.account, *hands))

    _handle(patch, c.RaiseHand, raise_hand)


@_bug
def a_hand_stays_up_without_anybody(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(circle, "_lower", _no)


@_bug
def who_asks_for_help_is_shown_as_there(patch: pytest.MonkeyPatch) -> None:
    _handle(patch, c.AskedForHelp, _no)


@_bug
def a_change_is_told_twice(patch: pytest.MonkeyPatch) -> None:
    whole = draft.Draft.push_all

    def push_all(self: Any, event: str, **fields: Any) -> None:
        whole(self, event, **fields)
        if event == "room.spotlit":
            whole(self, event, **fields)

    patch.setattr(draft.Draft, "push_all", push_all)


@_bug
def a_change_is_not_told(patch: pytest.MonkeyPatch) -> None:
    def shine(draft: Any, member: Any) -> None:
        draft.change(spotlight=member)

    patch.setattr(circle, "_shine", shine)


@_bug
def what_is_for_one_counts_for_all(patch: pytest.MonkeyPatch) -> None:
    whole = draft.Draft.push_member

    def push_member(self: Any, *args: Any, **fields: Any) -> None:
        self.change(seq=self.call.seq + 1)
        whole(self, *args, **fields)

    patch.setattr(draft.Draft, "push_member", push_member)


# --- agenda ---


@_bug
def phases_go_back(patch: pytest.MonkeyPatch) -> None:
    def advance(draft: Any, command: Any) -> None:
        phase = draft.call.phase
        if phase is not None and command.index < phase.index:
            back = msgspec.structs.replace(phase, index=command.index - 1)
            draft.change(phase=back)
        agenda.advance(draft, command)

    _handle(patch, c.AdvancePhase, advance)


@_bug
def more_time_tells_it_all_again(patch: pytest.MonkeyPatch) -> None:
    def extend(draft: Any, command: Any) -> None:
        agenda.extend(draft, command)
        draft.change(phase_told=())

    _handle(patch, c.ExtendPhase, extend)


@_bug
def five_minutes_are_not_told(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(agenda, "TOLD_MINUTES", (10, 1, 0))


@_bug
def overtime_is_cut(patch: pytest.MonkeyPatch) -> None:
    whole = agenda.announce

    def announce(draft: Any, scope: Any, minutes: int) -> None:
        whole(draft, scope=scope, minutes=minutes)
        if minutes == 0:
            draft.change(phase=None)

    patch.setattr(agenda, "announce", announce)


# --- keys ---


@_bug
def a_removal_waits_for_stragglers(patch: pytest.MonkeyPatch) -> None:
    def prepared(draft: Any, event: Any) -> None:
        waits = msgspec.structs.replace(event, cause=KeyCause.ADD)
        keys.prepared(draft, waits)
        for number, one in enumerate(draft.effects):
            if getattr(one, "event", "") == "key.prepared" and event.cause is None:
                fact = msgspec.structs.replace(one.fact, cause=KeyCause.REMOVE)
                draft.effects[number] = msgspec.structs.replace(one, fact=fact)

    _handle(patch, c.EpochPrepared, prepared)


@_bug
def stragglers_are_waited_for_for_ever(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(keys, "due_ms", lambda _: 10**15)


@_bug
def one_who_is_ready_is_enough(patch: pytest.MonkeyPatch) -> None:
    def look(draft: Any) -> None:
        ready = [one for one in draft.call.prepared if one.confirmed]
        if ready:
            keys.switch_to(draft, ready[-1].transition)

    patch.setattr(keys, "look", look)


@_bug
def a_newer_connection_counts_as_ready(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(keys, "forget", _no)


@_bug
def who_is_away_is_waited_for(patch: pytest.MonkeyPatch) -> None:
    def look(draft: Any) -> None:
        everybody = set(draft.call.seats)
        ready = [one for one in draft.call.prepared if everybody <= one.confirmed]
        if ready:
            keys.switch_to(draft, ready[-1].transition)

    patch.setattr(keys, "look", look)


# --- recording ---


@_bug
def silence_is_a_yes(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(recording, "_is_unanimous", lambda *_: True)


@_bug
def the_staff_is_not_asked(patch: pytest.MonkeyPatch) -> None:
    def unanimous(draft: Any, recording: Any) -> bool:
        people = [seat for seat in draft.call.seats.values() if not seat.is_staff]
        return all(seat.account in recording.consents for seat in people)

    patch.setattr(recording, "_is_unanimous", unanimous)


@_bug
def who_comes_late_is_not_asked(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(recording, "must_agree", lambda *_: False)


@_bug
def a_request_stays_open(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(recording, "asked_until_ms", lambda _: None)


@_bug
def a_withdrawal_stops_nothing(patch: pytest.MonkeyPatch) -> None:
    def withdraw(draft: Any, command: Any) -> None:
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(recording, "_stop", _no)
            recording.withdraw(draft, command)

    _handle(patch, c.WithdrawConsent, withdraw)


@_bug
def a_recorder_that_goes_on_stays(patch: pytest.MonkeyPatch) -> None:
    def goes_on(draft: Any) -> None:
        current = draft.call.recording
        draft.change(recording=msgspec.structs.replace(current, confirm_by_ms=None))

    patch.setattr(decide, "_recorder_goes_on", goes_on)


@_bug
def a_recording_outlives_its_recorder(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(recording, "lose_recorder", _no)


@_bug
def somebody_in_a_crisis_is_recorded(patch: pytest.MonkeyPatch) -> None:
    def request(draft: Any, command: Any) -> None:
        kind = draft.call.kind
        draft.change(kind=msgspec.structs.replace(kind, may_record=True))
        recording.request(draft, command)
        draft.change(kind=kind)

    _handle(patch, c.RequestRecording, request)


@_bug
def a_recording_goes_on_in_a_call_that_is_over(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(recording, "stop_with_call", _no)
