"""Coming in: the line, the door, and a seat.

| State   | What moves it                                 | Then                      |
|---------|-----------------------------------------------|---------------------------|
| outside | `Join`, the door is open                      | seated                    |
| outside | `Join`, the kind has a waiting room           | waiting                   |
| outside | `Join` while it is recorded, and not agreed   | waiting, until they agree |
| waiting | `Admit` by who leads; their consent           | seated                    |
| waiting | `Leave`, no beat for a minute                 | outside                   |
| seated  | `Join` of another connection                  | seated; tells the older   |
| seated  | `Hold` by who leads                           | waiting, as the first     |
| seated  | `Leave`, no beat for a minute                 | outside                   |
| any     | `Remove` by who leads                         | removed, for this call    |

Whoever was let in once comes back without waiting while the room is not locked. Staff
never waits, but for a recording. A room that is locked takes nobody new where there is
no waiting room; where there is one, people wait as always. Arriving early, or again,
gives no way round any of it.

The same `conn_id` is the same join. A connection that was replaced, or has left, does
not come back: its late word must not put out the one that is there now.
"""

from __future__ import annotations

import msgspec

from ..call_events import MAX_WAITING, LeaveReason
from ..errors import (
    CallFull,
    ConsentMissing,
    Forbidden,
    NoSeat,
    RoleRequired,
    RoomLocked,
    StaleConnection,
)
from ..ids import AccountId
from . import recording, seats
from .agreement import require_agreed
from .commands import Admit, Join, Resume
from .draft import Draft
from .effects import Act, Staff
from .model import Call, Waiting
from .rights import STAFF_ROLES, Power
from .views import line_view

LICENCE_ANSWER_MS = 3_600_000
"""How old the last good answer about a licence may be: the register may be down for a
while, and a licence that was withdrawn counts no longer than this."""


def join(draft: Draft, command: Join) -> None:
    """Take a seat or a place in the line."""
    call = draft.call
    account = command.account
    if account in call.barred:
        raise Forbidden("who was removed does not come back to this call")
    if command.conn_id in call.old_conns.get(account, ()):
        raise StaleConnection("this connection is over")
    who = _applicant(draft, command)
    seat = call.seats.get(account)
    if seat is not None:
        if seat.conn_id == command.conn_id:
            draft.put_seat(
                msgspec.structs.replace(seat, resume_digest=command.resume_digest)
            )
            seats.heard(draft, draft.call.seats[account])
        else:
            seats.replace(draft, seat, who)
    elif account in call.line:
        _knock_again(draft, call.line[account], who)
    else:
        _come(draft, command, who)


def resume(draft: Draft, command: Resume) -> None:
    """The connection that holds the seat, or a place in the line, on another socket.

    Raises:
        NoSeat: the seat was given up meanwhile.
        StaleConnection: another connection of the account has it.
    """
    seat = draft.call.seats.get(command.account)
    held = draft.call.line.get(command.account) if seat is None else seat
    if held is None:
        raise NoSeat("no seat of this call is theirs")
    known = (held.device, held.resume_digest)
    if known != (command.device, command.resume_digest):
        raise StaleConnection("another connection of the account has the seat")
    if seat is not None:
        seats.heard(draft, seat)
    else:
        heard_in_line(draft, draft.call.line[command.account])


def admit(draft: Draft, command: Admit) -> None:
    """Let somebody in, or everybody as long as there are seats."""
    draft.require_power(command.account, command.conn_id, Power.ADMIT)
    _require_licensed_lead(draft)
    if command.member is not None:
        who = draft.call.line.get(command.member)
        if who is None:
            draft.seat(command.member)
            return
        if recording.must_agree(draft.call, who.account):
            raise ConsentMissing("they have not agreed to the recording")
        _let_in(draft, who, command.account)
        return
    for who in draft.call.in_line():
        if recording.must_agree(draft.call, who.account):
            continue
        try:
            _let_in(draft, who, command.account)
        except CallFull:
            return


def open_door(draft: Draft) -> None:
    """Whoever waits for nobody's word any more comes in.

    They had a recording to agree to, or a room that was locked; neither is so now.
    """
    for who in draft.call.in_line():
        must_agree = recording.must_agree(draft.call, who.account)
        if _finds_door_open(draft.call, who) and not must_agree:
            try:
                seats.free_number(draft, is_staff=who.role in STAFF_ROLES)
            except CallFull:
                continue
            _seat(draft, _with_role(draft, who))


def heard_in_line(draft: Draft, who: Waiting) -> None:
    """Somebody in the line is there."""
    who = msgspec.structs.replace(who, beat_ms=draft.now_ms)
    draft.change(line={**draft.call.line, who.account: who})


def give_up_place(draft: Draft, who: Waiting, reason: LeaveReason) -> None:
    """Somebody waits no longer."""
    seats.retire(draft, who.account, who.conn_id)
    _leave_line(draft, who)
    draft.push(Staff(who.account), "member.left", member=who.account, reason=reason)
    seats.look_for_emptiness(draft, reason)


def stand_in_line(draft: Draft, who: Waiting) -> None:
    """Put somebody where their `order` says, and tell whoever's place that moves."""
    _move_line(draft, {**draft.call.line, who.account: who})


def _applicant(draft: Draft, command: Join) -> Waiting:
    order = max((one.order for one in draft.call.line.values()), default=0) + 1
    return Waiting(
        account=command.account,
        device=command.device,
        handle=command.handle,
        conn_id=command.conn_id,
        resume_digest=command.resume_digest,
        order=order,
        since_ms=draft.now_ms,
        beat_ms=draft.now_ms,
        role=command.role,
        is_alone=command.is_alone,
        gives_support=command.gives_support,
        licence_checked_at_ms=_still_counts(draft, command.licence_answered_at_ms),
        agreed_hash=command.agreement_hash,
    )


def _still_counts(draft: Draft, answered_ms: int | None) -> int | None:
    if answered_ms is None or draft.now_ms - answered_ms > LICENCE_ANSWER_MS:
        return None
    return answered_ms


def _come(draft: Draft, command: Join, who: Waiting) -> None:
    call = draft.call
    who = _with_role(draft, who)
    is_staff = who.role in STAFF_ROLES
    require_agreed(call, command.agreement_hash)
    if call.needs_screening and not (is_staff or command.is_screened):
        raise Forbidden("who leads the circle has to find that it fits")
    is_open = _finds_door_open(call, who)
    if not is_open and not call.kind.has_waiting_room:
        raise RoomLocked("nobody new comes in now")
    seats.free_number(draft, is_staff=is_staff)
    if call.kind.needs_agreement:
        draft.note(Act.AGREED, who.account, detail=command.agreement_hash or "")
    if is_open and not recording.must_agree(call, who.account):
        seats.take(draft, who)
        return
    if len(call.line) >= MAX_WAITING:
        raise CallFull("the line is as long as it gets")
    draft.change(empty_since_ms=None)
    stand_in_line(draft, who)


def _finds_door_open(call: Call, who: Waiting) -> bool:
    """Whether somebody may come in without being let in."""
    is_known = who.account in call.let_in
    if who.role in STAFF_ROLES:
        return True
    if call.kind.has_waiting_room:
        return is_known and not call.is_locked
    return is_known or not call.is_locked


def _knock_again(draft: Draft, before: Waiting, who: Waiting) -> None:
    """A reload keeps the place; so does a new device."""
    if before.conn_id != who.conn_id:
        require_agreed(draft.call, who.agreed_hash)
        seats.retire(draft, who.account, before.conn_id)
    again = msgspec.structs.replace(
        before,
        device=who.device,
        conn_id=who.conn_id,
        resume_digest=who.resume_digest,
        beat_ms=draft.now_ms,
        gives_support=who.gives_support,
        licence_checked_at_ms=who.licence_checked_at_ms,
    )
    draft.change(line={**draft.call.line, who.account: again})


def _let_in(draft: Draft, who: Waiting, by: AccountId) -> None:
    who = _with_role(draft, who)
    seats.free_number(draft, is_staff=who.role in STAFF_ROLES)
    draft.note(Act.ADMITTED, by, on=who.account)
    _seat(draft, who)


def _seat(draft: Draft, who: Waiting) -> None:
    _leave_line(draft, who)
    draft.push_staff("member.admitted", also=who.account, member=who.account)
    seats.take(draft, who)


def _with_role(draft: Draft, who: Waiting) -> Waiting:
    role = seats.granted(
        draft, who.role, is_licensed=who.licence_checked_at_ms is not None
    )
    return msgspec.structs.replace(who, role=role)


def _leave_line(draft: Draft, who: Waiting) -> None:
    line = dict(draft.call.line)
    del line[who.account]
    _move_line(draft, line)


def _move_line(draft: Draft, line: dict[AccountId, Waiting]) -> None:
    """The line is another; tell who is somewhere else in it now."""
    before = {one.member: one for one in line_view(draft.call)}
    draft.change(line=line)
    for one in line_view(draft.call):
        if before.get(one.member) != one:
            draft.push_staff("member.waited", also=one.member, waiting=one)


def _require_licensed_lead(draft: Draft) -> None:
    """Such a room takes people in only while somebody leads it who is licensed to."""
    call = draft.call
    if not call.kind.needs_licensed_lead:
        return
    lead = call.lead()
    if lead is None or not (lead.is_licensed and lead.is_leased):
        raise RoleRequired("a licensed lead has to be there first")
