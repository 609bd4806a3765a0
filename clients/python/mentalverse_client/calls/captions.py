"""What is being said in a call, typed for those who read; no device keeps it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from uuid import UUID

from mentalverse_crypto.caption import Caption
from mentalverse_signaling.call_events import SignalSend
from mentalverse_signaling.conversation import Leaf
from mentalverse_signaling.errors import NoSeat
from mentalverse_signaling.fields import Empty
from mentalverse_signaling.ids import AccountId, CallId, DeviceId
from mentalverse_signaling.roster_events import Roster

from ..account.profile import Rng
from .ports import KeyGroup, Line

MAX_WAITING = 100
"""Captions that nobody has read so far; beyond it the oldest are dropped."""


@dataclass(frozen=True, slots=True)
class Said:
    """A line of somebody as it stands now; the same `line` again replaces it."""

    member: AccountId
    handle: str
    line: UUID
    text: str = field(repr=False)
    is_final: bool


class Captions:
    """Captions of one call: `say` and `heard`.

    Args:
        line: To the server.
        call: Its id.
        own: Account and device of this one.
        rng: Source of randomness.
        group: Whose members read them; None: not known yet.
        roster: The call as it is now.
        generation: `pc_gen` of the connection with a device.
    """

    def __init__(
        self,
        line: Line,
        call: CallId,
        own: Leaf,
        rng: Rng,
        group: Callable[[], KeyGroup | None],
        roster: Callable[[], Roster | None],
        generation: Callable[[DeviceId], int],
    ) -> None:
        self._line, self._call, self._own, self._rng = line, call, own, rng
        self._group, self._roster, self._generation = group, roster, generation
        self._heard: asyncio.Queue[Said] = asyncio.Queue(MAX_WAITING)

    async def say(
        self, text: str, *, line: UUID | None = None, is_final: bool = True
    ) -> UUID:
        """Show a line to everybody in the call: sealed once, and handed to each.

        Args:
            text: At most `MAX_CAPTION_CHARACTERS`.
            line: One that grows; None: a new one.
            is_final: Nothing changes the line after this.

        Returns:
            The line's id.

        Raises:
            NoSeat: there is no seat, or there are no keys so far.
            NotConnected, SignalingError, MlsError: somebody was not reached.
        """
        group, roster = self._group(), self._roster()
        if group is None or roster is None:
            raise NoSeat("captions are for those who are in the call")
        line = line or UUID(bytes=self._rng(16), version=4)
        call = bytes.fromhex(self._call)
        sealed = group.seal(Caption(call, line, text, is_final))
        for other in roster.members:
            if other.device != self._own[1]:
                generation = self._generation(other.device)
                sent = SignalSend(self._call, other.device, generation, sealed)
                await self._line.call("signal.send", sent, Empty)
        return line

    def take(self, sender: AccountId, caption: Caption) -> None:
        """One that came in, of a device of the group."""
        roster = self._roster()
        members = () if roster is None else roster.members
        handles = {it.member: it.handle for it in members}
        if caption.call.hex() != self._call or sender not in handles:
            return
        if self._heard.full():
            self._heard.get_nowait()
        handle = handles[sender]
        said = Said(sender, handle, caption.line, caption.text, caption.final)
        self._heard.put_nowait(said)

    async def heard(self) -> AsyncGenerator[Said, None]:
        """What others say from now on; for one reader."""
        while True:
            yield await self._heard.get()
