"""Asking afterwards how somebody is.

A follow-up is a duty of the desk, not of the responder who promised it: it outlives
their shift. Overdue, supervisors hear of it; a day later the clinical lead is paged,
and so every day until somebody has tried. Three to five attempts are made before
anybody counts as unreachable.

Anybody of the team who may talk with the person may take one, on duty or not: they are
then to be in the conversation, and nobody else has to. Taken changes nothing in what is
due. Whoever wrote and had no answer stays: the answer may come tomorrow. It ends when
they step back, with the follow-up, or when a supervisor takes it from them.
"""

from __future__ import annotations

import msgspec

from .case import Case, CaseState, FollowUp
from .desk import Credential
from .draft import Draft
from .effects import (
    Notice,
    Paged,
    PageReason,
    PersonTold,
    ResponderTold,
    SupervisorsTold,
)
from .ending import finish
from .errors import NotAllowed, NotNow, ReasonRequired
from .events import FollowUpLeft, FollowUpRecorded, FollowUpTaken, Outcome
from .record import What
from .routing import may_follow_up

_STATES = (CaseState.FOLLOW_UP_DUE, CaseState.FOLLOWING_UP)


def recorded(draft: Draft, event: FollowUpRecorded) -> None:
    """One attempt, and how it ended.

    Raises:
        NotNow: no follow-up is due.
        ReasonRequired: given up before enough attempts.
    """
    case = draft.case(event.case)
    follow_up = _open(case)
    least, most = draft.policy(case).follow_up_attempts
    attempts = follow_up.attempts + (event.outcome is not Outcome.UNREACHABLE)
    if event.outcome is Outcome.UNREACHABLE and attempts < least:
        raise ReasonRequired(f"nobody counts as unreachable before {least} attempts")
    draft.note(
        case,
        What.FOLLOW_UP,
        responder=event.responder,
        level=attempts,
        outcome=event.outcome.value,
    )
    spacing_ms = draft.policy(case).follow_up_spacing_seconds * 1000
    after = FollowUp(
        due_ms=draft.now_ms + spacing_ms,
        attempts=attempts,
        taken_by=follow_up.taken_by,
    )
    if case.state is CaseState.FOLLOW_UP_DUE:
        case = draft.change(case, state=CaseState.FOLLOWING_UP)
    if event.outcome is Outcome.NO_ANSWER and attempts < most:
        draft.change(case, follow_up=after)
        return
    gave_up = event.outcome in (Outcome.NO_ANSWER, Outcome.UNREACHABLE)
    outcome = Outcome.UNREACHABLE if gave_up else event.outcome
    case = draft.change(case, outcome=outcome.value)
    finish(draft, case, CaseState.CLOSED, actor=event.responder)


def taken(draft: Draft, event: FollowUpTaken) -> None:
    """Somebody means to do it; the person's device lets them in when it is there.

    Raises:
        NotAllowed: they may not talk with this person.
        NotNow: no follow-up is due, or somebody else means to do it.
    """
    case = draft.case(event.case)
    before = _open(case).taken_by
    if before == event.responder:
        return
    is_supervisor = draft.is_supervisor(event.responder)
    if not is_supervisor and _is_there(draft, before):
        raise NotNow("somebody else means to do it")
    why = may_follow_up(draft.responder(event.responder), case, draft.policy(case))
    if why is not None:
        raise NotAllowed(f"you may not talk with this person: {why.value}")
    _change_taker(draft, case, event.responder)
    draft.note(case, What.FOLLOW_UP_TAKER, responder=event.responder, outcome="taken")


def left(draft: Draft, event: FollowUpLeft) -> None:
    """Whoever meant to does not any more; somebody else is free to.

    Raises:
        NotNow: no follow-up is due.
    """
    case = draft.case(event.case)
    if _open(case).taken_by == event.responder:
        _change_taker(draft, case, "")
        draft.note(
            case, What.FOLLOW_UP_TAKER, responder=event.responder, outcome="left"
        )


def reminder_ms(case: Case, follow_up: FollowUp, spacing_seconds: int) -> int:
    """When somebody is told next that a follow-up is overdue."""
    return follow_up.due_ms + follow_up.reminded * spacing_seconds * 1000


def remind(draft: Draft, case: Case, follow_up: FollowUp) -> Case:
    """The case once somebody was told that its follow-up is overdue."""
    follow_up = msgspec.structs.replace(follow_up, reminded=follow_up.reminded + 1)
    case = draft.change(case, follow_up=follow_up)
    draft.note(case, What.FOLLOW_UP, outcome="overdue", level=follow_up.reminded)
    draft.tell(SupervisorsTold(case=case.id, what=Notice.FOLLOW_UP_OVERDUE))
    if follow_up.reminded > 1:
        draft.tell(
            Paged(
                case=case.id,
                level=follow_up.reminded,
                tiers=("clinical_lead",),
                band=case.band,
                due_ms=follow_up.due_ms,
                reason=PageReason.FOLLOW_UP,
                drill=case.drill,
            )
        )
    return case


def _open(case: Case) -> FollowUp:
    if case.state not in _STATES or case.follow_up is None:
        raise NotNow("no follow-up is due")
    return case.follow_up


def _is_there(draft: Draft, responder: str) -> bool:
    """Whether this is somebody who may still do what they meant to."""
    known = draft.responders.get(responder)
    return known is not None and known.credential is not Credential.REVOKED


def _change_taker(draft: Draft, case: Case, responder: str) -> None:
    before = _open(case)
    after = msgspec.structs.replace(before, taken_by=responder)
    draft.change(case, follow_up=after)
    draft.tell(PersonTold(case=case.id, what=Notice.FOLLOW_UP))
    if before.taken_by:
        draft.tell(
            ResponderTold(
                case=case.id, responder=before.taken_by, what=Notice.FOLLOW_UP
            )
        )
