"""The offers that wait for an answer, from notices and from looks: pure.

A notice comes at once and may be lost; a look finds all, and may have been answered
before an offer was made that is known here by now. So an offer that was heard of after
a look was sent stays, whatever the look says, and one that is over does not come back.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from mentalverse_signaling.desk_events import OfferView

_MOST_OVER = 200


class Offers:
    """What one responder is asked."""

    def __init__(self) -> None:
        self._pending: dict[str, tuple[OfferView, int]] = {}
        """With the number of the last look that was sent when it was heard of."""
        self._over: deque[str] = deque(maxlen=_MOST_OVER)

    def pending(self) -> list[OfferView]:
        """Those that wait, the most urgent first, then the oldest."""
        found = (offer for offer, _ in self._pending.values())
        return sorted(found, key=lambda each: (each.band, each.opened_at, each.offer))

    def is_pending(self, offer: OfferView) -> bool:
        """Whether it waits for an answer."""
        return offer.offer in self._pending

    def made(self, offer: OfferView, looks: int) -> None:
        """A notice: somebody is asked. `looks`: how many were sent so far."""
        if offer.offer not in self._over:
            self._pending[offer.offer] = (offer, looks)

    def over(self, offer: str) -> None:
        """A notice: it does not wait any more."""
        self._pending.pop(offer, None)
        self._over.append(offer)

    def listed(self, offers: Iterable[OfferView], look: int) -> None:
        """The answer to a look: these wait, and those that were made after it."""
        listed = {
            each.offer: (each, look) for each in offers if each.offer not in self._over
        }
        later = {
            name: (offer, at)
            for name, (offer, at) in self._pending.items()
            if at >= look
        }
        self._pending = listed | later
