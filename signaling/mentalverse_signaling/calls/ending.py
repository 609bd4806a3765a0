"""The end of a call: once, and with everything that hangs on it."""

from __future__ import annotations

from ..call_events import CallEndReason, Topology
from ..ids import AccountId
from . import attendance, recording
from .draft import Draft
from .effects import DestroyRoom, Ended


def end(draft: Draft, reason: CallEndReason) -> None:
    """The call is over; a call that is over already stays as it is."""
    if draft.call.end is not None:
        return
    recording.stop_with_call(draft)
    leading = {one.account for one in draft.call.in_order() if one.leads}
    for seat in draft.call.in_order():
        attendance.close(draft, seat)
    call = draft.call
    told = attendance.totals(call.attended_ms)
    draft.change(
        end=reason,
        seats={},
        line={},
        prepared=(),
        hands=(),
        piece=None,
        spotlight=None,
        presenter=None,
        feeds={},
        pairs={},
        paused_since_ms=None,
        empty_since_ms=None,
    )
    _tell(draft, reason, leading)
    if call.route.topology is Topology.SFU:
        draft.tell(DestroyRoom())
    draft.tell(Ended(draft.now_ms, reason, call.planned_minutes, told))


def _tell(draft: Draft, reason: CallEndReason, leading: set[AccountId]) -> None:
    """Everybody, and each with the minutes that they may know."""
    call, is_led = draft.call, draft.call.kind.is_led
    own = {
        account: {
            "attendance": attendance.shown(
                call.attended_ms, account, is_led=True, leads=account in leading
            )
        }
        for account in call.attended_ms
    }
    draft.push_conversation(
        "call.ended",
        own=own if is_led else None,
        reason=reason,
        planned_minutes=call.planned_minutes,
        attendance=() if is_led else attendance.totals(call.attended_ms),
    )
