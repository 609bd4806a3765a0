"""More people ask than can be answered in time: everybody is told, and more are called.

A surge is on when two or more A0 or A1 have nobody on the way to them, or when the
forecast says that one of them may well wait too long in the next quarter of an hour.
It is off once neither has been so for a while: it must not flicker while people are
called in.

What it changes is told and not done here: people on call are asked to stand by,
responders may offer one conversation more, and who asks for support without a risk is
shown other ways first. Help stays one tap away for everybody, and no order changes.
"""

from __future__ import annotations

import msgspec

from .case import Case
from .desk import Desk, Surge, SurgeReason
from .draft import Draft
from .effects import StandbyPaged, SurgeChanged
from .events import BreachForecast


def forecast(draft: Draft, event: BreachForecast) -> None:
    """Take over how likely it is that somebody urgent waits too long soon."""
    draft.breach_percent = event.percent


def due_ms(desk: Desk) -> int | None:
    """When a surge that has calmed down is over."""
    if desk.surge is None or desk.surge.calm_since_ms is None:
        return None
    calm_ms = desk.policies[desk.policy].surge_calm_seconds * 1000
    return desk.surge.calm_since_ms + calm_ms


def look(draft: Draft) -> None:
    """Begin a surge, let it calm down, or end it."""
    why = _reason(draft)
    if draft.surge is None:
        if why is not None:
            _begin(draft, why)
        return
    policy = draft.policy_now
    is_calm = why is None and draft.breach_percent < policy.surge_off_percent
    calm_since_ms = draft.surge.calm_since_ms
    if not is_calm:
        calm_since_ms = None
    elif calm_since_ms is None:
        calm_since_ms = draft.now_ms
    elif draft.now_ms >= calm_since_ms + policy.surge_calm_seconds * 1000:
        draft.surge = None
        draft.tell(SurgeChanged(is_on=False, why=None))
        return
    if calm_since_ms != draft.surge.calm_since_ms:
        draft.surge = msgspec.structs.replace(draft.surge, calm_since_ms=calm_since_ms)


def _begin(draft: Draft, why: SurgeReason) -> None:
    draft.surge = Surge(since_ms=draft.now_ms, why=why)
    draft.tell(
        SurgeChanged(is_on=True, why=why),
        StandbyPaged(tiers=draft.policy_now.standby_tiers),
    )


def _reason(draft: Draft) -> SurgeReason | None:
    policy = draft.policy_now
    alone = [case for case in draft.cases.values() if _is_alone(case, draft.now_ms)]
    if len(alone) >= policy.surge_waiting:
        return SurgeReason.WAITING
    if draft.breach_percent > policy.surge_on_percent:
        return SurgeReason.FORECAST
    return None


def _is_alone(case: Case, now_ms: int) -> bool:
    """Whether an urgent case has nobody on the way, or should have had by now."""
    if not case.seeks or not case.band.is_urgent or case.drill:
        return False
    return not case.pending or now_ms > case.accept_due_ms
