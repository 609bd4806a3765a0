"""Recording: everybody's consent, anybody's withdrawal."""

from __future__ import annotations

from typing import Any

import pytest

from mentalverse_signaling.calls import commands as c
from mentalverse_signaling.calls.effects import Kick, Ledger
from mentalverse_signaling.errors import (
    ConsentMissing,
    NotNow,
    RecordingForbidden,
    RoleRequired,
)
from mentalverse_signaling.recording_events import OnWithdraw, RecordingState
from support.call_room import Room, account, connection, device, events, opened

REQUEST = connection("request")
OFF_AGAIN = RecordingState.STOPPED


def ask(room: Room, by: str = "fac", recorder: str = "obs") -> None:
    room.act(
        c.RequestRecording,
        by,
        request=REQUEST,
        purpose="supervision",
        text_hash="f" * 64,
        on_withdraw=OnWithdraw.DISCARD,
        receivers=(account("fac"),),
        recorder=device(recorder),
    )


def agree(room: Room, *names: str) -> None:
    for name in names:
        room.act(c.GiveConsent, name, request=REQUEST, signature=b"signed")


def circle(kind: str = "peer_circle") -> Room:
    room = Room(opened(kind))
    room.fill("ann", "bob")
    room.join("obs", "observer")
    room.effects.clear()
    return room


def running() -> Room:
    room = circle()
    ask(room)
    agree(room, "ann", "bob", "fac", "obs")
    room.act(c.StartRecording, "obs", request=REQUEST)
    assert state(room) is RecordingState.RECORDING
    return room


def state(room: Room) -> RecordingState:
    assert room.call.recording is not None
    return room.call.recording.state


@pytest.mark.capability("C05")
@pytest.mark.parametrize("missing", ["ann", "bob", "fac", "obs"])
def test_it_starts_with_everybodys_consent_and_not_before(missing: str) -> None:
    room = circle()
    ask(room)
    names = {"ann", "bob", "fac", "obs"}
    agree(room, *sorted(names - {missing}))
    with pytest.raises(ConsentMissing):
        room.act(c.StartRecording, "obs", request=REQUEST)
    agree(room, missing)
    room.act(c.StartRecording, "obs", request=REQUEST)
    assert state(room) is RecordingState.RECORDING


@pytest.mark.capability("C05")
def test_silence_is_a_no() -> None:
    room = circle()
    ask(room)
    agree(room, "ann", "bob", "fac")
    room.pass_ms(60_000, "ann", "bob", "fac", "obs")
    assert state(room) is OFF_AGAIN


@pytest.mark.parametrize(
    ("go", "after"),
    [
        (["ann"], RecordingState.ARMED),
        (["bob", "fac", "ann"], RecordingState.REQUESTED),
    ],
)
def test_who_goes_without_an_answer_is_waited_for_no_longer_unless_one_is_left(
    go: list[str], after: RecordingState
) -> None:
    """To go is a no as well, for whoever would then be recorded with nobody."""
    room = circle()
    ask(room)
    agree(room, "bob", "fac", "obs")
    for name in go:
        room.act(c.Leave, name)
    assert state(room) is after


@pytest.mark.capability("C05")
@pytest.mark.parametrize("who", ["ann", "fac", "obs"])
def test_anybody_stops_it_with_one_word(who: str) -> None:
    room = running()
    room.effects.clear()
    room.act(c.WithdrawConsent, who, request=REQUEST)
    assert state(room) is OFF_AGAIN
    assert events(room.effects)[:2] == ["recording.withdrawn", "recording.stopped"]


@pytest.mark.capability("C05")
def test_a_recorder_that_does_not_stop_is_put_out_after_two_seconds() -> None:
    room = running()
    room.act(c.WithdrawConsent, "ann", request=REQUEST)
    room.pass_ms(1_999, "ann", "bob", "fac", "obs")
    assert room.has("obs")
    room.effects.clear()
    room.pass_ms(1)
    assert not room.has("obs")
    assert [one.account for one in room.effects if isinstance(one, Kick)] == [
        account("obs")
    ]


@pytest.mark.capability("C05")
def test_a_recorder_that_has_stopped_stays() -> None:
    room = running()
    room.act(c.WithdrawConsent, "ann", request=REQUEST)
    room.act(c.StopRecording, "obs", request=REQUEST)
    room.pass_ms(5_000, "ann", "bob", "fac", "obs")
    assert room.has("obs")


@pytest.mark.capability("C05")
def test_who_was_moved_back_stops_what_they_are_in() -> None:
    room = running()
    room.pass_ms(1_000, "ann", "bob", "fac", "obs")
    room.act(c.Hold, "fac", member=account("ann"))
    assert state(room) is RecordingState.RECORDING
    room.act(c.WithdrawConsent, "ann", request=REQUEST)
    assert state(room) is OFF_AGAIN


def test_who_was_never_in_stops_nothing_from_the_line() -> None:
    room = running()
    room.join("late")
    agree(room, "late")
    room.act(c.WithdrawConsent, "late", request=REQUEST)
    assert state(room) is RecordingState.RECORDING
    with pytest.raises(ConsentMissing):
        room.admit("fac", "late")


def test_the_loss_of_the_recorder_stops_it() -> None:
    room = running()
    room.pass_ms(10_000, "ann", "bob", "fac")
    assert state(room) is OFF_AGAIN


@pytest.mark.capability("C05")
def test_who_comes_late_is_asked_in_the_waiting_room() -> None:
    room = running()
    room.join("late")
    with pytest.raises(ConsentMissing):
        room.admit("fac", "late")
    room.admit("fac")
    assert room.waits("late")
    agree(room, "late")
    room.admit("fac", "late")
    assert room.has("late")
    assert state(room) is RecordingState.RECORDING


def test_where_there_is_no_waiting_room_consent_opens_the_door() -> None:
    room = circle("group")
    ask(room)
    agree(room, "ann", "bob", "fac", "obs")
    room.join("late")
    assert room.waits("late")
    agree(room, "late")
    assert room.has("late")


def test_who_waited_for_a_recording_comes_in_when_it_is_over() -> None:
    room = circle("group")
    ask(room)
    agree(room, "ann", "bob", "fac", "obs")
    room.join("late")
    room.act(c.WithdrawConsent, "ann", request=REQUEST)
    assert room.has("late")


@pytest.mark.capability("C05")
@pytest.mark.parametrize("kind", ["crisis", "side"])
def test_it_is_never_offered_to_somebody_in_a_crisis_nor_aside(kind: str) -> None:
    room = Room(opened(kind))
    room.join("ann")
    room.join("bob")
    with pytest.raises(RecordingForbidden):
        ask(room, "ann", "bob")


def test_only_the_recorder_begins_and_one_is_asked_for_at_a_time() -> None:
    room = circle()
    ask(room)
    agree(room, "ann", "bob", "fac", "obs")
    with pytest.raises(RecordingForbidden):
        room.act(c.StartRecording, "fac", request=REQUEST)
    with pytest.raises(RoleRequired):
        room.act(c.StopRecording, "ann", request=REQUEST)
    other: Any = c.RequestRecording(
        **room.of("fac"),
        request=connection("other"),
        purpose="training",
        text_hash="e" * 64,
        on_withdraw=OnWithdraw.KEEP,
        receivers=(account("fac"),),
        recorder=device("obs"),
    )
    with pytest.raises(NotNow):
        room.do(other)


def test_each_step_is_an_entry_of_the_ledger() -> None:
    room = running()
    room.act(c.WithdrawConsent, "ann", request=REQUEST)
    entries = [one for one in room.effects if isinstance(one, Ledger)]
    assert [one.by for one in entries] == [
        account(name)
        for name in ("fac", "ann", "bob", "fac", "obs", "obs", "ann", "ann")
    ]
