"""Facts and packs that the tests of rewards share."""

from __future__ import annotations

import json
from typing import Any

from msgspec.structs import replace

from mentalverse_modules.rewards.documents import shipped, written
from mentalverse_modules.rewards.facts import PROOFS, Fact
from mentalverse_modules.rewards.packs import Pack, moment_ms

START_MS = moment_ms("2027-01-04T00:00:00Z")
"""A Monday: the shipped packs begin to hold."""


def fact(**changes: Any) -> Fact:
    """A standard session of 50 minutes, attended whole and in time by a mentor."""
    whole: dict[str, Any] = {
        "evt_id": "evt_1",
        "type": "session.attended",
        "occurred_at_ms": START_MS + 1,
        "beneficiary": "ada",
        "role": "mentor",
        "kind": "standard",
        "pair": "pair_1",
        "minutes": 50,
        "planned_minutes": 50,
        "proofs": PROOFS,
    }
    return Fact(**whole | changes)


def document(name: str = "peer") -> dict[str, Any]:
    """A shipped pack as what JSON makes of it, free to be spoilt."""
    read: dict[str, Any] = json.loads(written(shipped(name)))
    return read


def rule_in(pack: dict[str, Any], code: str) -> dict[str, Any]:
    """The rule of this code in a document."""
    found: dict[str, Any] = next(r for r in pack["rules"] if r["code"] == code)
    return found


def only(pack: Pack, code: str) -> Pack:
    """The pack with one of its rules."""
    return replace(pack, rules=tuple(r for r in pack.rules if r.code == code))
