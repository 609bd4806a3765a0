"""What every payload is made of: the two bases, and the fields that many share."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from .envelope import MAX_CIPHERTEXT_BYTES, MAX_SAFE_INTEGER

Ciphertext = Annotated[bytes, Meta(min_length=1, max_length=MAX_CIPHERTEXT_BYTES)]
Seq = Annotated[int, Meta(ge=0, le=MAX_SAFE_INTEGER)]
Counter = Annotated[int, Meta(ge=1, le=MAX_SAFE_INTEGER)]
TimestampMs = Annotated[int, Meta(ge=0, le=MAX_SAFE_INTEGER)]
"""Milliseconds since 1970-01-01T00:00Z, by the server's clock."""
Token = Annotated[str, Meta(min_length=16, max_length=256)]
# `$` also matches before a final newline, hence the look-ahead.
Handle = Annotated[str, Meta(pattern=r"^[a-z0-9](?:[a-z0-9_.-]{0,30}[a-z0-9])?$(?!\n)")]
"""The name others find an account by: 1–32 of a–z 0–9 _ . -, visible to the server."""


class Payload(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of what clients send: unknown fields are an error, not a typo's grave."""


class Fact(msgspec.Struct, frozen=True):
    """Base of what the server sends: unknown fields are a newer server's, ignored."""


class Empty(Fact, frozen=True):
    """An answer with nothing to say but that it worked."""
