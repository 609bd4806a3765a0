"""Lives of calls: what happens next is drawn, what follows is decided and held to laws.

A life is one call with more people than it has seats. Most of what is drawn is what
its state is made for, so that a life comes far; the rest is anything at all, also from
connections that are over.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from mentalverse_signaling.call_events import (
    CallEndReason,
    CallMedia,
    CallRole,
    KeyCause,
    LinkQuality,
    RestartReason,
)
from mentalverse_signaling.calls import commands as c
from mentalverse_signaling.calls.decide import Decision, decide, due_ms
from mentalverse_signaling.calls.leases import revive
from mentalverse_signaling.calls.model import Call, Seat, Waiting
from mentalverse_signaling.circle_events import RemoveReason
from mentalverse_signaling.errors import SignalingError
from mentalverse_signaling.feed_events import FeedLabel
from mentalverse_signaling.ids import AccountId, ClientId, ConversationId
from mentalverse_signaling.recording_events import OnWithdraw

from .call_laws import Laws
from .call_room import AGREED, START_MS, account, connection, device, opened

KINDS = (
    "peer_circle",
    "peer_circle",
    "therapy_circle",
    "group",
    "group",
    "individual",
    "crisis",
    "direct",
)
STAFF = {
    "fac": CallRole.FACILITATOR,
    "co": CallRole.CO_FACILITATOR,
    "obs": CallRole.OBSERVER,
    "fac2": CallRole.FACILITATOR,
}
PEOPLE = (*STAFF, *"abcdefghi")
NAMES = {account(name): name for name in PEOPLE}
STEPS = 400


def a_call(random: Random) -> Call:
    """Any kind, some of them smaller, shorter or without an engine."""
    kind = random.choice(KINDS)
    more: dict[str, Any] = {"turn": True, "sfu": True}
    if kind in ("peer_circle", "group"):
        more["capacity"] = random.choice((4, 4, 8))
    if random.random() < 0.3:
        more["minutes"] = random.choice((5, 12, 50))
    if random.random() < 0.2:
        more["starts_at_ms"] = START_MS + 120_000
    more["media"] = random.choice(tuple(CallMedia))
    return opened(kind, **more)


class Life:
    """One life of one call."""

    def __init__(self, seed: int, told: Callable[[str], None] = lambda _: None) -> None:
        self.random = Random(seed)
        self.told = told
        self.call = a_call(self.random)
        self.now_ms = START_MS
        self.laws = Laws(self.call)
        self.steps = self.refused = self.numbers = 0
        self.old: list[tuple[AccountId, ClientId]] = []
        """Connections that there have been."""
        self.silent: set[str] = set()
        """Who has lost their connection for now."""
        self.request = ClientId("")

    def run(self, steps: int = STEPS) -> None:
        """Live it to its end, or as long as that."""
        for name in ("fac", "a", "b", "c"):
            self.happen(self._join(name))
        while self.steps < steps and self.call.end is None:
            self._time()
            self.happen(self._draw())
        if self.call.end is not None:
            self.happen(c.TimePassed())
            self.happen(c.MemberGone(account("a")))

    def happen(self, command: Any) -> Decision | None:
        """Decide, and hold the decision against the laws."""
        before = self.call
        self.steps += 1
        try:
            decision = decide(before, command, self.now_ms)
        except SignalingError as refusal:
            self.refused += 1
            self.told(f"{self.now_ms - START_MS:>9} {command} -> {refusal.code}")
            self.laws.refused(before, command, refusal, self.now_ms)
            return None
        self.told(f"{self.now_ms - START_MS:>9} {command}")
        self.laws.decided(before, command, decision, self.now_ms)
        if self.steps % 16 == 0:
            again = decide(before, command, self.now_ms)
            assert again == decision, "L22: decided by chance"
            self.laws.is_wellformed(decision)
        self.call = decision.call
        return decision

    def restart(self) -> None:
        """The server goes down and comes back."""
        self.call = revive(self.call, self.now_ms)
        self.laws.restarted(self.call, self.now_ms)

    # --- time ---

    def _time(self) -> None:
        """Time passes; who has not lost their connection beats in it."""
        draw = self.random.random()
        due = due_ms(self.call)
        if self.call.prepared and draw < 0.8:
            # Much has to fit into the second and a half of a switch.
            self.now_ms += self.random.choice((0, 1, 90))
        elif draw < 0.15 and due is not None:
            self.now_ms = max(self.now_ms, due)
        elif draw < 0.75:
            self.now_ms += self.random.choice((0, 1, 200, 900, 1_499))
        elif draw < 0.97:
            self._pass(self.random.choice((2_000, 4_000, 9_000)))
        elif draw < 0.99:
            self._pass(self.random.choice((60_000, 150_000)))
        else:
            self.now_ms += self.random.choice((12_000, 61_000, 301_000))
        if self.random.random() < 0.04:
            self.silent = {one for one in PEOPLE if self.random.random() < 0.25}
        if self.random.random() < 0.004:
            self.happen(c.TimePassed())
            if self.call.end is None:
                self.restart()

    def _pass(self, ms: int) -> None:
        until_ms = self.now_ms + ms
        step_ms = 3_000 if ms < 20_000 else 9_500
        while self.now_ms < until_ms and self.call.end is None:
            self.now_ms = min(self.now_ms + step_ms, until_ms)
            for name in PEOPLE:
                held = self._held(name)
                if held is not None and name not in self.silent:
                    self.happen(c.Beat(account=held[0], conn_id=held[1]))

    # --- who ---

    def _held(self, name: str) -> tuple[AccountId, ClientId] | None:
        one = account(name)
        held = self.call.seats.get(one) or self.call.line.get(one)
        return None if held is None else (one, held.conn_id)

    def _who(self) -> dict[str, Any]:
        """Somebody in the call, now and then from a connection that is over."""
        if self.old and self.random.random() < 0.04:
            who, conn_id = self.random.choice(self.old)
            return {"account": who, "conn_id": conn_id}
        held = [
            found
            for name in PEOPLE
            if name not in self.silent and (found := self._held(name)) is not None
        ]
        if not held:
            return {"account": account("a"), "conn_id": connection("nobody")}
        who, conn_id = self.random.choice(held)
        return {"account": who, "conn_id": conn_id}

    def _leader(self) -> dict[str, Any]:
        """Whoever leads, mostly."""
        lead = self.call.lead()
        if lead is None or self.random.random() < 0.4:
            return self._who()
        return {"account": lead.account, "conn_id": lead.conn_id}

    def _recorder(self) -> dict[str, Any]:
        recording = self.call.recording
        seat = recording and self.call.seats.get(recording.recorder)
        if not seat or self.random.random() < 0.1:
            return self._who()
        return {"account": seat.account, "conn_id": seat.conn_id}

    def _member(self) -> AccountId:
        there = [*self.call.seats, *self.call.line] or [account("a")]
        if self.random.random() < 0.05:
            return account(self.random.choice(PEOPLE))
        return self.random.choice(there)

    def _join(self, name: str) -> c.Join:
        draw = self.random.random()
        self.numbers += 1
        who, conn_id = account(name), connection(f"{name}{self.numbers}")
        if self.old and draw < 0.1:
            who, conn_id = self.random.choice(self.old)
        held = self._held(name)
        if held is not None and draw > 0.8:
            who, conn_id = held
        self.old.append((who, conn_id))
        role = STAFF.get(name, CallRole.PARTICIPANT) if who == account(name) else None
        licensed = None if draw < 0.3 else self.now_ms
        return c.Join(
            account=who,
            device=device(f"{name}{self.random.choice('xxxxy')}"),
            conn_id=conn_id,
            handle=name,
            role=role or CallRole.PARTICIPANT,
            resume_digest=conn_id.encode(),
            agreement_hash=AGREED if draw < 0.95 else self.random.choice((None, "e")),
            is_screened=draw < 0.97,
            licence_answered_at_ms=licensed if name in STAFF else None,
        )

    # --- what ---

    def _draw(self) -> Any:
        draw = self.random.random()
        if self.call.prepared and draw < 0.5:
            return self._key()
        if draw < 0.12:
            return self._join(self.random.choice(PEOPLE))
        if draw < 0.18 and self.call.line:
            member = self.random.choice((None, self._member(), self._member()))
            return c.Admit(**self._leader(), member=member)
        if draw < 0.30:
            return self._own()
        if draw < 0.45:
            return self._record()
        if draw < 0.55:
            return self._key()
        if draw < 0.65:
            return self._feed()
        if draw < 0.67:
            return self._against_who_leads()
        if draw < 0.71 and self.call.kind.has_waiting_room:
            return self._line()
        return self.random.choice((self._moderate, self._circle, self._rare))()

    def _own(self) -> Any:
        draw = self.random
        who = self._who()
        other = draw.choice((None, None, self._member()))
        away = draw.choice((None, None, True, False))
        return draw.choice(
            (
                c.Beat(**who),
                c.RaiseHand(**who),
                c.LowerHand(**who, member=other),
                c.SetState(
                    **who,
                    is_muted=draw.random() < 0.4,
                    has_camera=draw.random() < 0.5,
                    quality=draw.choice(tuple(LinkQuality)),
                    is_away=away,
                ),
                self._resume(who["account"]),
            )
        )

    def _resume(self, who: AccountId) -> c.Resume:
        held = self.call.seats.get(who) or self.call.line.get(who)
        found = device("x") if held is None else held.device
        digest = b"" if held is None else held.resume_digest
        if self.random.random() < 0.1:
            digest = b"another"
        return c.Resume(account=who, device=found, resume_digest=digest)

    def _moderate(self) -> Any:
        draw, who, member = self.random, self._leader(), self._member()
        return draw.choice(
            (
                c.Hold(**who, member=member),
                c.Remove(**self._who(), member=member, reason=RemoveReason.MISTAKE),
                c.Mute(**who, member=member, is_hard=draw.random() < 0.6),
                c.InviteUnmute(**who, member=member),
                c.SetRole(**who, member=member, role=draw.choice(tuple(CallRole))),
                c.Lock(**who, is_locked=draw.random() < 0.3),
                c.Attach(**who, group=ConversationId(draw.choice("ab") * 32)),
                c.OpenSide(**who, member=member),
            )
        )

    def _line(self) -> Any:
        """The door of a circle: unlocked, and somebody moved back behind it."""
        who = self._leader()
        people = [one.account for one in self.call.seats.values() if not one.is_staff]
        if self.call.is_locked or not people:
            return c.Lock(**who, is_locked=False)
        return c.Hold(**who, member=self.random.choice(people))

    def _against_who_leads(self) -> Any:
        """Somebody of the staff turns on whoever leads."""
        lead = self.call.lead()
        staff = [seat for seat in self.call.seats.values() if seat.leads]
        if lead is None or not staff:
            return c.TimePassed()
        seat = self.random.choice(staff)
        own: dict[str, Any] = {"account": seat.account, "conn_id": seat.conn_id}
        own["member"] = lead.account
        return self.random.choice(
            (
                c.Remove(**own, reason=RemoveReason.MISTAKE),
                c.Mute(**own, is_hard=True),
                c.SetRole(**own, role=CallRole.PARTICIPANT),
            )
        )

    def _circle(self) -> Any:
        draw, who = self.random, self._leader()
        phase, piece = self.call.phase, self.call.piece
        at = -1 if phase is None else phase.index
        names = tuple(self.call.seats)
        order = tuple(draw.sample(names, draw.randint(0, len(names))))
        holder = self._who()
        if piece is not None and draw.random() < 0.5:
            seat = self.call.seats[piece.holder]
            holder = {"account": seat.account, "conn_id": seat.conn_id}
        turn = self.call.last_turn - draw.choice((0, 0, 0, 1))
        minutes = draw.choice((None, 1, 2, 6))
        return draw.choice(
            (
                c.AdvancePhase(**who, index=max(at, 0), minutes=minutes),
                c.AdvancePhase(**who, index=at + draw.choice((0, 1)), minutes=minutes)
                if at >= 0
                else c.AdvancePhase(**who, index=0, minutes=minutes),
                c.AdvancePhase(**who, index=max(at - 1, 0), minutes=minutes),
                c.AdvancePhase(**who, index=max(at - 1, 0), minutes=minutes),
                c.SetState(**holder, is_muted=False, has_camera=False),
                c.ExtendPhase(**who, index=max(at, 0), minutes=draw.choice((1, 5))),
                c.StartPiece(
                    **who, order=order, turn_seconds=draw.choice((None, 10, 30))
                ),
                c.PassPiece(**holder, turn=turn),
                c.PassPiece(**holder, turn=turn),
                c.StopPiece(**who),
                c.Spotlight(**who, member=draw.choice((None, self._member()))),
                c.ClaimScreen(**holder),
                c.ReleaseScreen(**holder),
                c.RevokeScreen(**who),
            )
        )

    def _feed(self) -> Any:
        draw, who = self.random, self._who()
        label = draw.choice(tuple(FeedLabel))
        seats = list(self.call.seats.values())
        to = draw.choice(seats).device if seats else device("a")
        gen = draw.randint(1, 3)
        reason = RestartReason.WATCHDOG
        return draw.choice(
            (
                c.PublishFeed(**who, label=label),
                c.PublishFeed(**who, label=FeedLabel.MAIN),
                c.PauseOwnFeed(**who, label=label, is_paused=draw.random() < 0.5),
                c.ReplaceLeg(**who),
                c.Signal(**who, to=to, pc_gen=gen, sealed=b"sealed"),
                c.RestartPeer(**who, peer=to, reason=reason, pc_gen=gen),
            )
        )

    def _key(self) -> Any:
        draw = self.random
        newest = self.call.prepared[-1] if self.call.prepared else None
        if newest is None or draw.random() < 0.15:
            epoch = newest.epoch if newest else self.call.epoch
            causes = (None, *KeyCause, KeyCause.ADD, KeyCause.REFRESH)
            step = draw.choice((0, 1, 1, 1, 2))
            return c.EpochPrepared(epoch + step, draw.choice(causes))
        missing = [
            seat
            for seat in self.call.seats.values()
            if seat.account not in newest.confirmed
        ]
        if newest.confirmed and draw.random() < 0.15:
            return self._join(NAMES[draw.choice(sorted(newest.confirmed))])
        who = self._who()
        if missing and draw.random() < 0.8:
            seat = draw.choice(missing)
            who = {"account": seat.account, "conn_id": seat.conn_id}
        return c.ConfirmKey(**who, epoch=newest.epoch, transition=newest.transition)

    def _record(self) -> Any:
        draw, current = self.random, self.call.recording
        if current is None or not current.is_open:
            if current is not None and draw.random() < 0.5:
                return c.StopRecording(**self._recorder(), request=current.id)
            self.numbers += 1
            seats = list(self.call.seats.values())
            by = draw.choice(seats).device if seats else device("a")
            return c.RequestRecording(
                **self._leader(),
                request=connection(f"r{self.numbers}"),
                purpose="training",
                text_hash="f" * 64,
                on_withdraw=draw.choice(tuple(OnWithdraw)),
                receivers=(account("fac"),),
                recorder=by,
            )
        if draw.random() < 0.01:
            return c.Stop(CallEndReason.CASE_OVER)
        request = current.id
        there: list[Seat | Waiting] = [*self.call.seats.values()]
        there += self.call.line.values()
        silent = [one for one in there if one.account not in current.consents]
        if silent and draw.random() < 0.85:
            one = draw.choice(silent)
            who: dict[str, Any] = {"account": one.account, "conn_id": one.conn_id}
            return c.GiveConsent(**who, request=request, signature=b"signed")
        kind = draw.choice((c.StartRecording, c.StartRecording, c.StopRecording))
        if draw.random() < 0.1:
            return c.WithdrawConsent(**self._who(), request=request)
        return kind(**self._recorder(), request=request)

    def _rare(self) -> Any:
        draw, who = self.random, self._who()
        if draw.random() < 0.7:
            helped = c.AskedForHelp(account=self._member(), tells_staff=True)
            quiet = c.AskedForHelp(account=self._member(), tells_staff=False)
            return draw.choice((c.Leave(**who), helped, quiet, c.TimePassed()))
        reason = draw.choice(tuple(RemoveReason))
        remove = c.Remove(**self._leader(), member=self._member(), reason=reason)
        gone = c.MemberGone(self._member(), draw.choice((None, device("ax"))))
        if draw.random() < 0.9:
            return draw.choice((remove, remove, c.EngineReplaced(), gone))
        ending, hide = c.Stop(CallEndReason.CASE_OVER), c.HideAddresses()
        elsewhere = c.LeaveElsewhere(who["account"])
        return draw.choice(
            (ending, hide, elsewhere, c.End(**who), c.Declined(self._member()))
        )
