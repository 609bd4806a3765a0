"""aiortc's encoders and decoders with frame encryption in between.

aiortc has no encoded transforms, so three private names of it are used here, and only
here; a version without them is refused when a call begins, and nothing is ever sent or
shown in the clear instead.

| Name                                   | Use                                       |
|----------------------------------------|-------------------------------------------|
| `_RTCRtpSender__encoder`               | set on the instance before it starts: the |
|                                        | sender makes one only where there is none |
| `_RTCRtpReceiver__decoder_queue`       | what the jitter buffer hands over, opened |
|                                        | on its way; set before `receive` starts   |
| `_RTCRtpReceiver__decoder_error`       | lets the receiver ask for a key frame     |

Both are per instance, so that a process may hold many calls. `pack` is the way of media
that was encoded before: it is sealed as well.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any

from aiortc import RTCRtpReceiver, RTCRtpSender
from aiortc.codecs.opus import OpusEncoder
from aiortc.codecs.vpx import Vp8Encoder
from aiortc.jitterbuffer import JitterFrame
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from av.frame import Frame
from av.packet import Packet

from mentalverse_crypto.media_slots import Slot

from ..errors import CallUnsupported

AUDIO_BITS_PER_SECOND = 32_000
MAX_WAITING_FRAMES = 256
"""Frames before one decoder; more are dropped, as by a network that is too slow."""
KEY_FRAME_PAUSE_MS = 1_000
"""A key frame is asked for at most so often."""

Seal = Callable[[bytes], bytes | None]
"""A frame for the wire; None: nothing is sent."""
Open = Callable[[bytes], bytes | None]
"""A frame for the decoder; None: it is dropped."""

_ENCODER = "_RTCRtpSender__encoder"
_DECODER_QUEUE = "_RTCRtpReceiver__decoder_queue"
_DECODER_ERROR = "_RTCRtpReceiver__decoder_error"


class SealingOpusEncoder(OpusEncoder):
    """Opus at 32 kbit/s, sealed."""

    def __init__(self, seal: Seal) -> None:
        super().__init__()
        self.codec.bit_rate = AUDIO_BITS_PER_SECOND
        self._seal = seal

    def encode(
        self, frame: Frame, force_keyframe: bool = False
    ) -> tuple[list[bytes], int]:
        """Runs in a thread of a pool."""
        payloads, timestamp = super().encode(frame, force_keyframe)
        return self._sealed(payloads), timestamp

    def pack(self, packet: Packet[Any]) -> tuple[list[bytes], int]:
        """Runs on the loop."""
        payloads, timestamp = super().pack(packet)
        return self._sealed(payloads), timestamp

    def _sealed(self, payloads: list[bytes]) -> list[bytes]:
        sealed = map(self._seal, payloads)
        return [each for each in sealed if each is not None]


class SealingVp8Encoder(Vp8Encoder):
    """VP8, sealed before it is cut into packets: both ways lead through there."""

    def __init__(self, seal: Seal) -> None:
        super().__init__()
        self._seal = seal

    def _packetize(self, buffer: bytes, picture_id: int) -> list[bytes]:  # type: ignore[override]
        sealed = self._seal(buffer)
        return [] if sealed is None else super()._packetize(sealed, picture_id)


def seal_sender(sender: RTCRtpSender, slot: Slot, seal: Seal) -> None:
    """Let a sender that has not started send nothing but sealed frames.

    Raises:
        CallUnsupported: this version of aiortc is built another way.
    """
    if getattr(sender, _ENCODER, slot) is not None:
        raise CallUnsupported("this version of aiortc cannot be made to seal frames")
    made = SealingVp8Encoder(seal) if slot.is_video else SealingOpusEncoder(seal)
    setattr(sender, _ENCODER, made)


class OpeningQueue(queue.Queue[tuple[RTCRtpCodecParameters, JitterFrame] | None]):
    """What stands between jitter buffer and decoder, and lets opened frames pass."""

    def __init__(
        self, opened: Open, lost: threading.Event, now_ms: Callable[[], int]
    ) -> None:
        super().__init__()
        self.arrived = 0
        """Frames that came in, whether they opened or not."""
        self.passed = 0
        """Frames that went on to the decoder."""
        self._opened = opened
        self._lost = lost
        self._now_ms = now_ms
        self._asked_ms = -KEY_FRAME_PAUSE_MS

    def put(
        self,
        item: tuple[RTCRtpCodecParameters, JitterFrame] | None,
        block: bool = True,
        timeout: float | None = None,
    ) -> None:
        """Called on the loop; None, by which the decoder ends, passes as it is."""
        if item is None:
            return super().put(None, block, timeout)
        codec, frame = item
        self.arrived += 1
        if self.qsize() >= MAX_WAITING_FRAMES:
            return self._lose()
        data = self._opened(frame.data)
        if data is None:
            return self._lose()
        self.passed += 1
        return super().put((codec, JitterFrame(data, frame.timestamp)), block, timeout)

    def _lose(self) -> None:
        now_ms = self._now_ms()
        if now_ms - self._asked_ms >= KEY_FRAME_PAUSE_MS:
            self._asked_ms = now_ms
            self._lost.set()


def open_receiver(
    receiver: RTCRtpReceiver, opened: Open, now_ms: Callable[[], int]
) -> OpeningQueue:
    """Let a receiver that has not started decode nothing but opened frames.

    Raises:
        CallUnsupported: this version of aiortc is built another way.
    """
    plain, lost = (
        getattr(receiver, it, None) for it in (_DECODER_QUEUE, _DECODER_ERROR)
    )
    if not isinstance(plain, queue.Queue) or not isinstance(lost, threading.Event):
        raise CallUnsupported("this version of aiortc cannot be made to open frames")
    opening = OpeningQueue(opened, lost, now_ms)
    setattr(receiver, _DECODER_QUEUE, opening)
    return opening
