"""Sign-in tokens: 256 random bits, kept by the server as a hash only."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable

TOKEN_BYTES = 32


def new_token(rng: Callable[[int], bytes]) -> str:
    """A fresh token: 43 characters of base64url (RFC 4648 §5)."""
    return base64.urlsafe_b64encode(rng(TOKEN_BYTES)).rstrip(b"=").decode("ascii")


def token_hash(token: str) -> bytes:
    """SHA-256 of the token. Looking a hash up leaks no timing about the token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
