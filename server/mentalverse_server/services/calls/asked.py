"""From the payload of a command to what the rules take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mentalverse_signaling import call_events as c
from mentalverse_signaling import circle_events as r
from mentalverse_signaling import recording_events as rec
from mentalverse_signaling.calls import commands as do
from mentalverse_signaling.ids import AccountId, ClientId

Seat = tuple[AccountId, ClientId]
"""Who asks, and from which connection."""


def _of(seat: Seat) -> dict[str, Any]:
    return {"account": seat[0], "conn_id": seat[1]}


ASKED: Mapping[str, Callable[[Seat, Any], do.Seated]] = {
    "call.beat": lambda s, p: do.Beat(**_of(s)),
    "call.leave": lambda s, p: do.Leave(**_of(s)),
    "call.end": lambda s, p: do.End(**_of(s)),
    "state.set": lambda s, p: _state(s, p),
    "signal.send": lambda s, p: _signal(s, p),
    "peer.restart": lambda s, p: _restart(s, p),
    "key.confirm": lambda s, p: do.ConfirmKey(
        **_of(s), epoch=p.epoch, transition=p.transition
    ),
    "seat.admit": lambda s, p: do.Admit(**_of(s), member=p.member),
    "seat.hold": lambda s, p: do.Hold(**_of(s), member=p.member),
    "seat.remove": lambda s, p: do.Remove(**_of(s), member=p.member, reason=p.reason),
    "seat.mute": lambda s, p: do.Mute(**_of(s), member=p.member, is_hard=p.hard),
    "seat.invite_unmute": lambda s, p: do.InviteUnmute(**_of(s), member=p.member),
    "seat.set_role": lambda s, p: do.SetRole(**_of(s), member=p.member, role=p.role),
    "room.lock": lambda s, p: do.Lock(**_of(s), is_locked=True),
    "room.unlock": lambda s, p: do.Lock(**_of(s), is_locked=False),
    "room.spotlight": lambda s, p: do.Spotlight(**_of(s), member=p.member),
    "screen.claim": lambda s, p: do.ClaimScreen(**_of(s)),
    "screen.release": lambda s, p: do.ReleaseScreen(**_of(s)),
    "screen.revoke": lambda s, p: do.RevokeScreen(**_of(s)),
    "hand.raise": lambda s, p: do.RaiseHand(**_of(s)),
    "hand.lower": lambda s, p: do.LowerHand(**_of(s), member=p.member),
    "phase.advance": lambda s, p: do.AdvancePhase(
        **_of(s), index=p.index, minutes=p.minutes
    ),
    "phase.extend": lambda s, p: do.ExtendPhase(
        **_of(s), index=p.index, minutes=p.minutes
    ),
    "piece.start": lambda s, p: _piece(s, p),
    "piece.pass": lambda s, p: do.PassPiece(**_of(s), turn=p.turn),
    "piece.stop": lambda s, p: do.StopPiece(**_of(s)),
    "recording.request": lambda s, p: _request(s, p),
    "recording.withdraw": lambda s, p: do.WithdrawConsent(**_of(s), request=p.request),
    "recording.start": lambda s, p: do.StartRecording(**_of(s), request=p.request),
    "recording.stop": lambda s, p: do.StopRecording(**_of(s), request=p.request),
}
"""Commands that the rules decide on as they are, by the name of the event."""


def _state(seat: Seat, p: c.StateSet) -> do.SetState:
    return do.SetState(
        **_of(seat),
        is_muted=p.muted,
        has_camera=p.camera,
        quality=p.quality,
        is_away=p.away,
        loss=p.loss_percent,
        rtt=p.rtt_ms,
    )


def _signal(seat: Seat, p: c.SignalSend) -> do.Signal:
    return do.Signal(**_of(seat), to=p.to, pc_gen=p.pc_gen, sealed=p.sealed)


def _restart(seat: Seat, p: c.PeerRestart) -> do.RestartPeer:
    return do.RestartPeer(**_of(seat), peer=p.peer, reason=p.reason, pc_gen=p.pc_gen)


def _piece(seat: Seat, p: r.PieceStart) -> do.StartPiece:
    return do.StartPiece(**_of(seat), order=p.order, turn_seconds=p.turn_seconds)


def _request(seat: Seat, p: rec.RecordingRequest) -> do.RequestRecording:
    return do.RequestRecording(
        **_of(seat),
        request=p.request,
        purpose=p.purpose,
        text_hash=p.text_hash,
        on_withdraw=p.on_withdraw,
        receivers=p.receivers,
        recorder=p.recorder,
    )
