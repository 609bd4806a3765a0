"""Words of the W3C's data model (VC 2.0) that credentials and status lists share."""

from __future__ import annotations

from datetime import UTC, datetime

CONTEXT = ("https://www.w3.org/ns/credentials/v2",)
MEDIA_TYPE = "vc+jwt"
MAX_SECONDS = 253_402_300_799
"""The last second of the year 9999."""


def instant(at_s: int) -> str:
    """A time as text. Raises `ValueError` beyond the year 9999."""
    if not 0 <= at_s <= MAX_SECONDS:
        raise ValueError("not a time that can be written")
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds(text: str) -> int:
    """A time of a text, cut to the second. Raises `ValueError`: not one with a zone."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a time without a zone")
    return int(found.timestamp())
