"""What is taken from the log is what happened, and nothing of too little."""

from __future__ import annotations

import pytest

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.measured import (
    FEWEST_ANSWERS,
    FEWEST_HANDLED,
    FEWEST_LEFT,
    answering,
    handling_seconds,
    patience_seconds,
)
from mentalverse_crisis.policy import DEFAULT
from mentalverse_crisis.record import Entry, What
from mentalverse_crisis.sla import Arrival, arrival


def offers(count: int, outcome: str, seconds: float, name: str = "") -> list[Entry]:
    """So many offers, each of a case of its own, that end like this."""
    found = []
    for number in range(count):
        case = f"{name or outcome}-{number}"
        made = Entry(at_ms=0, case=case, what=What.OFFERED, offer="1")
        at_ms = round(seconds * 1000)
        ended = Entry(
            at_ms=at_ms, case=case, what=What.OFFER_ENDED, offer="1", outcome=outcome
        )
        found += [made, ended]
    return found


def test_offers_are_counted_by_how_they_ended() -> None:
    """Declines and silence are answers, too; what was taken back says nothing."""
    entries = [
        *offers(20, "accepted", 4),
        *offers(1, "accepted", 60, "late"),
        *offers(9, "declined", 2),
        *offers(10, "expired", 60),
        *offers(50, "rescinded", 1),
    ]
    found = answering(entries, people=3)
    assert found is not None
    assert found.accepted_share == pytest.approx(21 / 40)
    assert (found.median_seconds, found.people) == (4, 3)


def test_of_too_few_answers_nothing_is_said() -> None:
    """Nor of people who never accept, whose speed nobody knows."""
    assert answering(offers(FEWEST_ANSWERS - 1, "accepted", 4), 3) is None
    assert answering(offers(FEWEST_ANSWERS, "declined", 4), 3) is None
    at_once = answering(offers(FEWEST_ANSWERS, "accepted", 0), 0)
    assert at_once is not None and at_once.median_seconds > 0 and at_once.people == 1


def talked(seconds: int) -> list[Entry]:
    return [
        Entry(at_ms=0, case="c", what=What.ACCEPTED),
        Entry(at_ms=seconds * 1000, case="c", what=What.WRAPPED_UP),
    ]


def test_the_mean_conversation_is_of_those_that_are_over() -> None:
    over = [talked(600)] * (FEWEST_HANDLED - 1)
    assert handling_seconds(over) is None
    assert handling_seconds([*over, talked(1_600), over[0][:1]]) == 700


def waited(seconds: int, what: What) -> Arrival:
    log = [
        Entry(at_ms=0, case="c", what=What.OPENED, band=Band.A2, policy="default-1"),
        Entry(at_ms=seconds * 1000, case="c", what=what),
    ]
    return arrival(log, DEFAULT, seconds * 1000)


def test_patience_is_all_waiting_by_whoever_left() -> None:
    """Who was answered has shown a part of theirs: it counts as waiting."""
    left = [waited(60, What.LEFT)] * FEWEST_LEFT
    answered = [waited(30, What.ACCEPTED)] * 20
    assert patience_seconds([*left[1:], *answered]) is None
    assert patience_seconds([*left, *answered]) == 120
