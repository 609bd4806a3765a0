"""The codes that people tell: one list, which the browser's questions have as well.

A code that is not in it is refused, so that no sentence gets through and nobody waits
for a code that no one else can tell. Languages are BCP 47 tags, of which there are
more than anybody lists.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from importlib.resources import files

from .people import Side

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", re.ASCII)
_READ = json.loads((files(__package__) / "vocabulary.json").read_bytes())

CHALLENGES: tuple[str, ...] = tuple(_READ["challenges"])
LIFE: tuple[str, ...] = tuple(_READ["life"])
GOALS: tuple[str, ...] = tuple(_READ["goals"])
SUPPORT: tuple[str, ...] = tuple(_READ["support"])
"""What is wished for, and offered."""
TASTES: tuple[str, ...] = tuple(_READ["tastes"])
CONDITIONS: Mapping[str, tuple[str, ...]] = {
    kind: tuple(codes) for kind, codes in _READ["conditions"].items()
}
"""What a condition may ask for, by its kind."""


def unknown(
    side: Side, conditions: Mapping[str, frozenset[str]] | None = None
) -> tuple[str, ...]:
    """What of somebody's codes is not in the vocabulary, in order."""
    told = (
        (side.challenges, CHALLENGES),
        (side.life, LIFE),
        (side.goals, GOALS),
        (side.wished | side.offered, SUPPORT),
        (side.tastes, TASTES),
        *((codes, CONDITIONS.get(kind, ())) for kind, codes in _of(conditions)),
    )
    found = {code for codes, known in told for code in codes.difference(known)}
    found |= {kind for kind, _ in _of(conditions) if kind not in CONDITIONS}
    found |= {each for each in side.languages if _LANGUAGE.fullmatch(each) is None}
    return tuple(sorted(found))


def _of(
    conditions: Mapping[str, frozenset[str]] | None,
) -> list[tuple[str, frozenset[str]]]:
    return list((conditions or {}).items())
