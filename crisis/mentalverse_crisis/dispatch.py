"""Who is asked to take which case, decided anew after everything that happens.

The cases that seek somebody are looked at in the order of the queue. Each asks as many
responders at a time as its offer plan says by now, before the next case asks anybody:
so nobody is asked for a case while one that goes before it lacks somebody they could
be.

An A0 or A1 that could ask nobody takes over an offer that still waits for its answer:
of a case that goes after it, or of one that asks others as well. Never a hold: asking
everybody for one A0 would leave none for the next.
"""

from __future__ import annotations

from .case import Case, CaseState, Offer, OfferEnd
from .desk import Responder
from .draft import Draft
from .effects import (
    Offered,
    Refusal,
)
from .ladder import nobody_to_ask
from .offers import end_offer
from .policy import Policy
from .queue import place
from .record import What
from .routing import Room, may_keep, never_takes, pick_key, refusal


def dispatch(draft: Draft) -> None:
    """Ask whoever has to be asked now."""
    if not any(case.seeks for case in draft.cases.values()):
        return
    for case in list(draft.cases.values()):
        _withdraw(draft, case)
    seeking = [case for case in draft.cases.values() if case.seeks]
    room = Room(draft.responders.values(), draft.cases.values(), draft.policy_now)
    left_out: list[str] = []
    for case in sorted(seeking, key=lambda case: place(case, draft.policy(case))):
        _ask(draft, room, case.id)
        if len(draft.cases[case.id].pending) > 1:
            # It can do without one of them; who comes first may take that over.
            for other in left_out:
                _ask(draft, room, other)
        if not draft.cases[case.id].pending and case.band.is_urgent:
            left_out.append(case.id)


def _withdraw(draft: Draft, case: Case) -> None:
    """Take offers back from who may not take the case any more.

    They went off duty, their credential ended, or the case is more urgent than they are
    trained for. Whoever is asked instead is asked at once.
    """
    policy = draft.policy(case)
    for offer in case.pending:
        responder = draft.responders.get(offer.responder)
        if responder is None or not may_keep(responder, case, policy):
            case = end_offer(draft, case, offer, OfferEnd.RESCINDED)


def stages_begun(case: Case, policy: Policy, now_ms: int) -> int:
    """How many stages of its plan a search has come to; at least the first."""
    elapsed_ms = now_ms - case.seeking_since_ms
    stages = policy.band(case.band).plan.stages
    begun = sum(stage.at_seconds * 1000 <= elapsed_ms for stage in stages)
    return max(1, begun)


def _ask(draft: Draft, room: Room, case_id: str) -> None:
    case = draft.cases[case_id]
    policy = draft.policy(case)
    stage = stages_begun(case, policy, draft.now_ms)
    if stage != case.stage:
        case = draft.change(case, stage=stage)
    most = policy.band(case.band).plan.stages[stage - 1].pending
    free = sorted(
        (
            responder
            for responder in draft.responders.values()
            # Whoever is full is the usual case while people wait, and soon seen.
            if room.fits(responder, case)
            and refusal(responder, case, policy, room, draft.now_ms) is None
        ),
        key=lambda responder: pick_key(responder, case),
    )
    passed_over = _passed_over(draft, room, case) if free or case.band.is_urgent else {}
    for responder in free:
        if most is not None and len(case.pending) >= most:
            break
        if refusal(responder, case, policy, room, draft.now_ms) is None:
            case = _offer(draft, room, case, responder, passed_over)
    if not case.pending and case.band.is_urgent and not case.drill:
        case = _take_over(draft, room, case, passed_over)
    if not case.pending and _is_alone(draft, case, policy):
        # The first rungs fire at once, and may let more people be asked.
        level = case.escalation.level
        if nobody_to_ask(draft, case).escalation.level > level:
            _ask(draft, room, case_id)


def _passed_over(draft: Draft, room: Room, case: Case) -> dict[str, Refusal]:
    policy = draft.policy(case)
    reasons = (
        (responder.id, refusal(responder, case, policy, room, draft.now_ms))
        for responder in draft.responders.values()
    )
    return {one: why for one, why in reasons if why is not None}


def _offer(
    draft: Draft,
    room: Room,
    case: Case,
    responder: Responder,
    passed_over: dict[str, Refusal],
) -> Case:
    policy = draft.policy(case)
    number = case.offers_made + 1
    answer_seconds = policy.band(case.band).plan.answer_seconds
    offer = Offer(
        id=f"{case.id}.{number}",
        responder=responder.id,
        made_at_ms=draft.now_ms,
        expires_at_ms=draft.now_ms
        + min(answer_seconds, policy.offer_most_seconds) * 1000,
    )
    state = CaseState.OFFERED if case.state is CaseState.WAITING else case.state
    case = draft.change(
        case, state=state, offers=(*case.offers, offer), offers_made=number
    )
    room.take(responder.id, case)
    draft.note(case, What.OFFERED, offer=offer.id, responder=responder.id)
    draft.tell(
        Offered(
            case=case.id,
            offer=offer.id,
            responder=responder.id,
            band=case.band,
            expires_at_ms=offer.expires_at_ms,
            passed_over=passed_over,
        )
    )
    return case


def _take_over(
    draft: Draft, room: Room, case: Case, passed_over: dict[str, Refusal]
) -> Case:
    """An urgent case takes the place of an offer that somebody else can do without."""
    full = [
        draft.responders[one]
        for one, why in passed_over.items()
        if why is Refusal.NO_SLOT
    ]
    for responder in sorted(full, key=lambda one: pick_key(one, case)):
        for other, offer in _dispensable(draft, case, responder.id):
            room.take(responder.id, other, -1)
            if not room.fits(responder, case):
                room.take(responder.id, other)
                continue
            end_offer(draft, other, offer, OfferEnd.RESCINDED)
            del passed_over[responder.id]
            return _offer(draft, room, case, responder, passed_over)
    return case


def _dispensable(draft: Draft, case: Case, responder: str) -> list[tuple[Case, Offer]]:
    """Offers to a responder that may be taken over, those of the last in line first."""
    found = [
        (other, offer)
        for other in draft.cases.values()
        for offer in other.pending
        if offer.responder == responder
        and other.id != case.id
        and (other.band > case.band or len(other.pending) > 1)
    ]
    return sorted(
        found, key=lambda one: place(one[0], draft.policy(one[0])), reverse=True
    )


def _is_alone(draft: Draft, case: Case, policy: Policy) -> bool:
    """Whether nobody is worth waiting for: nobody free, or nobody there who may."""
    return case.band.is_urgent or all(
        never_takes(responder, case, policy) is not None
        for responder in draft.responders.values()
    )
