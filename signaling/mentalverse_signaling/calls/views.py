"""How what is in a call looks on the wire."""

from __future__ import annotations

from ..call_events import CallView, RosterMember, Standing, WaitingMember
from ..circle_events import PhaseView, PieceView
from ..feed_events import FeedView
from ..recording_events import (
    ASK_SECONDS,
    ConsentView,
    RecordingState,
    RecordingView,
)
from .model import Call, Feed, Phase, Piece, Recording, Seat, Waiting


def roster_member(call: Call, seat: Seat) -> RosterMember:
    """Somebody on a seat, as everybody sees them."""
    recording = call.recording
    return RosterMember(
        member=seat.account,
        device=seat.device,
        handle=seat.handle,
        seat_no=seat.number,
        role=seat.role,
        conn_epoch=seat.conn_epoch,
        presence=seat.shown,
        joined_at=seat.joined_at_ms,
        muted=seat.is_muted,
        camera=seat.has_camera,
        quality=seat.quality,
        is_held_mute=seat.account in call.silenced,
        is_recorder=(
            recording is not None
            and recording.state is RecordingState.RECORDING
            and recording.recorder == seat.account
        ),
        standing=(vouched := standing(call, seat)),
        licence_checked_at=(
            seat.licence_checked_at_ms if vouched is Standing.LICENSED else None
        ),
    )


def standing(call: Call, seat: Seat) -> Standing:
    """What is vouched for of somebody: where somebody leads, of those who do."""
    if call.kind.is_led and not seat.leads:
        return Standing.NONE
    if seat.is_licensed:
        return Standing.LICENSED
    return Standing.PEER if seat.gives_support else Standing.NONE


def waiting_member(one: Waiting, place: int) -> WaitingMember:
    """Somebody in the line, as those who lead see them; `place` counts from 1."""
    return WaitingMember(
        member=one.account,
        handle=one.handle,
        since=one.since_ms,
        place=place,
        alone=one.is_alone,
    )


def line_view(call: Call) -> tuple[WaitingMember, ...]:
    """The whole line, in order."""
    return tuple(
        waiting_member(one, place) for place, one in enumerate(call.in_line(), 1)
    )


def feed_view(feed: Feed) -> FeedView:
    """A feed that can be subscribed to."""
    return FeedView(
        feed=feed.id,
        member=feed.account,
        device=feed.device,
        label=feed.label,
        paused=feed.is_paused or feed.is_held,
    )


def phase_view(phase: Phase) -> PhaseView:
    """Where the agenda is."""
    return PhaseView(
        index=phase.index,
        phase=phase.phase,
        started_at=phase.began_at_ms,
        ends_at=phase.ends_at_ms,
    )


def piece_view(piece: Piece) -> PieceView:
    """Who has the talking piece."""
    return PieceView(
        order=piece.order,
        position=piece.at,
        holder=piece.holder,
        turn=piece.turn,
        turn_ends_at=piece.turn_ends_at_ms,
    )


def recording_view(call: Call, recording: Recording) -> RecordingView:
    """A recording, with who has agreed and who has not."""
    consents = sorted(recording.consents.values(), key=lambda one: one.account)
    return RecordingView(
        request=recording.id,
        state=recording.state,
        purpose=recording.purpose,
        text_hash=recording.text_hash,
        on_withdraw=recording.on_withdraw,
        receivers=recording.receivers,
        recorder=recording.recorder_device,
        requested_by=recording.requested_by,
        requested_at=recording.requested_at_ms,
        asked_until=recording.requested_at_ms + ASK_SECONDS * 1000,
        consents=tuple(
            ConsentView(
                member=one.account,
                device=one.device,
                at=one.at_ms,
                signature=one.signature,
            )
            for one in consents
        ),
        missing=tuple(
            seat.account
            for seat in call.in_order()
            if seat.account not in recording.consents
        ),
        started_at=recording.started_at_ms,
        stopped_at=recording.stopped_at_ms,
    )


def call_view(call: Call) -> CallView:
    """The call, as anybody in its conversation may see it."""
    hashes = call.agreement_hashes
    return CallView(
        call=call.id,
        conversation=call.conversation,
        conversation_kind=call.conversation_kind,
        kind=call.kind.id,
        media=call.route.media,
        topology=call.route.topology,
        relay=call.route.is_relayed,
        started_by=call.started_by,
        started_at=call.opened_at_ms,
        seats=call.capacity + call.kind.staff_seats,
        taken=len(call.seats),
        session=call.session,
        planned_minutes=call.planned_minutes,
        has_waiting_room=call.kind.has_waiting_room,
        agreement=hashes[0] if hashes else None,
    )
