"""One sound and one picture of everybody, at the pace of the call."""

from __future__ import annotations

from array import array

import pytest
from av import AudioFrame, VideoFrame

from mentalverse_client.calls.composing import (
    LEAD_SAMPLES,
    MOST_SAMPLES,
    PICTURE_HEIGHT,
    PICTURE_WIDTH,
    PictureGrid,
    SoundMix,
)

SAMPLES = 960


def sound(level: int, *, layout: str = "mono", hz: int = 48_000) -> AudioFrame:
    """20 ms of one level."""
    samples = hz // 50
    channels = 2 if layout == "stereo" else 1
    frame = AudioFrame(format="s16", layout=layout, samples=samples)
    frame.planes[0].update(array("h", [level] * samples * channels).tobytes())
    frame.sample_rate = hz
    return frame


def mixed(mix: SoundMix, samples: int = SAMPLES) -> array[int]:
    taken = array("h")
    taken.frombytes(mix.take(samples))
    return taken


def put(mix: SoundMix, of: str, level: int, frames: int = 4) -> None:
    for _ in range(frames):
        mix.put(of, sound(level))


def test_nobody_is_silence() -> None:
    assert set(mixed(SoundMix())) == {0}


def test_two_are_heard_together_and_not_louder_than_can_be() -> None:
    mix = SoundMix()
    put(mix, "ada", 20_000)
    put(mix, "ben", -5_000)
    assert set(mixed(mix)) == {15_000}
    put(mix, "cy", 30_000)
    assert set(mixed(mix)) == {32_767}


@pytest.mark.parametrize(("layout", "hz"), [("stereo", 48_000), ("mono", 16_000)])
def test_every_form_of_sound_becomes_one(layout: str, hz: int) -> None:
    mix = SoundMix()
    for _ in range(6):
        mix.put("ada", sound(1_000, layout=layout, hz=hz))
    heard = mixed(mix, 3 * SAMPLES)[SAMPLES:]
    assert len(heard) == 2 * SAMPLES
    assert all(abs(sample - 1_000) < 50 for sample in heard)


def test_a_voice_begins_once_there_is_some_of_it() -> None:
    mix = SoundMix()
    put(mix, "ada", 1_000, LEAD_SAMPLES // SAMPLES - 1)
    assert set(mixed(mix)) == {0}
    put(mix, "ada", 1_000, 1)
    assert set(mixed(mix)) == {1_000}


def test_what_is_late_is_left_out() -> None:
    mix = SoundMix()
    put(mix, "ada", 1_000, 2 * MOST_SAMPLES // SAMPLES)
    heard = mixed(mix, 2 * MOST_SAMPLES)
    assert sum(sample != 0 for sample in heard) <= MOST_SAMPLES


def picture(u: int, width: int = 320, height: int = 240) -> VideoFrame:
    frame = VideoFrame(width, height, "yuv420p")
    for plane, level in zip(frame.planes, (200, u, 128), strict=True):
        plane.update(bytes([level]) * plane.buffer_size)
    return frame


def pixel(frame: VideoFrame, plane: int, left: float, top: float) -> int:
    it = frame.planes[plane]
    row, column = int(top * (it.height - 1)), int(left * (it.width - 1))
    return bytes(it)[row * it.line_size + column]


def test_nobody_is_dark() -> None:
    whole = PictureGrid().compose([])
    assert (whole.width, whole.height) == (PICTURE_WIDTH, PICTURE_HEIGHT)
    assert {pixel(whole, 0, x / 9, y / 9) for x in range(10) for y in range(10)} == {16}


def test_one_keeps_their_shape_in_the_middle() -> None:
    whole = PictureGrid().compose([picture(60)])
    bright = [x for x in range(101) if pixel(whole, 0, x / 100, 0.5) > 190]
    assert abs((max(bright) - min(bright)) / 100 * 640 - 480) < 20
    assert pixel(whole, 0, 0.02, 0.5) == pixel(whole, 0, 0.98, 0.5) == 16
    assert pixel(whole, 0, 0.5, 0) > 190


@pytest.mark.parametrize("number", range(1, 11))
def test_everybody_has_a_place_of_their_own(number: int) -> None:
    hues = [40 + 20 * place for place in range(number)]
    sizes = [(320, 240), (640, 360), (90, 160)]
    whole = PictureGrid().compose(
        [picture(hue, *sizes[at % 3]) for at, hue in enumerate(hues)]
    )
    octets = bytes(whole.planes[1])
    seen = {hue for hue in hues if octets.count(hue) > 200}
    assert seen == set(hues)
