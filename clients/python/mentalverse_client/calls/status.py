"""What is shown of a call that goes on."""

from __future__ import annotations

from dataclasses import dataclass

from mentalverse_signaling.roster_events import Roster

from .key_ring import KeyRing
from .sinks import Sink


@dataclass(frozen=True, slots=True)
class CallStatus:
    """How a call stands, for people to look at."""

    seats: int
    connected: int
    """Connections with a path: to others, or to the forwarder."""
    expected: int
    decoded: int
    """Frames of others, so far."""
    dropped: int
    """Frames that did not open, so far."""
    epoch: int
    is_online: bool


def status_of(
    roster: Roster | None,
    paths: list[bool],
    sink: Sink,
    ring: KeyRing,
    *,
    is_online: bool,
) -> CallStatus:
    """How a call stands; `paths`: of each connection whether it has one."""
    return CallStatus(
        seats=0 if roster is None else len(roster.members),
        connected=sum(paths),
        expected=len(paths),
        decoded=sink.decoded.total(),
        dropped=ring.drops().total(),
        epoch=ring.sending,
        is_online=is_online,
    )
