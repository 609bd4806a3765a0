"""What whoever leads may do to the room and to others in it; each act is noted.

Nothing here ever turns a microphone or a camera on. A hard mute makes silence in the
engine until its sender unmutes again, which they can only after being invited to, also
if they left and came back; where no engine is in between, it can only ask.
"""

from __future__ import annotations

import msgspec

from ..call_events import CallRole, LeaveReason, Topology
from ..errors import NotNow, RoleRequired
from ..ids import AccountId
from . import feeds, hosts, joining, seats, succession
from .commands import Attach, Hold, InviteUnmute, Lock, Mute, Remove, SetRole
from .draft import Draft
from .effects import Act
from .model import Seat, Waiting
from .rights import STAFF_ROLES, Power, require_over
from .views import roster_member


def hold(draft: Draft, command: Hold) -> None:
    """Move somebody back to the waiting room, first in the line."""
    actor = draft.require_power(command.account, command.conn_id, Power.HOLD)
    if command.member in draft.call.line:
        draft.change(let_in=draft.call.let_in - {command.member})
        return
    seat = _over(draft, actor, command.member)
    if not draft.call.kind.has_waiting_room or seat.is_staff:
        raise NotNow("they have no waiting room to go to")
    draft.note(Act.HELD, actor.account, on=seat.account)
    first = min((one.order for one in draft.call.line.values()), default=1) - 1
    draft.change(let_in=draft.call.let_in - {seat.account})
    seats.release(draft, seat, LeaveReason.HELD)
    # Their page goes on with the same connection, in the line.
    _keep_connection(draft, seat)
    joining.stand_in_line(
        draft,
        Waiting(
            account=seat.account,
            device=seat.device,
            handle=seat.handle,
            conn_id=seat.conn_id,
            resume_digest=seat.resume_digest,
            order=first,
            since_ms=draft.now_ms,
            beat_ms=draft.now_ms,
            role=CallRole.PARTICIPANT,
            gives_support=seat.gives_support,
            licence_checked_at_ms=seat.licence_checked_at_ms,
            agreed_hash=seat.agreed_hash,
        ),
    )


def remove(draft: Draft, command: Remove) -> None:
    """Put somebody out of the call, or out of its line, for as long as it lives."""
    actor = draft.require_power(command.account, command.conn_id, Power.REMOVE)
    member = command.member
    if member in draft.call.barred:
        return
    who = draft.call.line.get(member)
    if who is None:
        seat = _over(draft, actor, member)
    draft.change(barred=draft.call.barred | {member})
    draft.note(Act.REMOVED, actor.account, on=member, reason=command.reason)
    if who is None:
        seats.release(draft, seat, LeaveReason.REMOVED)
    else:
        joining.give_up_place(draft, who, LeaveReason.REMOVED)


def mute(draft: Draft, command: Mute) -> None:
    """Ask for silence, or make it."""
    actor = draft.require_power(command.account, command.conn_id, Power.MUTE)
    seat = draft.seat(command.member)
    is_held = command.is_hard and draft.call.route.topology is Topology.SFU
    if is_held:
        _over(draft, actor, seat.account)
        feeds.hold_main(draft, seat.account, is_held=True)
        _silence(draft, seat, is_held=True)
    draft.note(Act.MUTED, actor.account, on=seat.account)
    draft.push_member(seat.account, "seat.muted", is_held=is_held)


def invite_unmute(draft: Draft, command: InviteUnmute) -> None:
    """Ask somebody to speak; they turn on what they wish to."""
    actor = draft.require_power(command.account, command.conn_id, Power.INVITE_UNMUTE)
    seat = draft.seat(command.member)
    _silence(draft, seat, is_held=False)
    draft.note(Act.INVITED, actor.account, on=seat.account)
    draft.push_member(seat.account, "seat.unmute_invited")


def set_role(draft: Draft, command: SetRole) -> None:
    """Give somebody a role; on another side of the room they need a free seat there."""
    actor = draft.require_power(command.account, command.conn_id, Power.SET_ROLE)
    seat = draft.seat(command.member)
    role = command.role
    if seat.role is role:
        return
    _require_grantable(draft, actor, seat, role)
    number = seat.number
    if (role in STAFF_ROLES) != seat.is_staff:
        number = seats.free_number(draft, is_staff=role in STAFF_ROLES)
    if role is CallRole.FACILITATOR:
        _give(draft, actor, actor, CallRole.CO_FACILITATOR, actor.number)
    if role is CallRole.LEADER:
        for other in draft.call.in_order():
            if other.role is CallRole.LEADER:
                _give(draft, actor, other, CallRole.PARTICIPANT, other.number)
    _give(draft, actor, seat, role, number)
    succession.settle(draft)


def lock(draft: Draft, command: Lock) -> None:
    """Lock the room, or unlock it."""
    actor = draft.require_power(command.account, command.conn_id, Power.LOCK)
    if draft.call.is_locked == command.is_locked:
        return
    if draft.call.paused_since_ms is not None:
        raise NotNow("the room opens when somebody leads it again")
    draft.change(is_locked=command.is_locked)
    draft.push_all("room.locked" if command.is_locked else "room.unlocked")
    draft.note(Act.LOCKED if command.is_locked else Act.UNLOCKED, actor.account)


def attach(draft: Draft, command: Attach) -> None:
    """Name the group that keys the frames; another one only if it was made anew."""
    draft.require_power(command.account, command.conn_id, Power.ATTACH)
    if not draft.call.has_own_group:
        raise NotNow("the conversation's own group keys this call")
    if draft.call.group != command.group:
        draft.change(group=command.group, epoch=0, switched=0, prepared=())
        draft.push_all("call.attached", conversation=command.group)


def _over(draft: Draft, actor: Seat, member: AccountId) -> Seat:
    """The seat of somebody whom the actor may act on."""
    seat = draft.seat(member)
    if member == actor.account:
        raise NotNow("nobody does that to themselves")
    require_over(actor.role, seat.role)
    return seat


def _require_grantable(draft: Draft, actor: Seat, seat: Seat, role: CallRole) -> None:
    """Whoever leads gives the roles of staff; whoever helps gives the others."""
    is_of_staff = role in STAFF_ROLES or seat.is_staff
    if is_of_staff and actor.role is not CallRole.FACILITATOR:
        raise RoleRequired("whoever leads the room gives the roles of its staff")
    if seat.role is CallRole.FACILITATOR:
        raise NotNow("the room is handed over, not left")
    if role is CallRole.FACILITATOR and seat.role is not CallRole.CO_FACILITATOR:
        raise NotNow("the room is handed over to who helps to lead it")
    if role is CallRole.FACILITATOR and not hosts.may_be_lead(
        draft.call, is_licensed=seat.is_licensed
    ):
        raise RoleRequired("this kind of session is led by who is licensed to")


def _give(draft: Draft, actor: Seat, seat: Seat, role: CallRole, number: int) -> None:
    draft.change_seat(seat.account, role=role, number=number)
    draft.note(Act.ROLE_SET, actor.account, on=seat.account, role=role)


def _keep_connection(draft: Draft, seat: Seat) -> None:
    old = draft.call.old_conns
    known = tuple(one for one in old[seat.account] if one != seat.conn_id)
    draft.change(old_conns={**old, seat.account: known})


def _silence(draft: Draft, seat: Seat, *, is_held: bool) -> None:
    """Hold them mute, or let them turn on again what they wish to."""
    shown = roster_member(draft.call, seat)
    others = draft.call.silenced - {seat.account}
    draft.change(silenced=others | {seat.account} if is_held else others)
    if is_held:
        draft.put_seat(msgspec.structs.replace(seat, is_muted=True))
    draft.show(seat.account, shown)
