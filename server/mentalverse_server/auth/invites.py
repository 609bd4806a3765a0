"""Invitation codes: 100 random bits a person can read aloud and type.

Twenty characters of an alphabet without look-alikes, in groups of five. The
server keeps only a hash; 100 bits need no salt and no slow hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from mentalverse_signaling.errors import BadRequest

# Crockford's base 32: no i, l, o or u.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans("ILO", "110", "- ")
_CHARS = 20
_GROUP = 5


def new_invite_code(rng: Callable[[int], bytes]) -> str:
    """A fresh code, such as `7QK2M-…` in four groups."""
    chars = "".join(_ALPHABET[byte % 32] for byte in rng(_CHARS))
    return "-".join(chars[i : i + _GROUP] for i in range(0, _CHARS, _GROUP))


def invite_code_hash(code: str) -> bytes:
    """SHA-256 of the code as it was meant: case, dashes and look-alikes aside.

    Raises `BadRequest` when it cannot be a code.
    """
    meant = code.upper().translate(_READ_AS)
    if len(meant) != _CHARS or not set(meant) <= set(_ALPHABET):
        raise BadRequest("an invitation code has twenty letters and digits")
    return hashlib.sha256(meant.encode("ascii")).digest()
