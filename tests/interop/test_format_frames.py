"""Frames sealed in one language and opened in the other, octet for octet."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from load_tests.js_peer import JsPeer, octets

from mentalverse_crypto.errors import MlsError
from mentalverse_crypto.frame_keys import frame_key
from mentalverse_crypto.frames import Drop, FrameOpener, FrameSealer
from mentalverse_crypto.media_slots import Slot
from support.cast import Cast
from support.deterministic import seeded_rng
from support.mutations import bit_flips, truncations

repeatable = settings(database=None, deadline=None, derandomize=True, max_examples=60)
BASE, NONCE = bytes(range(32)), b"started1"
Step = dict[str, Any]

START = NONCE.hex()
VECTORS = [
    (
        *(1, 1, Slot.MICROPHONE, "78737065616b"),
        f"7824e1011db833bcc5c892e534eb62f8755cb431318c{START}0000000011",
    ),
    (
        *(18, 3, Slot.CAMERA, "100102030405060708090a0b0c0d0e0f"),
        "100102030405060708092b70de6c2315e2766a80283179520e27738604cfee8a"
        f"{START}0000000212",
    ),
    (
        *(2**40 + 7, 2, Slot.SCREEN, "110203"),
        f"11020364b89391e700b261891d53190cb31000{START}0000000117",
    ),
    (
        *(5, 1, Slot.SCREEN_AUDIO, "78"),
        f"78a567040d2e460c0196409f740e6c305f{START}0000000015",
    ),
]
"""Epoch, how often, slot, frame, and the last of the frames sealed."""


def python_seals(nonce: bytes, max_frames: int, steps: list[Step]) -> list[Any]:
    sealer, answers = FrameSealer(nonce, max_frames), list[Any]()
    for step in steps:
        try:
            if "base" in step:
                sealer.switch(step["epoch"], step["base"])
                answers.append(None)
            else:
                answers.append(sealer.seal(Slot(step["slot"]), step["frame"]))
        except MlsError as error:
            answers.append({"refused": error.code})
    return answers


def python_opens(steps: list[Step]) -> tuple[list[Any], dict[str, int]]:
    opener, answers = FrameOpener(), list[Any]()
    for step in steps:
        try:
            answers.append(_open_step(opener, step))
        except MlsError as error:
            answers.append({"refused": error.code})
    return answers, {drop.value: count for drop, count in opener.drops.items()}


def _open_step(opener: FrameOpener, step: Step) -> Any:
    if "base" in step:
        retain_ms = step["retain_ms"]
        return opener.install(step["epoch"], step["base"], step["now_ms"], retain_ms)
    opened = opener.open(Slot(step["slot"]), step["frame"], step["now_ms"])
    return {"drop": opened.value} if isinstance(opened, Drop) else opened


def _octets(answer: Any) -> Any:
    return octets(answer) if isinstance(answer, str) else answer


def browser_seals(
    formats: JsPeer, nonce: bytes, max_frames: int, steps: list[Step]
) -> list[Any]:
    answers = formats.call(
        "sealFrames", connNonce=nonce, maxFrames=max_frames, steps=steps
    )
    return [_octets(each) for each in answers]


def browser_opens(
    formats: JsPeer, steps: list[Step], *, at_once: bool = False
) -> tuple[list[Any], dict[str, int]]:
    said = formats.call("openFrames", steps=steps, atOnce=at_once)
    return [_octets(each) for each in said["answers"]], said["drops"]


def install(epoch: int, now_ms: int = 0, retain_ms: int = 10_000) -> Step:
    base = bytes([epoch]) * 32
    return {"epoch": epoch, "base": base, "now_ms": now_ms, "retain_ms": retain_ms}


slots = st.sampled_from(Slot)
frames = st.binary(max_size=40)
sealing = st.one_of(
    st.builds(lambda slot, frame: {"slot": int(slot), "frame": frame}, slots, frames),
    st.integers(0, 40).map(install),
    st.just({"epoch": 41, "base": b"short"}),
)


@repeatable
@given(
    st.lists(sealing, max_size=25), st.integers(1, 6), st.binary(min_size=8, max_size=8)
)
def test_both_seal_the_same_octets(
    formats: JsPeer, steps: list[Step], max_frames: int, nonce: bytes
) -> None:
    """And refuse the same: no epoch, an earlier one, no frame, a spent counter."""
    mine = python_seals(nonce, max_frames, steps)
    assert browser_seals(formats, nonce, max_frames, steps) == mine


@st.composite
def received(draw: st.DrawFn) -> list[Step]:
    """A receiver's life: epochs, senders that start over, damage, replay, time."""
    sealers = {
        (epoch, nonce): FrameSealer(nonce * 8)
        for epoch in (1, 2, 3, 17)
        for nonce in (b"a", b"b")
    }
    for (epoch, _), sealer in sealers.items():
        sealer.switch(epoch, bytes([epoch]) * 32)
    now_ms, steps, sent = 0, [install(1)], list[Step]()
    for _ in range(draw(st.integers(0, 25))):
        now_ms += draw(st.sampled_from([0, 1, 1_000, 1_999, 2_000, 10_000]))
        what = draw(st.sampled_from(["new", "new", "new", "again", "damage", "epoch"]))
        if what == "epoch":
            retain_ms = draw(st.sampled_from([2_000, 10_000]))
            steps.append(
                install(draw(st.sampled_from([1, 2, 3, 17])), now_ms, retain_ms)
            )
        elif what == "new" or not sent:
            slot = draw(slots)
            sealer = sealers[draw(st.sampled_from(sorted(sealers)))]
            frame = sealer.seal(slot, draw(st.binary(min_size=10, max_size=30)))
            sent.append({"slot": int(slot), "frame": frame})
            steps.append(sent[-1] | {"now_ms": now_ms})
        else:
            step = draw(st.sampled_from(sent)) | {"now_ms": now_ms}
            if what == "damage":
                place = draw(st.integers(0, len(step["frame"]) - 1))
                octet = draw(st.integers(0, 255))
                step["frame"] = _with(step["frame"], place, octet)
            steps.append(step)
    return steps


def _with(frame: bytes, place: int, octet: int) -> bytes:
    return frame[:place] + bytes([octet]) + frame[place + 1 :]


@settings(repeatable, max_examples=150)
@given(received())
def test_both_open_and_drop_the_same(formats: JsPeer, steps: list[Step]) -> None:
    """Frames, reasons and counts, in whatever order and at whatever time."""
    assert browser_opens(formats, steps) == python_opens(steps)


@pytest.mark.parametrize("slot", Slot)
def test_what_the_browser_sealed_python_opens(formats: JsPeer, slot: Slot) -> None:
    rng = seeded_rng(slot)
    made = [rng(size) for size in range(10, 200, 7)]
    steps = [install(3), *({"slot": int(slot), "frame": each} for each in made)]
    sealed = browser_seals(formats, NONCE, 1_000, steps)[1:]
    opened, drops = python_opens(
        [install(3), *({"slot": int(slot), "frame": e, "now_ms": 1} for e in sealed)]
    )
    assert opened[1:] == made
    assert not drops


def test_damage_gets_the_same_verdict(formats: JsPeer) -> None:
    for slot, frame in ((Slot.MICROPHONE, b"\x78voice"), (Slot.CAMERA, b"\x10" * 20)):
        step = {"slot": int(slot), "frame": frame}
        (_, sealed) = python_seals(NONCE, 9, [install(1), step])
        wrong = [*bit_flips(sealed), *truncations(sealed), sealed + b"\0", sealed]
        steps = [install(1)]
        steps += [{"slot": int(slot), "frame": each, "now_ms": 1} for each in wrong]
        said = browser_opens(formats, steps)
        assert said == python_opens(steps)
        assert said[0][-1] == frame
        assert sum(said[1].values()) == len(wrong) - 1


def test_frames_handed_over_at_once_open_once(formats: JsPeer) -> None:
    """The browser decrypts beside itself: a copy must not slip through meanwhile."""
    frame = {"slot": 1, "frame": b"\x11" * 20}
    _, first, second = python_seals(NONCE, 9, [install(1), frame, frame])
    other = python_seals(b"started2", 9, [install(1), frame])[1]
    steps = [install(1)]
    for each in (first, first, second, other, second, other):
        steps.append({"slot": 1, "frame": each, "now_ms": 1})
    answers, drops = browser_opens(formats, steps, at_once=True)
    assert answers[1:].count(frame["frame"]) == 3
    assert drops == {"replayed": 3}


@pytest.mark.parametrize("length", [0, 7, 9])
def test_a_conn_nonce_has_its_length(formats: JsPeer, length: int) -> None:
    with pytest.raises(Exception, match="8 octets"):
        browser_seals(formats, b"n" * length, 9, [])


def test_both_say_the_vectors(formats: JsPeer) -> None:
    """Fixed for ever: a client of today opens what one of tomorrow seals."""
    for epoch, count, slot, frame, expected in VECTORS:
        step = {"slot": int(slot), "frame": bytes.fromhex(frame)}
        steps = [{"epoch": epoch, "base": BASE}, *[step] * count]
        for sealed in (
            python_seals(NONCE, 9, steps),
            browser_seals(formats, NONCE, 9, steps),
        ):
            assert sealed[-1].hex() == expected
    key = frame_key(BASE, Slot.CAMERA, NONCE)
    assert key.hex() == "2ea52917354dfa1e245b4fc37a2ef4f0"
    said = formats.call("frameKey", base=BASE, slot=1, connNonce=NONCE)
    assert octets(said) == key


@pytest.mark.capability("C04")
def test_members_agree_on_every_senders_base(cast: Cast) -> None:
    """In each epoch, whoever of both languages asks, and no two senders share one."""
    of = cast.group(3)
    before = set[bytes]()
    for _ in range(2):
        bases = set[bytes]()
        for leaf in range(3):
            said = {member.sender_base(leaf) for member in of.members}
            assert len(said) == 1
            bases |= said
        assert len(bases) == 3
        assert not bases & before
        before = bases
        of.commit(of.members[0])
