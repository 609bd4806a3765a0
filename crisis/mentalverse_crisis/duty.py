"""Being there: who is on duty, who takes a break, who has to rest.

A break always works, and so does saying that one cannot take a case. Nobody goes off
duty while a person is still in their hands: that is handed over first.

Eight hours lie between two duties. A supervisor may let somebody else begin sooner:
within an hour, and once.
"""

from __future__ import annotations

import msgspec

from .desk import Duty, EarlyStart, Responder
from .draft import Draft
from .effects import EarlyStartTold
from .errors import NotAllowed, NotNow
from .events import (
    DutyChanged,
    EarlyStartAllowed,
    OnlineChanged,
    RosterChanged,
    StandingChanged,
)

EARLY_START_SECONDS = 3_600
"""How long somebody may begin who was allowed to: an evening's favour, no habit."""

_OWN = (
    "duty",
    "is_online",
    "idle_since_ms",
    "urgent_today",
    "expired_in_row",
    "resting_until_ms",
    "duty_ended_at_ms",
    "early_start",
)
"""What the desk itself knows of a responder; a roster says nothing of it."""


def roster_changed(draft: Draft, event: RosterChanged) -> None:
    """Take over what is known of somebody; their duty goes on as it was."""
    new = event.responder
    known = draft.responders.get(new.id, Responder(id=new.id))
    kept = {field: getattr(known, field) for field in _OWN}
    draft.responders[new.id] = msgspec.structs.replace(new, **kept)


def standing_changed(draft: Draft, event: StandingChanged) -> None:
    """Take over whether they may answer; whoever was not known is from now on."""
    newcomer = Responder(id=event.responder, skills=event.skills_if_new)
    draft.responders[event.responder] = msgspec.structs.replace(
        draft.responders.get(event.responder, newcomer),
        credential=event.credential,
        is_supervisor=event.is_supervisor,
    )


def online_changed(draft: Draft, event: OnlineChanged) -> None:
    """Whether an offer can be shown to them at all."""
    draft.responder(event.responder)
    draft.change_responder(event.responder, is_online=event.is_online)


def duty_changed(draft: Draft, event: DutyChanged) -> None:
    """Begin, pause, go on, end.

    Raises:
        NotNow: too little rest since the last duty, or cases still in their hands.
    """
    known = draft.responder(event.responder)
    if event.is_online not in (None, known.is_online):
        draft.change_responder(known.id, is_online=event.is_online)
    if event.duty is known.duty:
        return
    if event.duty is Duty.OFF:
        _end(draft, known)
    elif known.duty is Duty.OFF:
        _begin(draft, known, event)
    else:
        draft.change_responder(known.id, duty=event.duty, expired_in_row=0)


def early_start_allowed(draft: Draft, event: EarlyStartAllowed) -> None:
    """Somebody may begin before their rest is over; allowed again, for another hour.

    Raises:
        NotAllowed: no supervisor, or whoever it is about.
        NotNow: they are on duty.
    """
    known = draft.responder(event.responder)
    if event.actor == known.id or not draft.is_supervisor(event.actor):
        raise NotAllowed("another one, a supervisor, lets somebody begin early")
    if known.duty is not Duty.OFF:
        raise NotNow("they are on duty")
    until_ms = draft.now_ms + EARLY_START_SECONDS * 1000
    draft.change_responder(known.id, early_start=EarlyStart(event.actor, until_ms))
    draft.tell(EarlyStartTold(responder=known.id))


def may_start_early(known: Responder, now_ms: int) -> bool:
    """Whether a supervisor lets them begin, rested or not."""
    return known.early_start is not None and now_ms < known.early_start.until_ms


def _begin(draft: Draft, known: Responder, event: DutyChanged) -> None:
    rest_ms = draft.policy_now.rest_seconds * 1000
    ended_at_ms = known.duty_ended_at_ms
    is_rested = ended_at_ms is None or draft.now_ms >= ended_at_ms + rest_ms
    if not is_rested and not may_start_early(known, draft.now_ms):
        raise NotNow("there was too little rest since the last duty")
    draft.change_responder(
        known.id,
        duty=event.duty,
        idle_since_ms=draft.now_ms,
        urgent_today=0,
        expired_in_row=0,
        early_start=None,
    )


def _end(draft: Draft, known: Responder) -> None:
    for case in draft.cases.values():
        hold = case.hold
        if case.state.is_held and hold is not None and hold.responder == known.id:
            raise NotNow("hand over or finish your conversations first")
    draft.change_responder(
        known.id, duty=Duty.OFF, duty_ended_at_ms=draft.now_ms, resting_until_ms=0
    )
