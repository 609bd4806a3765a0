"""All of a call as it is now, for one reader: the answer to a join or to a gap."""

from __future__ import annotations

from ..ids import AccountId
from ..roster_events import Roster
from .model import PAUSED_MS, Call
from .views import (
    call_view,
    feed_view,
    line_view,
    phase_view,
    piece_view,
    recording_view,
    roster_member,
)


def snapshot(call: Call, reader: AccountId, now_ms: int) -> Roster:
    """The roster of a call; who waits and who asked for help is for who leads alone."""
    seat = call.seats.get(reader)
    leads = seat is not None and seat.leads and call.kind.is_led
    newest = call.prepared[-1] if call.prepared else None
    epoch, transition = call.epoch, call.switched
    if newest is not None:
        epoch, transition = newest.epoch, newest.transition
    flagged = [one.account for one in call.in_order() if one.is_flagged]
    paused_ms = call.paused_since_ms
    return Roster(
        call=call.id,
        seq=call.seq,
        now=now_ms,
        view=call_view(call),
        group=call.group,
        members=tuple(roster_member(call, one) for one in call.in_order()),
        waiting=line_view(call) if leads else (),
        is_locked=call.is_locked,
        paused_until=None if paused_ms is None else paused_ms + PAUSED_MS,
        feeds=tuple(feed_view(feed) for feed in call.feeds.values()),
        hands=call.hands,
        phase=None if call.phase is None else phase_view(call.phase),
        piece=None if call.piece is None else piece_view(call.piece),
        spotlight=call.spotlight,
        presenter=call.presenter,
        recording=(
            None if call.recording is None else recording_view(call, call.recording)
        ),
        flagged=tuple(flagged) if leads else (),
        key_epoch=epoch if transition else None,
        key_transition=transition,
    )
