"""What somebody agrees to when a call is to be recorded, word for word.

A device signs the SHA-256 of this English text, whatever language the person reads it
in, so that a consent says the same years later. A client agrees to no hash that is not
of a text it knows: it could not show to what. Who can open the file, and the rule for a
withdrawal, are signed as well (`consent_octets`). The words are fixed: a change of one
is another text, to which nobody has agreed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from .recording_events import OnWithdraw

PURPOSES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "supervision": "to be looked at with a supervisor",
        "own_use": "to listen again, for oneself",
        "training": "for training",
    }
)
"""The purposes that have words; any other stands as it is."""

_RULES: Final = {
    OnWithdraw.DISCARD: "Then all of it is deleted.",
    OnWithdraw.KEEP: "Then what was recorded before that is kept.",
}


def recording_text(purpose: str, on_withdraw: OnWithdraw) -> str:
    """The text of a request: lines of plain ASCII English, without a last line feed."""
    return "\n".join(
        (
            "May this call be recorded?",
            f"What it is for: {PURPOSES.get(purpose, purpose)}.",
            "One device in the call records, and everybody sees which.",
            "The file is sealed there for the accounts that the request names.",
            "The server has no recording.",
            "Everybody has to agree. No answer is a no, and nobody has to say why.",
            "During the call anybody may take their yes back. Then it stops at once.",
            _RULES[on_withdraw],
            "No program can keep others from recording what they see and hear.",
        )
    )


def recording_text_hash(purpose: str, on_withdraw: OnWithdraw) -> str:
    """SHA-256 of the text, as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(recording_text(purpose, on_withdraw).encode()).hexdigest()
