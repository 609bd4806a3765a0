"""The confidentiality agreement: nobody has a seat who has not accepted it.

The version in force when a call opens holds for as long as it lives. Each language's
text has a hash of its own, and any of them will do.
"""

from __future__ import annotations

import hashlib

from ..errors import AgreementRequired
from .model import Call


def text_hash(text: str) -> str:
    """SHA-256 of a text in UTF-8, in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def has_agreed(call: Call, accepted: str | None) -> bool:
    """Whether what somebody accepted is what this call asks for."""
    return not call.kind.needs_agreement or accepted in call.agreement_hashes


def require_agreed(call: Call, accepted: str | None) -> None:
    """Raise `AgreementRequired` unless the current text was accepted."""
    if not has_agreed(call, accepted):
        raise AgreementRequired("accept the current agreement first")
