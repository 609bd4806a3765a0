"""How the line was: the worst that anybody told, and how often somebody was back."""

from __future__ import annotations

from itertools import product

import pytest

from mentalverse_signaling.calls.commands import Resume, SetState
from mentalverse_signaling.calls.leases import revive
from mentalverse_signaling.line_quality import LossBucket, RttBucket, worst
from support.call_room import Room, account, device, pushes


@pytest.fixture
def room() -> Room:
    held = Room()
    held.fill("ann", "ben")
    held.effects.clear()
    return held


def _tells(
    room: Room, name: str, loss: LossBucket | None, rtt: RttBucket | None
) -> None:
    seat = room.seat(name)
    tile = {"is_muted": seat.is_muted, "has_camera": seat.has_camera}
    room.act(SetState, name, **tile, loss=loss, rtt=rtt)


@pytest.mark.parametrize("buckets", [LossBucket, RttBucket])
def test_the_later_step_is_the_worse_in_whatever_order_they_are_told(
    buckets: type[LossBucket] | type[RttBucket],
) -> None:
    steps = list(buckets)
    for one, other in product(range(len(steps)), repeat=2):
        assert worst((steps[one], steps[other])) is steps[max(one, other)]
        assert worst((None, steps[one])) is steps[one]


def test_of_what_nobody_told_nothing_is_the_worst() -> None:
    told: tuple[LossBucket | None, ...] = (None, None)
    assert worst(told) is None


def test_the_call_keeps_the_worst_of_each_whoever_told_it(room: Room) -> None:
    assert (room.call.worst_loss, room.call.worst_rtt) == (None, None)
    _tells(room, "ann", LossBucket.MORE, RttBucket.BELOW_100)
    _tells(room, "ben", LossBucket.BELOW_1, RttBucket.BELOW_1000)
    _tells(room, "ann", None, None)
    worst_told = (LossBucket.MORE, RttBucket.BELOW_1000)
    assert (room.call.worst_loss, room.call.worst_rtt) == worst_told


def test_nobody_in_the_call_hears_of_a_line(room: Room) -> None:
    _tells(room, "ann", LossBucket.MORE, RttBucket.MORE)
    assert pushes(room.effects) == []


def test_a_restart_of_the_server_forgets_neither_the_line_nor_who_was_back(
    room: Room,
) -> None:
    _tells(room, "ann", LossBucket.BELOW_3, RttBucket.BELOW_300)
    room.join("ann", conn="again")
    kept = revive(room.call, room.now_ms)
    told = (kept.worst_loss, kept.worst_rtt, kept.reconnects)
    assert told == (LossBucket.BELOW_3, RttBucket.BELOW_300, 1)


def test_a_page_that_was_loaded_again_is_back(room: Room) -> None:
    room.join("ann", conn="again")
    assert room.call.reconnects == 1


def test_the_same_join_again_is_none(room: Room) -> None:
    room.join("ann")
    assert room.call.reconnects == 0


def test_another_device_of_theirs_is_not_the_one_that_was_there(room: Room) -> None:
    room.join("ann", conn="phone", on="phone")
    assert room.call.reconnects == 0


@pytest.mark.parametrize(("silent_ms", "reconnects"), [(9_999, 0), (10_000, 1)])
def test_who_is_heard_again_after_their_lease_is_back(
    room: Room, silent_ms: int, reconnects: int
) -> None:
    room.pass_ms(silent_ms, "fac", "ben")
    again = Resume(
        account=account("ann"), device=device("ann"), resume_digest=b"digest ann"
    )
    for _ in range(2):
        room.do(again)
    assert room.call.reconnects == reconnects
