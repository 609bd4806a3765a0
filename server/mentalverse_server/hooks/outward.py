"""What the relay needs of others: how an event is shown, and how it is sent.

Both are asked at each attempt. What an endpoint may see can have changed since the
event was stored, so a body may be another at the next attempt; its id never is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from ..store.deliveries import Claimed
from ..store.endpoints import EndpointRow
from .delivery.lanes import Outcome

MAX_BODY_BYTES = 20_000


@dataclass(frozen=True, slots=True)
class Rendered:
    """An event as one endpoint sees it."""

    message: str
    """The `webhook-id`: the same at each attempt, and another at each endpoint."""
    body: bytes
    """At most `MAX_BODY_BYTES`."""
    named: Mapping[str, str] = field(default_factory=dict)
    """The accounts that are named in it, each with its name there."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back."""

    status: int | None
    """Of HTTP; None: it was not reached, or did not answer in time."""
    retry_after_seconds: int = 0
    """What it asks for; 0: nothing."""


class Render(Protocol):
    """Makes the body: pseudonyms, rounded times, only what is consented to."""

    async def __call__(self, claimed: Claimed, now_ms: int) -> Rendered | None:
        """None: nobody consents to it any more, and it is dropped."""


class Send(Protocol):
    """Signs and posts; bounded in time, and never raises for what others do."""

    async def __call__(self, endpoint: EndpointRow, rendered: Rendered) -> Answered:
        """One attempt."""


def outcome_of(answered: Answered) -> Outcome:
    """Whose fault it is, as far as a status tells."""
    status = answered.status
    if status is None or status == 429:
        return Outcome.UNREACHED
    if 200 <= status < 300:
        return Outcome.DELIVERED
    if status == 410:
        return Outcome.GONE
    if 300 <= status < 400 or status >= 500:
        return Outcome.UNCLEAR
    return Outcome.REFUSED
