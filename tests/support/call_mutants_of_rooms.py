"""Bugs in what a room does: turns, time, keys and consent, planted one at a time."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from mentalverse_signaling.call_events import KeyCause
from mentalverse_signaling.calls import (
    agenda,
    circle,
    decide,
    draft,
    keys,
    moderation,
    recording,
)
from mentalverse_signaling.calls import commands as c
from mentalverse_signaling.calls.rights import Power

from .call_planting import bug, handle, no

# --- one's own, and order ---


@bug
def an_invitation_unmutes(patch: pytest.MonkeyPatch) -> None:
    def invite(draft: Any, command: Any) -> None:
        moderation.invite_unmute(draft, command)
        draft.change_seat(command.member, is_muted=False)

    handle(patch, c.InviteUnmute, invite)


@bug
def a_hard_mute_is_lifted_by_whoever_it_silences(patch: pytest.MonkeyPatch) -> None:
    def set_state(draft: Any, command: Any) -> None:
        draft.change(silenced=draft.call.silenced - {command.account})
        decide._set_state(draft, command)

    handle(patch, c.SetState, set_state)


@bug
def a_turn_that_is_over_mutes(patch: pytest.MonkeyPatch) -> None:
    whole = circle.turn_is_over

    def over(draft: Any) -> None:
        whole(draft)
        draft.change_seat(draft.call.piece.holder, is_muted=True)

    patch.setattr(circle, "turn_is_over", over)


@bug
def a_turn_that_is_over_is_told_to_nobody(patch: pytest.MonkeyPatch) -> None:
    def over(draft: Any) -> None:
        piece = msgspec.structs.replace(draft.call.piece, is_turn_told=True)
        draft.change(piece=piece)

    patch.setattr(circle, "turn_is_over", over)


@bug
def passing_needs_a_role(patch: pytest.MonkeyPatch) -> None:
    def pass_piece(draft: Any, command: Any) -> None:
        draft.require_power(command.account, command.conn_id, Power.STEER_PIECE)
        circle.pass_piece(draft, command)

    handle(patch, c.PassPiece, pass_piece)


@bug
def who_has_left_keeps_the_piece(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(circle, "_pass", no)


@bug
def the_last_hand_is_the_first(patch: pytest.MonkeyPatch) -> None:
    def raise_hand(draft: Any, command: Any) -> None:
        hands = draft.call.hands
        circle.raise_hand(draft, command)
        if draft.call.hands != hands:
            draft.change(hands=(command.account, *hands))

    handle(patch, c.RaiseHand, raise_hand)


@bug
def a_hand_stays_up_without_anybody(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(circle, "_lower", no)


@bug
def who_asks_for_help_is_shown_as_there(patch: pytest.MonkeyPatch) -> None:
    handle(patch, c.AskedForHelp, no)


@bug
def a_change_is_told_twice(patch: pytest.MonkeyPatch) -> None:
    whole = draft.Draft.push_all

    def push_all(self: Any, event: str, **fields: Any) -> None:
        whole(self, event, **fields)
        if event == "room.spotlit":
            whole(self, event, **fields)

    patch.setattr(draft.Draft, "push_all", push_all)


@bug
def a_change_is_not_told(patch: pytest.MonkeyPatch) -> None:
    def shine(draft: Any, member: Any) -> None:
        draft.change(spotlight=member)

    patch.setattr(circle, "_shine", shine)


@bug
def what_is_for_one_counts_for_all(patch: pytest.MonkeyPatch) -> None:
    whole = draft.Draft.push_member

    def push_member(self: Any, *args: Any, **fields: Any) -> None:
        self.change(seq=self.call.seq + 1)
        whole(self, *args, **fields)

    patch.setattr(draft.Draft, "push_member", push_member)


# --- agenda ---


@bug
def phases_go_back(patch: pytest.MonkeyPatch) -> None:
    def advance(draft: Any, command: Any) -> None:
        phase = draft.call.phase
        if phase is not None and command.index < phase.index:
            back = msgspec.structs.replace(phase, index=command.index - 1)
            draft.change(phase=back)
        agenda.advance(draft, command)

    handle(patch, c.AdvancePhase, advance)


@bug
def more_time_tells_it_all_again(patch: pytest.MonkeyPatch) -> None:
    def extend(draft: Any, command: Any) -> None:
        agenda.extend(draft, command)
        draft.change(phase_told=())

    handle(patch, c.ExtendPhase, extend)


@bug
def five_minutes_are_not_told(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(agenda, "TOLD_MINUTES", (10, 1, 0))


@bug
def overtime_is_cut(patch: pytest.MonkeyPatch) -> None:
    whole = agenda.announce

    def announce(draft: Any, scope: Any, minutes: int) -> None:
        whole(draft, scope=scope, minutes=minutes)
        if minutes == 0:
            draft.change(phase=None)

    patch.setattr(agenda, "announce", announce)


# --- keys ---


@bug
def a_removal_waits_for_stragglers(patch: pytest.MonkeyPatch) -> None:
    def prepared(draft: Any, event: Any) -> None:
        waits = msgspec.structs.replace(event, cause=KeyCause.ADD)
        keys.prepared(draft, waits)
        for number, one in enumerate(draft.effects):
            if getattr(one, "event", "") == "key.prepared" and event.cause is None:
                fact = msgspec.structs.replace(one.fact, cause=KeyCause.REMOVE)
                draft.effects[number] = msgspec.structs.replace(one, fact=fact)

    handle(patch, c.EpochPrepared, prepared)


@bug
def stragglers_are_waited_for_for_ever(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(keys, "due_ms", lambda _: 10**15)


@bug
def one_who_is_ready_is_enough(patch: pytest.MonkeyPatch) -> None:
    def look(draft: Any) -> None:
        ready = [one for one in draft.call.prepared if one.confirmed]
        if ready:
            keys.switch_to(draft, ready[-1].transition)

    patch.setattr(keys, "look", look)


@bug
def a_newer_connection_counts_as_ready(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(keys, "forget", no)


@bug
def who_is_away_is_waited_for(patch: pytest.MonkeyPatch) -> None:
    def look(draft: Any) -> None:
        everybody = set(draft.call.seats)
        ready = [one for one in draft.call.prepared if everybody <= one.confirmed]
        if ready:
            keys.switch_to(draft, ready[-1].transition)

    patch.setattr(keys, "look", look)


# --- recording ---


@bug
def silence_is_a_yes(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(recording, "_is_unanimous", lambda *_: True)


@bug
def the_staff_is_not_asked(patch: pytest.MonkeyPatch) -> None:
    def unanimous(draft: Any, recording: Any) -> bool:
        people = [seat for seat in draft.call.seats.values() if not seat.is_staff]
        return all(seat.account in recording.consents for seat in people)

    patch.setattr(recording, "_is_unanimous", unanimous)


@bug
def who_comes_late_is_not_asked(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(recording, "must_agree", lambda *_: False)


@bug
def a_request_stays_open(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(recording, "asked_until_ms", lambda _: None)


@bug
def a_withdrawal_stops_nothing(patch: pytest.MonkeyPatch) -> None:
    def withdraw(draft: Any, command: Any) -> None:
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(recording, "_stop", no)
            recording.withdraw(draft, command)

    handle(patch, c.WithdrawConsent, withdraw)


@bug
def a_recorder_that_goes_on_stays(patch: pytest.MonkeyPatch) -> None:
    def goes_on(draft: Any) -> None:
        current = draft.call.recording
        draft.change(recording=msgspec.structs.replace(current, confirm_by_ms=None))

    patch.setattr(decide, "_recorder_goes_on", goes_on)


@bug
def a_recording_outlives_its_recorder(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(recording, "lose_recorder", no)


@bug
def somebody_in_a_crisis_is_recorded(patch: pytest.MonkeyPatch) -> None:
    def request(draft: Any, command: Any) -> None:
        kind = draft.call.kind
        draft.change(kind=msgspec.structs.replace(kind, may_record=True))
        recording.request(draft, command)
        draft.change(kind=kind)

    handle(patch, c.RequestRecording, request)


@bug
def a_recording_goes_on_in_a_call_that_is_over(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(recording, "stop_with_call", no)
