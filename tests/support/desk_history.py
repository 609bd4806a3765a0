"""What must hold of a crisis desk over the length of a life, not of one decision only.

A history sees every decision, and remembers what the desk may forget too early: who
declined what and when, who was asked, what went out already.
"""

from __future__ import annotations

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.case import Case, CaseState, OfferEnd
from mentalverse_crisis.decide import Decision
from mentalverse_crisis.desk import Desk, Duty
from mentalverse_crisis.effects import Notice, Offered, OfferOver, Paged, ResponderTold
from mentalverse_crisis.errors import CrisisError
from mentalverse_crisis.events import (
    BandRaised,
    CaseOpened,
    Dismissed,
    Ended,
    Event,
    FollowUpRecorded,
    OfferAccepted,
    PersonHere,
    PersonLeft,
    PersonLost,
    PersonReturned,
    ResponderSpoke,
    ReturnAgreed,
    ReturnWithdrawn,
    TransferAsked,
    TransferredCold,
    WrappedUp,
)
from mentalverse_crisis.record import Entry, What

from .desk_rules import (
    FOLLOW_UP_SECONDS,
    PERSON_GRACE_SECONDS,
    SILENCE_SECONDS,
    TARGET_SECONDS,
    URGENT,
    responder_grace_seconds,
)

EXCLUDED_MS = 60_000
KEPT_MS = 900_000
FIRST_WORDS_MS = 45_000
LEASE_MS = 45_000
REST_MS = {Band.A0: 600_000, Band.A1: 300_000}
TALKING = (CaseState.ACCEPTED, CaseState.ACTIVE)
NEVER_REFUSED = (CaseOpened, PersonHere, PersonLeft, PersonLost)


class History:
    """The memory of one life."""

    def __init__(self) -> None:
        self.refused_at_ms: dict[tuple[str, str], int] = {}
        """When a responder last declined a case, or let its offer expire."""
        self.fences: dict[str, int] = {}
        self.ended_offers: set[str] = set()
        self.last_searched: dict[str, int] = {}
        """The rung that the present search has come to."""
        self.overdue: dict[str, int] = {}
        self.rests_until_ms: dict[str, int] = {}
        self.unanswered: dict[str, int] = {}

    def refused(self, before: Desk, event: Event, why: CrisisError, now: int) -> None:
        """Hold a refusal against what is never refused."""
        assert not isinstance(event, CaseOpened), "I1: a request was refused"
        case = before.cases.get(getattr(event, "case", ""))
        if case is None:
            return
        assert not isinstance(event, NEVER_REFUSED), f"I8: {event} was refused: {why}"
        if isinstance(event, PersonReturned):
            is_kept = case.kept_until_ms is not None and now <= case.kept_until_ms
            assert not is_kept, f"I12: the place of {case.id} was not kept"

    def decided(self, before: Desk, event: Event, after: Decision, now: int) -> None:
        """Hold one decision against what came before it."""
        _event_had_its_effect(before, event, after, now)
        pages = [one for one in after.effects if isinstance(one, Paged)]
        sent = [(one.case, one.level, one.reason) for one in pages]
        assert len(sent) == len(set(sent)), f"I9: a page went out twice: {sent}"
        for case in after.desk.cases.values():
            _promises(case, now)
        for case in after.cases.values():
            self._fence(case)
            earlier = before.cases.get(case.id)
            if earlier is not None:
                _ended_rightly(earlier, event, case, now)
        for entry in after.entries:
            self._once(entry)
        for effect in after.effects:
            match effect:
                case OfferOver():
                    self._offer_over(effect, now)
                case Offered():
                    self._offered(effect, now)
                case ResponderTold(what=Notice.PAUSED):
                    self._paused(effect.responder)
                case _:
                    pass
        self._rests(before, event, after, now)

    def _fence(self, case: Case) -> None:
        last = self.fences.get(case.id, 0)
        assert case.fence >= last, f"I4: the fence of {case.id} fell"
        self.fences[case.id] = case.fence

    def _once(self, entry: Entry) -> None:
        """What time brings, it brings once."""
        case = entry.case
        if entry.what in (What.RESCUE, What.OPENED) or entry.outcome == "cold":
            self.last_searched[case] = 0
        if entry.what is What.ESCALATED:
            last = self.last_searched.get(case, 0)
            assert entry.level == last + 1, f"I9: {case} is at rung {entry.level} again"
            self.last_searched[case] = entry.level
        if entry.what is What.FOLLOW_UP and entry.outcome == "overdue":
            key = f"{case} {entry.level}"
            # Each attempt begins the count of the reminders anew.
            assert self.overdue.get(key) != entry.at_ms, f"I9: {case} reminded twice"
            self.overdue[key] = entry.at_ms

    def _offer_over(self, over: OfferOver, now: int) -> None:
        assert over.offer not in self.ended_offers, f"I9: {over.offer} ended twice"
        self.ended_offers.add(over.offer)
        if over.why in (OfferEnd.DECLINED, OfferEnd.EXPIRED):
            self.refused_at_ms[over.case, over.responder] = now
        in_row = self.unanswered.get(over.responder, 0)
        if over.why is OfferEnd.EXPIRED:
            self.unanswered[over.responder] = in_row + 1
        elif over.why is not OfferEnd.RESCINDED:
            self.unanswered[over.responder] = 0

    def _offered(self, offered: Offered, now: int) -> None:
        who, case = offered.responder, offered.case
        last = self.refused_at_ms.get((case, who))
        is_free = last is None or now >= last + EXCLUDED_MS
        assert is_free, f"I12: {who} was asked for {case} again too soon"
        assert now >= self.rests_until_ms.get(who, 0), f"I6: {who} was to rest"
        lives_ms = offered.expires_at_ms - now
        assert 0 < lives_ms <= 60_000, f"I9: {offered.offer} waits for {lives_ms} ms"

    def _rests(self, before: Desk, event: Event, after: Decision, now: int) -> None:
        if isinstance(event, WrappedUp):
            case = before.cases[event.case]
            rest_ms = REST_MS.get(case.band, 0)
            self.rests_until_ms[event.responder] = max(
                now + rest_ms, self.rests_until_ms.get(event.responder, 0)
            )
        for responder in after.desk.responders.values():
            if responder.duty is Duty.OFF:
                self.rests_until_ms.pop(responder.id, None)

    def _paused(self, responder: str) -> None:
        in_row = self.unanswered.get(responder, 0)
        assert in_row >= 2, f"I6: {responder} was paused too soon"
        self.unanswered[responder] = 0


def _promises(case: Case, now: int) -> None:
    """Everything that a case is owed by now has come."""
    gap, away, silence, hold = (
        case.responder_gap,
        case.person_gap,
        case.silence,
        case.hold,
    )
    if gap is not None:
        until_ms = gap.since_ms + responder_grace_seconds(case.band) * 1000
        assert now < until_ms, f"I3: {case.id} is still not rescued"
    if away is not None:
        least = min(PERSON_GRACE_SECONDS.values())
        until_ms = away.since_ms + PERSON_GRACE_SECONDS[case.band] * 1000
        assert away.until_ms >= away.since_ms + least * 1000, f"I3: {case.id} given up"
        assert now < max(until_ms, away.until_ms), f"I3: {case.id} waits for ever"
        assert away.until_ms <= away.since_ms + KEPT_MS, f"I3: {case.id} waits too long"
    if silence is not None and case.state in TALKING:
        late_ms = now - silence.since_ms - silence.extended_ms
        level = min(2, late_ms // (SILENCE_SECONDS[case.band] * 1000))
        assert silence.level >= level, f"I10: nobody heard of the silence in {case.id}"
        assert silence.extended_ms <= 60_000, f"I10: typing hides {case.id}"
    if case.state in TALKING and hold is not None and not case.is_rescue:
        is_lost = case.responder_gap is not None
        assert is_lost or now < hold.lease_until_ms, f"I3: {hold.responder} is gone"
        assert hold.lease_until_ms <= now + LEASE_MS, f"I3: {case.id} leased for long"
        assert away is not None or case.person_lease_until_ms is not None, (
            f"I3: nobody notices when the person of {case.id} goes"
        )
    if case.state is CaseState.ACCEPTED and hold is not None and not case.is_rescue:
        left_ms = hold.reply_left_ms
        assert left_ms <= FIRST_WORDS_MS, f"I9: {case.id} may be silent for too long"
        if away is None:
            since_ms = hold.reply_since_ms
            assert since_ms is not None, f"I9: the clock of {case.id} stands"
            assert now < since_ms + FIRST_WORDS_MS, f"I9: {case.id} heard no words"
        else:
            assert hold.reply_since_ms is None, f"I9: the clock of {case.id} runs"


def _ended_rightly(earlier: Case, event: Event, case: Case, now: int) -> None:
    """A conversation leads to what its band was promised."""
    if earlier.seeks and case.seeks and earlier.is_rescue is case.is_rescue:
        fell = case.escalation.level < earlier.escalation.level
        is_given = isinstance(event, TransferredCold | ReturnAgreed)
        assert not fell or is_given, f"I10: {case.id} fell"
    was_wrapped = earlier.state is CaseState.WRAP_UP
    was_tried = isinstance(event, FollowUpRecorded) and event.case == case.id
    if was_wrapped and case.state is CaseState.CLOSED and not was_tried:
        is_said = isinstance(event, WrappedUp) and event.case == case.id
        was_hard = earlier.band <= Band.A2 or earlier.outcome == "lost_contact"
        needs_word = was_hard and not earlier.drill
        is_decided = isinstance(event, WrappedUp) and event.follow_up is not None
        assert (is_said and is_decided) or not needs_word, f"I1: {case.id} just closed"
    if was_wrapped and case.state is CaseState.FOLLOW_UP_DUE:
        was_lost = earlier.outcome == "lost_contact"
        within_seconds = max(FOLLOW_UP_SECONDS[one.band] for one in (earlier, case))
        within_ms = within_seconds * (500 if was_lost else 1000)
        assert case.follow_up is not None, f"I9: no follow-up of {case.id}"
        assert case.follow_up.due_ms <= now + within_ms, f"I9: {case.id} is due late"
    is_over = case.state.is_final and not earlier.state.is_final
    if is_over and case.state is CaseState.ABANDONED and case.band in URGENT:
        assert case.kept_until_ms == now + KEPT_MS, f"I12: {case.id} lost its place"
    was_held = earlier.state in TALKING
    if was_held and case.state in (CaseState.WAITING, CaseState.OFFERED):
        is_cold = _was_given_back(earlier, event)
        assert is_cold or _said_nothing(earlier, now), f"I3: {case.id} was let go of"
    if is_over and case.state is CaseState.VOID and case.band <= Band.A2:
        assert isinstance(event, Dismissed) and event.second, f"I7: {case.id} voided"


def _was_given_back(earlier: Case, event: Event) -> bool:
    """By its holder; an A0 or A1 by one who asked for it, and another who agreed."""
    if getattr(event, "case", "") != earlier.id or earlier.hold is None:
        return False
    if isinstance(event, ReturnAgreed):
        is_other = event.supervisor != earlier.hold.responder
        return is_other and bool(earlier.return_reason)
    return isinstance(event, TransferredCold) and earlier.band not in URGENT


def _said_nothing(earlier: Case, now: int) -> bool:
    hold = earlier.hold
    is_accepted = earlier.state is CaseState.ACCEPTED
    return is_accepted and hold is not None and now >= hold.accepted_at_ms + 45_000


def _event_had_its_effect(
    before: Desk, event: Event, after: Decision, now: int
) -> None:
    case = before.cases.get(getattr(event, "case", ""))
    if isinstance(event, CaseOpened):
        _somebody_comes(event, after)
    if case is None:
        return
    later = after.desk.cases.get(case.id)
    match event:
        case BandRaised() if event.band < case.band and not case.state.is_final:
            assert later is None or later.band is event.band, (
                f"I7: {case.id} not raised"
            )
            if later is not None and case.seeks and later.seeks and not later.is_rescue:
                due_ms = min(
                    case.accept_due_ms, now + TARGET_SECONDS[event.band] * 1000
                )
                assert later.accept_due_ms == due_ms, f"I12: {case.id} waits longer"
        case OfferAccepted():
            _one_has_it(case, event, after, now)
        case ResponderSpoke() if event.responder not in case.guests:
            _is_owner(case, event.responder, event.fence)
        case Ended() | TransferAsked() | TransferredCold() | ReturnWithdrawn():
            _is_owner(case, event.responder, event.fence)
        case _:
            pass


def _somebody_comes(event: CaseOpened, after: Decision) -> None:
    """Asking for help leads to a search or to somebody, unless it is an old request."""
    found = after.desk.cases.get(after.opened or "")
    if found is None or found.request == event.request:
        return
    is_with_somebody = found.state in TALKING
    assert found.seeks or is_with_somebody, f"I1: {found.id} leads to nobody"


def _one_has_it(case: Case, event: OfferAccepted, after: Decision, now: int) -> None:
    later = after.desk.cases[case.id]
    assert later.hold is not None, f"I2: {case.id} was accepted by nobody"
    assert later.hold.responder == event.responder, f"I2: {case.id} has another"
    offer = next(one for one in case.offers if one.id == event.offer)
    if offer.ended is OfferEnd.ACCEPTED:
        return
    assert offer.ended is None and offer.expires_at_ms > now, f"I4: {offer.id} was over"
    assert later.fence > case.fence, f"I4: {case.id} has its old fence"
    told = {one.offer for one in after.effects if isinstance(one, OfferOver)}
    asked = {one.id for one in case.pending}
    assert asked <= told, f"I2: {asked - told} were not told that {case.id} is taken"


def _is_owner(case: Case, responder: str, fence: int) -> None:
    hold = case.hold
    is_theirs = hold is not None and hold.responder == responder
    assert is_theirs and fence == case.fence, f"I4: {responder} acted on {case.id}"
