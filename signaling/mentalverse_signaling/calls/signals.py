"""Sealed words from one device to another, and the numbers of their connections.

The server sees from whom, to whom, which PeerConnection of the two it is about
(`pc_gen`) and how long it is: also where an engine carries the media, since captions go
this way, too. Both hold seats. A word about a PeerConnection that has
been replaced is refused: acted on, it would tear down the newer one.
"""

from __future__ import annotations

from ..errors import BadRequest, RateLimited, StalePcGen
from ..ids import DeviceId
from ..quota import Rate, full, take
from .commands import RestartPeer, Signal
from .draft import Draft
from .model import Pair, Seat

SIGNALS = Rate(rate_per_second=10, burst=40)
"""From one device to one other: the candidates of two restarts at once."""


def send(draft: Draft, command: Signal) -> None:
    """Pass a sealed signal on."""
    seat = draft.require_seat(command.account, command.conn_id)
    other = _other(draft, seat, command.to)
    _use(draft, seat, other, command.pc_gen)
    draft.push_member(
        other.account,
        "signal.sent",
        member=seat.account,
        device=seat.device,
        conn_epoch=seat.conn_epoch,
        pc_gen=command.pc_gen,
        sealed=command.sealed,
    )


def restart(draft: Draft, command: RestartPeer) -> None:
    """A path is being made anew; the engine's own is only counted."""
    seat = draft.require_seat(command.account, command.conn_id)
    if command.peer is None:
        return
    other = _other(draft, seat, command.peer)
    _use(draft, seat, other, command.pc_gen)
    draft.push_member(
        other.account,
        "peer.restarted",
        member=seat.account,
        device=seat.device,
        conn_epoch=seat.conn_epoch,
        pc_gen=command.pc_gen,
        reason=command.reason,
    )


def _other(draft: Draft, seat: Seat, device: DeviceId) -> Seat:
    other = draft.seat_of(device)
    if other.account == seat.account:
        raise BadRequest("nobody signals to themselves")
    return other


def _use(draft: Draft, seat: Seat, other: Seat, pc_gen: int) -> None:
    """One more signal; the generation belongs to the two, the rate to one of them."""
    pairs = draft.call.pairs
    there = f"{seat.conn_epoch}>{other.conn_epoch}"
    back = f"{other.conn_epoch}>{seat.conn_epoch}"
    newest = max(
        (pairs[key].pc_gen for key in (there, back) if key in pairs), default=1
    )
    if pc_gen < newest:
        raise StalePcGen("a newer connection between the two has begun")
    at_seconds = (draft.now_ms - draft.call.opened_at_ms) / 1000
    bucket = pairs[there].bucket if there in pairs else full(SIGNALS, at_seconds)
    bucket, wait_ms = take(SIGNALS, bucket, at_seconds)
    if wait_ms is not None:
        raise RateLimited("too many signals to one device", wait_ms)
    draft.change(pairs={**pairs, there: Pair(pc_gen, bucket)})
