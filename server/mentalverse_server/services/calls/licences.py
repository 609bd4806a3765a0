"""When somebody's licence was last found good, for the calls that they lead.

The provider is asked at every join of theirs. A no counts until there is a yes; silence
means what was said last, and a call itself takes no answer that is older than an hour
(`mentalverse_signaling.calls.joining`). Nobody who is in a call is put out of it.
"""

from __future__ import annotations

from collections.abc import Callable

from mentalverse_signaling.ids import AccountId

from ...hooks.decide import Asking, Line
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
        self._deadline_seconds = deadline_seconds
        self._now_ms = now_ms
        line = Line("credentials", credentials.circle_open)
        self._asking = Asking("circle_open", [line], now_ms)
        self._found_good_ms: dict[AccountId, int] = {}

    async def checked_at_ms(self, account: AccountId) -> int | None:
        """When it was last found good; none: never, or it is not now."""
        heard = await self._asking.ask(account, self._deadline_seconds)
        if heard.answer.verdict is Verdict.UNKNOWN:
            return self._found_good_ms.get(account)
        self._found_good_ms.pop(account, None)
        if heard.answer.verdict is Verdict.DENY:
            return None
        now_ms = self._now_ms()
        self._found_good_ms[account] = now_ms
        if len(self._found_good_ms) > MAX_REMEMBERED:
            del self._found_good_ms[next(iter(self._found_good_ms))]
        return now_ms
