"""When members cannot apply a commit: who counts, who begins anew, how often.

The server cannot check a commit (RFC 9420 §14), so a broken or hostile member may
take an epoch with one that others cannot apply. A device alone comes back from
outside (`group.rejoin`). When that happens to half of the others, the conversation
is frozen, and one of them begins a fresh group in it:

| State  | What happens                                   | Then   |
|--------|------------------------------------------------|--------|
| open   | a rejection, of less than half of the others   | open   |
| open   | a rejection that makes it half                 | frozen |
| open   | the same after three fresh groups in a day     | stuck  |
| open   | a device that rejected comes back from outside | open   |
| frozen | a fresh group of whoever's turn it is          | open   |
| stuck  | nothing but the operator                       | stuck  |

Rejections move it, each by an account and about one commit. Invariants:

- Who made the commit has no say about it, and does not begin the fresh group.
- Nobody is in the fresh group who was not there before the commit.
- A frozen conversation takes no message and no commit, so nothing is sent that half
  of the members could not read. What people write waits on their devices.
- Rejections that were withdrawn by coming back do not add up with later ones: a
  conversation that has healed is not taken apart.

Half, and not all: who is away does not answer, and must not hold the others up. Half
of the *others*, and not of all: in a conversation between two it is the other one.
The price is that half of the others can put somebody out by saying so; everybody sees
it, and the staff of a circle can add them again.

A turn lasts thirty seconds, long enough for a telephone that wakes up, and short for
people who wait. The ten minutes and the three a day keep a member who breaks every
group from making the others start anew without end: then a person has to look.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from .conversation import Seat
from .ids import AccountId

TURN = timedelta(seconds=30)
"""How long each account may begin the fresh group before the next one may too."""
RECREATION_PAUSE = timedelta(minutes=10)
"""Least time between two fresh groups of one conversation."""
RECREATIONS_PER_DAY = 3
DAY = timedelta(days=1)


class RejectReason(StrEnum):
    """Why a commit was not applied."""

    INVALID = "invalid"
    """It is not valid MLS here: signature, path, confirmation tag."""
    REFUSED = "refused"
    """It is valid MLS and breaks a rule of conversations."""


def is_frozen_by(
    accounts: Collection[AccountId],
    committer: AccountId,
    rejecting: Collection[AccountId],
) -> bool:
    """Whether at least half of the others reject a commit.

    Args:
        accounts: Who was in the group before the commit, and still is.
        committer: Who made it.
        rejecting: Who says that it does not apply.
    """
    others = set(accounts) - {committer}
    return bool(others) and 2 * len(others & set(rejecting)) >= len(others)


def staying(
    accounts: Collection[AccountId], committer: AccountId
) -> frozenset[AccountId]:
    """The accounts of the fresh group: all but the committer's.

    If that leaves one person alone, the committer's stays, with fresh keys: a
    conversation with nobody helps nobody.
    """
    others = frozenset(accounts) - {committer}
    return others if len(others) > 1 else frozenset(accounts)


def makers(
    places: Mapping[AccountId, int], seats: Mapping[AccountId, Seat], committer: str
) -> tuple[AccountId, ...]:
    """Who may begin the fresh group, in the order of their turns.

    The staff first, then whoever has been there longest; equal ones by their ids.

    Args:
        places: When each account came, as a row of the log.
        seats: The seat of each.
        committer: Whose commit it was.
    """

    def turn(account: AccountId) -> tuple[bool, int, str]:
        return seats.get(account) is not Seat.STAFF, places[account], account

    return tuple(sorted(set(places) - {AccountId(committer)}, key=turn))


def is_stuck(recreated: Sequence[datetime], now: datetime) -> bool:
    """Whether a freeze now would be one too many.

    Args:
        recreated: When fresh groups were begun in the conversation.
        now: The moment of the freeze.
    """
    today = [at for at in recreated if now - at < DAY]
    return len(today) >= RECREATIONS_PER_DAY


def turn_begins(
    order: Sequence[AccountId],
    account: AccountId,
    frozen_at: datetime,
    recreated: Sequence[datetime],
) -> datetime | None:
    """From when on an account may begin the fresh group; None for never.

    Args:
        order: What `makers` gives.
        account: Who asks.
        frozen_at: Since when the conversation is frozen.
        recreated: When fresh groups were begun in it before.
    """
    if account not in order:
        return None
    own = frozen_at + order.index(account) * TURN
    return max([own, *(at + RECREATION_PAUSE for at in recreated)])
