"""Who leads the room, when whoever led it is lost.

| Whoever leads        | Somebody who helps to lead | Then                             |
|----------------------|----------------------------|----------------------------------|
| has a lease          | –                          | the room goes on                 |
| lapsed, left         | has a lease                | they lead                        |
| lapsed, left         | none, or lapsed            | paused and locked; over in 5 min |
| lapsed, left         | lacks the kind's licence   | the same                         |
| not come yet         | has a lease                | they lead as co-facilitator      |
| not come yet         | none yet                   | nothing: people wait             |

It is a function of who is there, looked at after every change, and so it does not
matter in which order people are lost or come back. Whoever came first is never made
the one who leads: to lead is granted, and a room of people in need is not handed to
chance. Who led before and comes back is co-facilitator then; the room is handed over
by hand, and does not swing with a bad connection.

A pause locks the room and stays locked when it ends: opening the door is a decision.
"""

from __future__ import annotations

from ..call_events import CallRole
from . import hosts
from .draft import Draft
from .effects import Act
from .model import PAUSED_MS


def settle(draft: Draft) -> None:
    """Hand the room over, pause it or let it go on, as who is there demands."""
    call = draft.call
    if not call.kind.is_led or call.end is not None:
        return
    lead = call.lead()
    if lead is not None and lead.is_leased:
        _goes_on(draft, has_led=True)
        return
    heirs = [
        seat
        for seat in call.in_order()
        if seat.role is CallRole.CO_FACILITATOR and seat.is_leased
    ]
    licensed = [
        seat for seat in heirs if hosts.may_be_lead(call, is_licensed=seat.is_licensed)
    ]
    if not (licensed if call.has_led else heirs):
        _pause(draft)
        return
    if call.has_led:
        if lead is not None:
            draft.change_seat(lead.account, role=CallRole.CO_FACILITATOR)
        heir = draft.change_seat(licensed[0].account, role=CallRole.FACILITATOR)
        draft.note(Act.SUCCEEDED, None, on=heir.account, role=heir.role)
    _goes_on(draft, has_led=call.has_led)


def _goes_on(draft: Draft, *, has_led: bool) -> None:
    was_paused = draft.call.paused_since_ms is not None
    draft.change(has_led=has_led, has_staff=True, paused_since_ms=None)
    if was_paused:
        draft.push_all("call.continued")
        draft.note(Act.CONTINUED, None)


def _pause(draft: Draft) -> None:
    call = draft.call
    if call.has_staff and call.paused_since_ms is None:
        draft.change(paused_since_ms=draft.now_ms, is_locked=True)
        draft.push_all("call.paused", until=draft.now_ms + PAUSED_MS)
        draft.note(Act.PAUSED, None)
