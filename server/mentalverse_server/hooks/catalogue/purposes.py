"""What the owner of an endpoint may use events for: what members consent to."""

from __future__ import annotations

from enum import StrEnum


class Purpose(StrEnum):
    """Every purpose there is; an endpoint has one."""

    REWARD = "reward"
    MATCHING = "matching"
    CREDENTIAL = "credential"
    QUALITY = "quality"
    OPERATIONS = "operations"
    AUDIT = "audit"
    CARE = "care"
    """A partner who goes on where this service ends."""
    PAGING = "paging"
    """Rings whoever is on call: at once, and never parked."""
    SAFETY = "safety"
    WALLET = "wallet"
    CHAIN = "chain"
    """Alone gets the real hashes of receipts and places in status lists."""
    WITNESS = "witness"
