"""The laws of a call that are about time: leases, attendance, keys, agenda, consent.

Every clock is kept here once more, from what was accepted and when; nothing is read
from what the call remembers of it.
"""

from __future__ import annotations

from typing import Any

from mentalverse_signaling.call_events import CallEndReason, LeaveReason, Presence
from mentalverse_signaling.calls import commands as c
from mentalverse_signaling.calls.decide import Decision
from mentalverse_signaling.calls.effects import (
    Attended,
    Ended,
    Noted,
    Push,
)
from mentalverse_signaling.calls.model import Call
from mentalverse_signaling.circle_events import TimeScope
from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.recording_events import RecordingState

MINUTE_MS = 60_000


class Clocks:
    """One call under watch."""

    def __init__(self, call: Call) -> None:
        self.heard: dict[AccountId, int] = {}
        self.began: dict[AccountId, int] = {}
        """Of the lease that somebody has."""
        self.lasted: dict[AccountId, int] = {}
        self.paused_ms: int | None = None
        self.empty_ms: int | None = call.opened_at_ms
        self.pending: dict[int, tuple[int, set[str]]] = {}
        """Transitions that were prepared: when, and who has confirmed."""
        self.told: set[tuple[object, ...]] = set()
        self.phase: tuple[int, int] = (-1, 0)
        """Index and planned minutes."""
        self.turn = 0
        self.session_ms: int | None = None
        self.consents: set[str] = set()
        self.request: str | None = None
        self.asked_ms = 0
        self.must_confirm: tuple[int, AccountId, str] | None = None
        """By when the recorder has to have stopped, who it is, and its connection."""

    def restarted(self, call: Call, now_ms: int) -> None:
        """Everybody has fresh leases; what was memory is gone."""
        self.heard = {account: now_ms for account in (*call.seats, *call.line)}

    def decided(
        self, before: Call, command: Any, decision: Decision, now_ms: int
    ) -> None:
        """Hold one decision against all of them."""
        after = decision.call
        ended_ms = next(
            (one.at_ms for one in decision.effects if isinstance(one, Ended)), None
        )
        heard = dict(self.heard)
        self._hear(before, command, after, now_ms)
        self._leases(after, now_ms)
        for push in decision.effects:
            fact: Any = push.fact if isinstance(push, Push) else None
            if getattr(fact, "reason", None) is LeaveReason.LEASE:
                late_ms = now_ms - heard.get(fact.member, now_ms)
                assert late_ms >= 60_000, "L8: a seat is given up early"
        self._attendance(before, decision, heard, now_ms, ended_ms)
        self._ends(after, decision, now_ms, ended_ms)
        if before.end is None:
            self._keys(before, command, decision, heard, now_ms)
            self._agenda(before, command, decision, now_ms)
            self._recording(before, command, decision, now_ms)

    # --- leases ---

    def _hear(self, before: Call, command: Any, after: Call, now_ms: int) -> None:
        who = getattr(command, "account", None)
        counts = isinstance(command, (c.Seated, c.Join, c.Resume))
        counts = counts and not isinstance(command, c.Leave)
        if counts and before.end is None and who is not None:
            self.heard[who] = now_ms
        for account, seat in after.seats.items():
            if account not in before.seats:
                came_ms = seat.joined_at_ms
                self.heard[account] = max(came_ms, self.heard.get(account, 0))
        for account in after.line:
            if account not in before.line:
                self.heard[account] = now_ms

    def _leases(self, after: Call, now_ms: int) -> None:
        for account, seat in after.seats.items():
            age_ms = now_ms - self.heard[account]
            assert age_ms < 60_000, "L8: a seat outlives its lease by 50 s"
            expected = Presence.ON
            if age_ms >= 10_000 or not seat.is_leased:
                expected = Presence.AWAY
            elif age_ms >= 4_000:
                expected = Presence.RECONNECTING
            assert seat.presence is expected, f"L8: {seat.presence} after {age_ms} ms"
            assert seat.is_leased or age_ms >= 10_000 or account not in self.began, "L8"
        for account in after.line:
            assert now_ms - self.heard[account] < 60_000, "L8: waits without a beat"

    def _attendance(
        self,
        before: Call,
        decision: Decision,
        heard: dict[AccountId, int],
        now_ms: int,
        ended_ms: int | None,
    ) -> None:
        after = decision.call
        told = [one for one in decision.effects if isinstance(one, Attended)]
        expected = []
        for account, began_ms in list(self.began.items()):
            lapsed_ms = heard[account] + 10_000
            over_ms = min(now_ms if ended_ms is None else ended_ms, lapsed_ms)
            seat = after.seats.get(account)
            is_over = lapsed_ms <= now_ms or seat is None
            was = before.seats[account]
            is_moved = seat is not None and seat.joined_at_ms != was.joined_at_ms
            if is_over or is_moved:
                for one in decision.effects:
                    if isinstance(one, Noted) and one.detail == "recorder":
                        over_ms = (
                            min(one.at_ms, over_ms) if one.on == account else over_ms
                        )
                if over_ms > began_ms:
                    expected.append((account, began_ms, over_ms))
                    so_far = self.lasted.get(account, 0)
                    self.lasted[account] = so_far + over_ms - began_ms
                del self.began[account]
        for one in told:
            # Came in by itself and was gone again, all in the time that has passed.
            if one.account in before.line:
                expected.append((one.account, one.from_ms, one.until_ms))
                so_far = self.lasted.get(one.account, 0)
                self.lasted[one.account] = so_far + one.until_ms - one.from_ms
        found = [(one.account, one.from_ms, one.until_ms) for one in told]
        assert sorted(found) == sorted(expected), f"L17: {found} is not {expected}"
        for account, seat in after.seats.items():
            if seat.is_leased and account not in self.began:
                was_seat = before.seats.get(account)
                is_new = was_seat is None or was_seat.joined_at_ms != seat.joined_at_ms
                has_lapsed = any(one.from_ms == seat.joined_at_ms for one in told)
                first_ms = seat.joined_at_ms
                is_first = is_new and not has_lapsed
                self.began[account] = first_ms if is_first else self.heard[account]
        assert after.attended_ms == self.lasted, "L17: does not add up"

    def _ends(
        self, after: Call, decision: Decision, now_ms: int, ended_ms: int | None
    ) -> None:
        if after.end is CallEndReason.NO_FACILITATOR and ended_ms is not None:
            waited_ms = ended_ms - (self.paused_ms or self._paused_in(decision) or 0)
            assert waited_ms == 300_000, "L9: not five minutes without a facilitator"
        self.paused_ms = after.paused_since_ms
        if after.end is None:
            is_late = self.paused_ms is not None and now_ms - self.paused_ms >= 300_000
            assert not is_late, "L9: paused for more than five minutes"
        is_empty = not (after.seats or after.line) and after.end is None
        self.empty_ms = (self.empty_ms or now_ms) if is_empty else None
        if self.empty_ms is not None:
            assert now_ms - self.empty_ms < 300_000, "L8: empty for five minutes"

    def _paused_in(self, decision: Decision) -> int | None:
        for one in decision.effects:
            if isinstance(one, Push) and one.event == "call.paused":
                until: Any = one.fact
                return int(until.until) - 300_000
        return None

    # --- keys ---

    def _keys(
        self,
        before: Call,
        command: Any,
        decision: Decision,
        heard: dict[AccountId, int],
        now_ms: int,
    ) -> None:
        after = decision.call
        if isinstance(command, c.ConfirmKey):
            for transition, (_, ready) in self.pending.items():
                epoch_fits = after.last_transition and transition <= command.transition
                if epoch_fits and command.epoch >= self._epoch_of(before, transition):
                    ready.add(command.account)
        if isinstance(command, c.Join):
            was = before.seats.get(command.account)
            if was is not None and was.conn_id != command.conn_id:
                for _, ready in self.pending.values():
                    ready.discard(command.account)
        leased = {
            account
            for account, seat in after.seats.items()
            if seat.is_leased
            and account in before.seats
            and heard.get(account, 0) + 10_000 > now_ms
        }
        removal = 0
        for push in decision.effects:
            if not isinstance(push, Push):
                continue
            fact: Any = push.fact
            if push.event == "key.prepared":
                assert fact.transition not in self.pending, "L15: prepared twice"
                self.pending[fact.transition] = (now_ms, set())
                if fact.cause == "remove":
                    removal = fact.transition
            elif push.event == "key.switched":
                assert fact.transition == min(self.pending), "L15: out of order"
                at_ms, _ = self.pending[fact.transition]
                ready_later = any(
                    leased <= ready
                    for other, (_, ready) in self.pending.items()
                    if other >= fact.transition
                )
                in_time = now_ms - at_ms >= 1_500 or fact.transition <= removal
                assert in_time or ready_later, "L15: switched before all are ready"
                del self.pending[fact.transition]
        is_other_group = isinstance(command, c.Attach) and after.group != before.group
        if is_other_group or after.end is not None:
            self.pending.clear()
        assert not (removal and self.pending), "L15: a removal waits"
        if after.end is None:
            everybody = {k for k, seat in after.seats.items() if seat.is_leased}
            for at_ms, ready in self.pending.values():
                assert now_ms - at_ms < 1_500, "L15: waits for more than 1.5 s"
                assert not everybody <= ready, "L15: all are ready, and it waits"

    def _epoch_of(self, before: Call, transition: int) -> int:
        return next(
            (one.epoch for one in before.prepared if one.transition == transition), 0
        )

    # --- agenda and turns ---

    def _agenda(
        self, before: Call, command: Any, decision: Decision, now_ms: int
    ) -> None:
        after = decision.call
        for push in decision.effects:
            if not isinstance(push, Push):
                continue
            fact: Any = push.fact
            if push.event == "phase.advanced":
                assert fact.phase.index > self.phase[0], "L14: phases go back"
                planned = (fact.phase.ends_at - fact.phase.started_at) // MINUTE_MS
                self.phase = (fact.phase.index, planned)
            elif push.event in ("piece.started", "piece.passed"):
                assert fact.piece.turn > self.turn, "L11: turns go back"
                self.turn = fact.piece.turn
            elif push.event == "time.announced":
                about: object = self.phase[0]
                if fact.scope is TimeScope.TURN:
                    about = self.turn
                elif fact.scope is TimeScope.SESSION:
                    about = 0
                told = (fact.scope, about, fact.remaining_minutes)
                assert told not in self.told, f"L14: {told} is told again"
                self.told.add(told)
        if after.phase != before.phase:
            steps = (c.AdvancePhase, c.ExtendPhase)
            assert isinstance(command, steps), "L14: a phase moves by itself"
        if before.phase and after.phase and before.phase.index == after.phase.index:
            assert after.phase.ends_at_ms >= before.phase.ends_at_ms, "L14: shortened"
        if after.end is not None:
            return
        if after.phase is not None:
            self._is_told(
                TimeScope.PHASE,
                self.phase[0],
                self.phase[1],
                after.phase.ends_at_ms,
                now_ms,
            )
        if self.session_ms is None and len(after.seats) > 1:
            self.session_ms = now_ms
        if self.session_ms is not None and after.planned_minutes:
            begins_ms = max(self.session_ms, after.starts_at_ms or 0)
            minutes = after.planned_minutes
            ends_ms = begins_ms + minutes * MINUTE_MS
            self._is_told(TimeScope.SESSION, 0, minutes, ends_ms, now_ms)
        piece = after.piece
        if piece and piece.turn_ends_at_ms is not None:
            is_told = (TimeScope.TURN, piece.turn, 0) in self.told
            assert is_told == (piece.turn_ends_at_ms <= now_ms), "L13: a turn's timer"

    def _is_told(
        self, scope: TimeScope, about: int, planned: int, ends_ms: int, now_ms: int
    ) -> None:
        for minutes in (10, 5, 1, 0):
            is_due = ends_ms - minutes * MINUTE_MS <= now_ms and minutes < planned
            if is_due:
                assert (scope, about, minutes) in self.told, f"L14: {minutes} not told"
            if minutes >= planned:
                told = (scope, about, minutes) in self.told
                assert not told, f"L14: {minutes} of {planned} minutes are told"

    # --- recording ---

    def _recording(
        self, before: Call, command: Any, decision: Decision, now_ms: int
    ) -> None:
        after = decision.call
        recording = after.recording
        if recording is None:
            return
        assert after.kind.may_record, "L16: recorded where it never is"
        if recording.id != self.request:
            self.request, self.consents = recording.id, set()
            self.asked_ms = now_ms
        if isinstance(command, c.GiveConsent) and command.request == self.request:
            self.consents.add(command.account)
        state = recording.state
        if after.end is not None:
            assert not recording.is_open, "L16: recorded after the end"
            assert recording.confirm_by_ms is None, "L16: waits after the end"
        if isinstance(command, c.WithdrawConsent) and command.request == self.request:
            self.consents.discard(command.account)
            was_seated = command.account in before.seats
            is_over = state is RecordingState.STOPPED
            assert is_over or not was_seated, "L16: it goes on after a withdrawal"
        if state in (RecordingState.RECORDING, RecordingState.ARMED):
            silent = set(after.seats) - self.consents
            assert not silent, f"L16: {state} without the consent of {silent}"
        if state in (RecordingState.REQUESTED, RecordingState.ARMED):
            assert now_ms - self.asked_ms < 60_000, "L16: silence becomes a yes"
        if state is RecordingState.RECORDING and after.end is None:
            holder = after.seats.get(recording.recorder)
            assert holder and holder.is_leased, "L16: recorded by nobody who is there"
        self._confirms(before, command, decision, now_ms)

    def _confirms(
        self, before: Call, command: Any, decision: Decision, now_ms: int
    ) -> None:
        after, recording = decision.call, decision.call.recording
        assert recording is not None
        was = before.recording
        stopped_ms = recording.stopped_at_ms
        is_running = was is not None and was.state is RecordingState.RECORDING
        if is_running and was is not None and stopped_ms is not None:
            seat = before.seats[was.recorder]
            own = isinstance(command, c.StopRecording)
            if not (own and command.account == was.recorder):
                self.must_confirm = (stopped_ms + 2_000, was.recorder, seat.conn_id)
        if self.must_confirm is None:
            return
        due_ms, recorder, conn_id = self.must_confirm
        if isinstance(command, c.StopRecording) and command.account == recorder:
            self.must_confirm = None
        elif now_ms >= due_ms:
            self.must_confirm = None
            seat_now = after.seats.get(recorder)
            is_still_there = seat_now is not None and seat_now.conn_id == conn_id
            assert not is_still_there, "L16: a recorder that goes on hears everything"
