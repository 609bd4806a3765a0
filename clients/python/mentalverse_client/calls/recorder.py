"""Making a recording on this device: sealed as it comes, and over when anybody says so.

| Why it is over                                         | What was made           |
|--------------------------------------------------------|-------------------------|
| it was stopped, or this device leaves, or the call ends | is kept                |
| somebody withdrew                                      | as `on_withdraw` says   |
| the server was not heard for 4 s, this device lost its | as `on_withdraw` says:  |
| seat, or somebody is there whose consent does not hold | there may be withdrawals |
|                                                        | that did not get here   |
| the disk takes no more                                 | stays, cut              |

Nothing is taken before everybody has agreed, and of nobody whose signature was not
checked. What is decoded goes from memory through the encoder into the sealer; a disk
sees sealed chunks alone. Encoding has a thread of its own, so that a slow one delays
pictures and never the word to stop: that is looked for ten times a second, and whenever
the server tells anything.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from av import AudioFrame, FFmpegError, VideoFrame

from mentalverse_crypto.media_slots import Slot
from mentalverse_crypto.recording_file import RecordingAbout, RecordingSealer
from mentalverse_signaling.call_events import CallMedia
from mentalverse_signaling.conversation import Leaf
from mentalverse_signaling.errors import NotNow
from mentalverse_signaling.ids import AccountId, id_bytes
from mentalverse_signaling.recording_events import (
    OnWithdraw,
    RecordingState,
    RecordingView,
)

from .call import Call, monotonic_ms
from .composing import SOUND_HZ, PictureGrid, SoundMix
from .muxing import PICTURES_A_SECOND, SOUND_SAMPLES, Webm
from .sealed_output import SealedOutput

TICK_SECONDS = 1 / PICTURES_A_SECOND
UNHEARD_MS = 4_000
"""Without the server for so long nobody could withdraw: then it is over."""
UNVOUCHED_MS = 10_000
"""In which the consent of everybody with a seat has to hold: who comes late has a seat
before the commit that adds their key. Nothing of them is taken meanwhile."""
SEEN_MS = 2_000
"""A picture that is older is not shown any more."""

_log = logging.getLogger(__name__)


class RecordingEnd(StrEnum):
    """Why a recording is over, or did not begin."""

    REFUSED = "refused"
    """Not everybody has agreed; nothing was made."""
    STOPPED = "stopped"
    """Somebody who may has stopped it, or the call has ended."""
    LEFT = "left"
    """This device leaves the call, or does not want to go on."""
    WITHDRAWN = "withdrawn"
    LOST = "lost"
    """The server was not heard, or this device has no seat any more."""
    UNVOUCHED = "unvouched"
    """Somebody is in the call whose consent does not hold."""
    DISK = "disk"
    """The file cannot be written any more."""


_DOUBTFUL = frozenset(
    {RecordingEnd.WITHDRAWN, RecordingEnd.LOST, RecordingEnd.UNVOUCHED}
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a recording."""

    why: RecordingEnd
    path: Path | None
    """The sealed file; None: there is none, or it was deleted."""
    seconds: float


class Recorder:
    """Makes the recording that was asked for with this device as its recorder.

    Args:
        call: A call that is running.
        path: Of the file; it must not exist.
    """

    def __init__(self, call: Call, path: Path) -> None:
        self._call, self._path = call, path
        self._recording = call.recording
        self._sound, self._grid = SoundMix(), PictureGrid()
        self._seen: dict[tuple[Leaf, Slot], tuple[int, VideoFrame]] = {}
        self._taking: frozenset[AccountId] = frozenset()
        self._recorded: set[AccountId] = set()
        self._vouched_ms = 0
        self._began_ms: int | None = None
        self._samples = self._pictures = 0
        self._thread = ThreadPoolExecutor(1, "recording")

    @property
    def seconds(self) -> float:
        """How much there is so far."""
        return self._samples / SOUND_HZ

    async def run(self) -> Recorded:
        """Wait until everybody has agreed, record until it is over, and say so.

        Cancelling it is an end as well: what was made is kept.

        Raises:
            OSError: the file cannot be made.
            ClientError, SignalingError: it did not begin; a receiver's key does not
                hold, or the server refuses.
        """
        view = self._recording.view
        if view is None or view.recorder != self._call.own[1]:
            raise NotNow("this device was not asked to record")
        try:
            sealer = await self._sealer(view)
            if not await self._unanimous(view):
                return Recorded(RecordingEnd.REFUSED, None, 0.0)
            return await self._record(view, sealer)
        finally:
            self._thread.shutdown(wait=False)

    # --- before ---

    async def _sealer(self, view: RecordingView) -> RecordingSealer:
        keys = [await self._call.accounts.identity(it) for it in view.receivers]
        media = "audio" if self._call.view.media is CallMedia.AUDIO else "video"
        about = RecordingAbout(
            id_bytes(self._call.id),
            id_bytes(view.request),
            self._call.accounts.now_ms(),
            f"{media}/webm",
        )
        return RecordingSealer(about, keys, self._call.rng)

    async def _unanimous(self, asked: RecordingView) -> bool:
        """Wait until every seat's consent holds; whether it came to that."""
        while True:
            view = self._current(asked)
            if view is None or self._call.is_over:
                return False
            if view.state is RecordingState.STOPPED:
                return False
            is_armed = view.state is RecordingState.ARMED
            if is_armed and self._seated() <= self._recording.vouched(view):
                return True
            await self._recording.changed(TICK_SECONDS)

    def _current(self, asked: RecordingView) -> RecordingView | None:
        view = self._recording.view
        return view if view is not None and view.request == asked.request else None

    def _seated(self) -> frozenset[AccountId]:
        roster = self._call.roster
        members = () if roster is None else roster.members
        return frozenset(AccountId(it.member) for it in members)

    # --- while it goes on ---

    async def _record(self, asked: RecordingView, sealer: RecordingSealer) -> Recorded:
        webm = Webm(has_picture=self._call.view.media is CallMedia.VIDEO)
        output = SealedOutput(self._path, sealer)
        why = RecordingEnd.LOST
        try:
            begun = await self._recording.begin(asked.request)
            why = await self._until_over(begun, webm, output)
        except asyncio.CancelledError:
            why = RecordingEnd.LEFT
            raise
        finally:
            self._listen(on=False)
            try:
                is_kept = await self._end(why, asked, webm, output)
            finally:
                await self._recording.has_stopped(asked.request)
        return Recorded(why, self._path if is_kept else None, self.seconds)

    async def _until_over(
        self, begun: RecordingView, webm: Webm, output: SealedOutput
    ) -> RecordingEnd:
        self._began_ms = self._vouched_ms = monotonic_ms()
        self._call.beats_fast = True
        self._listen(on=True)
        while True:
            why = self._look(begun)
            if why is not None:
                return why
            try:
                await self._write(webm, output)
            except (OSError, FFmpegError) as error:
                _log.warning("a recording cannot be written: %s", error)
                return RecordingEnd.DISK
            await self._recording.changed(TICK_SECONDS)

    def _look(self, begun: RecordingView) -> RecordingEnd | None:
        """Why it is over, if it is; and of whom frames may be taken."""
        call, now_ms, view = self._call, monotonic_ms(), self._current(begun)
        if call.is_leaving:
            return RecordingEnd.LEFT
        if view is None:
            return RecordingEnd.LOST
        if self._recorded - {AccountId(it.member) for it in view.consents}:
            return RecordingEnd.WITHDRAWN
        if view.state is RecordingState.STOPPED:
            return RecordingEnd.STOPPED
        if call.is_over or now_ms - call.heard_ms >= UNHEARD_MS:
            return RecordingEnd.LOST
        seated, vouched = self._seated(), self._recording.vouched(view)
        if seated <= vouched:
            self._vouched_ms = now_ms
        elif now_ms - self._vouched_ms >= UNVOUCHED_MS:
            return RecordingEnd.UNVOUCHED
        self._taking = seated & vouched
        self._recorded |= self._taking
        return None

    def _listen(self, *, on: bool) -> None:
        if on:
            self._call.sink.watch(self._take)
            self._call.sent.take = lambda slot, it: self._take(self._call.own, slot, it)
        else:
            self._call.sink.unwatch(self._take)
            self._call.sent.take, self._call.beats_fast = None, False

    def _take(self, of: Leaf, slot: Slot, frame: AudioFrame | VideoFrame) -> None:
        if of[0] not in self._taking:
            return
        if isinstance(frame, AudioFrame):
            self._sound.put((of, slot), frame)
        else:
            self._seen[of, slot] = monotonic_ms(), frame

    async def _write(self, webm: Webm, output: SealedOutput) -> None:
        now_ms = monotonic_ms()
        lasted_ms = now_ms - (self._began_ms or now_ms)
        due = lasted_ms * SOUND_HZ // 1000 - self._samples
        frames = due // SOUND_SAMPLES
        sound = self._sound.take(frames * SOUND_SAMPLES) if frames > 0 else b""
        self._samples += len(sound) // 2
        number = lasted_ms * PICTURES_A_SECOND // 1000
        pictures = self._pictures_now(now_ms) if number >= self._pictures else None
        self._pictures = max(self._pictures, number + 1)

        def encode() -> None:
            for at in range(0, len(sound), 2 * SOUND_SAMPLES):
                webm.sound(sound[at : at + 2 * SOUND_SAMPLES])
            if pictures is not None:
                webm.picture(self._grid.compose(pictures), number)
            output.append(webm.take())

        await asyncio.get_running_loop().run_in_executor(self._thread, encode)

    def _pictures_now(self, now_ms: int) -> list[VideoFrame]:
        return [
            frame
            for (of, _), (at_ms, frame) in sorted(
                self._seen.items(), key=lambda it: it[0]
            )
            if of[0] in self._taking and now_ms - at_ms < SEEN_MS
        ]

    # --- after ---

    async def _end(
        self, why: RecordingEnd, asked: RecordingView, webm: Webm, output: SealedOutput
    ) -> bool:
        """Close the file or delete it; whether it is there."""
        is_kept = why not in _DOUBTFUL or asked.on_withdraw is OnWithdraw.KEEP
        has_begun = self._began_ms is not None

        def close() -> None:
            if not (is_kept and has_begun):
                output.discard()
            elif why is RecordingEnd.DISK:
                output.cut()
            else:
                webm.close()
                output.append(webm.take())
                output.close()

        await asyncio.get_running_loop().run_in_executor(self._thread, close)
        return is_kept and has_begun
