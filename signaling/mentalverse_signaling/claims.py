"""When a claim of two may be signed, and what it is worth then.

Both sign the same words, so a claim has one day. Whoever signs first sets it; the other
signs that day or none. It holds once both have signed, and nobody takes it back: what
was wrong is said in another claim.
"""

from __future__ import annotations

from collections.abc import Mapping

from .claim_events import DAY_MS, MAX_CLAIM_AGE_DAYS
from .conversation import ConversationKind
from .errors import BadRequest, Conflict, Forbidden, NotNow
from .ids import AccountId

SKEW_MS = 300_000
"""By how much the clock of a device may be ahead when the day changes."""


def require_place(kind: ConversationKind) -> None:
    """`Forbidden` where there are not two who could sign."""
    if kind is not ConversationKind.DIRECT:
        raise Forbidden("claims are made between two")


def require_day(day: int, now_ms: int) -> None:
    """`BadRequest` for a day that has not come, `NotNow` for one long past."""
    if day > (now_ms + SKEW_MS) // DAY_MS:
        raise BadRequest("this day has not come")
    if day < now_ms // DAY_MS - MAX_CLAIM_AGE_DAYS:
        raise NotNow("this day is too long past")


def joins(signed: Mapping[AccountId, int], account: AccountId, day: int) -> bool:
    """Whether a signature is a new one.

    Args:
        signed: The days that were signed so far, by account.
        account: Who signs now.
        day: What they sign.

    Raises:
        Conflict: another day was signed before.
    """
    if any(other != day for other in signed.values()):
        raise Conflict("this claim names another day")
    return account not in signed
