"""How people answered, talked and waited, as the log has it: figures, not hopes.

Each is none as long as too little happened to say anything; whoever asks takes a
default then, and says so. Drills and canaries are for the caller to leave out.
"""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median

from .case import OfferEnd
from .lint import Answering
from .record import Entry, What
from .sla import Arrival, Fate

FEWEST_ANSWERS = 30
"""Offers that somebody answered or let run out."""
FEWEST_HANDLED = 10
"""Conversations, before their mean length says anything."""
FEWEST_LEFT = 10
"""People who gave up, before their patience says anything."""
_QUICKEST_SECONDS = 0.1

_FREES = (What.WRAPPED_UP, What.FOLLOW_UP, What.CLOSED)


def answering(entries: Iterable[Entry], people: int) -> Answering | None:
    """How offers were answered; None: too few were.

    What was taken back says nothing: nobody knows whether it would have been accepted.

    Args:
        entries: offers that were made, and how they ended, of any cases.
        people: who may be asked at the same time when everybody is.
    """
    made_ms: dict[tuple[str, str], int] = {}
    accepted: list[float] = []
    others = 0
    for entry in entries:
        key = entry.case, entry.offer
        if entry.what is What.OFFERED:
            made_ms[key] = entry.at_ms
        elif entry.what is What.OFFER_ENDED and key in made_ms:
            waited = (entry.at_ms - made_ms.pop(key)) / 1000
            if entry.outcome == OfferEnd.ACCEPTED.value:
                accepted.append(max(waited, _QUICKEST_SECONDS))
            elif entry.outcome != OfferEnd.RESCINDED.value:
                others += 1
    answers = len(accepted) + others
    if answers < FEWEST_ANSWERS or not accepted:
        return None
    return Answering(
        accepted_share=len(accepted) / answers,
        median_seconds=median(accepted),
        people=max(people, 1),
    )


def handled_ms(entries: Iterable[Entry]) -> int | None:
    """From the accept that held until the holder was free again; None: not so far."""
    since_ms: int | None = None
    for entry in entries:
        if entry.what is What.ACCEPTED and since_ms is None:
            since_ms = entry.at_ms
        elif entry.what is What.RETURNED:
            since_ms = None
        elif entry.what in _FREES and since_ms is not None:
            return entry.at_ms - since_ms
    return None


def handling_seconds(cases: Iterable[Iterable[Entry]]) -> float | None:
    """How long a case keeps its responder on average; None: too few to say."""
    found = [handled_ms(entries) for entries in cases]
    times = [one for one in found if one is not None]
    if len(times) < FEWEST_HANDLED:
        return None
    return max(sum(times) / len(times) / 1000, 1.0)


def patience_seconds(arrivals: Iterable[Arrival]) -> float | None:
    """How long people wait on average before they leave; None: too few left to say.

    All waiting, by whoever left: the likeliest mean of an exponential patience, of
    which those who were answered have shown a part only.
    """
    every = list(arrivals)
    left = sum(one.fate is Fate.ABANDONED for one in every)
    if left < FEWEST_LEFT:
        return None
    return max(sum(one.wait_ms for one in every) / left / 1000, 1.0)
