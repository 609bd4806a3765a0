"""Octets as text: base64url without padding (RFC 4648 §5), in the one spelling."""

import base64

from .errors import DecodeError


def encode(octets: bytes) -> str:
    """The text of octets."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """The octets of a text.

    Raises:
        DecodeError: not what `encode` writes for any octets.
    """
    try:
        octets = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise DecodeError("not base64url") from None
    # What the decoder overlooks, and loose bits behind the last octet, would give
    # one value several spellings.
    if encode(octets) != text:
        raise DecodeError("not base64url in its one spelling")
    return octets
