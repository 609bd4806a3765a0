"""What is easily found in a recording: a tone of one pitch, a picture of one hue."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO

import av
from aiortc import MediaStreamTrack
from av import AudioFrame, VideoFrame

from mentalverse_client.calls.sources import (
    AUDIO_HZ,
    AUDIO_SAMPLES,
    VIDEO_CLOCK_HZ,
    VIDEO_FPS,
    VIDEO_HEIGHT,
    VIDEO_WIDTH,
    _Paced,
)
from mentalverse_crypto.media_slots import Slot

Hue = tuple[int, int, int]
RED: Hue = (81, 90, 240)
BLUE: Hue = (41, 240, 110)
"""Y, U and V."""
LOUDNESS = 6_000
PROBED_SAMPLES = AUDIO_HZ // 5


class SignalSource:
    """`Source` of one tone, and of one hue where there is one."""

    def __init__(self, hz: int, hue: Hue | None = None) -> None:
        self._hz, self._hue = hz, hue
        shown = {Slot.MICROPHONE} if hue is None else {Slot.MICROPHONE, Slot.CAMERA}
        self.slots = frozenset(shown)

    def track(self, slot: Slot) -> MediaStreamTrack | None:
        if slot not in self.slots:
            return None
        if slot is Slot.CAMERA and self._hue is not None:
            return _Hue(self._hue)
        return _Pitch(self._hz)

    def close(self) -> None:
        """Nothing is open."""


class _Pitch(_Paced):
    kind = "audio"

    def __init__(self, hz: int) -> None:
        super().__init__(AUDIO_SAMPLES / AUDIO_HZ)
        self._at = 0
        turn = 2 * math.pi * hz / AUDIO_HZ
        second = (int(LOUDNESS * math.sin(turn * n)) for n in range(AUDIO_HZ))
        self._wave = array("h", second)

    async def recv(self) -> AudioFrame:
        self._at += AUDIO_SAMPLES * await self._wait()
        start = self._at % AUDIO_HZ
        frame = AudioFrame(format="s16", layout="mono", samples=AUDIO_SAMPLES)
        frame.planes[0].update(self._wave[start : start + AUDIO_SAMPLES].tobytes())
        frame.sample_rate, frame.pts = AUDIO_HZ, self._at
        frame.time_base = Fraction(1, AUDIO_HZ)
        return frame


class _Hue(_Paced):
    kind = "video"

    def __init__(self, hue: Hue) -> None:
        super().__init__(1 / VIDEO_FPS)
        self._hue, self._number = hue, 0

    async def recv(self) -> VideoFrame:
        self._number += await self._wait()
        frame = VideoFrame(VIDEO_WIDTH, VIDEO_HEIGHT, "yuv420p")
        for plane, level in zip(frame.planes, self._hue, strict=True):
            plane.update(bytes([level]) * plane.buffer_size)
        frame.pts = self._number * VIDEO_CLOCK_HZ // VIDEO_FPS
        frame.time_base = Fraction(1, VIDEO_CLOCK_HZ)
        return frame


@dataclass(frozen=True)
class Played:
    """A recording, decoded."""

    samples: array[int]
    """48 kHz, mono."""
    pictures: list[VideoFrame]

    @property
    def seconds(self) -> float:
        return len(self.samples) / AUDIO_HZ

    def last_heard_seconds(self, hz: int) -> float:
        """Until when a tone is in it; 0 if it never is."""
        heard = [at for at in self._probes() if self._loudness(at, hz) > 300]
        return (max(heard) + PROBED_SAMPLES) / AUDIO_HZ if heard else 0.0

    def heard_share(self, hz: int) -> float:
        """In which part of it a tone is."""
        heard = [self._loudness(at, hz) > 300 for at in self._probes()]
        return sum(heard) / max(1, len(heard))

    def hues(self) -> set[str]:
        """Which of red and blue are in its last picture."""
        last = self.pictures[-1]
        blue, red = (bytes(plane) for plane in last.planes[1:])
        seen = {"red": max(red) > 200, "blue": max(blue) > 200}
        return {name for name, is_seen in seen.items() if is_seen}

    def _probes(self) -> Iterable[int]:
        return range(0, len(self.samples) - PROBED_SAMPLES + 1, PROBED_SAMPLES)

    def _loudness(self, at: int, hz: int) -> float:
        """The amplitude of one pitch (Goertzel)."""
        part = self.samples[at : at + PROBED_SAMPLES]
        coefficient = 2 * math.cos(2 * math.pi * hz / AUDIO_HZ)
        before = last = 0.0
        for sample in part:
            before, last = last, sample + coefficient * last - before
        power = last * last + before * before - coefficient * last * before
        return 2 * math.sqrt(max(0.0, power)) / len(part)


def played(webm: bytes) -> Played:
    """Decode a WebM from its first to its last octet."""
    samples, pictures = array("h"), list[VideoFrame]()
    resampler = av.AudioResampler("s16", "mono", AUDIO_HZ)
    with av.open(BytesIO(webm), "r") as container:
        for frame in container.decode():
            if isinstance(frame, VideoFrame):
                pictures.append(frame)
            elif isinstance(frame, AudioFrame):
                for each in resampler.resample(frame):
                    samples.frombytes(bytes(each.planes[0])[: each.samples * 2])
    return Played(samples, pictures)
