"""Claims of two: which day may be signed, by whom, and what the octets are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_signaling.claim_events import (
    DAY_MS,
    MAX_CLAIM_AGE_DAYS,
    ClaimKind,
    claim_octets,
)
from mentalverse_signaling.claims import joins, require_day, require_place
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.errors import BadRequest, Conflict, Forbidden, NotNow
from mentalverse_signaling.ids import AccountId, ConversationId

TALK, REF, DAY = ConversationId("c" * 32), bytes(range(16)), 20_780
ADA, BEN = AccountId("a" * 32), AccountId("b" * 32)


def test_the_octets_do_not_change() -> None:
    """Browsers have the same: `tests/interop` compares them."""
    octets = claim_octets(TALK, ClaimKind.GOAL_COMPLETED, REF, DAY)
    said = b"MentalVerse claim v1".hex() + "c" * 32 + "02" + REF.hex() + "0000512c"
    assert octets.hex() == said


def test_everything_that_is_claimed_is_signed() -> None:
    claims = {
        claim_octets(TALK, ClaimKind.GOAL_SET, REF, DAY),
        claim_octets(ConversationId("d" * 32), ClaimKind.GOAL_SET, REF, DAY),
        *(claim_octets(TALK, kind, REF, DAY) for kind in ClaimKind),
        claim_octets(TALK, ClaimKind.GOAL_SET, bytes(16), DAY),
        claim_octets(TALK, ClaimKind.GOAL_SET, REF, DAY + 1),
    }
    assert len(claims) == len(ClaimKind) + 3


@given(st.integers(0, 2 * DAY_MS), st.integers(-40, 3))
def test_a_day_is_today_or_one_of_the_last_thirty(late_ms: int, offset: int) -> None:
    now_ms = DAY * DAY_MS + late_ms
    today = now_ms // DAY_MS
    day = today + offset
    if offset > 1 or (offset == 1 and now_ms % DAY_MS < DAY_MS - 300_000):
        with pytest.raises(BadRequest):
            require_day(day, now_ms)
    elif offset < -MAX_CLAIM_AGE_DAYS:
        with pytest.raises(NotNow):
            require_day(day, now_ms)
    else:
        require_day(day, now_ms)


def test_each_signs_once_and_both_the_same_day() -> None:
    assert joins({}, ADA, DAY)
    assert joins({ADA: DAY}, BEN, DAY)
    assert not joins({ADA: DAY}, ADA, DAY)
    assert not joins({ADA: DAY, BEN: DAY}, BEN, DAY)
    for account in (ADA, BEN):
        with pytest.raises(Conflict):
            joins({ADA: DAY}, account, DAY + 1)


@pytest.mark.parametrize("kind", ConversationKind)
def test_claims_are_made_between_two(kind: ConversationKind) -> None:
    if kind is ConversationKind.DIRECT:
        require_place(kind)
    else:
        with pytest.raises(Forbidden):
            require_place(kind)
