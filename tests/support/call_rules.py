"""Who may do what in a call, said once more and by itself for the laws to compare."""

from __future__ import annotations

from typing import Any

from mentalverse_signaling.call_events import CallRole
from mentalverse_signaling.calls import commands as c
from mentalverse_signaling.calls.model import Call

LEAD = frozenset({CallRole.FACILITATOR})
STAFF = LEAD | {CallRole.CO_FACILITATOR}
GUIDES = STAFF | {CallRole.LEADER}
SEATED_AS_STAFF = STAFF | {CallRole.OBSERVER}

OF_A_LED_ROOM: dict[type, frozenset[CallRole]] = {
    c.Admit: STAFF,
    c.Hold: STAFF,
    c.Remove: STAFF,
    c.Mute: STAFF,
    c.InviteUnmute: STAFF,
    c.SetRole: STAFF,
    c.Lock: STAFF,
    c.Spotlight: STAFF,
    c.RevokeScreen: STAFF,
    c.OpenSide: STAFF,
    c.Attach: STAFF,
    c.RequestRecording: STAFF,
    c.StopRecording: STAFF,
    c.End: LEAD,
    c.AdvancePhase: GUIDES,
    c.ExtendPhase: GUIDES,
    c.StartPiece: GUIDES,
    c.StopPiece: GUIDES,
    c.PassPiece: GUIDES,
    c.LowerHand: GUIDES,
}
OF_PEERS = frozenset({c.RequestRecording, c.StopRecording})


def needs_power(call: Call, command: Any) -> bool:
    """Whether this is more than what everybody may do with their own."""
    who = command.account
    if isinstance(command, c.LowerHand):
        return command.member not in (None, who)
    if isinstance(command, c.PassPiece):
        piece = call.piece
        is_late = piece and who in piece.order and command.turn != piece.turn
        return piece is None or not (is_late or piece.holder == who)
    if isinstance(command, c.StopRecording):
        return call.recording is None or call.recording.recorder != who
    return type(command) in OF_A_LED_ROOM


def is_allowed(call: Call, command: Any) -> bool:
    """Whether whoever has the seat may do that, as far as their role goes."""
    if not needs_power(call, command):
        return True
    if call.kind.is_led:
        role = call.seats[command.account].role
        return role in OF_A_LED_ROOM[type(command)]
    is_small_end = isinstance(command, c.End) and len(call.seats) <= 2
    return type(command) in OF_PEERS or is_small_end


def is_always_possible(call: Call, command: Any) -> bool:
    """What nobody is ever refused who holds the seat."""
    who = command.account
    if isinstance(command, (c.Beat, c.Leave, c.SetState, c.RaiseHand, c.ReleaseScreen)):
        return True
    if isinstance(command, c.LowerHand):
        return command.member in (None, who)
    if isinstance(command, c.PassPiece):
        return call.piece is not None and call.piece.holder == who
    if isinstance(command, c.WithdrawConsent):
        return call.recording is not None and call.recording.id == command.request
    return False
