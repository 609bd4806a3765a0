"""What was taken for services: split by a pack, booked once by its reference.

    what was taken --book--> in the buckets --take back--> as before, by an entry more

A pack without sources pays what its buckets hold, and this is what fills them; debited
is `src:revenue`, which stands for the world outside. A reference is of one amount for
ever: the same again changes nothing, and what was taken back is not booked again under
it. What a bucket has paid since cannot be taken back.
"""

from __future__ import annotations

import re

from .errors import NotAllowed
from .ledger import Line, revenue
from .packs import MICRO, Pack

MOST_MICRO = 1_000_000_000 * MICRO
"""Of one booking: more is a slip of the hand, and sums stay within 64 bits."""
_REASON = re.compile(r"[ -~]{1,200}")
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,63}")


def booked(pack: Pack, micro: int, reference: str) -> tuple[Line, ...]:
    """The lines of what was taken.

    Raises:
        NotAllowed: the pack is paid from sources, the amount is none or too large, or
            the reference has another form.
    """
    if pack.sources:
        raise NotAllowed(f"{pack.name} is paid from its sources, not by what is taken")
    if not 0 < micro <= MOST_MICRO:
        raise NotAllowed(f"an amount from 1 to {MOST_MICRO} micro-MVT")
    if _REFERENCE.fullmatch(reference) is None:
        raise NotAllowed("a reference is 1 to 64 of A-Z, a-z, 0-9, '.', '_', '/', '-'")
    return revenue(pack, micro)


def require_reason(text: str) -> None:
    """Raises `NotAllowed`: taking back has a reason, which stands in the chain."""
    if _REASON.fullmatch(text) is None or not text.strip():
        raise NotAllowed("a reason is 1 to 200 characters of ASCII")


def rule_of(pack_name: str) -> str:
    """What an entry of this stands under in the ledger."""
    return f"revenue.{pack_name}"
