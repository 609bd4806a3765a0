"""The end of a conversation, the wrap-up, and what ends a case some other way."""

from __future__ import annotations

from . import ladder
from .acuity import Band
from .case import Case, CaseState, FollowUp, OfferEnd
from .draft import Draft
from .effects import (
    Finished,
    Notice,
    PageReason,
    PagesCancelled,
    PersonTold,
    ResponderTold,
    SupervisorsTold,
)
from .errors import NotAllowed, NotNow, ReasonRequired
from .events import Dismissed, Ended, FollowUpDecision, PersonLeft, WrappedUp
from .holds import require_hold, rest
from .location import shred
from .offers import end_offers
from .opening import left
from .policy import FollowUpRule, Policy
from .record import What

LOST = "lost_contact"
_ELSEWHERE = (CaseState.MERGED, CaseState.REDIRECTED, CaseState.VOID)


def person_left(draft: Draft, event: PersonLeft) -> None:
    """Whoever asked may always go; nobody argues."""
    case = draft.case(event.case)
    if case.state in (CaseState.WAITING, CaseState.OFFERED):
        left(draft, case)
    elif case.state in (CaseState.ACCEPTED, CaseState.ACTIVE):
        begin_wrap_up(draft, case, outcome="ended_by_person")


def ended(draft: Draft, event: Ended) -> None:
    """The holder ends the conversation.

    Raises:
        StaleFence: it is somebody else's.
        NotNow: nobody holds the case.
    """
    case = draft.case(event.case)
    require_hold(case, event.responder, event.fence)
    if case.state is not CaseState.WRAP_UP:
        begin_wrap_up(draft, case, outcome="ended_by_responder")


def begin_wrap_up(draft: Draft, case: Case, outcome: str) -> Case:
    """The case with its conversation over and the holder's summary to come."""
    # A rescue that was going on has nobody left to rescue.
    case = end_offers(draft, case, OfferEnd.RESCINDED)
    ladder.over(draft, case)
    case = draft.change(
        case,
        state=CaseState.WRAP_UP,
        outcome=outcome,
        is_rescue=False,
        responder_gap=None,
        person_gap=None,
        person_lease_until_ms=None,
        silence=None,
        transfer=None,
        return_reason="",
        supervisor_wanted_at_ms=None,
        wrap_up_until_ms=draft.now_ms + draft.policy(case).wrap_up_seconds * 1000,
    )
    draft.note(case, What.ENDED, outcome=outcome)
    draft.tell(PersonTold(case=case.id, what=Notice.ENDED))
    return case


def wrapped_up(draft: Draft, event: WrappedUp) -> None:
    """The holder says how it went, and whether somebody will ask how they are.

    Raises:
        StaleFence: it is somebody else's.
        NotNow: the conversation is not over.
        ReasonRequired: A0 to A2, and whoever was lost, need a decision on a follow-up.
    """
    case = draft.case(event.case)
    hold = case.hold
    # A rescue that nobody took has raised the fence; the summary is still theirs.
    if hold is None or hold.responder != event.responder:
        require_hold(case, event.responder, event.fence)
    if case.state is not CaseState.WRAP_UP:
        raise NotNow("the conversation is not over")
    was_lost = case.outcome == LOST
    if needs_decision(case, draft.policy(case)) and event.follow_up is None:
        raise ReasonRequired("decide on a follow-up: yes, declined, or unsafe")
    case = draft.change(case, outcome=event.outcome)
    draft.note(
        case,
        What.WRAPPED_UP,
        responder=event.responder,
        outcome=event.outcome,
        reason="" if event.follow_up is None else event.follow_up.value,
    )
    if event.follow_up is FollowUpDecision.YES and not case.drill:
        _then_follow_up(draft, case, in_half=was_lost)
    else:
        finish(draft, _freed(draft, case), CaseState.CLOSED)


def needs_decision(case: Case, policy: Policy) -> bool:
    """Whether a summary has to say if somebody will ask how they are."""
    if case.drill:
        return False
    rule = policy.band(case.band).follow_up
    return case.outcome == LOST or rule is FollowUpRule.DECIDED


def cap_wrap_up(draft: Draft, case: Case) -> Case:
    """The case after a wrap-up that nobody wrote: what it needs comes all the same."""
    holder = case.held().responder
    draft.tell(ResponderTold(case=case.id, responder=holder, what=Notice.WRAP_UP_OVER))
    if needs_decision(case, draft.policy(case)):
        return _then_follow_up(draft, case, in_half=case.outcome == LOST)
    return finish(draft, _freed(draft, case), CaseState.CLOSED)


def dismissed(draft: Draft, event: Dismissed) -> None:
    """A duplicate is merged, somebody is better helped elsewhere, or it was no request.

    Raises:
        NotAllowed: a void A0, A1 or A2 that only one person looked at.
        NotNow: the case is over.
    """
    case = draft.case(event.case)
    if event.state not in _ELSEWHERE:
        raise NotNow("that is no way to dismiss a case")
    needs_two = event.state is CaseState.VOID and case.band <= Band.A2
    if needs_two and event.second in ("", event.actor):
        raise NotAllowed("a void A0, A1 or A2 needs two people")
    case = end_offers(draft, case, OfferEnd.RESCINDED)
    case = _freed(draft, case)
    finish(draft, case, event.state, actor=event.actor, reason=event.into)


def finish(
    draft: Draft, case: Case, state: CaseState, actor: str = "", reason: str = ""
) -> Case:
    """The case, over: nobody is paged for it, and nobody is waited for."""
    case = shred(draft, case, "over")
    case = draft.change(
        case,
        state=state,
        is_rescue=False,
        responder_gap=None,
        person_gap=None,
        person_lease_until_ms=None,
        silence=None,
        transfer=None,
        return_reason="",
        supervisor_wanted_at_ms=None,
        follow_up=None,
    )
    draft.note(case, What.CLOSED, actor=actor, outcome=state.value, reason=reason)
    draft.tell(
        PagesCancelled(case=case.id),
        PagesCancelled(case=case.id, reason=PageReason.FOLLOW_UP),
        PersonTold(case=case.id, what=Notice.CLOSED),
        Finished(case=case.id),
    )
    return case


def _then_follow_up(draft: Draft, case: Case, in_half: bool) -> Case:
    seconds = draft.promised(case).follow_up_seconds
    due_ms = draft.now_ms + seconds * 1000 // (2 if in_half else 1)
    case = draft.change(
        _freed(draft, case),
        state=CaseState.FOLLOW_UP_DUE,
        follow_up=FollowUp(due_ms=due_ms),
    )
    draft.note(case, What.FOLLOW_UP, outcome="due")
    draft.tell(SupervisorsTold(case=case.id, what=Notice.ENDED))
    return case


def _freed(draft: Draft, case: Case) -> Case:
    """The case without a holder, who rests after a hard one."""
    if case.hold is None:
        return case
    rest(draft, case, case.hold.responder)
    return draft.change(case, hold=None, guests=(), wrap_up_until_ms=None)
