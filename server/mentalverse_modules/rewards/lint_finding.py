"""What the linter says, and the words that no pay may have to do with."""

from __future__ import annotations

import re

import msgspec

NEVER = (
    "mentee.resilience",
    "peer.crisis_support",
    "professional.crisis_intervention",
    "professional.crisis_response",
)
"""Lines of the source tables that stay forbidden: distress or a single crisis would be
their evidence."""
_CRISIS = re.compile(
    r"crisis|crises|acuity|emergency|suicid|self_?harm|safety|severity"
)
_PACE = re.compile(
    r"acuity|band|speed|response|respond|case|message|rating|star|content|score"
)


class Finding(msgspec.Struct, frozen=True):
    """Why a pack is refused."""

    code: str
    where: str
    """The rule or the field."""
    what: str


def names_crisis(text: str) -> bool:
    """Whether a name tells of a crisis."""
    return _CRISIS.search(text) is not None


def is_forbidden_factor(text: str) -> bool:
    """Whether a factor goes by a crisis, by speed, by numbers of people or by stars."""
    return names_crisis(text) or _PACE.search(text) is not None
