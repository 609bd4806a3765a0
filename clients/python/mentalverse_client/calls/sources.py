"""What a program sends in a call: a test signal, a file, or nothing."""

from __future__ import annotations

import asyncio
import math
import time
from array import array
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from aiortc import MediaStreamTrack
from aiortc.contrib.media import MediaPlayer
from av import AudioFrame, VideoFrame

from mentalverse_crypto.media_slots import Slot

AUDIO_HZ = 48_000
AUDIO_SAMPLES = 960
"""20 ms."""
TONE_HZ = 440
TONE_LOUDNESS = 0.1
VIDEO_WIDTH, VIDEO_HEIGHT, VIDEO_FPS = 320, 240, 15
VIDEO_CLOCK_HZ = 90_000


class Source(Protocol):
    """Where tracks come from; each connection takes, and encodes, its own."""

    @property
    def slots(self) -> frozenset[Slot]:
        """What there is."""

    def track(self, slot: Slot) -> MediaStreamTrack | None:
        """A fresh track, ended by whoever takes it; None: there is none."""

    def close(self) -> None:
        """Stop whatever feeds the tracks."""


class Nothing:
    """Sends nothing: a listener."""

    slots: frozenset[Slot] = frozenset()

    def track(self, slot: Slot) -> MediaStreamTrack | None:
        """None."""
        return None

    def close(self) -> None:
        """Nothing is open."""


class Tone:
    """A quiet tone, and a grey picture that grows brighter, for tests of a line."""

    def __init__(self, *, video: bool = True) -> None:
        shown = {Slot.MICROPHONE, Slot.CAMERA} if video else {Slot.MICROPHONE}
        self.slots = frozenset(shown)

    def track(self, slot: Slot) -> MediaStreamTrack | None:
        """A track of its own."""
        if slot not in self.slots:
            return None
        return _Picture() if slot.is_video else _Sine()

    def close(self) -> None:
        """Nothing is open."""


class FileSource:
    """A file that is played in real time, again and again.

    Raises:
        OSError: it cannot be opened, or holds no media (`av.FFmpegError`).
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        first = MediaPlayer(str(path))
        slots = {Slot.MICROPHONE: first.audio, Slot.CAMERA: first.video}
        self.slots = frozenset(slot for slot, track in slots.items() if track)
        for track in slots.values():
            if track is not None:
                track.stop()
        self._open: list[MediaStreamTrack] = []

    def track(self, slot: Slot) -> MediaStreamTrack | None:
        """A track of its own, from the beginning of the file."""
        if slot not in self.slots:
            return None
        player = MediaPlayer(str(self._path), loop=True)
        used, spare = player.audio, player.video
        if slot.is_video:
            used, spare = spare, used
        if spare is not None:
            spare.stop()
        if used is not None:
            self._open.append(used)
        return used

    def close(self) -> None:
        """End every track."""
        for track in self._open:
            track.stop()


class _Paced(MediaStreamTrack):
    """A track whose frames come when they are due, and are not made up for."""

    def __init__(self, period_seconds: float) -> None:
        super().__init__()
        self._period_seconds = period_seconds
        self._due = time.monotonic()

    async def _wait(self) -> int:
        """Number of the next frame; what the loop was too late for is left out."""
        now = time.monotonic()
        missed = max(0, int((now - self._due) / self._period_seconds))
        self._due += (missed + 1) * self._period_seconds
        await asyncio.sleep(max(0.0, self._due - now))
        return missed + 1


class _Sine(_Paced):
    kind = "audio"

    def __init__(self) -> None:
        super().__init__(AUDIO_SAMPLES / AUDIO_HZ)
        self._at = 0
        loudest = TONE_LOUDNESS * 32_767
        wave = (
            int(loudest * math.sin(2 * math.pi * TONE_HZ * n / AUDIO_HZ))
            for n in range(AUDIO_HZ // math.gcd(AUDIO_HZ, TONE_HZ))
        )
        self._wave = array("h", wave)

    async def recv(self) -> AudioFrame:
        """20 ms of the tone."""
        self._at += AUDIO_SAMPLES * await self._wait()
        frame = AudioFrame(format="s16", layout="mono", samples=AUDIO_SAMPLES)
        length = len(self._wave)
        samples = array("h", (self._wave[(self._at + n) % length] for n in range(960)))
        frame.planes[0].update(samples.tobytes())
        frame.sample_rate, frame.pts = AUDIO_HZ, self._at
        frame.time_base = Fraction(1, AUDIO_HZ)
        return frame


class _Picture(_Paced):
    kind = "video"

    def __init__(self) -> None:
        super().__init__(1 / VIDEO_FPS)
        self._number = 0

    async def recv(self) -> VideoFrame:
        """The next picture."""
        self._number += await self._wait()
        frame = VideoFrame(VIDEO_WIDTH, VIDEO_HEIGHT, "yuv420p")
        levels = self._number % 220 + 16, 128, 128
        for plane, level in zip(frame.planes, levels, strict=True):
            plane.update(bytes([level]) * plane.buffer_size)
        frame.pts = self._number * VIDEO_CLOCK_HZ // VIDEO_FPS
        frame.time_base = Fraction(1, VIDEO_CLOCK_HZ)
        return frame
