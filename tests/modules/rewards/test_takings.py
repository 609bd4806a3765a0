"""What was taken for services: what may be booked, and how it is split."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_modules.rewards.documents import shipped
from mentalverse_modules.rewards.epoch import epoch_of
from mentalverse_modules.rewards.errors import NotAllowed
from mentalverse_modules.rewards.ledger import Entry, moved
from mentalverse_modules.rewards.packs import MICRO
from mentalverse_modules.rewards.rights import Key, Step
from mentalverse_modules.rewards.settle import owed_key
from mentalverse_modules.rewards.takings import (
    MOST_MICRO,
    booked,
    require_reason,
    rule_of,
)
from support.reward_books import Books
from support.reward_facts import START_MS, fact

PEER, PROFESSIONAL = shipped("peer"), shipped("professional")


def moves(micro: int) -> dict[str, int]:
    """What a booking does to the accounts."""
    lines = booked(PROFESSIONAL, micro, "2027-03")
    key = Key("2027-03", rule_of("professional"), "")
    return moved(
        {}, Entry(step=Step.POST, key=key, epoch="2027-W10", at_ms=1, lines=lines)
    )


@pytest.mark.capability("T12")
@given(st.integers(1, MOST_MICRO))
def test_what_is_taken_is_in_the_buckets_to_the_last_micro(micro: int) -> None:
    """From outside, and from nowhere else."""
    after = moves(micro)
    assert after.pop("src:revenue") == -micro
    assert sum(after.values()) == micro
    assert set(after) <= {f"bucket:{name}" for name, _ in PROFESSIONAL.buckets}


@pytest.mark.capability("T12")
def test_a_thousand_is_split_by_the_pack() -> None:
    assert moves(1_000 * MICRO) == {
        "src:revenue": -1_000 * MICRO,
        "bucket:service": 700 * MICRO,
        "bucket:contribution": 200 * MICRO,
        "bucket:research": 50 * MICRO,
        "bucket:community": 50 * MICRO,
    }


@pytest.mark.parametrize("micro", [0, -1, MOST_MICRO + 1])
def test_an_amount_that_is_none_is_refused(micro: int) -> None:
    with pytest.raises(NotAllowed):
        booked(PROFESSIONAL, micro, "2027-03")


@pytest.mark.parametrize(
    "reference", ["", "-a", "a b", "a\n", "caf\u00e9", "a" * 65, "../", "a:b"]
)
def test_a_reference_of_another_form_is_refused(reference: str) -> None:
    with pytest.raises(NotAllowed):
        booked(PROFESSIONAL, 1, reference)
    assert booked(PROFESSIONAL, 1, "a" * 64)


def test_a_pack_that_is_paid_from_sources_takes_nothing() -> None:
    with pytest.raises(NotAllowed, match="sources"):
        booked(PEER, 1, "2027-03")


@pytest.mark.parametrize("reason", ["", "   ", "a\nb", "caf\u00e9", "a" * 201])
def test_taking_back_has_a_reason(reason: str) -> None:
    with pytest.raises(NotAllowed):
        require_reason(reason)
    require_reason("refunded")


@pytest.mark.capability("T06")
def test_what_pays_a_debt_names_the_right_that_it_is_of() -> None:
    books = Books((PEER,), budget=20 * MICRO)
    found = books.close(epoch_of(START_MS), [fact()])
    (owed,) = found.owed
    assert owed.key == found.rights[0].key
    later = books.close(epoch_of(START_MS) + 1, [])
    assert [owed_key(entry) for entry in later.paid_owed] == [owed.key]
    assert later.paid_owed[0].key != owed.key
