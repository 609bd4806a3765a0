"""The one door: a call, a command and the time in; the next call and what to do out.

What is due by now takes its effect first, each at its own time, so a command never
meets a state that time has already ended. A refused command changes nothing at all: not
even that its connection was heard of, which the next beat says anyway. Whoever calls
this keeps the call, writes it down where it has to last, and then carries out the
effects in their order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import msgspec
from msgspec import Struct

from ..call_events import CallEndReason, LeaveReason, Topology
from ..errors import NoSeat, NotFound, NotNow, StaleConnection
from ..ids import AccountId, ClientId
from ..line_quality import worst
from . import (
    agenda,
    circle,
    ending,
    feeds,
    hosts,
    joining,
    keys,
    leases,
    moderation,
    recording,
    seats,
    signals,
)
from .commands import (
    Admit,
    AdvancePhase,
    AskedForHelp,
    Attach,
    Beat,
    ClaimScreen,
    Command,
    ConfirmKey,
    Declined,
    End,
    EngineKept,
    EngineReplaced,
    EpochPrepared,
    ExtendPhase,
    GiveConsent,
    HideAddresses,
    Hold,
    InviteUnmute,
    Join,
    Leave,
    LeaveElsewhere,
    Lock,
    LowerHand,
    MemberGone,
    Mute,
    OpenSide,
    PassPiece,
    PauseOwnFeed,
    PublishFeed,
    RaiseHand,
    ReleaseScreen,
    Remove,
    ReplaceLeg,
    RequestRecording,
    RestartPeer,
    Resume,
    RevokeScreen,
    Seated,
    SetRole,
    SetState,
    Signal,
    Spotlight,
    StartPiece,
    StartRecording,
    Stop,
    StopPiece,
    StopRecording,
    TimePassed,
    WithdrawConsent,
)
from .draft import Draft
from .effects import Act, Connection, Effect
from .model import EMPTY_MS, PAUSED_MS, RELEASE_MS, Call, Seat, Waiting
from .rights import Power

_Due = tuple[int, Callable[[Draft], None]]


class Decision(Struct, frozen=True):
    """What a command led to."""

    call: Call
    effects: tuple[Effect, ...]
    """To be carried out in this order, once the call is written down."""


def decide(call: Call, command: Command, now_ms: int) -> Decision:
    """What follows from a command at a time.

    Raises:
        SignalingError: the command is refused. What time had brought by now is not in
            it; it comes with the next decision, or with `TimePassed`.
    """
    draft = Draft(call, now_ms)
    pass_time(draft)
    if draft.call.end is not None:
        if not isinstance(command, _AFTER_THE_END):
            raise NotFound("the call is over")
        return Decision(draft.call, tuple(draft.effects))
    if isinstance(command, Seated):
        _heard(draft, command)
    _HANDLERS[type(command)](draft, command)
    joining.open_door(draft)
    hosts.look(draft, call)
    return Decision(draft.call, tuple(draft.effects))


def due_ms(call: Call) -> int | None:
    """When time brings the next thing; none if it brings nothing."""
    return min((at_ms for at_ms, _ in _dues(call)), default=None)


def pass_time(draft: Draft) -> None:
    """Everything that is due by now, in the order in which it fell due."""
    now_ms = draft.now_ms
    while True:
        first = min(_dues(draft.call), key=_at, default=None)
        if first is None or first[0] > now_ms:
            break
        draft.now_ms = first[0]
        first[1](draft)
        joining.open_door(draft)
    draft.now_ms = now_ms


def _at(due: _Due) -> int:
    return due[0]


def _dues(call: Call) -> Iterator[_Due]:
    if call.end is not None:
        return
    for seat in call.seats.values():
        yield leases.due_ms(seat), partial(leases.lapse, account=seat.account)
    for one in call.line.values():
        yield one.beat_ms + RELEASE_MS, partial(_line_lapses, account=one.account)
    for switch in call.prepared[:1]:
        due_ms = keys.due_ms(switch)
        yield due_ms, partial(keys.switch_to, transition=switch.transition)
    yield from _dues_of_the_room(call)
    yield from _dues_of_a_recording(call)


def _dues_of_the_room(call: Call) -> Iterator[_Due]:
    if call.paused_since_ms is not None:
        yield call.paused_since_ms + PAUSED_MS, _nobody_leads
    if call.empty_since_ms is not None:
        yield call.empty_since_ms + EMPTY_MS, _nobody_is_there
    for at_ms, scope, minutes in agenda.dues(call):
        yield at_ms, partial(agenda.announce, scope=scope, minutes=minutes)
    piece = call.piece
    if piece and piece.turn_ends_at_ms is not None and not piece.is_turn_told:
        yield piece.turn_ends_at_ms, circle.turn_is_over


def _dues_of_a_recording(call: Call) -> Iterator[_Due]:
    current = call.recording
    if current is None:
        return
    asked_until_ms = recording.asked_until_ms(current)
    if asked_until_ms is not None:
        yield asked_until_ms, _silence_is_a_no
    if current.confirm_by_ms is not None:
        yield current.confirm_by_ms, _recorder_goes_on


def _line_lapses(draft: Draft, account: AccountId) -> None:
    joining.give_up_place(draft, draft.call.line[account], LeaveReason.LEASE)


def _nobody_leads(draft: Draft) -> None:
    ending.end(draft, CallEndReason.NO_FACILITATOR)


def _nobody_is_there(draft: Draft) -> None:
    ending.end(draft, CallEndReason.EMPTY)


def _silence_is_a_no(draft: Draft) -> None:
    recording.time_is_up(draft)


def _recorder_goes_on(draft: Draft) -> None:
    """Whoever does not say that the recording has stopped hears nothing any more."""
    current = draft.call.recording
    seat = None if current is None else draft.call.seats.get(current.recorder)
    if seat is not None:
        draft.note(Act.REMOVED, None, on=seat.account, detail="recorder")
        seats.release(draft, seat, LeaveReason.REMOVED)


# --- what needs no file of its own ---


def _heard(draft: Draft, command: Seated) -> None:
    """A command of a connection counts as its beat, wherever it is."""
    if isinstance(command, Leave) and not _is_here(draft, command.account):
        return
    held = _held(draft, command.account, command.conn_id)
    if isinstance(held, Waiting):
        if not isinstance(command, _FROM_THE_LINE):
            raise NoSeat("no seat of this call is theirs")
        joining.heard_in_line(draft, held)
    elif not isinstance(command, Leave):
        # Whoever goes does not come back first.
        seats.heard(draft, held)


def _is_here(draft: Draft, account: AccountId) -> bool:
    return account in draft.call.seats or account in draft.call.line


def _held(draft: Draft, account: AccountId, conn_id: ClientId) -> Seat | Waiting:
    who = draft.call.line.get(account)
    if who is None:
        return draft.require_seat(account, conn_id)
    if who.conn_id != conn_id:
        raise StaleConnection("another connection of the account waits")
    return who


def _nothing_more(draft: Draft, command: object) -> None:
    """Time has passed, and the connection was heard: that is all."""


def _leave(draft: Draft, command: Leave) -> None:
    who = draft.call.line.get(command.account)
    if who is not None:
        joining.give_up_place(draft, who, LeaveReason.LEFT)
    elif command.account in draft.call.seats:
        seats.release(draft, draft.seat(command.account), LeaveReason.LEFT)


def _leave_elsewhere(draft: Draft, event: LeaveElsewhere) -> None:
    """Whoever sat there is told as if they were replaced, and so stays away."""
    seat = draft.call.seats.get(event.account)
    who = draft.call.line.get(event.account)
    if seat is not None:
        told = Connection(seat.account, seat.conn_id)
        draft.push(told, "seat.replaced", conn_epoch=seat.conn_epoch + 1)
        seats.release(draft, seat, LeaveReason.LEFT)
    elif who is not None:
        joining.give_up_place(draft, who, LeaveReason.LEFT)


def _end(draft: Draft, command: End) -> None:
    seat = draft.require_power(command.account, command.conn_id, Power.END)
    draft.note(Act.ENDED, seat.account)
    ending.end(draft, CallEndReason.ENDED)


def _stop(draft: Draft, event: Stop) -> None:
    ending.end(draft, event.reason)


def _declined(draft: Draft, event: Declined) -> None:
    """Told to all; between two there is nobody left to wait for."""
    call = draft.call
    if event.account in call.seats:
        raise NotNow("they are in the call")
    draft.push_all("call.declined", member=event.account)
    if call.capacity + call.kind.staff_seats <= 2:
        ending.end(draft, CallEndReason.DECLINED)


def _hide_addresses(draft: Draft, event: HideAddresses) -> None:
    """From now on only relayed candidates; a forwarder hides addresses as it is.

    Who is connected already has given theirs away, and goes on.
    """
    if draft.call.route.topology is not Topology.SFU:
        route = msgspec.structs.replace(draft.call.route, is_relayed=True)
        draft.change(route=route)


def _member_gone(draft: Draft, event: MemberGone) -> None:
    """Out of the conversation is out of the call, at once."""
    seat = draft.call.seats.get(event.account)
    who = draft.call.line.get(event.account)
    if event.device is None:
        draft.change(barred=draft.call.barred | {event.account})
    if seat is not None and event.device in (None, seat.device):
        seats.release(draft, seat, LeaveReason.REMOVED)
    if who is not None and event.device in (None, who.device):
        joining.give_up_place(draft, who, LeaveReason.REMOVED)


def _asked_for_help(draft: Draft, event: AskedForHelp) -> None:
    """They are `away` in the same decision; the circle learns nothing else.

    In every phase, in a room that is locked or paused, and whatever the media does.
    """
    seat = draft.call.seats.get(event.account)
    if seat is None:
        return
    is_flagged = seat.is_flagged or event.tells_staff
    draft.change_seat(event.account, is_stepped_out=True, is_flagged=is_flagged)
    if is_flagged and not seat.is_flagged:
        draft.push_staff("member.flagged", member=event.account)


def _set_state(draft: Draft, command: SetState) -> None:
    """What one's own tile shows. Turning off always works, and turning on under a hard
    mute changes nothing until they were invited to speak."""
    seat = draft.require_seat(command.account, command.conn_id)
    steps_out = seat.is_stepped_out if command.is_away is None else command.is_away
    is_muted = command.is_muted or seat.account in draft.call.silenced
    draft.change_seat(
        seat.account,
        is_muted=is_muted,
        has_camera=command.has_camera,
        quality=command.quality,
        is_stepped_out=steps_out,
        is_flagged=seat.is_flagged and steps_out,
    )
    if not is_muted:
        feeds.hold_main(draft, seat.account, is_held=False)
    draft.change(
        worst_loss=worst((draft.call.worst_loss, command.loss)),
        worst_rtt=worst((draft.call.worst_rtt, command.rtt)),
    )


_FROM_THE_LINE = (Beat, Leave, GiveConsent, WithdrawConsent)
_AFTER_THE_END = (
    TimePassed,
    AskedForHelp,
    Stop,
    MemberGone,
    EpochPrepared,
    HideAddresses,
)
"""Not refused: nobody asked for them in this call, or for this call."""

_HANDLERS: dict[type, Callable[[Draft, Any], None]] = {
    Join: joining.join,
    Resume: joining.resume,
    TimePassed: _nothing_more,
    EpochPrepared: keys.prepared,
    EngineReplaced: feeds.engine_replaced,
    EngineKept: feeds.engine_kept,
    MemberGone: _member_gone,
    Declined: _declined,
    HideAddresses: _hide_addresses,
    Stop: _stop,
    AskedForHelp: _asked_for_help,
    Beat: _nothing_more,
    Leave: _leave,
    LeaveElsewhere: _leave_elsewhere,
    End: _end,
    Attach: moderation.attach,
    SetState: _set_state,
    Signal: signals.send,
    RestartPeer: signals.restart,
    ConfirmKey: keys.confirmed,
    PublishFeed: feeds.publish,
    PauseOwnFeed: feeds.pause,
    ReplaceLeg: feeds.replace_leg,
    Admit: joining.admit,
    Hold: moderation.hold,
    Remove: moderation.remove,
    Mute: moderation.mute,
    InviteUnmute: moderation.invite_unmute,
    SetRole: moderation.set_role,
    Lock: moderation.lock,
    Spotlight: circle.spotlight,
    ClaimScreen: circle.claim_screen,
    ReleaseScreen: circle.release_screen,
    RevokeScreen: circle.revoke_screen,
    RaiseHand: circle.raise_hand,
    LowerHand: circle.lower_hand,
    AdvancePhase: agenda.advance,
    ExtendPhase: agenda.extend,
    StartPiece: circle.start_piece,
    PassPiece: circle.pass_piece,
    StopPiece: circle.stop_piece,
    OpenSide: circle.may_open_side,
    RequestRecording: recording.request,
    GiveConsent: recording.consent,
    WithdrawConsent: recording.withdraw,
    StartRecording: recording.start,
    StopRecording: recording.stop,
}
