"""What must hold of a crisis desk after every decision, whatever led to it.

The numbers are those of the design's invariants. A law that is broken raises
`AssertionError` with its number first.
"""

from __future__ import annotations

from mentalverse_crisis.case import Case, CaseState, Offer
from mentalverse_crisis.decide import Decision
from mentalverse_crisis.desk import Desk
from mentalverse_crisis.due import case_due_ms, desk_due_ms
from mentalverse_crisis.effects import Offered, Paged, PageReason
from mentalverse_crisis.events import (
    BandLowered,
    CaseOpened,
    Event,
    OverrideReviewed,
    OverrideWithdrawn,
    PersonLost,
)

from .desk_rights import check_rights
from .desk_rules import (
    RUNG_TENTHS,
    TARGET_SECONDS,
    goes_before,
    has_room,
    is_fit_for,
    leaves_reserve,
    may_be_asked,
)


def check(before: Desk, event: Event, after: Decision, now_ms: int) -> None:
    """Hold one decision against every law that a single one can break."""
    _nothing_is_lost(before, event, after, now_ms)
    for case in after.cases.values():
        _holds(before, case)
        _band_falls_only_by_a_responder(before, event, case)
        _keeps_its_place(before, case)
    for case in after.desk.cases.values():
        _is_due(after.desk, case, now_ms)
        _nobody_waits_in_silence(case, now_ms)
    due_ms = desk_due_ms(after.desk)
    assert due_ms is None or due_ms > now_ms, "I9: something of the desk still is due"
    _overrides_last(before, event, after)
    for offered in _offers(after):
        _nobody_goes_first(after.desk, offered, now_ms)
    _fit(after.desk, _offers(after))
    _are_fit(after.desk)
    _ack_is_quiet(before, after, now_ms)
    check_rights(before, event, after, now_ms)
    if isinstance(event, PersonLost):
        _exit_is_no_event(before, after, event.case, now_ms)


def _nothing_is_lost(before: Desk, event: Event, after: Decision, now_ms: int) -> None:
    for case in before.cases.values():
        kept = after.desk.cases.get(case.id)
        ended = after.cases.get(case.id)
        gone = (ended or case).state
        assert kept is not None or gone.is_final, f"I1: {case.id} is gone"
        kept_ms = None if ended is None else ended.kept_until_ms
        is_kept = kept_ms is not None and now_ms <= kept_ms
        assert kept is not None or not is_kept, f"I12: {case.id} was to be kept"
        assert case.state is not CaseState.CLOSED, f"I1: {case.id} came back"
    if isinstance(event, CaseOpened):
        assert after.opened is not None, "I1: asking for help led nowhere"
        known = {*after.desk.cases, *before.cases}
        assert after.opened in known, "I1: the case that was opened is gone"


def _overrides_last(before: Desk, event: Event, after: Decision) -> None:
    """Nothing but a review or a withdrawal ends one; a location goes with its case."""
    ended = None
    if isinstance(event, OverrideReviewed | OverrideWithdrawn):
        ended = event.override
    for key in before.overrides.keys() - after.desk.overrides.keys():
        assert key == ended, f"I9: override {key} is gone"
    for case in after.cases.values():
        is_known = case.location_until_ms is not None
        assert not (is_known and case.state.is_final), f"{case.id} is still located"


def _holds(before: Desk, case: Case) -> None:
    earlier = before.cases.get(case.id)
    if case.state.is_held:
        assert case.hold is not None, f"I3, I18: {case.id} has no holder"
        is_own = case.hold.fence == case.fence
        was_lost = case.state is CaseState.WRAP_UP and case.hold.fence < case.fence
        if case.is_rescue:
            assert case.hold.fence < case.fence, f"I4: the lost one acts on {case.id}"
        else:
            assert is_own or was_lost, f"I4: {case.id} is held under another fence"
    else:
        assert case.hold is None, f"I2: {case.id} is {case.state.value} and held"
    if case.state in (CaseState.WAITING, CaseState.OFFERED):
        is_offered = case.state is CaseState.OFFERED
        assert is_offered == bool(case.pending), f"I1: {case.id} {case.state.value}"
    if not case.seeks:
        assert not case.pending, f"I2: {case.id} is still offered"
    if earlier is None or case.hold is None:
        return
    assert case.fence >= earlier.fence, f"I4: the fence of {case.id} fell"
    was_other = earlier.hold is None or (
        earlier.hold.responder,
        earlier.hold.device,
    ) != (case.hold.responder, case.hold.device)
    if was_other:
        assert case.hold.fence > earlier.fence, f"I4: {case.id} has an old fence"


def _band_falls_only_by_a_responder(before: Desk, event: Event, case: Case) -> None:
    earlier = before.cases.get(case.id)
    if earlier is not None and case.band > earlier.band:
        assert isinstance(event, BandLowered), f"I7: the band of {case.id} fell"
        assert event.case == case.id and event.reason, f"I7: {case.id}: no reason"


def _keeps_its_place(before: Desk, case: Case) -> None:
    earlier = before.cases.get(case.id)
    if earlier is not None:
        kept = case.enqueued_at_ms == earlier.enqueued_at_ms
        assert kept, f"I12: {case.id} lost its place"


def _is_due(desk: Desk, case: Case, now_ms: int) -> None:
    due_ms = case_due_ms(case, desk.policy_of(case))
    if case.state.is_final:
        return
    assert due_ms is not None, f"I9: nothing is due of {case.id}, {case.state.value}"
    assert due_ms > now_ms, f"I9: {case.id} was due at {due_ms} and still is"


def _nobody_waits_in_silence(case: Case, now_ms: int) -> None:
    if not case.seeks:
        return
    escalation = case.escalation
    target_ms = TARGET_SECONDS[case.band] * 1000
    since_ms = case.accept_due_ms - target_ms
    due = sum(since_ms + tenths * target_ms // 10 <= now_ms for tenths in RUNG_TENTHS)
    acked_ms = escalation.acked_at_ms
    is_cared_for = acked_ms is not None and now_ms < acked_ms + target_ms
    assert escalation.level >= due or is_cared_for, f"I10: {case.id} waits in silence"
    if escalation.level >= 2 and not is_cared_for:
        paged_ms = escalation.paged_at_ms
        is_fresh = paged_ms is not None and now_ms < paged_ms + target_ms
        assert is_fresh, f"I10: nobody is paged for {case.id} any more"


def _offers(after: Decision) -> list[Offered]:
    made = [effect for effect in after.effects if isinstance(effect, Offered)]
    return [one for one in made if _pending(after.desk, one) is not None]


def _pending(desk: Desk, offered: Offered) -> Offer | None:
    case = desk.cases.get(offered.case)
    pending = () if case is None else case.pending
    return next((offer for offer in pending if offer.id == offered.offer), None)


def _nobody_goes_first(desk: Desk, offered: Offered, now_ms: int) -> None:
    """Nobody who is before this case, and has nobody, could have had this responder."""
    case = desk.cases[offered.case]
    responder = desk.responders[offered.responder]
    without = frozenset({offered.offer})
    for other in desk.cases.values():
        if not other.seeks or other.pending or not goes_before(other, case):
            continue
        could_have = (
            may_be_asked(responder, other, now_ms)
            and has_room(desk, responder, other, without)
            and leaves_reserve(desk, responder, other, without)
        )
        assert not could_have, f"I5: {other.id} was before {case.id}"


def _are_fit(desk: Desk) -> None:
    """An offer stands only while its responder may take the case as it is."""
    for case in desk.cases.values():
        for offer in case.pending:
            is_fit = is_fit_for(desk.responders[offer.responder], case)
            assert is_fit, f"I5: {offer.responder} may not take {case.id}"


def _fit(desk: Desk, made: list[Offered]) -> None:
    """Each offer had room when it was made: the later ones of this decision aside."""
    for place_in_line, offered in enumerate(made):
        later = frozenset(one.offer for one in made[place_in_line:])
        responder, case = desk.responders[offered.responder], desk.cases[offered.case]
        has_it = case.hold is not None and case.hold.responder == responder.id
        assert not has_it, f"I5: {responder.id} is asked for their own {case.id}"
        room = has_room(desk, responder, case, later)
        assert room, f"I6: {responder.id} has no room for {case.id}"
        kept = leaves_reserve(desk, responder, case, later)
        assert kept, f"I6: {responder.id} was kept free for A0 and A1"


def _ack_is_quiet(before: Desk, after: Decision, now_ms: int) -> None:
    for effect in after.effects:
        if not isinstance(effect, Paged):
            continue
        case = before.cases.get(effect.case)
        if effect.reason is not PageReason.WAITING:
            continue
        if case is None or case.escalation.acked_at_ms is None or not case.seeks:
            continue
        now = after.desk.cases.get(effect.case, case)
        quiet_ms = case.escalation.acked_at_ms + min(
            before.policy_of(case).accept_ms(one.band) for one in (case, now)
        )
        assert now_ms >= quiet_ms, f"I17: {case.id} was paged for after it was seen"


def _exit_is_no_event(before: Desk, after: Decision, case: str, now_ms: int) -> None:
    earlier, later = before.cases.get(case), after.desk.cases.get(case)
    if earlier is None or later is None:
        return
    due_ms = case_due_ms(earlier, before.policy_of(earlier))
    if due_ms is not None and due_ms > now_ms:
        assert earlier.state is later.state or later.pending or earlier.pending, (
            f"I20: leaving quickly moved {case}"
        )
