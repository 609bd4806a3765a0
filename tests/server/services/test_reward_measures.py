"""What bonuses go by: of twenty people and more, of a quarter that stands still."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_modules.rewards.facts import Fact, Measured
from mentalverse_server.clock import to_millis
from mentalverse_server.services.calls.feedback import (
    DAY_MS,
    place_of,
    sealed_by,
)
from mentalverse_server.services.reward_measures import (
    RewardMeasures,
    settled_quarter,
)
from mentalverse_server.store import feedback as store
from mentalverse_server.store.feedback import FeedbackRow
from mentalverse_signaling.ids import AccountId, SessionId
from mentalverse_signaling.session_events import FEEDBACK_DAYS, Instrument
from support.hub import Hub

WHO = AccountId("a" * 32)
MARCH, MAY = datetime(2027, 3, 15, tzinfo=UTC), datetime(2027, 5, 20, tzinfo=UTC)


def _of(
    at: datetime, role: str = "professional", proofs: tuple[str, ...] = ("consent",)
) -> Fact:
    return Fact(
        evt_id="e" * 32,
        type="session.attended",
        occurred_at_ms=to_millis(at),
        beneficiary=WHO,
        role=role,
        proofs=proofs,
    )


def _answers(hub: Hub, scores: list[int], at: datetime, session: int = 1) -> None:
    """One of each person about `WHO`, as it is stored."""
    seal, which = sealed_by(hub.keyring, hub.rng), SessionId(f"{session:032x}")
    for number, score in enumerate(scores):
        account = AccountId(f"{number:032x}")
        sealed = seal.close(
            bytes([score]), place_of(which, account, WHO, Instrument.HELPED)
        )
        row = FeedbackRow(
            *(which, account, WHO, Instrument.HELPED.value, sealed, to_millis(at))
        )
        hub.database.write(partial(store.put, row=row))


def _added(hub: Hub, fact: Fact) -> dict[str, Measured]:
    measures = RewardMeasures(sealed_by(hub.keyring, hub.rng))
    return hub.database.write(lambda x: measures.added(x, fact, ())).measures


@pytest.mark.parametrize(("people", "is_told"), [(19, False), (20, True), (21, True)])
async def test_less_than_twenty_people_are_no_measure(
    hub: Hub, people: int, is_told: bool
) -> None:
    """Not even in a receipt: of few a sum tells what each of them said."""
    _answers(hub, [5] * people, MARCH)
    told = {"satisfaction": Measured(5 * people, people)} if is_told else {}
    assert _added(hub, _of(MAY)) == told


async def test_of_each_person_the_last_answer_counts(hub: Hub) -> None:
    _answers(hub, [1] * 20, datetime(2027, 1, 2, tzinfo=UTC), session=1)
    _answers(hub, [4] * 20, MARCH, session=2)
    assert _added(hub, _of(MAY)) == {"satisfaction": Measured(80, 20)}


async def test_only_the_quarter_before_and_only_professionals(hub: Hub) -> None:
    _answers(hub, [5] * 20, MARCH)
    for at in (MARCH, datetime(2027, 8, 1, tzinfo=UTC)):
        assert _added(hub, _of(at)) == {}
    assert _added(hub, _of(MAY, role="mentor")) == {}


async def test_nothing_is_measured_of_whoever_wants_no_entries(hub: Hub) -> None:
    _answers(hub, [5] * 20, MARCH)
    assert _added(hub, _of(MAY, proofs=("credential",))) == {}
    assert _added(hub, _of(MAY)) != {}


@given(st.integers(0, 4_102_444_800_000))
def test_a_quarter_stands_still_before_it_is_measured(at_ms: int) -> None:
    """Whoever could change an answer of it can do so no more."""
    from_ms, until_ms = settled_quarter(at_ms)
    assert until_ms + FEEDBACK_DAYS * DAY_MS <= at_ms
    assert 90 * DAY_MS <= until_ms - from_ms <= 92 * DAY_MS
    first = datetime.fromtimestamp(from_ms / 1000, UTC)
    assert (first.month % 3, first.day, first.hour, first.minute) == (1, 1, 0, 0)
