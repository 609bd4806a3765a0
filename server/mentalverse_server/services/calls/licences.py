"""When somebody's licence was last found good, for the calls that they lead.

The provider is asked at every join of theirs. A no counts until there is a yes; silence
means what was said last, and a call itself takes no answer that is older than an hour
(`mentalverse_signaling.calls.joining`). Nobody who is in a call is put out of it.
"""

from __future__ import annotations

from collections.abc import Callable

from mentalverse_signaling.ids import AccountId

from ...hooks.decide import Asking
from ...hooks.ports import Credentials, Verdict

DEADLINE_SECONDS = 0.3
OWN_DEADLINE_SECONDS = 5.0
"""For an answer out of this server's own database, which a join needs anyway."""
MAX_REMEMBERED = 10_000


class Licences:
    """Asks, and remembers the last yes of everybody."""

    def __init__(
        self,
        credentials: Credentials,
        now_ms: Callable[[], int],
        deadline_seconds: float = DEADLINE_SECONDS,
    ) -> None:
        self._credentials = credentials
        self._deadline_seconds = deadline_seconds
        self._now_ms = now_ms
        self._asking = Asking("circle_open")
        self._found_good_ms: dict[AccountId, int] = {}

    async def checked_at_ms(self, account: AccountId) -> int | None:
        """When it was last found good; none: never, or it is not now."""
        question = self._credentials.circle_open(account)
        answer = await self._asking.ask(question, self._deadline_seconds)
        now_ms = self._now_ms()
        if answer.verdict is Verdict.UNKNOWN:
            return self._found_good_ms.get(account)
        self._found_good_ms.pop(account, None)
        until_ms = answer.valid_until_ms
        if answer.verdict is Verdict.DENY or (until_ms and until_ms <= now_ms):
            return None
        self._found_good_ms[account] = now_ms
        if len(self._found_good_ms) > MAX_REMEMBERED:
            del self._found_good_ms[next(iter(self._found_good_ms))]
        return now_ms
