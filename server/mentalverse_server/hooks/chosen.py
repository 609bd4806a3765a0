"""One entry of `hooks.providers`: whom the operator has chosen, and for what.

    register                            an installed one, for all that it answers
    register circle.open_therapy        for this decision alone
    board optional                      its no counts, its silence does not
    panel https://panel.example/v1/decide whpk_… session.start_peer

A name, then in any order: decisions, `optional`, and for one that is asked over HTTPS
its address and the public key that it signs with. One that is asked over HTTPS has to
be told what for, since nothing else says what it answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .policy import ASKED, Decision

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_ASKED = {decision.value: decision for decision in ASKED}
OWN = "built-in"
"""The name of what answers where nobody is named."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Whom to ask."""

    name: str
    is_required: bool
    decisions: tuple[Decision, ...]
    """Empty: all that it answers."""
    url: str = ""
    """Empty: installed beside the server."""
    public_key: str = ""


def read_chosen(entries: Iterable[str]) -> tuple[Chosen, ...]:
    """All entries, in the order in which they are asked. Raises `ValueError`."""
    chosen = tuple(_read(entry) for entry in entries)
    names = [one.name for one in chosen]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{name} is named twice")
    return chosen


def _read(entry: str) -> Chosen:
    name, *words = entry.split() or [""]
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name of a provider")
    decisions, url, key, is_required = [], "", "", True
    for word in words:
        if word == "optional":
            is_required = False
        elif word in _ASKED:
            decisions.append(_ASKED[word])
        elif word.startswith(("https://", "http://")):
            url = word
        elif word.startswith("whpk_"):
            key = word
        else:
            raise ValueError(f"{name}: {word!r} is no decision, address or key")
    if bool(url) != bool(key):
        raise ValueError(f"{name}: an address and a public key (whpk_) go together")
    if url and not decisions:
        raise ValueError(f"{name}: name the decisions that it is asked for")
    return Chosen(name, is_required, tuple(decisions), url, key)
