"""Sealed frames: what opens, what is dropped and why, and that no nonce comes back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_crypto.errors import FrameKeySpent, FrameTooShort, InvalidRequest
from mentalverse_crypto.frame_keys import frame_key
from mentalverse_crypto.frames import (
    MAX_CONN_NONCES,
    REPLAY_WINDOW,
    RETAIN_AFTER_REMOVE_MS,
    RETAIN_MS,
    RETIRED_MS,
    TRAILER_BYTES,
    Drop,
    FrameOpener,
    FrameSealer,
)
from mentalverse_crypto.media_slots import Slot
from support.deterministic import seeded_rng
from support.mutations import bit_flips, truncations

BASE, OTHER_BASE = bytes(range(32)), b"o" * 32
KEY_FRAME = b"\x10" + bytes(range(1, 60))
DELTA = b"\x11" + bytes(range(1, 30))
OPUS = b"\x78spoken"
FRAMES = {
    Slot.MICROPHONE: OPUS,
    Slot.CAMERA: KEY_FRAME,
    Slot.SCREEN: DELTA,
    Slot.SCREEN_AUDIO: b"\x78",
}
CLEAR_BYTES = {
    Slot.MICROPHONE: 1,
    Slot.CAMERA: 10,
    Slot.SCREEN: 3,
    Slot.SCREEN_AUDIO: 1,
}


def sealer(nonce: bytes = b"started1", epoch: int = 1) -> FrameSealer:
    made = FrameSealer(nonce)
    made.switch(epoch, BASE)
    return made


def opener(epoch: int = 1) -> FrameOpener:
    made = FrameOpener()
    made.install(epoch, BASE, 0, RETAIN_MS)
    return made


@pytest.mark.parametrize("slot", Slot)
def test_a_frame_opens_once_and_only_its_header_is_readable(slot: Slot) -> None:
    sending, receiving, frame = sealer(), opener(), FRAMES[slot]
    sealed = sending.seal(slot, frame)
    clear = CLEAR_BYTES[slot]
    assert len(sealed) == len(frame) + TRAILER_BYTES
    assert sealed[:clear] == frame[:clear]
    assert frame[clear:] not in sealed or len(frame) == clear
    assert receiving.open(slot, sealed, 1) == frame
    assert receiving.open(slot, sealed, 2) is Drop.REPLAYED
    assert receiving.drops == {Drop.REPLAYED: 1}


@pytest.mark.parametrize("slot", Slot)
def test_every_altered_or_cut_frame_is_dropped_and_counted(slot: Slot) -> None:
    sealed = sealer().seal(slot, FRAMES[slot])
    receiving = opener()
    wrong = [*bit_flips(sealed), *truncations(sealed), sealed + b"\0"]
    dropped = [receiving.open(slot, each, 1) for each in wrong]
    assert all(isinstance(each, Drop) for each in dropped)
    assert receiving.drops.total() == len(wrong)
    assert receiving.open(slot, sealed, 1) == FRAMES[slot]


def test_what_was_never_sealed_is_dropped() -> None:
    """There is no pass-through: not of a frame that says nothing of itself either."""
    receiving = opener()
    for frame in (b"", b"\x10", KEY_FRAME, DELTA + bytes(40), bytes(500)):
        assert isinstance(receiving.open(Slot.CAMERA, frame, 1), Drop)


def test_other_keys_do_not_open() -> None:
    sealed = sealer().seal(Slot.CAMERA, KEY_FRAME)
    stranger = FrameOpener()
    stranger.install(1, OTHER_BASE, 0, RETAIN_MS)
    assert stranger.open(Slot.CAMERA, sealed, 1) is Drop.UNAUTHENTIC
    assert opener().open(Slot.SCREEN, sealed, 1) is Drop.UNAUTHENTIC
    assert opener(2).open(Slot.CAMERA, sealed, 1) is Drop.EPOCH
    keys = {
        frame_key(base, slot, nonce)
        for base in (BASE, OTHER_BASE)
        for slot in Slot
        for nonce in (b"started1", b"started2")
    }
    assert len(keys) == 16


def test_frames_out_of_order_open_within_the_window() -> None:
    sending, receiving = sealer(), opener()
    sealed = [sending.seal(Slot.MICROPHONE, OPUS) for _ in range(REPLAY_WINDOW + 1)]
    assert receiving.open(Slot.MICROPHONE, sealed[-1], 1) == OPUS
    for each in reversed(sealed[1:-1]):
        assert receiving.open(Slot.MICROPHONE, each, 1) == OPUS
    assert receiving.open(Slot.MICROPHONE, sealed[0], 1) is Drop.REPLAYED
    assert {receiving.open(Slot.MICROPHONE, each, 1) for each in sealed} == {
        Drop.REPLAYED
    }


# --- a sender that starts over ---


def test_a_sender_that_starts_over_is_followed_and_its_past_is_over() -> None:
    before, after, receiving = sealer(), sealer(b"started2"), opener()
    late = [before.seal(Slot.CAMERA, KEY_FRAME) for _ in range(4)]
    assert receiving.open(Slot.CAMERA, late[0], 0) == KEY_FRAME
    assert receiving.open(Slot.CAMERA, after.seal(Slot.CAMERA, DELTA), 100) == DELTA
    last = 100 + RETIRED_MS
    assert receiving.open(Slot.CAMERA, late[1], last - 1) == KEY_FRAME
    assert receiving.open(Slot.CAMERA, late[2], last) is Drop.RETIRED
    assert receiving.open(Slot.CAMERA, late[3], last * 100) is Drop.RETIRED
    assert receiving.open(Slot.CAMERA, after.seal(Slot.CAMERA, DELTA), last) == DELTA


def test_nobody_outside_can_push_a_sender_out() -> None:
    sending, receiving = sealer(), opener()
    first = sending.seal(Slot.CAMERA, KEY_FRAME)
    assert receiving.open(Slot.CAMERA, first, 0) == KEY_FRAME
    for number in range(2 * MAX_CONN_NONCES):
        forged = first[:-13] + number.to_bytes(8) + first[-5:]
        assert receiving.open(Slot.CAMERA, forged, 0) is Drop.UNAUTHENTIC
    later = sending.seal(Slot.CAMERA, KEY_FRAME)
    assert receiving.open(Slot.CAMERA, later, 10 * RETIRED_MS) == KEY_FRAME


def test_starting_over_has_a_bound_in_an_epoch_and_none_over_epochs() -> None:
    receiving = opener()
    for number in range(MAX_CONN_NONCES):
        sealed = sealer(number.to_bytes(8)).seal(Slot.CAMERA, DELTA)
        assert receiving.open(Slot.CAMERA, sealed, number) == DELTA
    sealed = sealer(b"one more").seal(Slot.CAMERA, DELTA)
    assert receiving.open(Slot.CAMERA, sealed, 99) is Drop.CONN_NONCES
    receiving.install(2, OTHER_BASE, 100, RETAIN_MS)
    renewed = FrameSealer(b"one more")
    renewed.switch(2, OTHER_BASE)
    assert receiving.open(Slot.CAMERA, renewed.seal(Slot.CAMERA, DELTA), 101) == DELTA


# --- epochs ---


@pytest.mark.parametrize("retain_ms", [RETAIN_MS, RETAIN_AFTER_REMOVE_MS])
def test_the_epoch_before_opens_until_its_time_is_over(retain_ms: int) -> None:
    old, receiving = sealer(), opener()
    late = [old.seal(Slot.MICROPHONE, OPUS) for _ in range(2)]
    receiving.install(2, OTHER_BASE, 50, retain_ms)
    assert receiving.open(Slot.MICROPHONE, late[0], 49 + retain_ms) == OPUS
    assert receiving.open(Slot.MICROPHONE, late[1], 50 + retain_ms) is Drop.EPOCH
    old.switch(2, OTHER_BASE)
    assert receiving.open(Slot.MICROPHONE, old.seal(Slot.MICROPHONE, OPUS), 60) == OPUS


def test_a_removal_shortens_what_an_addition_left() -> None:
    receiving, sealed = opener(), sealer().seal(Slot.MICROPHONE, OPUS)
    receiving.install(2, OTHER_BASE, 0, RETAIN_MS)
    receiving.install(3, b"3" * 32, 10, RETAIN_AFTER_REMOVE_MS)
    receiving.install(3, b"3" * 32, 20, RETAIN_MS)
    at = 10 + RETAIN_AFTER_REMOVE_MS
    assert receiving.open(Slot.MICROPHONE, sealed, at) is Drop.EPOCH


def test_epochs_only_go_up() -> None:
    """A sender that went back would count from 0 again under a key it has used."""
    sending, receiving = sealer(epoch=5), opener(5)
    refused: list[Callable[[], None]] = [
        lambda: sending.switch(5, BASE),
        lambda: sending.switch(4, OTHER_BASE),
        lambda: sending.switch(6, b"short"),
        lambda: receiving.install(4, BASE, 0, RETAIN_MS),
        lambda: receiving.install(5, OTHER_BASE, 0, RETAIN_MS),
        lambda: receiving.install(6, b"short", 0, RETAIN_MS),
    ]
    for each in refused:
        with pytest.raises(InvalidRequest):
            each()
    receiving.install(5, BASE, 0, RETAIN_MS)
    assert receiving.open(Slot.CAMERA, sending.seal(Slot.CAMERA, DELTA), 1) == DELTA


# --- what is not sealed ---


def test_a_spent_counter_ends_a_slot_until_the_next_epoch() -> None:
    sending = FrameSealer(b"started1", max_frames=3)
    sending.switch(1, BASE)
    for _ in range(3):
        sending.seal(Slot.CAMERA, DELTA)
    with pytest.raises(FrameKeySpent):
        sending.seal(Slot.CAMERA, DELTA)
    sending.seal(Slot.MICROPHONE, OPUS)
    sending.switch(2, OTHER_BASE)
    sending.seal(Slot.CAMERA, DELTA)


def test_a_sender_without_an_epoch_or_a_whole_frame_sends_nothing() -> None:
    with pytest.raises(InvalidRequest):
        FrameSealer(b"started1").seal(Slot.CAMERA, DELTA)
    for slot, frame in [(Slot.CAMERA, b""), (Slot.CAMERA, b"\x10" * 9)]:
        with pytest.raises(FrameTooShort):
            sealer().seal(slot, frame)
    with pytest.raises(FrameTooShort):
        sealer().seal(Slot.MICROPHONE, b"")
    for wrong in (b"", b"1234567", b"123456789"):
        with pytest.raises(InvalidRequest):
            FrameSealer(wrong)
    for count in (0, 1 << 32):
        with pytest.raises(InvalidRequest):
            FrameSealer(b"started1", count)


# --- the law about nonces ---

steps = st.lists(
    st.one_of(
        st.sampled_from(Slot),
        st.sampled_from(["reload", "epoch"]),
    ),
    max_size=80,
)


@given(steps, st.integers(0, 9))
def test_no_key_meets_a_nonce_twice(walk: list[Slot | str], seed: int) -> None:
    """Whatever is sealed between reloads and epochs, whichever slot it is for."""
    rng, epoch, used = seeded_rng(seed), 1, set()
    sending = sealer(rng(8))
    for step in walk:
        if step == "reload":
            sending = sealer(rng(8), epoch)
        elif step == "epoch":
            epoch += 1
            sending.switch(epoch, bytes([epoch]) * 32)
        else:
            slot = Slot(step)  # type: ignore[arg-type]
            sealed = sending.seal(slot, FRAMES[slot])
            key = frame_key(
                BASE if epoch == 1 else bytes([epoch]) * 32, slot, sealed[-13:-5]
            )
            meeting = key, sealed[-5:-1]
            assert meeting not in used
            used.add(meeting)


def test_a_million_frames_repeat_no_nonce() -> None:
    """Over slots, reloads and epochs, every key counts upwards from 0."""
    rng, epoch, last = seeded_rng(1), 1, dict[tuple[int, int, bytes], int]()
    sending, frames = sealer(rng(8)), 1_000_000
    for number in range(1, frames + 1):
        if number % 50_000 == 0:
            sending = FrameSealer(rng(8))
            sending.switch(epoch, BASE)
        elif number % 20_000 == 0:
            epoch += 1
            sending.switch(epoch, epoch.to_bytes(32))
        slot = Slot(number % 4)
        sealed = sending.seal(slot, FRAMES[slot])
        place = epoch, slot, sealed[-13:-5]
        counter = int.from_bytes(sealed[-5:-1])
        assert counter == last.get(place, -1) + 1
        last[place] = counter
    assert sum(last.values()) + len(last) == frames
