"""The agenda: phases go forward only, by hand; time is told and cuts nobody off.

A phase and the session each tell how much is left at 10, 5 and 1 minutes, and at 0,
when overtime begins; each of these once, and only if it had more than that to begin
with. A phase that is given more time tells again only what it has not told yet. The
three are what a group needs to close: to wind up, to come to the last one, to say
goodbye.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from ..circle_events import TimeScope
from ..errors import BadRequest, NotNow
from .commands import AdvancePhase, ExtendPhase
from .draft import Draft
from .effects import Act
from .model import Call, Phase
from .rights import Power
from .views import phase_view

TOLD_MINUTES = (10, 5, 1, 0)
MINUTE_MS = 60_000


def begin_session(draft: Draft) -> None:
    """Two people are there for the first time."""
    minutes = draft.call.planned_minutes or 0
    told = tuple(one for one in TOLD_MINUTES if one >= minutes)
    draft.change(began_at_ms=draft.now_ms, session_told=told)


def advance(draft: Draft, command: AdvancePhase) -> None:
    """Go on to a phase; the one that is on already stays as it is."""
    seat = draft.require_power(command.account, command.conn_id, Power.STEER_AGENDA)
    plan = draft.call.kind.phases
    now = draft.call.phase
    at = -1 if now is None else now.index
    if command.index == at:
        return
    if command.index >= len(plan):
        raise BadRequest("the agenda has no such phase")
    if command.index < at:
        raise NotNow("the agenda goes forward")
    planned = plan[command.index]
    minutes = command.minutes or planned.minutes
    began_ms = draft.now_ms
    phase = Phase(
        command.index, planned.phase, began_ms, began_ms + minutes * MINUTE_MS
    )
    told = tuple(one for one in TOLD_MINUTES if one >= minutes)
    draft.change(phase=phase, phase_told=told)
    draft.push_all("phase.advanced", phase=phase_view(phase))
    draft.note(Act.PHASE_MOVED, seat.account, detail=planned.phase.value)


def extend(draft: Draft, command: ExtendPhase) -> None:
    """Give the phase that is on more time, from its planned end or from now if past."""
    draft.require_power(command.account, command.conn_id, Power.STEER_AGENDA)
    phase = draft.call.phase
    if phase is None or phase.index != command.index:
        raise NotNow("that phase is not on")
    from_ms = max(phase.ends_at_ms, draft.now_ms)
    phase = msgspec.structs.replace(
        phase, ends_at_ms=from_ms + command.minutes * MINUTE_MS
    )
    draft.change(phase=phase)
    draft.push_all("phase.extended", phase=phase_view(phase))


def dues(call: Call) -> Iterator[tuple[int, TimeScope, int]]:
    """When to tell what next: the time, of what, and the minutes that are left."""
    if call.phase is not None:
        for minutes in TOLD_MINUTES:
            if minutes not in call.phase_told:
                at_ms = call.phase.ends_at_ms - minutes * MINUTE_MS
                yield at_ms, TimeScope.PHASE, minutes
                break
    ends_ms = call.session_ends_at_ms()
    if ends_ms is not None:
        for minutes in TOLD_MINUTES:
            if minutes not in call.session_told:
                yield ends_ms - minutes * MINUTE_MS, TimeScope.SESSION, minutes
                break


def announce(draft: Draft, scope: TimeScope, minutes: int) -> None:
    """Tell what is left, once."""
    if scope is TimeScope.PHASE:
        draft.change(phase_told=(*draft.call.phase_told, minutes))
    else:
        draft.change(session_told=(*draft.call.session_told, minutes))
    draft.push_all("time.announced", scope=scope, remaining_minutes=minutes)
