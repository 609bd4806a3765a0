"""What is shown of a call that goes on."""

from __future__ import annotations

from dataclasses import dataclass


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
