"""Who connects to whom: decided once, when a call opens, from the seats planned.

| Planned seats | Topology         | Why                                           |
|---------------|------------------|-----------------------------------------------|
| 2             | direct           | one encoding; DTLS ends at the two people     |
| 3             | mesh             | cheap enough, and no media on the server      |
| 4–10          | forwarded        | the uplink of a mesh grows with every person  |
| 4–5, no SFU   | mesh, audio only | five voices fit a line at home                |
| 6–10, no SFU  | refused          | before anybody waits: a mesh of eight chokes  |

It never changes while a call lives: tracks that move between routes get lost. A third
person in a direct call is another call, in a conversation of three.

`relay` hides the address of each person from the others. An SFU hides it as well, so
without a TURN server a call that has to hide addresses is forwarded. With neither,
audio and video are refused and text goes on: an address is never shown silently.
"""

from __future__ import annotations

from msgspec import Struct

from ..call_events import (
    MAX_PARTICIPANT_SEATS,
    MAX_STAFF_SEATS,
    CallMedia,
    Topology,
)
from ..errors import BadRequest, RelayUnavailable, SfuUnavailable

_DIRECT_SEATS = 2
_MESH_SEATS = 3
_AUDIO_MESH_SEATS = 5


class Route(Struct, frozen=True):
    """How the media of one call goes, for as long as it lives."""

    topology: Topology
    is_relayed: bool
    """Whether the clients gather relay candidates only."""
    media: CallMedia
    """The most that may be sent; audio where a mesh stands in for an SFU."""


def pick(
    participants: int,
    staff: int,
    *,
    relay: bool,
    turn: bool,
    sfu: bool,
    media: CallMedia,
) -> Route:
    """The route of a call with so many planned seats.

    Args:
        participants: Seats planned for participants, 1 to 8.
        staff: Seats planned for staff, 0 to 2.
        relay: Whether people's addresses are to be hidden from each other.
        turn: Whether a TURN server works.
        sfu: Whether an engine works and has room.
        media: What the call is for.

    Raises:
        BadRequest: more seats than a call has, or fewer than two.
        RelayUnavailable: addresses are to be hidden, and nothing can hide them.
        SfuUnavailable: too many seats for a mesh, and no engine.
    """
    planned = participants + staff
    fits = participants <= MAX_PARTICIPANT_SEATS and staff <= MAX_STAFF_SEATS
    if not fits or planned < _DIRECT_SEATS or min(participants, staff) < 0:
        raise BadRequest("no call has so many seats")
    if relay and not turn:
        if not sfu:
            raise RelayUnavailable("nothing can hide the addresses of the callers")
        return Route(Topology.SFU, False, media)
    if planned == _DIRECT_SEATS:
        return Route(Topology.P2P, relay, media)
    if planned == _MESH_SEATS:
        return Route(Topology.MESH, relay, media)
    if sfu:
        return Route(Topology.SFU, False, media)
    if planned <= _AUDIO_MESH_SEATS:
        return Route(Topology.MESH, relay, CallMedia.AUDIO)
    raise SfuUnavailable("a call of this size needs a media engine")
