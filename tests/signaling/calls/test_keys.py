"""The switch to an epoch: all are ready, or 1.5 s; and at once after a removal."""

from __future__ import annotations

from typing import Any

import pytest

from mentalverse_signaling.call_events import KeyCause
from mentalverse_signaling.calls.commands import ConfirmKey, EpochPrepared, TimePassed
from support.call_room import Room, events, pushes


def room() -> Room:
    held = Room()
    held.fill("ann", "bob")
    held.effects.clear()
    return held


def ready(held: Room, *names: str, transition: int = 1) -> None:
    for name in names:
        held.act(ConfirmKey, name, epoch=9, transition=transition)


@pytest.mark.parametrize("cause", [KeyCause.ADD, KeyCause.REFRESH])
def test_the_switch_waits_until_everybody_is_ready(cause: KeyCause) -> None:
    held = room()
    held.do(EpochPrepared(1, cause))
    ready(held, "ann", "bob")
    assert events(held.effects) == ["key.prepared"]
    ready(held, "fac")
    assert events(held.effects) == ["key.prepared", "key.switched"]


def test_stragglers_are_waited_for_for_a_second_and_a_half() -> None:
    held = room()
    held.do(EpochPrepared(1, KeyCause.ADD))
    held.now_ms += 1_499
    held.do(TimePassed())
    assert events(held.effects) == ["key.prepared"]
    held.now_ms += 1
    held.do(TimePassed())
    assert events(held.effects) == ["key.prepared", "key.switched"]


@pytest.mark.parametrize("cause", [KeyCause.REMOVE, None])
def test_a_removal_and_what_is_not_known_wait_for_nobody(
    cause: KeyCause | None,
) -> None:
    held = room()
    held.do(EpochPrepared(1, cause))
    assert events(held.effects) == ["key.prepared", "key.switched"]
    told: Any = pushes(held.effects)[0].fact
    assert told.cause is KeyCause.REMOVE


def test_a_removal_takes_the_epochs_before_it_along_in_order() -> None:
    held = room()
    held.do(EpochPrepared(1, KeyCause.ADD))
    held.do(EpochPrepared(2, KeyCause.REMOVE))
    told: list[Any] = [one.fact for one in pushes(held.effects, "key.switched")]
    assert [one.epoch for one in told] == [1, 2]


def test_who_is_away_is_not_waited_for() -> None:
    held = room()
    held.pass_ms(10_000, "fac", "ann")
    held.do(EpochPrepared(1, KeyCause.ADD))
    ready(held, "fac", "ann")
    assert held.call.epoch == 1


def test_an_epoch_is_prepared_once() -> None:
    held = room()
    held.do(EpochPrepared(3, KeyCause.ADD))
    held.do(EpochPrepared(3, KeyCause.ADD))
    held.do(EpochPrepared(2, KeyCause.ADD))
    assert events(held.effects) == ["key.prepared"]
