"""Credentials under one root, of which nobody learns anything but that it is there.

A credential's leaf is a salted commitment, in the order of their octets, so that its
place says nothing either:

    salt       = HMAC-SHA-256(secret, id)
    commitment = HMAC-SHA-256(salt, label ‖ SHA-256(token))

The salt is computed and not kept: with the credential goes what leads to it, and the
tree holds as before. Its holder is given salt, place and way, and shows them to whom
they like.
"""

from __future__ import annotations

import hashlib
import hmac

_LABEL = b"MentalVerse credential on chain v1"


def salt_of(secret: bytes, credential_id: str) -> bytes:
    """32 octets. `secret`: of the installation, for this alone."""
    return hmac.digest(secret, credential_id.encode(), "sha256")


def commitment(salt: bytes, token: str) -> str:
    """The leaf of a credential as it is carried (`vc+jwt`); hex."""
    token_hash = hashlib.sha256(token.encode()).digest()
    return hmac.digest(salt, _LABEL + token_hash, "sha256").hex()
