"""When somebody's licence was last found good, for the calls that they lead.

It is asked at every join of theirs. A no counts until there is a yes; silence means
what was said last, and a call itself takes no answer that is older than an hour
(`mentalverse_signaling.calls.joining`). Nobody who is in a call is put out of it. In a
call with somebody in a crisis nobody outside is asked anything.
"""

from __future__ import annotations

from mentalverse_signaling.calls.kinds import Kind
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.ids import AccountId

from ...hooks.policy import Decision
from ...hooks.ports import CircleOpen
from ...hooks.providers import Providers
from .opening import KIND_OF

_DECISION = Decision.CIRCLE_OPEN_THERAPY


class Licences:
    """Asks who is chosen for it, or this server's own roles."""

    def __init__(self, providers: Providers) -> None:
        self._providers = providers

    async def checked_at_ms(self, account: AccountId, kind: Kind) -> int | None:
        """When it was last found good; none: never, or it is not now."""
        is_crisis = kind.id == KIND_OF[ConversationKind.CRISIS]
        if is_crisis and self._providers.asks_others(_DECISION):
            return None
        ruling = await self._providers.decide(_DECISION, CircleOpen(account))
        return ruling.good_at_ms
