"""Asking afterwards how somebody is.

A follow-up is a duty of the desk, not of the responder who promised it: it outlives
their shift. Overdue, supervisors hear of it; a day later the clinical lead is paged,
and so every day until somebody has tried. Three to five attempts are made before
anybody counts as unreachable.
"""

from __future__ import annotations

import msgspec

from .case import Case, CaseState, FollowUp
from .draft import Draft
from .effects import Notice, Paged, PageReason, SupervisorsTold
from .ending import finish
from .errors import NotNow, ReasonRequired
from .events import FollowUpRecorded, Outcome
from .record import What

_STATES = (CaseState.FOLLOW_UP_DUE, CaseState.FOLLOWING_UP)


def recorded(draft: Draft, event: FollowUpRecorded) -> None:
    """One attempt, and how it ended.

    Raises:
        NotNow: no follow-up is due.
        ReasonRequired: given up before enough attempts.
    """
    case = draft.case(event.case)
    follow_up = case.follow_up
    if case.state not in _STATES or follow_up is None:
        raise NotNow("no follow-up is due")
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
    after = FollowUp(due_ms=draft.now_ms + spacing_ms, attempts=attempts)
    if case.state is CaseState.FOLLOW_UP_DUE:
        case = draft.change(case, state=CaseState.FOLLOWING_UP)
    if event.outcome is Outcome.NO_ANSWER and attempts < most:
        draft.change(case, follow_up=after)
        return
    gave_up = event.outcome in (Outcome.NO_ANSWER, Outcome.UNREACHABLE)
    outcome = Outcome.UNREACHABLE if gave_up else event.outcome
    case = draft.change(case, outcome=outcome.value)
    finish(draft, case, CaseState.CLOSED, actor=event.responder)


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
            )
        )
    return case
