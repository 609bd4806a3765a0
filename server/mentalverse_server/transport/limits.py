"""Every number the transport enforces, its counters, and its close codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from mentalverse_signaling.envelope import MAX_FRAME_BYTES
from mentalverse_signaling.quota import RATES, Lane, Rate

SOCKET_PATH = "/socket.io/"


class CloseCode(IntEnum):
    """WebSocket close codes this server sends (RFC 6455 §7.4.1 and its registry)."""

    NORMAL = 1000
    """The client said that it leaves."""
    POLICY = 1008
    """Malformed frames, no valid sign-in, signed out, or a flood."""
    TOO_LARGE = 1009
    INTERNAL = 1011
    RESTART = 1012
    """The server is going down: reconnect, later and elsewhere."""


@dataclass(frozen=True, slots=True)
class TransportLimits:
    """Bounds on what one connection, one address and one server may hold."""

    max_frame_bytes: int = MAX_FRAME_BYTES
    max_mailbox_items: int = 64
    """Calls that wait for their turn on one connection; the next is `overloaded`."""
    max_mailbox_bytes: int = 512 * 1024
    max_help_items: int = 4
    """Different calls for help that wait on one connection, besides the one that runs
    and beside all other calls; the same one again takes no place."""
    max_help_bytes: int = 8 * 1024
    """Of the payload of one of them."""
    help_deadline_seconds: float = 5.0
    """From the arrival of a call for help to its answer."""
    max_hot_in_flight: int = 16
    """Hot calls of one connection that wait for their commit at the same time."""
    max_send_queue_packets: int = 200
    max_send_queue_bytes: int = 1024 * 1024
    """A reader that lets more than this pile up is disconnected."""
    congested_packets: int = 50
    congested_bytes: int = 64 * 1024
    """Above either a connection is sent hints instead of rows."""
    send_stall_seconds: float = 10.0
    """A reader that takes nothing for this long is disconnected."""
    call_deadline_seconds: float = 10.0
    authentication_seconds: float = 5.0
    """From accept to a valid sign-in."""
    max_unauthenticated_per_address: int = 20
    max_connections_per_address: int = 1_000
    max_connections_per_device: int = 4
    """One more closes the oldest: a reconnect must not wait for a dead socket."""
    connects: Rate = Rate(rate_per_second=100, burst=200)
    """New connections the whole server accepts; the rest get 503."""
    ping_interval_seconds: float = 25.0
    ping_timeout_seconds: float = 20.0
    close_seconds: float = 2.0
    """From our close frame to the end of the TCP connection, answered or not."""
    rates: Mapping[Lane, Rate] = field(default_factory=lambda: dict(RATES))
    refusals: Rate = Rate(rate_per_second=50, burst=1000)
    """Refused calls of one connection before it is closed as a flood."""
    retry_after_ms: int = 1000
    """What a caller of a full mailbox is told."""


@dataclass(slots=True)
class TransportCounters:
    """Plain integers, read when metrics are scraped."""

    connections_accepted: int = 0
    connections_authenticated: int = 0
    connections_refused: int = 0
    """Turned away before or at authentication."""
    connections_closed: int = 0
    calls: int = 0
    refusals: int = 0
    """Calls acknowledged with an error that is not a defect of ours."""
    defects: int = 0
    """Calls acknowledged `internal`."""
    deadlines: int = 0
    malformed_frames: int = 0
    slow_readers: int = 0
    """Disconnected because they did not read."""
    packets_sent: int = 0
