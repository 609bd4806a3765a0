"""Whether whoever accompanies somebody may begin: `session.start`, when a call opens.

It is asked about the mentor or facilitator of a conversation of two, and about whoever
opens a circle that is led; a therapy circle has a question of its own, when they come
in (`licences`). It is asked before a call is opened and of no call that is: providers
end none. Colleagues among themselves accompany nobody, and in a crisis nobody is asked.
Where no provider is chosen for it nothing is held up.

Two who were brought together as mentee and mentor meet once both have prepared for it
(`relationship.may_meet`); a provider has no say in that.
"""

from __future__ import annotations

import asyncio

from mentalverse_signaling.calls.kinds import Kind
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.errors import Forbidden, NotNow
from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.roles import Role

from ...hooks.defaults.matching import may_meet
from ...hooks.policy import Decision
from ...hooks.ports import SessionStart, Verdict
from ...hooks.providers import Providers
from ...store import roles
from ...store.conversations import ConversationState
from ...store.engine import Connection, Database

_DECISIONS = {
    False: Decision.SESSION_START_PEER,
    True: Decision.SESSION_START_PROFESSIONAL,
}
_ACCOMPANIES = frozenset({Role.MENTOR, Role.FACILITATOR})


class Starting:
    """Asks about everybody who accompanies somebody in a call to be opened."""

    def __init__(
        self,
        database: Database,
        providers: Providers,
        *,
        facilitators_are_licensed: bool,
    ) -> None:
        self._database = database
        self._providers = providers
        self._facilitators_are_licensed = facilitators_are_licensed

    async def check(self, by: AccountId, state: ConversationState, kind: Kind) -> None:
        """Return if it may be opened.

        Raises:
            Forbidden: one of them may not.
            NotNow: nothing is known of one of them, or the two have yet to prepare.
        """
        if state.kind is ConversationKind.DIRECT:
            seats = tuple(state.membership.seats)
            if not await self._database.read(may_meet, seats):
                raise NotNow("before they meet, both of them prepare for it")
        if not any(map(self._providers.asks, _DECISIONS.values())):
            return
        candidates = _candidates(by, state, kind)
        held = await self._database.read(_roles, candidates)
        supporting = [one for one in candidates if _ACCOMPANIES & held[one]]
        if len(supporting) == len(state.membership.seats):
            return
        await asyncio.gather(
            *(self._ask(account, held[account], kind) for account in supporting)
        )

    async def _ask(self, account: AccountId, held: frozenset[Role], kind: Kind) -> None:
        is_licensed = self._facilitators_are_licensed and Role.FACILITATOR in held
        is_professional = is_licensed or kind.needs_licensed_lead
        decision = _DECISIONS[is_professional]
        if not self._providers.asks(decision):
            return
        question = SessionStart(account, is_professional, kind.id)
        ruling = await self._providers.decide(decision, question)
        if ruling.is_allowed:
            return
        if ruling.verdict is Verdict.DENY:
            raise Forbidden("they may accompany nobody now: another person can")
        raise NotNow("whether they may accompany somebody cannot be found out now")


def _candidates(
    by: AccountId, state: ConversationState, kind: Kind
) -> tuple[AccountId, ...]:
    if state.kind is ConversationKind.DIRECT:
        return tuple(state.membership.seats)
    return (by,) if kind.is_led and not kind.needs_licensed_lead else ()


def _roles(
    connection: Connection, accounts: tuple[AccountId, ...]
) -> dict[AccountId, frozenset[Role]]:
    return {one: frozenset(roles.roles_of(connection, one)) for one in accounts}
