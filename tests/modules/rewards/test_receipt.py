"""Receipts that anybody recomputes, byte by byte."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from mentalverse_modules.rewards.budget import Terms
from mentalverse_modules.rewards.documents import pack_hash, shipped
from mentalverse_modules.rewards.epoch import epoch_of
from mentalverse_modules.rewards.errors import MalformedReceipt
from mentalverse_modules.rewards.facts import Measured
from mentalverse_modules.rewards.receipt import (
    Receipt,
    bare,
    flaws,
    read_receipt,
    receipt_bytes,
    receipt_hash,
    subject,
)
from support.reward_books import Books
from support.reward_facts import START_MS, fact

PEER, PROFESSIONAL = shipped("peer"), shipped("professional")
FACT = fact(
    role="professional",
    level="specialist",
    measures={"satisfaction": Measured(91, 20)},
)


def receipt_of(**changes: object) -> Receipt:
    books = Books((PROFESSIONAL,))
    one = replace(FACT, **changes)
    return books.close(epoch_of(START_MS), [one]).rights[0].receipt


RECEIPT = receipt_of()
VOIDED = receipt_of(minutes=1)


@pytest.mark.capability("T02")
@pytest.mark.parametrize("receipt", [RECEIPT, VOIDED])
def test_a_receipt_is_read_as_it_was_written(receipt: Receipt) -> None:
    """In canonical form, with amounts as digits: a browser has no larger integers."""
    octets = receipt_bytes(receipt)
    assert read_receipt(octets) == receipt
    assert receipt_bytes(read_receipt(octets)) == octets
    assert receipt_hash(read_receipt(octets)) == receipt_hash(receipt)
    assert flaws(receipt, PROFESSIONAL) == ()


@pytest.mark.capability("T02")
def test_a_receipt_shows_each_bonus_and_no_id() -> None:
    said = json.loads(receipt_bytes(RECEIPT))
    assert said["scored"]["bonuses"] == [
        {"code": "professional.satisfaction", "category": "clinical", "pct": 25}
    ]
    assert said["paid_micro"] == str((540 + 135) * 10**6)
    assert not any(
        word in receipt_bytes(RECEIPT).decode()
        for word in (FACT.evt_id, FACT.beneficiary, FACT.pair)
    )
    assert bare(FACT) == RECEIPT.fact
    assert subject(bytes.fromhex(RECEIPT.salt), FACT) == RECEIPT.subject


@pytest.mark.parametrize(
    ("named", "changed"),
    [
        ("pack_hash", replace(RECEIPT, pack_hash=pack_hash(PEER))),
        ("rule", replace(RECEIPT, rule="professional.unheard_of")),
        ("pack", replace(RECEIPT, pack="other")),
        ("rev", replace(RECEIPT, rev=2)),
        ("export_as", replace(RECEIPT, export_as="duty")),
        ("scored", replace(RECEIPT, fact=replace(RECEIPT.fact, minutes=49))),
        ("scored", replace(RECEIPT, scored=None)),
        ("reason", replace(RECEIPT, fact=replace(RECEIPT.fact, minutes=1))),
        ("reason", replace(VOIDED, reason="consent")),
        ("reason", replace(RECEIPT, reason="no reason")),
        ("paid_micro", replace(RECEIPT, paid_micro=RECEIPT.paid_micro + 1)),
        ("paid_micro", replace(RECEIPT, owed_micro=1)),
        ("paid_micro", replace(RECEIPT, terms=Terms(1, 1, 1))),
        ("paid_micro", replace(VOIDED, paid_micro=1)),
        ("terms", replace(RECEIPT, terms=None)),
        ("paid_micro", replace(RECEIPT, reason="cap")),
    ],
)
def test_what_does_not_come_out_the_same_is_named(named: str, changed: Receipt) -> None:
    assert named in flaws(changed, PROFESSIONAL)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda said: said.update(paid_micro=5),
        lambda said: said.update(paid_micro="05"),
        lambda said: said.update(paid_micro="-5"),
        lambda said: said.update(paid_micro="9" * 31),
        lambda said: said.update(v=2),
        lambda said: said.update(more=1),
        lambda said: said.pop("salt"),
        lambda said: said["fact"].update(minutes=1.5),
    ],
)
def test_what_is_no_receipt_is_refused(spoil: object) -> None:
    said = json.loads(receipt_bytes(RECEIPT))
    assert callable(spoil)
    spoil(said)
    with pytest.raises(MalformedReceipt):
        read_receipt(json.dumps(said).encode())


def test_two_receipts_of_one_fact_have_different_hashes() -> None:
    """By their salts: the hash of a guess is not the hash."""
    other = replace(RECEIPT, salt="11" * 32)
    assert receipt_hash(other) != receipt_hash(RECEIPT)


@pytest.mark.parametrize(
    "place",
    [
        ("fact",),
        ("scored",),
        ("terms",),
        ("scored", "points", 0),
        ("scored", "bonuses", 0),
    ],
)
def test_a_field_that_nobody_knows_is_refused_in_every_object(
    place: tuple[str | int, ...],
) -> None:
    """Two readers that skip different ones would see different receipts."""
    said = json.loads(receipt_bytes(RECEIPT))
    inside = said
    for step in place:
        inside = inside[step]
    inside["also"] = 1
    with pytest.raises(MalformedReceipt):
        read_receipt(json.dumps(said).encode())
