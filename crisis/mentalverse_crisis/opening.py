"""Asking for help, raising a band, leaving the queue and coming back to it.

An open is never refused. The same request opens the same case, and somebody who has an
open case gets that one: limits coalesce, they never reject.
"""

from __future__ import annotations

from . import ladder
from .case import CANARY, Case, CaseState, Gap, OfferEnd
from .desk import CRISIS
from .draft import Draft
from .effects import Notice, ResponderTold, SupervisorsTold
from .errors import NotAllowed, NotNow, ReasonRequired
from .events import BandLowered, BandRaised, CaseOpened, PersonReturned
from .holds import count_urgent
from .location import shred
from .offers import end_offers
from .record import What


def opened(draft: Draft, event: CaseOpened) -> None:
    """A case stands in the queue from the moment of the tap."""
    known = _known(draft, event)
    if known is not None:
        draft.opened = known.id
        if known.state is CaseState.ABANDONED and known.request != event.request:
            returned(draft, PersonReturned(case=known.id))
        if event.band < known.band:
            raised(
                draft, BandRaised(case=known.id, band=event.band, source=event.source)
            )
        return
    policy = draft.policy_now
    age_ms = max(0, event.tap_age_ms)
    # The desk's own attempts may begin at any rung; people are believed a while.
    if event.drill != CANARY:
        age_ms = min(age_ms, policy.tap_age_most_seconds * 1000)
    tapped_at_ms = draft.now_ms - age_ms - max(0, event.kept_ms)
    case = Case(
        id=event.case,
        request=event.request,
        person=event.person,
        policy=policy.revision,
        tapped_at_ms=tapped_at_ms,
        enqueued_at_ms=tapped_at_ms,
        accept_due_ms=tapped_at_ms + policy.accept_ms(event.band),
        seeking_since_ms=draft.now_ms,
        band=event.band,
        band_source=event.source,
        language=event.language,
        region=event.region,
        needs=event.needs,
        channel=event.channel,
        is_minor=event.is_minor,
        is_trusted=event.is_trusted,
        is_clustered=event.is_clustered,
        drill=event.drill,
        wants_again=event.wants_again,
    )
    draft.cases[case.id] = case
    draft.opened = case.id
    draft.note(
        case,
        What.OPENED,
        actor="person",
        band=case.band,
        tap_ms=tapped_at_ms,
        language=case.language,
        region=case.region,
        policy=case.policy,
    )


def raised(draft: Draft, event: BandRaised) -> None:
    """Anybody may say that it is more urgent; saying it again changes nothing."""
    case = draft.case(event.case)
    if event.band >= case.band or case.state.is_final:
        return
    becomes_urgent = event.band.is_urgent and not case.band.is_urgent
    due_ms = draft.now_ms + draft.policy(case).accept_ms(event.band)
    promised = draft.policy(case).band(event.band)
    case = draft.change(
        case,
        band=event.band,
        band_source=event.source,
        accept_due_ms=min(case.accept_due_ms, due_ms),
        # The plan of the new band begins when the case becomes one of it.
        seeking_since_ms=draft.now_ms if case.seeks else case.seeking_since_ms,
        responder_gap=_with_grace(case.responder_gap, promised.responder_grace_seconds),
        person_gap=_with_grace(case.person_gap, promised.person_grace_seconds),
    )
    if becomes_urgent and case.hold is not None:
        count_urgent(draft, case, case.hold.responder)
    _band_set(draft, case, event.actor)


def lowered(draft: Draft, event: BandLowered) -> None:
    """Only whoever is trained for A0 and A1, and says why.

    Raises:
        NotAllowed: not trained.
        ReasonRequired: none was given.
    """
    case = draft.case(event.case)
    if draft.responder(event.actor).skill(CRISIS) < 1:
        raise NotAllowed("a band is lowered by somebody trained for A0 and A1")
    if not event.reason.strip():
        raise ReasonRequired("lowering a band needs a reason")
    if event.band <= case.band or case.state.is_final:
        return
    case = draft.change(case, band=event.band)
    if case.seeks and not case.is_rescue:
        target_ms = draft.policy(case).accept_ms(case.band)
        # What was raised in between is due later than its new band says already.
        due_ms = max(case.accept_due_ms, case.enqueued_at_ms + target_ms)
        case = draft.change(case, accept_due_ms=due_ms)
    _band_set(draft, case, event.actor, event.reason)


def left(draft: Draft, case: Case) -> None:
    """Who leaves the queue is not asked why; an urgent place is kept for a while."""
    policy = draft.policy(case)
    waited_ms = draft.now_ms - case.tapped_at_ms
    if waited_ms <= policy.short_abandon_seconds * 1000:
        outcome = "short"
    elif draft.now_ms <= case.accept_due_ms:
        outcome = "before_target"
    else:
        outcome = "after_target"
    case = shred(draft, end_offers(draft, case, OfferEnd.RESCINDED), "over")
    kept_ms = policy.place_kept_seconds * 1000 if case.band.is_urgent else None
    case = draft.change(
        case,
        state=CaseState.ABANDONED,
        outcome=outcome,
        kept_until_ms=None if kept_ms is None else draft.now_ms + kept_ms,
    )
    ladder.over(draft, case)
    draft.note(case, What.LEFT, actor="person", outcome=outcome)


def returned(draft: Draft, event: PersonReturned) -> None:
    """Who had left has the place of their first tap again.

    Raises:
        NotNow: it was not kept, or not that long.
    """
    case = draft.case(event.case)
    if case.state is not CaseState.ABANDONED:
        return
    if not _is_kept(draft, case):
        raise NotNow("the place is no longer kept; asking anew always works")
    case = draft.change(
        case,
        state=CaseState.WAITING,
        outcome="",
        kept_until_ms=None,
        seeking_since_ms=draft.now_ms,
    )
    draft.note(case, What.CAME_BACK, actor="person")


def _with_grace(gap: Gap | None, grace_seconds: int) -> Gap | None:
    if gap is None:
        return None
    return Gap(since_ms=gap.since_ms, until_ms=gap.since_ms + grace_seconds * 1000)


def _known(draft: Draft, event: CaseOpened) -> Case | None:
    for case in draft.cases.values():
        if case.request == event.request:
            return case
    for case in draft.cases.values():
        is_theirs = case.person == event.person and case.drill == event.drill
        if is_theirs and _is_answered(draft, case):
            return case
    return None


def _is_answered(draft: Draft, case: Case) -> bool:
    """Whether asking again leads to somebody; a conversation that is over does not."""
    is_talking = case.state in (CaseState.ACCEPTED, CaseState.ACTIVE)
    return case.seeks or is_talking or _is_kept(draft, case)


def _is_kept(draft: Draft, case: Case) -> bool:
    return case.kept_until_ms is not None and draft.now_ms <= case.kept_until_ms


def _band_set(draft: Draft, case: Case, actor: str, reason: str = "") -> None:
    draft.note(case, What.BAND_SET, actor=actor, band=case.band, reason=reason)
    draft.tell(SupervisorsTold(case=case.id, what=Notice.BAND_CHANGED))
    if case.hold is not None:
        draft.tell(
            ResponderTold(
                case=case.id,
                responder=case.hold.responder,
                what=Notice.BAND_CHANGED,
            )
        )
