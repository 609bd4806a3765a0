"""What whoever leads a call does to those who wait and those who are in it."""

from __future__ import annotations

from collections.abc import Callable

from mentalverse_signaling import circle_events as circle
from mentalverse_signaling.fields import Empty
from mentalverse_signaling.ids import AccountId, CallId
from mentalverse_signaling.roster_events import Roster

from .call_group import CallGroup
from .ports import Line


class Lead:
    """Commands of who leads; the server refuses them to everybody else.

    All of them raise `NotConnected` and `SignalingError`.
    """

    def __init__(
        self,
        line: Line,
        call: CallId,
        group: CallGroup,
        roster: Callable[[], Roster | None],
    ) -> None:
        self._line, self._call = line, call
        self._group, self._roster = group, roster

    async def admit(self, member: str | None = None) -> None:
        """Let somebody in from the waiting room, or everybody; this device adds them.

        Args:
            member: The account, one of `roster.waiting`.
        """
        roster = self._roster()
        waiting = () if roster is None else roster.waiting
        who = None if member is None else AccountId(member)
        self._group.admits([it.member for it in waiting] if who is None else [who])
        await self._line.call("seat.admit", circle.SeatAdmit(self._call, who), Empty)

    async def hold(self, member: str) -> None:
        """Move somebody back to the waiting room: no keys of what follows."""
        held = circle.SeatHold(self._call, AccountId(member))
        await self._line.call("seat.hold", held, Empty)

    async def remove(
        self, member: str, reason: circle.RemoveReason = circle.RemoveReason.SAFETY
    ) -> None:
        """Put somebody out; they do not come back to this call."""
        removal = circle.SeatRemove(self._call, AccountId(member), reason)
        await self._line.call("seat.remove", removal, Empty)
