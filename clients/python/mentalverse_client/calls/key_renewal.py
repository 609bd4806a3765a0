"""Whose device gives a call new keys when nobody came or went for a quarter of an hour.

Whoever learned the keys of an epoch hears until it ends, and can play its frames again
to somebody who has forgotten them. One commit that gives a leaf fresh keys ends it. The
device of who leads makes it; each of the next, by seat, would half a minute later, so
that one that cannot commit costs no more than that. Any commit begins a new epoch, and
so the quarter of an hour anew. Browsers follow the same rule.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from mentalverse_signaling.call_events import RosterMember
from mentalverse_signaling.ids import AccountId

from .group_rules import in_order

EPOCH_LASTS_MS = 15 * 60_000
RENEWAL_TURN_MS = 30_000


@dataclass(frozen=True, slots=True)
class Renewal:
    """What a device remembers: the epoch of the call, and when to commit if it stays.

    Times are of any clock that only grows.
    """

    epoch: int
    since_ms: int
    not_before_ms: int
    """Later than due where this device has tried."""


def renew(
    before: Renewal | None,
    epoch: int,
    members: tuple[RosterMember, ...],
    own: AccountId,
    now_ms: int,
) -> tuple[Renewal, bool]:
    """What to remember, and whether this device commits now."""
    held = before
    if held is None or held.epoch != epoch:
        held = Renewal(epoch, now_ms, now_ms)
    order = in_order(members, lambda _: True, own)
    if own not in order:
        return held, False
    turn_ms = order.index(own) * RENEWAL_TURN_MS
    due_ms = max(held.not_before_ms, held.since_ms + EPOCH_LASTS_MS + turn_ms)
    if now_ms < due_ms:
        return held, False
    return replace(held, not_before_ms=now_ms + RENEWAL_TURN_MS), True
