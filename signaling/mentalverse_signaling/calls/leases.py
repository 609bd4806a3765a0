"""Seats are leases: what the lack of a beat brings, and when.

| No beat for | Presence       | What else                                        |
|-------------|----------------|--------------------------------------------------|
| 0           | `on`           |                                                  |
| 4 s         | `reconnecting` |                                                  |
| 10 s        | `away`         | the lease is over: succession, attendance, keys  |
| 60 s        | –              | the seat is free; the group and the engine know  |

Losing a socket ends nothing, since media does not go through it. Removal is no matter
of leases: it is immediate.
"""

from __future__ import annotations

import msgspec

from ..call_events import LeaveReason, Presence
from ..ids import AccountId
from . import attendance, keys, recording, seats, succession
from .draft import Draft
from .model import LEASE_MS, RECONNECTING_MS, RELEASE_MS, Call, Seat

SEQ_OF_A_RESTART = 1 << 20
"""Pushes that changed no row may be lost with a restart. Going on far above them makes
every client see a gap, and read the roster."""


def due_ms(seat: Seat) -> int:
    """When the lack of a beat brings the next thing."""
    after_ms = {
        Presence.ON: RECONNECTING_MS,
        Presence.RECONNECTING: LEASE_MS,
        Presence.AWAY: RELEASE_MS,
    }
    return seat.beat_ms + after_ms[seat.presence]


def lapse(draft: Draft, account: AccountId) -> None:
    """The next thing has come."""
    seat = draft.call.seats[account]
    if seat.presence is Presence.AWAY:
        seats.release(draft, seat, LeaveReason.LEASE)
    elif seat.presence is Presence.ON:
        draft.change_seat(account, presence=Presence.RECONNECTING)
    else:
        attendance.close(draft, seat)
        draft.change_seat(account, presence=Presence.AWAY, leased_since_ms=None)
        recording.lose_recorder(draft, account, is_kicked=False)
        keys.look(draft)
        succession.settle(draft)


def revive(call: Call, now_ms: int) -> Call:
    """The call after a restart of the server: as its rows say, with fresh leases.

    Whoever was there has ten seconds to be heard again. What was memory is gone and
    comes back with the clients' next words: mute, camera, hands, the piece. Feeds, and
    who presents, the engine knows (`EngineKept`). Media has not noticed anything.
    """
    return msgspec.structs.replace(
        call,
        seq=call.seq + SEQ_OF_A_RESTART,
        seats={
            account: msgspec.structs.replace(
                seat,
                beat_ms=now_ms,
                presence=Presence.ON if seat.is_leased else Presence.AWAY,
                is_muted=True,
                has_camera=False,
            )
            for account, seat in call.seats.items()
        },
        line={
            account: msgspec.structs.replace(one, beat_ms=now_ms)
            for account, one in call.line.items()
        },
        hands=(),
        piece=None,
        spotlight=None,
        presenter=None,
        feeds={},
        pairs={},
    )
