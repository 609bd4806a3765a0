"""Payloads of consents: what of somebody may be told to whom, and for what.

A consent is to a purpose, under the words of one version (`consent_text`). Nothing was
agreed to until it is given here, and it can be taken back at any time.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from .fields import Counter, Fact, Payload, TimestampMs

MAX_RECIPIENTS_SHOWN = 64
"""Of one purpose, the first that were named."""


class ConsentPurpose(StrEnum):
    """What whoever is told may use it for."""

    REWARD = "reward"
    MATCHING = "matching"
    CREDENTIAL = "credential"
    QUALITY = "quality"
    OPERATIONS = "operations"
    AUDIT = "audit"
    CARE = "care"
    SAFETY = "safety"
    WALLET = "wallet"
    CHAIN = "chain"
    WITNESS = "witness"


# --- what is asked ----------------------------------------------------------


class ConsentList(Payload, frozen=True):
    """Every purpose, with who is told and what the caller has said to it."""


class ConsentGrant(Payload, frozen=True):
    """Agree to a purpose; who agrees already changes nothing."""

    purpose: ConsentPurpose
    version: Counter
    """Of the words that were read: those of now, or it is refused (`conflict`)."""


class ConsentWithdraw(Payload, frozen=True):
    """Agree to a purpose no more; who does not agree changes nothing."""

    purpose: ConsentPurpose


# --- what is answered -------------------------------------------------------


class ToldEndpoint(Fact, frozen=True):
    """Somebody outside who is told, where there is a consent."""

    host: str
    types: tuple[Annotated[str, Meta(max_length=64)], ...]
    """Of events: `session.ended`, all of a family (`session.*`), or `*`."""
    hears_of_crises: bool
    """That a case or a complaint is in a state, five minutes wide."""


class PurposeView(Fact, frozen=True):
    """One purpose, and what the caller has said to it."""

    purpose: ConsentPurpose
    version: Counter
    """Of the words as they are now."""
    is_given: bool
    """To these words; a consent to others counts no more."""
    given_version: Counter | None
    """What was agreed to last, whether it still counts or not."""
    granted_at: TimestampMs | None
    withdrawn_at: TimestampMs | None
    was_told: bool
    """Whether anybody of this purpose knows the caller by a name of their own."""
    recipients: tuple[ToldEndpoint, ...]


class Consents(Fact, frozen=True):
    """Answer to each `consent.*`: all purposes, in the order of their enum."""

    consents: tuple[PurposeView, ...]


CALLS: tuple[tuple[str, type[Payload], type[Fact]], ...] = (
    ("consent.list", ConsentList, Consents),
    ("consent.grant", ConsentGrant, Consents),
    ("consent.withdraw", ConsentWithdraw, Consents),
)
"""Name, payload and answer of each command, for the registry."""
