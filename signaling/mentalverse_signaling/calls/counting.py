"""How many minutes of a call count for a party, from leases and receipts.

Three things are said of each party: how long the server leased it a seat, what its own
devices signed, and what somebody signed who was there with it. The least of the three
counts.

| What is there                               | What counts                            |
|---------------------------------------------|----------------------------------------|
| leases, own receipt, a countersignature     | the least of the three                 |
| 72 h after the call: no countersignature,   | the leases, up to what was planned,    |
| or no receipt of their own                  | and never more than was signed         |
| the same of a call that nobody planned      | nothing                                |

The last two are flagged. A countersignature is a receipt of somebody else with a mark
in common: of whoever led, where the call is led, and of anybody for those who led.
Where several countersign, the one who saw most does. An account has one seat at a time,
so the receipts of its devices add up.

A party is settled once: as soon as nothing that may still come can change the minutes,
and at last after 72 h. Until then devices that lost their line come back and send what
they owe.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ..attendance_text import whole_minutes
from ..ids import AccountId

WAIT_MS: Final = 72 * 3_600_000
"""For which receipts are taken after the end of a call."""
REVIEWED_SESSIONS: Final = 10
MAX_FLAGGED: Final = 3
"""Of the last `REVIEWED_SESSIONS`; more of them are for somebody to look at."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one device of an account signed."""

    account: AccountId
    minutes: int
    marks: frozenset[bytes]


@dataclass(frozen=True, slots=True)
class Attended:
    """A call that is over, and what is said of it."""

    leased_ms: Mapping[AccountId, int]
    leading: frozenset[AccountId]
    """Who held a seat that leads, at any time."""
    is_led: bool
    planned_minutes: int | None
    receipts: tuple[Receipt, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """The minutes that count for a party."""

    minutes: int
    is_countersigned: bool
    """False is the flag: the server's own word alone stands behind them."""


def count(call: Attended, account: AccountId, *, is_late: bool) -> Counted | None:
    """What counts for a party of a call; None while it is too early to say.

    Args:
        call: What there is; `account` has leases in it.
        account: The party.
        is_late: Whether `WAIT_MS` have passed since the end of the call.
    """
    leased = whole_minutes(call.leased_ms[account])
    own = _signed(call.receipts, account)
    other = _countersigned(call, account)
    if own is not None and other is not None:
        sure = min(leased, own)
        if is_late or other >= sure or _all_signed(call, account):
            return Counted(min(sure, other), is_countersigned=True)
    if not is_late:
        return None
    most = [call.planned_minutes or 0, leased, *(() if own is None else (own,))]
    return Counted(min(most), is_countersigned=False)


def goes_to_review(countersigned: Sequence[bool]) -> bool:
    """Whether somebody has to look at how a party attends.

    Args:
        countersigned: Of its sessions that were settled, the newest first.
    """
    flagged = countersigned[:REVIEWED_SESSIONS].count(False)
    return flagged > MAX_FLAGGED


def _signed(receipts: Iterable[Receipt], account: AccountId) -> int | None:
    """Minutes that the devices of an account saw; None if none of them signed."""
    minutes = [one.minutes for one in receipts if one.account == account]
    return sum(minutes) if minutes else None


def _countersigned(call: Attended, account: AccountId) -> int | None:
    """The most that somebody saw who may countersign and was there as well."""
    own = _marks(call.receipts, account)
    seen = [
        minutes
        for other in _countersigners(call, account)
        if (minutes := _signed(call.receipts, other)) is not None
        and not own.isdisjoint(_marks(call.receipts, other))
    ]
    return max(seen, default=None)


def _countersigners(call: Attended, account: AccountId) -> frozenset[AccountId]:
    """Who may countersign, whether or not they did."""
    others = frozenset(call.leased_ms) - {account}
    is_led_by_others = call.is_led and account not in call.leading
    return others & call.leading if is_led_by_others else others


def _marks(receipts: Iterable[Receipt], account: AccountId) -> frozenset[bytes]:
    return frozenset[bytes]().union(
        *(r.marks for r in receipts if r.account == account)
    )


def _all_signed(call: Attended, account: AccountId) -> bool:
    """Whether no countersignature is missing."""
    signed = {receipt.account for receipt in call.receipts}
    return _countersigners(call, account) <= signed
