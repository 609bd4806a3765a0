"""Who writes at this moment. Nothing of it is stored, and it ends by itself.

A sign is a row of the log like any other, and wakes devices. So whoever writes gives
one at most every five seconds, and only to people who were there lately.

Pure: times in, names out.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

TYPING_LASTS = timedelta(seconds=10)
"""How long a sign counts: whoever goes on writing gives another before."""
AGAIN = timedelta(seconds=5)
LATELY = timedelta(minutes=5)
_NEVER = datetime.min.replace(tzinfo=UTC)


class TypingSigns:
    """The signs of one conversation."""

    def __init__(self) -> None:
        self._since: dict[str, datetime] = {}
        self._told = _NEVER
        self._heard = _NEVER

    def heard(self, account: str, at: datetime, *, on: bool) -> None:
        """Somebody else told that they write, or that they stopped."""
        self.was_here(at)
        if on:
            self._since[account] = at
        else:
            self._since.pop(account, None)

    def wrote(self, account: str, at: datetime) -> None:
        """Their message is there."""
        self.was_here(at)
        if self._since.get(account, at) <= at:
            self._since.pop(account, None)

    def was_here(self, at: datetime) -> None:
        """Somebody else did something that shows that they are there."""
        self._heard = max(self._heard, at)

    def writing(self, now: datetime) -> set[str]:
        """Accounts of those who write now."""
        return {
            account for account, at in self._since.items() if now - at < TYPING_LASTS
        }

    def is_due(self, now: datetime) -> bool:
        """Whether the others should be told that one writes; notes that they are."""
        is_due = now - self._told >= AGAIN and now - self._heard < LATELY
        if is_due:
            self._told = now
        return is_due
