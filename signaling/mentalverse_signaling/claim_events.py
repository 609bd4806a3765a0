"""Payloads of claims: that something was reached, said by two and known to them alone.

A claim names a goal or a milestone by 16 random octets. What it is stands in the
conversation, sealed; the server sees that both sides have signed the same words.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta

from .account_api import Signature
from .fields import Fact, Payload
from .ids import AccountIdField, ConversationId, ConversationIdField, id_bytes

CLAIM_LABEL: Final = b"MentalVerse claim v1"
MAX_CLAIMS_SHOWN: Final = 200
MAX_CLAIMS: Final = 1_000
"""Of one conversation."""
MAX_CLAIM_AGE_DAYS: Final = 30
"""After the day that it names a claim is signed by nobody any more."""
DAY_MS: Final = 86_400_000

ClaimRef = Annotated[bytes, Meta(min_length=16, max_length=16)]
"""Random; what it stands for is said in the conversation."""
Day = Annotated[int, Meta(ge=0, le=2**32 - 1)]
"""Days since 1970-01-01, by UTC."""


class ClaimKind(StrEnum):
    """What is claimed."""

    GOAL_SET = "goal.set"
    GOAL_PROGRESSED = "goal.progressed"
    GOAL_COMPLETED = "goal.completed"
    MILESTONE = "milestone"


class ClaimAttest(Payload, frozen=True):
    """Sign a claim, the first of the two or the second; the same again is fine."""

    conversation: ConversationIdField
    kind: ClaimKind
    ref: ClaimRef
    day: Day
    signature: Signature
    """Of the calling device, over `claim_octets`."""


class ClaimView(Fact, frozen=True):
    """A claim as the two see it."""

    kind: ClaimKind
    ref: bytes
    day: Day
    attested_by: tuple[AccountIdField, ...]
    """One of the two, or both: then it holds."""


class ClaimFetch(Payload, frozen=True):
    """The claims of a conversation."""

    conversation: ConversationIdField


class Claims(Fact, frozen=True):
    """Answer to `claim.fetch`: the newest by day, at most `MAX_CLAIMS_SHOWN`."""

    claims: tuple[ClaimView, ...]
    more: bool = False


CALLS: tuple[tuple[str, type[Payload], type[Fact]], ...] = (
    ("claim.attest", ClaimAttest, ClaimView),
    ("claim.fetch", ClaimFetch, Claims),
)
"""Name, payload and answer of each command, for the registry."""

_KINDS: Final = {kind: bytes([number]) for number, kind in enumerate(ClaimKind)}


def claim_octets(
    conversation: ConversationId, kind: ClaimKind, ref: bytes, day: int
) -> bytes:
    """What both sign: label ‖ conversation[16] ‖ kind[1] ‖ ref[16] ‖ day[4].

    The kind is its place in `ClaimKind`, the day an unsigned integer in network order.
    Both sign the same octets, each with the key of a device.
    """
    return CLAIM_LABEL + id_bytes(conversation) + _KINDS[kind] + ref + day.to_bytes(4)
