"""Who lets people in, as those who wait see it, and what is vouched for of who leads.

A licence is somebody else's knowledge: the server asks before a join, and a call keeps
the time of the last good answer. A kind of session that needs a licensed lead is led by
nobody else: who has no licence comes in as who helps to lead, is not handed the room,
and does not inherit it.
"""

from __future__ import annotations

from ..call_events import CallRole, HostPresence, HostView, Standing
from .draft import Draft
from .model import Call, Seat
from .views import standing


def may_be_lead(call: Call, *, is_licensed: bool) -> bool:
    """Whether the kind of session lets somebody be its facilitator."""
    return is_licensed or not call.kind.needs_licensed_lead


def host_view(call: Call) -> HostView:
    """Whoever may let people in now: the lead first, else who helps to lead."""
    seat = _host(call)
    if seat is None:
        return HostView(HostPresence.AWAY)
    vouched: Standing = standing(call, seat)
    return HostView(
        HostPresence.ONLINE if seat.is_leased else HostPresence.AWAY,
        seat.account,
        seat.handle,
        vouched,
        seat.licence_checked_at_ms if vouched is Standing.LICENSED else None,
    )


def look(draft: Draft, before: Call) -> None:
    """Tell those who wait of another host, and those who have to wait again of any."""
    call = draft.call
    host = host_view(call)
    is_other = host != host_view(before)
    for one in call.in_line():
        if is_other or one.account in before.seats:
            draft.push_member(one.account, "host.changed", host=host)


def _host(call: Call) -> Seat | None:
    lead = call.lead()
    if lead is not None and lead.is_leased:
        return lead
    helping = (
        seat
        for seat in call.in_order()
        if seat.role is CallRole.CO_FACILITATOR and seat.is_leased
    )
    return next(helping, lead)
