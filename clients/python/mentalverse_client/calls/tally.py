"""What this device saw of one call, over all its visits.

For how long somebody else was there, in which role it was, and a mark of each epoch
(`mentalverse_signaling.attendance_text`). Time counts while the server is heard, as it
does for the lease of a seat: who is shown as away sees nobody. It is looked several
times a second; a device that slept saw nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mentalverse_signaling.attendance_text import MAX_MARKS, whole_minutes
from mentalverse_signaling.call_events import CallRole, Presence
from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.roster_events import Roster

UNSEEN_MS = 10_000
"""Without a look, or a word from the server, for so long, time does not count."""


@dataclass(slots=True)
class Tally:
    """Of one call, for one device of `own`."""

    own: AccountId
    lasted_ms: int = 0
    role: CallRole | None = None
    """The last one; None: there was never a seat."""
    marks: tuple[bytes, ...] = ()
    """The newest last."""
    _looked_ms: int | None = field(default=None, repr=False)

    @property
    def minutes(self) -> int:
        """As they are signed."""
        return whole_minutes(self.lasted_ms)

    def look(self, now_ms: int, roster: Roster | None, heard_ms: int) -> None:
        """Count on.

        Args:
            now_ms: By a clock that does not go back.
            roster: The call as it is; None while there is no seat.
            heard_ms: When the server was last heard, by the same clock.
        """
        before, self._looked_ms = self._looked_ms, now_ms
        members = () if roster is None else roster.members
        mine = next((it for it in members if it.member == self.own), None)
        if mine is None:
            return
        self.role = mine.role
        has_company = any(
            it.member != self.own and it.presence is not Presence.AWAY for it in members
        )
        if before is None or now_ms - min(before, heard_ms) >= UNSEEN_MS:
            return
        if has_company:
            self.lasted_ms += now_ms - before

    def enter(self, mark: bytes) -> None:
        """The group is in another epoch; of too many marks the newest stay."""
        others = tuple(it for it in self.marks if it != mark)
        self.marks = (*others, mark)[-MAX_MARKS:]
