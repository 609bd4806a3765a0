"""Kinds of sessions are data: shipped ones, an operator's own, and no others."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mentalverse_signaling.calls.kinds import read_kinds, registry, shipped
from mentalverse_signaling.calls.views import call_view
from mentalverse_signaling.errors import BadRequest
from support.call_room import AGREED, Room, opened

OWN: dict[str, Any] = {
    "id": "drawing",
    "minutes": 75,
    "min_participants": 2,
    "max_participants": 4,
    "media": "audio",
    "is_low_bandwidth": True,
}


def document(**changed: Any) -> bytes:
    return json.dumps([OWN | changed]).encode()


@pytest.mark.capability("S01")
def test_a_standard_session_is_fifty_minutes_between_two() -> None:
    kind = registry()["individual"]
    assert (kind.minutes, kind.max_participants, kind.staff_seats) == (50, 2, 0)


@pytest.mark.capability("S02")
def test_an_extended_session_is_ninety() -> None:
    assert registry()["extended"].minutes == 90


@pytest.mark.capability("S06")
@pytest.mark.parametrize(
    ("kind", "least", "most"), [("peer_circle", 4, 8), ("therapy_circle", 6, 8)]
)
def test_how_many_a_circle_is(kind: str, least: int, most: int) -> None:
    found = registry()[kind]
    assert (found.min_participants, found.max_participants) == (least, most)
    assert found.staff_seats == 2
    assert found.needs_agreement
    assert found.has_waiting_room
    assert found.needs_licensed_lead == (kind == "therapy_circle")
    assert sum(phase.minutes for phase in found.phases) == found.minutes == 90


@pytest.mark.parametrize("kind", ["crisis", "direct", "peer_circle"])
def test_only_where_one_is_needed_is_there_an_agreement_to_accept(kind: str) -> None:
    """Nobody in a crisis is kept from a voice by a text to read first."""
    view = call_view(opened(kind, agreement_hashes=(AGREED,)))
    assert (view.agreement == AGREED) == registry()[kind].needs_agreement


@pytest.mark.capability("S04")
def test_an_operator_adds_a_kind_without_a_line_of_code() -> None:
    (own,) = read_kinds(document())
    assert registry([own])["drawing"] == own
    room = Room(opened(own))
    room.fill("ann")
    assert room.call.planned_minutes == 75


def test_an_operators_kind_goes_before_a_shipped_one() -> None:
    (own,) = read_kinds(document(id="individual"))
    assert registry([own])["individual"].minutes == 75
    assert len(registry([own])) == len(shipped())


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_participants": 9},
        {"staff_seats": 3},
        {"min_participants": 5},
        {"min_participants": 1, "max_participants": 1},
        {"minutes": 1},
        {"colour": "blue"},
        {"id": "Drawing"},
        {"has_waiting_room": True},
        {"needs_licensed_lead": True},
        {"is_led": True},
        {"phases": [{"phase": "nap", "minutes": 5}]},
    ],
)
def test_a_kind_that_cannot_be_held_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadRequest):
        read_kinds(document(**wrong))


def test_a_kind_is_named_once() -> None:
    with pytest.raises(BadRequest):
        read_kinds(json.dumps([OWN, OWN]).encode())
