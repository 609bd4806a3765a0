"""Seats: taking one, passing it to a newer connection, and giving it up.

Invariants, whatever leads here:

- No two seats of a call have the same number: 1 to 8 are participants', 9 and 10 the
  staff's, and there are never more than the kind of session has.
- `conn_epoch` grows with every connection, and is never used twice in a call.
- Whoever gives a seat up leaves nothing behind: no hand, feed, token or turn.
"""

from __future__ import annotations

import msgspec

from ..call_events import (
    MAX_PARTICIPANT_SEATS,
    CallEndReason,
    CallRole,
    LeaveReason,
    Presence,
)
from ..errors import CallFull
from ..ids import AccountId, ClientId
from . import (
    agenda,
    attendance,
    circle,
    ending,
    feeds,
    hosts,
    keys,
    recording,
    succession,
)
from .draft import Draft
from .effects import Connection, Kick, ProposeRemove
from .model import Seat, Waiting
from .rights import STAFF_ROLES
from .views import roster_member

MAX_OLD_CONNS = 64
"""Connections of one account that are remembered, so that a late word of one of them
is known to be late."""


def free_number(draft: Draft, *, is_staff: bool) -> int:
    """The lowest seat that is free; `CallFull` if none is."""
    call = draft.call
    taken = {seat.number for seat in call.seats.values()}
    first = MAX_PARTICIPANT_SEATS + 1 if is_staff else 1
    seats = call.kind.staff_seats if is_staff else call.capacity
    for number in range(first, first + seats):
        if number not in taken:
            return number
    raise CallFull("every seat of this kind is taken")


def next_conn_epoch(draft: Draft) -> int:
    """A number that no connection of this call has had."""
    draft.change(last_conn_epoch=draft.call.last_conn_epoch + 1)
    return draft.call.last_conn_epoch


def take(draft: Draft, who: Waiting) -> None:
    """Give somebody a seat; `CallFull` if none of their kind is free."""
    number = free_number(draft, is_staff=who.role in STAFF_ROLES)
    now_ms = draft.now_ms
    seat = Seat(
        account=who.account,
        device=who.device,
        handle=who.handle,
        number=number,
        role=who.role,
        conn_id=who.conn_id,
        conn_epoch=next_conn_epoch(draft),
        resume_digest=who.resume_digest,
        joined_at_ms=now_ms,
        beat_ms=now_ms,
        leased_since_ms=now_ms,
        gives_support=who.gives_support,
        licence_checked_at_ms=who.licence_checked_at_ms,
        agreed_hash=who.agreed_hash,
    )
    draft.put_seat(seat)
    draft.change(empty_since_ms=None)
    if not seat.is_staff:
        draft.change(let_in=draft.call.let_in | {who.account})
    if len(draft.call.seats) > 1 and draft.call.began_at_ms is None:
        agenda.begin_session(draft)
    draft.push_all("member.joined", joined=roster_member(draft.call, seat))
    succession.settle(draft)


def replace(draft: Draft, seat: Seat, newer: Waiting) -> None:
    """A newer connection of the account takes its seat over."""
    account = seat.account
    recording.lose_recorder(draft, account, is_kicked=True)
    feeds.end_all(draft, account)
    circle.stop_presenting(draft, account)
    retire(draft, account, seat.conn_id)
    keys.forget(draft, account)
    if seat.device == newer.device:
        _is_back(draft)
    elif draft.call.has_own_group:
        draft.tell(ProposeRemove(account, seat.device))
    draft.tell(Kick(account, seat.device, seat.conn_epoch))
    # What was changed above may have told of the seat as it was.
    seat = msgspec.structs.replace(
        draft.call.seats[account],
        device=newer.device,
        handle=newer.handle,
        conn_id=newer.conn_id,
        conn_epoch=next_conn_epoch(draft),
        resume_digest=newer.resume_digest,
        role=_role_again(draft, seat, newer),
        gives_support=newer.gives_support,
        licence_checked_at_ms=newer.licence_checked_at_ms,
        is_muted=True,
        has_camera=False,
        presence=Presence.ON,
        beat_ms=draft.now_ms,
        leased_since_ms=draft.call.seats[account].leased_since_ms or draft.now_ms,
    )
    draft.put_seat(seat)
    draft.push_all("member.joined", joined=roster_member(draft.call, seat))
    old = draft.call.old_conns[account][-1]
    draft.push(Connection(account, old), "seat.replaced", conn_epoch=seat.conn_epoch)
    succession.settle(draft)


def _role_again(draft: Draft, seat: Seat, newer: Waiting) -> CallRole:
    """The same; but who only lacked an answer about their licence leads with it."""
    is_found_good = newer.licence_checked_at_ms is not None and not seat.is_licensed
    if not is_found_good or seat.role is not CallRole.CO_FACILITATOR:
        return seat.role
    return granted(draft, newer.role, is_licensed=True)


def heard(draft: Draft, seat: Seat) -> Seat:
    """The connection that holds a seat is there."""
    was_leased = seat.is_leased
    seat = draft.change_seat(
        seat.account,
        beat_ms=draft.now_ms,
        presence=Presence.ON,
        leased_since_ms=draft.now_ms if not was_leased else seat.leased_since_ms,
    )
    if not was_leased:
        _is_back(draft)
        succession.settle(draft)
    return seat


def _is_back(draft: Draft) -> None:
    draft.change(reconnects=draft.call.reconnects + 1)


_TOLD = (LeaveReason.REMOVED, LeaveReason.HELD)
"""Who lost their seat so is there, and hears of it; "all" are those who have one."""


def release(draft: Draft, seat: Seat, reason: LeaveReason) -> None:
    """A seat is free again, and all that hung on it is gone."""
    account = seat.account
    recording.lose_recorder(draft, account, is_kicked=True)
    feeds.end_all(draft, account)
    circle.leave(draft, account)
    seat = draft.call.seats[account]
    attendance.close(draft, seat)
    retire(draft, account, seat.conn_id)
    seats = dict(draft.call.seats)
    del seats[account]
    draft.change(seats=seats)
    event, gone = "member.left", {"member": account, "reason": reason}
    if reason is LeaveReason.REMOVED:
        event, gone = "member.removed", {"member": account, "device": seat.device}
    draft.push_all(event, **gone)
    if reason in _TOLD:
        draft.push(Connection(account, seat.conn_id), event, **gone)
    draft.tell(Kick(account, seat.device, seat.conn_epoch))
    if draft.call.has_own_group:
        draft.tell(ProposeRemove(account, seat.device))
    keys.look(draft)
    recording.look(draft)
    succession.settle(draft)
    look_for_emptiness(draft, reason)


def retire(draft: Draft, account: AccountId, conn_id: ClientId) -> None:
    """A connection is over: what still comes from it is late."""
    old = draft.call.old_conns
    known = (*old.get(account, ()), conn_id)[-MAX_OLD_CONNS:]
    draft.change(old_conns={**old, account: known})


def granted(draft: Draft, role: CallRole, *, is_licensed: bool) -> CallRole:
    """The role with which somebody comes in who was granted this one.

    Only one leads: who comes second helps to lead. So does who lacks the licence that
    the kind of session asks of its lead.
    """
    call = draft.call
    if role not in STAFF_ROLES or not call.kind.staff_seats:
        return CallRole.PARTICIPANT
    may_lead = hosts.may_be_lead(call, is_licensed=is_licensed)
    if role is CallRole.FACILITATOR and not (may_lead and call.lead() is None):
        return CallRole.CO_FACILITATOR
    return role


def look_for_emptiness(draft: Draft, reason: LeaveReason) -> None:
    """Whoever is last to hang up ends a call that nobody leads."""
    call = draft.call
    if call.seats or call.line or call.end is not None:
        return
    if reason is LeaveReason.LEFT and not call.kind.is_led:
        ending.end(draft, CallEndReason.EMPTY)
    else:
        draft.change(empty_since_ms=draft.now_ms)
