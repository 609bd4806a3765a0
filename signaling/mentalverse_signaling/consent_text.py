"""What somebody agrees to when others may be told of them, word for word.

The words are fixed: a change of one is another version, to which nobody has agreed.
Pages show them in the language of whoever reads, under the same version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from .consent_events import ConsentPurpose

_P = ConsentPurpose

COMMON: Final = (
    "Whoever is told knows you by a made-up name that nobody else has for you.",
    "Never told: what you say or write, answers, plans, scores, names, addresses.",
    "No answer is a no. You need give no reason, and nothing here gets worse for it.",
    "You can take a yes back at any time; whoever was told is then told that.",
)
"""Said of every purpose."""


@dataclass(frozen=True, slots=True)
class ConsentText:
    """The words of one purpose."""

    version: int
    purpose: str
    """What it is for."""
    leaves: str
    """What is told."""

    @property
    def lines(self) -> tuple[str, ...]:
        """All of it, as it is read."""
        return (f"{self.purpose} {self.leaves}", *COMMON)


_SESSIONS = "your sessions and circles, their kind, your minutes"
_CRISES = "that you asked for help in a crisis, and how far that has come"

CONSENT_TEXTS: Final[Mapping[ConsentPurpose, ConsentText]] = MappingProxyType(
    {
        _P.REWARD: ConsentText(
            1,
            "To reward what you do.",
            f"Told: {_SESSIONS}, goals that two attested, hours on duty, amounts.",
        ),
        _P.MATCHING: ConsentText(
            1,
            "To find who fits whom, outside of this server.",
            f"Told: {_SESSIONS}, when you and somebody begin, go on or part.",
        ),
        _P.CREDENTIAL: ConsentText(
            1,
            "To recognise your training and credentials elsewhere.",
            "Told: kind, level and state of your credentials, training minutes.",
        ),
        _P.QUALITY: ConsentText(
            1,
            "To see whether this service does well.",
            f"Told: {_SESSIONS}, that you answered a question, not what you answered.",
        ),
        _P.OPERATIONS: ConsentText(
            1,
            "To keep this service running.",
            f"Told: {_SESSIONS}, hours on duty.",
        ),
        _P.AUDIT: ConsentText(
            1,
            "To check afterwards that rules were kept.",
            f"Told: {_SESSIONS}, hours on duty, and if the recipient hears of crises: "
            f"{_CRISES}.",
        ),
        _P.CARE: ConsentText(
            1,
            "To let a partner go on where this service ends.",
            f"Told: {_SESSIONS}, and if the recipient hears of crises: {_CRISES}.",
        ),
        _P.SAFETY: ConsentText(
            1,
            "To keep people safe from one another.",
            "Told: that a complaint is in a state, that an account is suspended, and "
            f"if the recipient hears of crises: {_CRISES}.",
        ),
        _P.WALLET: ConsentText(
            1,
            "To pay out what you earned.",
            "Told: amounts, for what by rule, and when.",
        ),
        _P.CHAIN: ConsentText(
            1,
            "To write proofs where nobody can delete them.",
            "Told: hashes of your receipts, places in lists of credentials, amounts. "
            "These are the same everywhere and stay for ever.",
        ),
        _P.WITNESS: ConsentText(
            1,
            "To let others witness that no book is rewritten.",
            "Told: of the books as a whole; of you only what a recipient asks for.",
        ),
    }
)
"""By purpose, each with the version of its words."""
