"""The hash that a passphrase's proof is kept under: Argon2id (RFC 9106).

What is hashed has been through a costlier Argon2id on the client. This one is there so
that a stolen database does not hold what proves a passphrase.
"""

from __future__ import annotations

from hmac import compare_digest

from nacl.pwhash import argon2id

SALT_BYTES = argon2id.SALTBYTES
HASH_BYTES = 32
_PASSES = 2
_MEMORY_BYTES = 64 * 1024 * 1024


def slow_hash(secret: bytes, salt: bytes) -> bytes:
    """32 octets, after 64 MiB of work: to be called in a thread."""
    return argon2id.kdf(
        HASH_BYTES, secret, salt, opslimit=_PASSES, memlimit=_MEMORY_BYTES
    )


def matches(secret: bytes, salt: bytes, expected: bytes) -> bool:
    """Whether the secret is the one that was hashed, in constant time."""
    return compare_digest(slow_hash(secret, salt), expected)
