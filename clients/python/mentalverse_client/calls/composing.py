"""One sound and one picture of everybody who is heard and seen in a call.

The sound is the sum of all voices, 48 kHz and mono. Frames come in bursts, so each
voice is kept back a little (`LEAD_SAMPLES`), and what is more than `MOST_SAMPLES` late
is left out: the recording stays at the time of the call. The picture is a grid in which
everybody keeps their shape.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Hashable, Sequence
from typing import Final

from av import AudioFrame, AudioResampler, VideoFrame
from av.video.reformatter import VideoReformatter

SOUND_HZ: Final = 48_000
LEAD_SAMPLES: Final = SOUND_HZ * 60 // 1000
"""Kept of a voice before it is heard again after a silence."""
MOST_SAMPLES: Final = SOUND_HZ * 400 // 1000
"""Kept of a voice at most."""
PICTURE_WIDTH: Final = 640
PICTURE_HEIGHT: Final = 360
_LOUDEST = 32_767
_DARK = 16, 128, 128
"""Y, U and V of where nobody is."""


class _Voice:
    """What has come of one sender, and was not mixed so far."""

    def __init__(self) -> None:
        self._kept: array[int] = array("h")
        self._is_heard = False
        self._form: tuple[str, str, int] | None = None
        self._resampler: AudioResampler | None = None

    def put(self, frame: AudioFrame) -> None:
        form = frame.format.name, frame.layout.name, frame.sample_rate
        if self._resampler is None or form != self._form:
            self._form = form
            self._resampler = AudioResampler("s16", "mono", SOUND_HZ)
        for each in self._resampler.resample(frame):
            self._kept.frombytes(bytes(each.planes[0])[: each.samples * 2])
        late = len(self._kept) - MOST_SAMPLES
        if late > 0:
            del self._kept[: late + LEAD_SAMPLES]

    def take(self, samples: int) -> array[int] | None:
        """So many, ended by silence; None: nothing is heard."""
        if not self._is_heard and len(self._kept) < LEAD_SAMPLES:
            return None
        taken = self._kept[:samples]
        del self._kept[:samples]
        self._is_heard = len(taken) == samples
        taken.extend([0] * (samples - len(taken)))
        return taken


class SoundMix:
    """`put` what comes in, and `take` the sum at the pace of a clock."""

    def __init__(self) -> None:
        self._voices: dict[Hashable, _Voice] = {}

    def put(self, of: Hashable, frame: AudioFrame) -> None:
        """A frame of somebody, in any form."""
        self._voices.setdefault(of, _Voice()).put(frame)

    def take(self, samples: int) -> bytes:
        """The next samples of everybody together: signed 16 bit, native order."""
        heard = (voice.take(samples) for voice in self._voices.values())
        parts = [part for part in heard if part is not None]
        if not parts:
            return bytes(2 * samples)
        if len(parts) == 1:
            return parts[0].tobytes()
        sums = map(sum, zip(*parts, strict=True))
        return array("h", (_clipped(each) for each in sums)).tobytes()


def _clipped(sample: int) -> int:
    return max(-_LOUDEST - 1, min(_LOUDEST, sample))


class PictureGrid:
    """Puts pictures beside each other; for one thread."""

    def __init__(self) -> None:
        self._scalers: dict[int, VideoReformatter] = {}

    def compose(self, pictures: Sequence[VideoFrame]) -> VideoFrame:
        """All of them in one of `PICTURE_WIDTH` × `PICTURE_HEIGHT`, yuv420p."""
        canvas = VideoFrame(PICTURE_WIDTH, PICTURE_HEIGHT, "yuv420p")
        planes = [
            bytearray([dark]) * plane.buffer_size
            for plane, dark in zip(canvas.planes, _DARK, strict=True)
        ]
        columns = math.ceil(math.sqrt(len(pictures))) or 1
        rows = math.ceil(len(pictures) / columns) or 1
        width, height = _even(PICTURE_WIDTH / columns), _even(PICTURE_HEIGHT / rows)
        for place, picture in enumerate(pictures):
            tile = self._scaled(place, picture, width, height)
            left = place % columns * width + _even((width - tile.width) / 2)
            top = place // columns * height + _even((height - tile.height) / 2)
            _paste(tile, planes, [it.line_size for it in canvas.planes], left, top)
        for plane, octets in zip(canvas.planes, planes, strict=True):
            plane.update(bytes(octets))
        return canvas

    def _scaled(
        self, place: int, picture: VideoFrame, width: int, height: int
    ) -> VideoFrame:
        scale = min(width / picture.width, height / picture.height)
        scaler = self._scalers.setdefault(place, VideoReformatter())
        return scaler.reformat(
            picture,
            max(2, _even(picture.width * scale)),
            max(2, _even(picture.height * scale)),
            "yuv420p",
        )


def _even(length: float) -> int:
    return int(length) // 2 * 2


def _paste(
    tile: VideoFrame, planes: list[bytearray], strides: list[int], left: int, top: int
) -> None:
    for number, (plane, into, stride) in enumerate(
        zip(tile.planes, planes, strides, strict=True)
    ):
        share = 2 if number else 1
        octets, width = memoryview(plane), plane.width
        start = top // share * stride + left // share
        for row in range(plane.height):
            source = row * plane.line_size
            target = start + row * stride
            into[target : target + width] = octets[source : source + width]
