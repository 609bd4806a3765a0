"""WebM (VP8 and Opus) made in memory: octets that grow as sound and pictures come."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import av
from av import AudioFrame, VideoFrame
from av.audio.stream import AudioStream
from av.video.stream import VideoStream

from .composing import PICTURE_HEIGHT, PICTURE_WIDTH, SOUND_HZ

PICTURES_A_SECOND: Final = 10
SOUND_SAMPLES: Final = SOUND_HZ // 50
"""Of one Opus frame, 20 ms."""
_SOUND_BITS, _PICTURE_BITS = 32_000, 400_000
_KEY_EVERY_SECONDS = 5
# A reader that cannot go back is told no sizes; a cut file lacks a second at most.
_LIVE = {"live": "1", "cluster_time_limit": "1000", "flush_packets": "1"}
_REALTIME = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}


class _Memory:
    """A file for the muxer; without `seek`, since what has left is sealed."""

    def __init__(self) -> None:
        self.octets = bytearray()

    def write(self, octets: bytes) -> int:
        self.octets += octets
        return len(octets)


class Webm:
    """Encodes and muxes in one thread; `take` what has come of it.

    Args:
        has_picture: Whether there is a picture beside the sound.
    """

    def __init__(self, *, has_picture: bool) -> None:
        self._memory = _Memory()
        self._container = av.open(self._memory, "w", format="webm", options=_LIVE)
        self._sound = self._add_sound()
        self._picture = self._add_picture() if has_picture else None
        self._samples = 0

    @property
    def media_type(self) -> str:
        """Of what is made."""
        return "audio/webm" if self._picture is None else "video/webm"

    def sound(self, samples: bytes) -> None:
        """The next 20 ms: `SOUND_SAMPLES` of 16 bits, mono."""
        frame = AudioFrame(format="s16", layout="mono", samples=SOUND_SAMPLES)
        frame.planes[0].update(samples.ljust(frame.planes[0].buffer_size, b"\0"))
        frame.sample_rate, frame.pts = SOUND_HZ, self._samples
        frame.time_base = Fraction(1, SOUND_HZ)
        self._samples += SOUND_SAMPLES
        self._container.mux(self._sound.encode(frame))

    def picture(self, frame: VideoFrame, number: int) -> None:
        """A picture; `number`: which of `PICTURES_A_SECOND`, ascending."""
        if self._picture is not None:
            frame.pts, frame.time_base = number, Fraction(1, PICTURES_A_SECOND)
            self._container.mux(self._picture.encode(frame))

    def take(self) -> bytes:
        """The octets since this was asked the last time."""
        taken = bytes(self._memory.octets)
        self._memory.octets.clear()
        return taken

    def close(self) -> None:
        """Let out what the encoders hold; `take` has the rest after it."""
        self._container.mux(self._sound.encode(None))
        if self._picture is not None:
            self._container.mux(self._picture.encode(None))
        self._container.close()

    def _add_sound(self) -> AudioStream:
        stream = self._container.add_stream("libopus", rate=SOUND_HZ)
        stream.codec_context.layout, stream.codec_context.format = "mono", "s16"
        stream.codec_context.bit_rate = _SOUND_BITS
        return stream

    def _add_picture(self) -> VideoStream:
        stream = self._container.add_stream("libvpx", rate=PICTURES_A_SECOND)
        stream.width, stream.height = PICTURE_WIDTH, PICTURE_HEIGHT
        stream.pix_fmt = "yuv420p"
        encoder = stream.codec_context
        encoder.bit_rate, encoder.options = _PICTURE_BITS, _REALTIME
        encoder.gop_size = PICTURES_A_SECOND * _KEY_EVERY_SECONDS
        encoder.time_base = Fraction(1, PICTURES_A_SECOND)
        return stream
