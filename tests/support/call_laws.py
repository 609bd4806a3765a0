"""What must hold of a call after every decision, whatever led to it.

`Laws` follows one call, remembers what it needs by itself, and compares. A law that is
broken raises `AssertionError` with its number first.
"""

from __future__ import annotations

from typing import Any

import msgspec

from mentalverse_signaling.call_events import CallRole, Presence, Topology
from mentalverse_signaling.calls import commands as c
from mentalverse_signaling.calls.decide import Decision, decide, due_ms
from mentalverse_signaling.calls.effects import (
    Act,
    Connection,
    Ended,
    Kick,
    Noted,
    ProposeRemove,
    Push,
)
from mentalverse_signaling.calls.model import Call, Seat
from mentalverse_signaling.errors import RoleRequired, SignalingError
from mentalverse_signaling.feed_events import FeedLabel
from mentalverse_signaling.ids import AccountId

from .call_clocks import Clocks
from .call_mirror import Mirror
from .call_rules import (
    LEAD,
    SEATED_AS_STAFF,
    STAFF,
    is_allowed,
    is_always_possible,
    needs_power,
)


class Laws:
    """One call under watch."""

    def __init__(self, call: Call) -> None:
        self.mirror = Mirror(call)
        self.clocks = Clocks(call)
        self.conns: dict[str, list[str]] = {}
        """Of each account, in the order in which they were taken in."""
        self.over: dict[str, set[str]] = {}
        """Those of them that were replaced, or have left."""
        self.granted: dict[str, set[CallRole]] = {}
        self.licensed: set[str] = set()
        self.let_in: set[str] = set()
        self.removed: set[str] = set()
        self.had_lead = self.had_staff = False

    def restarted(self, call: Call, now_ms: int) -> None:
        """The server came back with what it had written down."""
        self.mirror.read(call)
        self.clocks.restarted(call, now_ms)

    def refused(
        self, before: Call, command: Any, refusal: SignalingError, now_ms: int
    ) -> None:
        """Some things are never refused; a role is asked for only where it counts."""
        assert not isinstance(command, (c.TimePassed, c.AskedForHelp, c.Stop)), "L12"
        if not isinstance(command, c.Seated):
            return
        timed = _in_time(before, command, now_ms)
        seat = timed.seats.get(command.account)
        if timed.end or seat is None or seat.conn_id != command.conn_id:
            return
        assert not is_always_possible(timed, command), f"L12: {command} is refused"
        if isinstance(refusal, RoleRequired) and seat.role in LEAD:
            excused = isinstance(command, (c.Admit, c.OpenSide, c.PublishFeed))
            assert excused or not timed.kind.is_led, f"L10: {command} of who leads"

    def decided(
        self, before: Call, command: Any, decision: Decision, now_ms: int
    ) -> None:
        """Hold one decision against all of them."""
        after, effects = decision.call, decision.effects
        self.mirror.take(effects)
        self.mirror.check(after)
        self.clocks.decided(before, command, decision, now_ms)
        if before.end is not None:
            assert not effects, "L18: a call goes on after its end"
            return
        due = due_ms(after)
        assert due is None or due > now_ms, "L23: something still is due"
        self._ends_once(decision)
        self._seats(before, after)
        self._feeds(after)
        self._connections(before, command, decision)
        timed = _in_time(before, command, now_ms)
        if isinstance(command, c.Seated):
            self._rights(timed, command, after)
        self._door(before, timed, command, decision)
        self._leads(before, command, decision)
        self._nobody_turns_others_on(before, command, after)
        self._order(before, after)

    # --- seats and connections ---

    def _ends_once(self, decision: Decision) -> None:
        ends = [one for one in decision.effects if isinstance(one, Ended)]
        assert len(ends) == (decision.call.end is not None), "L18: not told once"
        assert not ends or decision.effects[-1] is ends[0], "L18: not told last"
        assert not (ends and decision.call.seats), "L18: somebody is left behind"

    def _seats(self, before: Call, after: Call) -> None:
        kind = after.kind
        numbers = [seat.number for seat in after.seats.values()]
        assert len(set(numbers)) == len(numbers), "L1: two on one seat"
        staff = [one for one in after.seats.values() if one.number > 8]
        assert len(staff) <= min(kind.staff_seats, 2), "L1: a third of the staff"
        assert len(numbers) - len(staff) <= min(after.capacity, 8), "L1: a ninth"
        assert all(1 <= number <= 10 for number in numbers), "L1: no such seat"
        epochs = [seat.conn_epoch for seat in after.seats.values()]
        assert len(set(epochs)) == len(epochs), "L6: an epoch twice"
        assert after.seq >= before.seq, "L6: the counter falls"
        for seat in after.seats.values():
            assert (seat.role in SEATED_AS_STAFF) == (seat.number > 8), "L1: role"
            if kind.needs_agreement:
                hashes = after.agreement_hashes
                assert seat.agreed_hash in hashes, "L3: a seat without agreement"
            was = before.seats.get(seat.account)
            if was is not None and was.conn_epoch != seat.conn_epoch or was is None:
                assert seat.conn_epoch > before.last_conn_epoch, "L6: epoch not new"

    def _feeds(self, after: Call) -> None:
        seen = set()
        for key, feed in after.feeds.items():
            assert after.route.topology is Topology.SFU, "L2: a feed without engine"
            seat = after.seats.get(feed.account)
            assert seat is not None, "L2: a feed of nobody"
            assert seat.conn_epoch == feed.conn_epoch, "L2: a feed of an old connection"
            assert (feed.account, feed.label) not in seen, "L2: two feeds of a label"
            seen.add((feed.account, feed.label))
            name = f"{feed.account}:{feed.conn_epoch}"
            assert key == name + (":screen" * (feed.label is FeedLabel.SCREEN)), "L2"
            if feed.label is FeedLabel.SCREEN:
                assert after.presenter == feed.account, "L2: a screen without the token"
            elif seat.account in after.silenced:
                assert feed.is_held, "L13: a hard mute that is none"

    def _connections(self, before: Call, command: Any, decision: Decision) -> None:
        after = decision.call
        held: dict[AccountId, Any] = {**after.line, **after.seats}
        if isinstance(command, c.Join):
            joined = held.get(command.account)
            assert joined and joined.conn_id == command.conn_id, "L5: not who joined"
            assert command.conn_id not in self.over.get(command.account, ()), "L5: back"
            if before.kind.has_waiting_room or before.kind.staff_seats:
                roles = self.granted.setdefault(command.account, set())
                roles.add(command.role)
            was: Any = {**before.line, **before.seats}.get(command.account)
            if was is None or was.conn_id != command.conn_id:
                self.licensed.discard(command.account)
                if command.licence_answered_at_ms is not None:
                    self.licensed.add(command.account)
        was_held: dict[AccountId, Any] = {**before.line, **before.seats}
        kicks = [one for one in decision.effects if isinstance(one, Kick)]
        removals = [one for one in decision.effects if isinstance(one, ProposeRemove)]
        told = [
            one.to
            for one in decision.effects
            if isinstance(one, Push) and one.event == "seat.replaced"
        ]
        for account, was in was_held.items():
            now = held.get(account)
            if now is not None and now.conn_id == was.conn_id:
                if account in before.seats and account not in after.seats:
                    self._is_let_go(was, kicks, removals, after)
                continue
            self.over.setdefault(account, set()).add(was.conn_id)
            if not isinstance(was, Seat) or after.end is not None:
                continue
            if now is not None and account in after.seats:
                is_told = Connection(was.account, was.conn_id)
                gone = account in decision.call.seats and _was_released(decision, was)
                assert gone or told.count(is_told) == 1, "L5: the older one not told"
            self._is_let_go(was, kicks, removals, after)
        assert len(told) <= 1, "L5: told twice"

    def _is_let_go(
        self, was: Any, kicks: list[Kick], removals: list[ProposeRemove], after: Call
    ) -> None:
        if after.end is not None:
            return
        kicked = [one for one in kicks if one.conn_epoch == was.conn_epoch]
        assert len(kicked) == 1, "L20: the engine is not told once"
        is_gone = was.account not in after.seats
        if is_gone and after.has_own_group:
            proposed = [one for one in removals if one.account == was.account]
            assert len(proposed) == 1, "L20: the group is not told once"

    # --- rights ---

    def _rights(self, timed: Call, command: Any, after: Call) -> None:
        held: Any = {**timed.line, **timed.seats}.get(command.account)
        if held is None:
            assert isinstance(command, c.Leave), "L5: obeyed somebody without a seat"
            return
        assert held.conn_id == command.conn_id, "L5: obeyed another connection"
        if command.account in timed.seats:
            assert is_allowed(timed, command), f"L10: {held.role} does {command}"
        else:
            assert not needs_power(timed, command), "L10: from the line"
        member: Any = getattr(command, "member", None)
        target = timed.seats.get(member)
        hurts = (c.Hold, c.Remove, c.SetRole)
        is_hard = isinstance(command, c.Mute) and command.is_hard
        if target is not None and (isinstance(command, hurts) or is_hard):
            was_done = timed.seats[target.account] != after.seats.get(target.account)
            safe = target.role in LEAD and target.account != command.account
            assert not (safe and was_done), "L10: who leads is put out of it"

    def _door(
        self, before: Call, timed: Call, command: Any, decision: Decision
    ) -> None:
        after = decision.call
        for effect in decision.effects:
            if isinstance(effect, Noted) and effect.act is Act.REMOVED and effect.by:
                self.removed.add(effect.on or "")
        gone = self.removed & (set(after.seats) | set(after.line))
        assert not gone, "L19: who was removed is back"
        if isinstance(command, c.Hold):
            assert command.member not in after.seats, "L4: moved back, and still there"
            self.let_in.discard(command.member)
        came = [one for key, one in after.seats.items() if key not in before.seats]
        for seat in came:
            if seat.number > 8:
                continue
            if isinstance(command, c.Admit):
                assert seat.account in before.line, "L4: admitted without waiting"
                self._is_licensed_to_open(timed)
            elif after.kind.has_waiting_room:
                assert seat.account in self.let_in, "L4: past the waiting room"
                assert seat.account in before.line or not before.is_locked, "L26: lock"
            else:
                is_new = seat.account not in self.let_in
                is_let_in = isinstance(command, c.Admit)
                is_shut = before.is_locked and after.is_locked and not is_let_in
                assert not (is_new and is_shut), "L26: through a locked door"
            self.let_in.add(seat.account)

    def _is_licensed_to_open(self, timed: Call) -> None:
        if timed.kind.needs_licensed_lead:
            lead = timed.lead()
            is_licensed = lead is not None and lead.account in self.licensed
            assert is_licensed, "L25: opened by nobody licensed"

    def _is_led_by_licence(self, before: Call, after: Call) -> None:
        for account, seat in after.seats.items():
            was = before.seats.get(account)
            is_new = was is None or was.role is not CallRole.FACILITATOR
            if seat.role is CallRole.FACILITATOR and is_new:
                assert account in self.licensed, "L25: led by nobody licensed"

    # --- who leads ---

    def _leads(self, before: Call, command: Any, decision: Decision) -> None:
        after = decision.call
        if isinstance(command, c.SetRole):
            self.granted.setdefault(command.member, set()).add(command.role)
        leads = [one for one in after.seats.values() if one.role in LEAD]
        assert len(leads) <= 1, "L9: two lead"
        for seat in after.seats.values():
            if seat.role in STAFF:
                assert self.granted.get(seat.account, set()) & STAFF, "L9: not granted"
            elif seat.role is CallRole.OBSERVER:
                granted = self.granted.get(seat.account, set())
                assert granted & SEATED_AS_STAFF, "L9: not granted"
        if not after.kind.is_led or after.end is not None:
            return
        if after.kind.needs_licensed_lead:
            self._is_led_by_licence(before, after)
        present = [s for s in after.seats.values() if s.role in STAFF and s.is_leased]
        may_lead = [
            one
            for one in present
            if one.role is CallRole.FACILITATOR
            or one.account in self.licensed
            or not after.kind.needs_licensed_lead
        ]
        if may_lead or (present and not self.had_lead):
            assert after.paused_since_ms is None, "L9: paused with somebody to lead"
            if self.had_lead:
                assert leads and leads[0].is_leased, "L9: nobody leads who could"
        elif self.had_staff:
            assert after.paused_since_ms is not None, "L9: nobody leads, and it goes on"
            assert after.is_locked, "L9: nobody leads, and the door is open"
        self.had_staff |= bool(present)
        self.had_lead |= any(one.is_leased for one in leads)

    # --- what is one's own, and order ---

    def _nobody_turns_others_on(self, before: Call, command: Any, after: Call) -> None:
        own = getattr(command, "account", None)
        sets = isinstance(command, c.SetState)
        for account, seat in after.seats.items():
            was = before.seats.get(account)
            if was is None or was.conn_id != seat.conn_id:
                assert seat.is_muted and not seat.has_camera, "L13: joins turned on"
                continue
            by_self = sets and own == account
            if was.is_muted and not seat.is_muted:
                held = account in before.silenced
                assert by_self and not held, "L13: unmuted by others"
            if seat.has_camera and not was.has_camera:
                assert by_self, "L13: a camera is turned on by others"
            if seat.is_muted and not was.is_muted:
                is_hard = isinstance(command, c.Mute) and command.member == account
                assert by_self or is_hard, "L13: muted by nobody"
            if seat.shown is Presence.AWAY and seat.is_leased:
                assert seat.is_stepped_out, "L8: away with a lease"
        for account in before.silenced - after.silenced:
            invited = isinstance(command, c.InviteUnmute) and command.member == account
            assert invited, "L13: a mute falls off"
        for key, feed in after.feeds.items():
            earlier = before.feeds.get(key)
            was_still = earlier and (earlier.is_paused or earlier.is_held)
            if was_still and not (feed.is_paused or feed.is_held):
                mine = isinstance(command, (c.SetState, c.PauseOwnFeed))
                assert mine and own == feed.account, "L13: a feed let go by others"
        if isinstance(command, c.AskedForHelp) and command.account in after.seats:
            assert after.seats[command.account].shown is Presence.AWAY, "L27: not away"

    def _order(self, before: Call, after: Call) -> None:
        kept = tuple(one for one in before.hands if one in after.hands)
        assert after.hands[: len(kept)] == kept, "L11: hands changed places"
        assert set(after.hands) <= set(after.seats), "L11: a hand of nobody"
        piece, was = after.piece, before.piece
        if piece is not None:
            assert piece.holder in after.seats, "L11: nobody has the piece"
            assert after.last_turn >= before.last_turn, "L11: turns go back"
            if was is not None and was.turn == piece.turn:
                assert was.holder == piece.holder, "L11: it passed without a turn"
        for one in (after.spotlight, after.presenter):
            assert one is None or one in after.seats, "L11: somebody who is gone"

    def is_wellformed(self, decision: Decision) -> None:
        """Every push is what the registry says."""
        for effect in decision.effects:
            if isinstance(effect, Push):
                plain = msgspec.to_builtins(effect.fact, builtin_types=(bytes,))
                msgspec.convert(plain, type(effect.fact))


def _in_time(call: Call, command: Any, now_ms: int) -> Call:
    """The call as a command finds it: in its time, and with whoever it comes from."""
    due = due_ms(call)
    if due is not None and due <= now_ms:
        call = decide(call, c.TimePassed(), now_ms).call
    who: Any = getattr(command, "account", None)
    seat = call.seats.get(who)
    is_back = isinstance(command, c.Seated) and not isinstance(command, c.Leave)
    if seat is None or seat.is_leased or not is_back:
        return call
    if seat.conn_id != command.conn_id:
        return call
    here = c.Beat(account=seat.account, conn_id=seat.conn_id)
    return decide(call, here, now_ms).call


def _was_released(decision: Decision, was: Seat) -> bool:
    """Whether the seat was given up before its account took another."""
    return any(
        isinstance(one, Push)
        and one.event in ("member.left", "member.removed")
        and getattr(one.fact, "member", "") == was.account
        for one in decision.effects
    )
