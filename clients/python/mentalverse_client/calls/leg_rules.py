"""What is decided about the connections with a forwarder, as values.

There are two: to it, which this device offers, and from it, which it offers. Each ends
for three reasons and no others: the server says that it has to be another one, its path
or the forwarder was lost, or the call is over. That the server does not answer is none
of them.

A feed is named by its member and the number of that member's connection. The number of
one's own changes when the forwarder was lost, and when one's own is replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from enum import Enum, auto

from mentalverse_signaling.call_events import Presence, RosterMember
from mentalverse_signaling.errors import (
    Fault,
    NoSeat,
    NotFound,
    SignalingError,
    StaleConnection,
    StalePcGen,
)
from mentalverse_signaling.feed_events import FeedView

from ..errors import NotConnected

HURRY = 20
"""Attempts in a row: as long as a forwarder needs to be there again."""
HURRY_MS = (100, 300)
LATER_MS = 2_000


class Verdict(Enum):
    """What an answer that is a refusal, or none, means for a connection."""

    AGAIN = auto()
    """Nothing is known: the same once more, and what flows goes on."""
    SUPERSEDED = auto()
    """The forwarder has offered something newer: that is asked for and answered."""
    REBUILD = auto()
    """The forwarder does not have this connection: another one."""
    NEVER = auto()
    """It will not be given, however often it is asked for."""


def verdict_of(command: str, error: NotConnected | SignalingError) -> Verdict:
    """The meaning of a refusal of a `feed.*` command."""
    match error:
        case NotConnected() | NoSeat() | StaleConnection():
            # A seat is taken up again on each new line; the call is told if it is lost.
            return Verdict.AGAIN
        case StalePcGen() if command == "feed.answer":
            return Verdict.SUPERSEDED
        case NotFound() if command in ("feed.answer", "feed.restart"):
            return Verdict.REBUILD
        case NotFound() | StalePcGen():
            return Verdict.AGAIN
    is_final = error.fault is Fault.CALLER and error.retry_after_ms is None
    return Verdict.NEVER if is_final else Verdict.AGAIN


def retry_ms(failures: int, asked_ms: int | None, jitter: Callable[[], float]) -> int:
    """Before the same thing is tried again.

    Args:
        failures: So many in a row, before this one.
        asked_ms: What the server asked for.
        jitter: From 0 to 1.
    """
    least, most = HURRY_MS
    hurried = least + int(jitter() * (most - least))
    return max(hurried if failures < HURRY else LATER_MS, asked_ms or 0)


def is_claimed(
    wanted: Iterable[FeedView], had: Collection[str], members: Iterable[RosterMember]
) -> bool:
    """Whether something must come: a feed flows whose member says that they send."""
    sending = {
        it.member
        for it in members
        if it.presence is Presence.ON and (not it.muted or it.camera)
    }
    return any(
        it.feed in had and not it.paused and it.member in sending for it in wanted
    )
