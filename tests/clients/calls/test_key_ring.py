"""Two-phase switches of keys, by a clock that the test moves."""

from __future__ import annotations

from mentalverse_client.calls.key_ring import SWITCH_MS, WITHHOLD_MS, EpochKeys, KeyRing
from mentalverse_crypto.frames import (
    RETAIN_AFTER_REMOVE_MS,
    RETAIN_MS,
    Drop,
)
from mentalverse_crypto.media_slots import Slot
from mentalverse_signaling.conversation import Leaf
from mentalverse_signaling.ids import AccountId, DeviceId
from support.deterministic import seeded_rng

FRAME = b"\x11" * 30


def leaf(letter: str) -> Leaf:
    return AccountId(letter * 32), DeviceId(letter.upper() * 32)


A, B, C = leaf("a"), leaf("b"), leaf("c")


class Room:
    """Devices that share a group, with rings whose clock is one."""

    def __init__(self, *members: Leaf) -> None:
        self.now_ms, self.epoch = 0, 0
        self.members = list(members)
        self.rings = {
            each: KeyRing(each, seeded_rng(n), lambda: self.now_ms)
            for n, each in enumerate(members)
        }
        self.commit()

    def begin(self, *members: Leaf) -> int:
        self.epoch, self.members = self.epoch + 1, list(members)
        return self.epoch

    def process(self, who: Leaf) -> None:
        places = {each: n for n, each in enumerate(self.members)}
        bases = {each: bytes([self.epoch, n]) * 16 for each, n in places.items()}
        self.rings[who].enter(EpochKeys(self.epoch, places, bases))

    def commit(self) -> None:
        self.begin(*self.members)
        for each in self.members:
            self.process(each)

    def hears(self, sender: Leaf, receiver: Leaf) -> bool:
        sealed = self.rings[sender].seal(Slot.CAMERA, FRAME)
        if sealed is None:
            return False
        return self.rings[receiver].open(sender, Slot.CAMERA, sealed) == FRAME


def test_nothing_is_sent_before_there_is_a_key() -> None:
    ring = KeyRing(A, seeded_rng(1), lambda: 0)
    assert ring.sending == -1
    assert ring.seal(Slot.CAMERA, FRAME) is None
    assert ring.open(B, Slot.CAMERA, bytes(60)) is None


def test_an_addition_is_opened_at_once_and_sent_under_when_all_are_ready() -> None:
    room = Room(A, B)
    room.begin(A, B)
    room.process(A)
    assert room.rings[A].sending == 1
    assert room.hears(A, B)
    room.process(B)
    room.rings[A].switched(2)
    assert room.rings[A].sending == 2
    assert room.rings[B].sending == 1
    assert room.hears(A, B) and room.hears(B, A)


def test_a_server_that_keeps_the_word_back_gains_two_seconds() -> None:
    room = Room(A, B)
    room.commit()
    room.now_ms = SWITCH_MS - 1
    assert room.rings[A].sending == 1
    room.now_ms = SWITCH_MS
    assert room.rings[A].sending == 2


def test_a_word_about_another_epoch_switches_nothing() -> None:
    room = Room(A, B)
    room.commit()
    for epoch in (0, 1, 3):
        room.rings[A].switched(epoch)
        assert room.rings[A].sending == 1
    room.rings[A].switched(2)
    room.rings[A].switched(1)
    assert room.rings[A].sending == 2


def test_after_a_removal_nobody_waits_and_the_removed_opens_nothing() -> None:
    room = Room(A, B, C)
    room.begin(A, B)
    room.process(A)
    assert room.rings[A].sending == 2
    assert not room.hears(A, C)
    assert not room.hears(A, B)
    room.process(B)
    assert room.hears(A, B) and room.hears(B, A)


def test_the_removed_is_heard_two_seconds_at_most() -> None:
    room = Room(A, B, C)
    room.begin(A, B)
    room.process(A)
    room.now_ms = RETAIN_AFTER_REMOVE_MS - 1
    assert room.hears(C, A)
    room.now_ms = RETAIN_AFTER_REMOVE_MS
    assert not room.hears(C, A)


def test_media_of_whoever_is_slow_opens_until_its_time_is_over() -> None:
    room = Room(A, B)
    room.begin(A, B)
    room.process(A)
    room.now_ms = RETAIN_MS - 1
    assert room.hears(B, A)
    room.now_ms = RETAIN_MS
    assert not room.hears(B, A)
    assert room.rings[A].drops() == {Drop.EPOCH: 1}


def test_who_cannot_process_a_removal_falls_silent() -> None:
    room = Room(A, B)
    ring = room.rings[A]
    ring.prepared(2, is_removal=True)
    room.now_ms = WITHHOLD_MS - 1
    assert not ring.is_withheld and room.hears(A, B)
    room.now_ms = WITHHOLD_MS
    assert ring.is_withheld and not room.hears(A, B)
    room.commit()
    assert not ring.is_withheld


def test_what_is_told_of_additions_or_of_the_past_silences_nobody() -> None:
    room = Room(A, B)
    ring = room.rings[A]
    ring.prepared(2, is_removal=False)
    ring.prepared(1, is_removal=True)
    room.now_ms = 10 * WITHHOLD_MS
    assert not ring.is_withheld and room.hears(A, B)


def test_of_several_epochs_at_once_the_latest_that_is_due_is_sent_under() -> None:
    room = Room(A, B)
    room.commit()
    room.now_ms = 500
    room.commit()
    room.now_ms = SWITCH_MS
    assert room.rings[A].sending == 2
    room.now_ms = SWITCH_MS + 500
    assert room.rings[A].sending == 3


def test_a_device_that_comes_back_at_another_place_is_a_removal() -> None:
    room = Room(A, B, C)
    room.begin(A, C, B)
    room.process(A)
    assert room.rings[A].sending == 2
