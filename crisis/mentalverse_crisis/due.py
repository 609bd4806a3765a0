"""What is due, and when.

No timer is stored. What is due follows from the state of a case, so nothing can be due
that the state does not mean, and a restart has nothing to re-arm: the earliest moment
is kept beside each case so that it can be found, and is worked out again with each
change. What was due has taken effect once the state no longer says so, which is why it
takes effect once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from . import ladder, location, override_steps, surge
from .case import Case, CaseState
from .desk import Desk
from .draft import Draft
from .ending import cap_wrap_up
from .followup import remind, reminder_ms
from .gaps import (
    lose_contact,
    open_person_gap,
    open_responder_gap,
    rescue,
)
from .holds import ALARM, give_back, keep_from_silence, reply_due_ms, silence_due_ms
from .offers import expire
from .policy import Policy
from .transfer import call_off

Effecting = Callable[[Draft, Case], Case]
Due = tuple[int, Effecting]

_TALKING = (CaseState.ACCEPTED, CaseState.ACTIVE)


def case_due_ms(case: Case, policy: Policy) -> int | None:
    """When a case needs attention next, without anybody doing anything; none: never."""
    moments = [at_ms for at_ms, _ in _dues(case, policy)]
    return min([*moments, *_dispatch_dues(case, policy)], default=None)


def desk_due_ms(desk: Desk) -> int | None:
    """When the desk needs attention next."""
    cases = (case_due_ms(case, desk.policy_of(case)) for case in desk.cases.values())
    moments = [at_ms for at_ms in cases if at_ms is not None]
    if any(case.seeks for case in desk.cases.values()):
        rests = (one.resting_until_ms for one in desk.responders.values())
        moments.extend(at_ms for at_ms in rests if at_ms > 0)
    moments.extend(
        override_steps.due_ms(one, desk.policies[one.policy])
        for one in desk.overrides.values()
    )
    calm_ms = surge.due_ms(desk)
    if calm_ms is not None:
        moments.append(calm_ms)
    return min(moments, default=None)


def pass_time(draft: Draft, cases: Iterable[str]) -> None:
    """Let everything that is due of these cases take its effect, and end what rests."""
    for case_id in sorted(cases):
        _pass_time(draft, case_id)
    for override in list(draft.overrides.values()):
        override_steps.pass_time(draft, override)
    for responder in list(draft.responders.values()):
        if 0 < responder.resting_until_ms <= draft.now_ms:
            draft.change_responder(responder.id, resting_until_ms=0)


def _pass_time(draft: Draft, case_id: str) -> None:
    while True:
        case = draft.cases[case_id]
        dues = _dues(case, draft.policy(case))
        due = [found for found in dues if found[0] <= draft.now_ms]
        if not due:
            break
        _, take_effect = min(due, key=lambda found: found[0])
        take_effect(draft, case)
    kept = tuple(one for one in case.excluded if one.until_ms > draft.now_ms)
    if kept != case.excluded:
        draft.change(case, excluded=kept)


def _dues(case: Case, policy: Policy) -> Iterator[Due]:
    """Everything of a case that takes effect by itself."""
    for offer in case.pending:
        yield offer.expires_at_ms, partial(expire, offer=offer)
    if case.seeks:
        yield ladder.due_ms(case, policy), ladder.climb
    if case.state in _TALKING:
        yield from _talking_dues(case, policy)
    if case.state is CaseState.WRAP_UP and case.wrap_up_until_ms is not None:
        yield case.wrap_up_until_ms, cap_wrap_up
    if case.location_until_ms is not None:
        yield case.location_until_ms, location.expire
    if case.follow_up is not None:
        spacing_seconds = policy.follow_up_spacing_seconds
        yield (
            reminder_ms(case, case.follow_up, spacing_seconds),
            partial(remind, follow_up=case.follow_up),
        )


def _talking_dues(case: Case, policy: Policy) -> Iterator[Due]:
    hold = case.held()
    if not case.is_rescue:
        reply_ms = reply_due_ms(hold)
        if case.state is CaseState.ACCEPTED and reply_ms is not None:
            yield reply_ms, give_back
        if case.responder_gap is not None:
            yield case.responder_gap.until_ms, rescue
        else:
            yield hold.lease_until_ms, open_responder_gap
    if case.person_gap is not None:
        yield case.person_gap.until_ms, lose_contact
    else:
        yield case.person_lease_until_ms or hold.lease_until_ms, open_person_gap
    if case.silence is not None and case.silence.level < ALARM:
        seconds = policy.band(case.band).silence_seconds
        yield silence_due_ms(case.silence, seconds), keep_from_silence
    if case.transfer is not None:
        yield case.transfer.until_ms, partial(call_off, transfer=case.transfer)


def _dispatch_dues(case: Case, policy: Policy) -> Iterator[int]:
    """When more people may be asked: a stage of the plan begins, an exclusion ends."""
    if not case.seeks:
        return
    for stage in policy.band(case.band).plan.stages[case.stage :]:
        yield case.seeking_since_ms + stage.at_seconds * 1000
    for one in case.excluded:
        yield one.until_ms
