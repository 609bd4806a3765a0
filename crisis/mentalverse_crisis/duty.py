"""Being there: who is on duty, who takes a break, who has to rest.

A break always works, and so does saying that one cannot take a case. Nobody goes off
duty while a person is still in their hands: that is handed over first.
"""

from __future__ import annotations

import msgspec

from .desk import Duty, Responder
from .draft import Draft
from .errors import NotNow
from .events import DutyChanged, OnlineChanged, RosterChanged

_OWN = (
    "duty",
    "is_online",
    "idle_since_ms",
    "urgent_today",
    "expired_in_row",
    "resting_until_ms",
    "duty_ended_at_ms",
)
"""What the desk itself knows of a responder; a roster says nothing of it."""


def roster_changed(draft: Draft, event: RosterChanged) -> None:
    """Take over what is known of somebody; their duty goes on as it was."""
    new = event.responder
    known = draft.responders.get(new.id, Responder(id=new.id))
    kept = {field: getattr(known, field) for field in _OWN}
    draft.responders[new.id] = msgspec.structs.replace(new, **kept)


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
    if event.duty is known.duty:
        return
    if event.duty is Duty.OFF:
        _end(draft, known)
    elif known.duty is Duty.OFF:
        _begin(draft, known, event)
    else:
        draft.change_responder(known.id, duty=event.duty, expired_in_row=0)


def _begin(draft: Draft, known: Responder, event: DutyChanged) -> None:
    rest_ms = draft.policy_now.rest_seconds * 1000
    ended_at_ms = known.duty_ended_at_ms
    is_rested = ended_at_ms is None or draft.now_ms >= ended_at_ms + rest_ms
    allower = draft.responders.get(event.allowed_by)
    is_allowed = allower is not None and allower.is_supervisor
    if not is_rested and not is_allowed:
        raise NotNow("there was too little rest since the last duty")
    draft.change_responder(
        known.id,
        duty=event.duty,
        idle_since_ms=draft.now_ms,
        urgent_today=0,
        expired_in_row=0,
    )


def _end(draft: Draft, known: Responder) -> None:
    for case in draft.cases.values():
        hold = case.hold
        if case.state.is_held and hold is not None and hold.responder == known.id:
            raise NotNow("hand over or finish your conversations first")
    draft.change_responder(
        known.id, duty=Duty.OFF, duty_ended_at_ms=draft.now_ms, resting_until_ms=0
    )
