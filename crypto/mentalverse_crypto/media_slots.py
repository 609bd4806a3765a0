"""What a device of a call sends."""

from enum import IntEnum


class Slot(IntEnum):
    """One medium of one sender: each has frame keys and a counter of its own."""

    MICROPHONE = 0
    CAMERA = 1
    SCREEN = 2
    SCREEN_AUDIO = 3

    @property
    def is_video(self) -> bool:
        """Whether its frames are VP8; those of the others are Opus."""
        return self in (Slot.CAMERA, Slot.SCREEN)
