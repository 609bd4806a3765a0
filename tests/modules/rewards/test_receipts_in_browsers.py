"""The receipts that the browser's unit tests recompute are Python's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mentalverse_modules.rewards.documents import SHIPPED, pack_hash, shipped, written
from mentalverse_modules.rewards.epoch import epoch_of
from mentalverse_modules.rewards.facts import Measured
from mentalverse_modules.rewards.receipt import receipt_bytes, receipt_hash
from support.reward_books import Books
from support.reward_facts import START_MS, fact

WEB = Path(__file__).parents[3] / "clients" / "web"
FILE = WEB / "src" / "rewards" / "receipts.json"
HOURS = {"type": "duty.ended", "role": "professional", "kind": "", "pair": ""}
PLENTY = 10**15
CASES: dict[str, tuple[str, int, dict[str, Any]]] = {
    "peer": ("peer", PLENTY, {"level": "specialist"}),
    "half": ("peer", PLENTY, {"minutes": 25, "late_seconds": 301}),
    "short": ("peer", 10**8, {"level": "master"}),
    "owed": ("peer", 10**7, {}),
    "no_show": (
        "peer",
        PLENTY,
        {"type": "session.no_show", "minutes": 15, "proofs": ("credential", "consent")},
    ),
    "voided": ("peer", PLENTY, {"minutes": 1}),
    "professional": (
        "professional",
        PLENTY,
        {
            "role": "professional",
            "level": "specialist",
            "measures": {
                "satisfaction": Measured(91, 20),
                "availability": Measured(91, 100),
            },
        },
    ),
    "exactly_four_and_a_half": (
        "professional",
        PLENTY,
        {"role": "professional", "measures": {"satisfaction": Measured(90, 20)}},
    ),
    "duty_480": (
        "professional",
        PLENTY,
        HOURS | {"minutes": 480, "planned_minutes": 480, "level": "specialist"},
    ),
    "duty_240": (
        "professional",
        PLENTY,
        HOURS | {"minutes": 240, "planned_minutes": 240, "level": "specialist"},
    ),
}


def receipts() -> dict[str, object]:
    """Each case with its hash, and the packs in their one form."""
    found: dict[str, object] = {}
    for name, (pack, budget, changes) in CASES.items():
        books = Books((shipped(pack),), budget=budget)
        settled = books.close(epoch_of(START_MS), [fact(**changes)])
        receipt = settled.rights[0].receipt
        text = receipt_bytes(receipt).decode("ascii")
        found[name] = {"document": text, "hash": receipt_hash(receipt)}
    packs = {
        name: {
            "document": written(shipped(name)).decode("ascii"),
            "hash": pack_hash(shipped(name)),
        }
        for name in SHIPPED
    }
    return {"packs": packs, "receipts": found}


@pytest.mark.capability("T01")
@pytest.mark.capability("T11")
def test_the_receipts_of_the_browser_are_those_of_python() -> None:
    """Octet for octet; `src/rewards/receipt.test.ts` computes the same from them."""
    assert json.loads(FILE.read_text("ascii")) == receipts()
