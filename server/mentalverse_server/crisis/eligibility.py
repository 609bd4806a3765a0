"""Whether providers say that somebody may answer people in a crisis.

    duty begins ──→ ask, beside it ──→ the roster says so ──→ dispatch reads the roster
                      ↑ every 15 minutes while somebody is on duty;
                        every 15 seconds where this server answers itself,
                        or has itself taken something back or given it back

Nobody waits for an answer: neither whoever begins a duty, nor dispatch, nor anybody who
asks for help. A yes of the last 72 hours stands in for silence. With none, somebody is
offered cases only as a supervisor, and if nobody is left, people are paged as ever
(`mentalverse_crisis.routing`). Whoever holds a case keeps it. Where no provider is
chosen for it this server's own credentials count, and the role alone for whoever was
never issued one. What was taken back here is known without asking: no duty begins by
it, except a supervisor's, who is then offered nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import count

import structlog

from mentalverse_crisis.desk import Credential, Duty, Responder
from mentalverse_signaling.errors import SignalingError
from mentalverse_signaling.ids import AccountId

from ..hooks.policy import Decision
from ..hooks.ports import Eligible, Verdict
from ..hooks.providers import Providers
from ..store.engine import Database
from .glance import Glance

REFRESH_SECONDS = 900.0
OWN_REFRESH_SECONDS = 15.0
"""A credential that ends or is taken back counts for the next case within a minute."""
_DECISION = Decision.RESPONDER_ELIGIBLE
_CREDENTIALS = {
    Verdict.ALLOW: Credential.GOOD,
    Verdict.DENY: Credential.REVOKED,
    Verdict.UNKNOWN: Credential.UNKNOWN,
}

log = structlog.get_logger()


class Eligibility:
    """Asks in the background, and remembers what was said."""

    def __init__(
        self, providers: Providers, database: Database, glance: Glance
    ) -> None:
        self._providers = providers
        self._database = database
        self._glance = glance
        self._known: dict[AccountId, Credential] = {}
        self._taken_back: set[AccountId] = set()
        self._asking: dict[AccountId, asyncio.Task[None]] = {}
        self._refreshing: asyncio.Task[None] | None = None
        self.learned: Callable[[AccountId], Awaitable[None]] | None = None
        """Told of everybody of whom something else is known now; set once."""

    def of(self, account: AccountId, known: Responder | None) -> Credential:
        """What counts now of somebody who has the role; `known` is on the roster."""
        if not self._providers.asks(_DECISION):
            return Credential.GOOD
        if account in self._known:
            return self._known[account]
        # As before a restart, until the answer is there.
        self.ask(account)
        if known is not None:
            return known.credential
        is_asked = self._providers.asks_others(_DECISION)
        return Credential.UNKNOWN if is_asked else Credential.GOOD

    def ask(self, account: AccountId) -> None:
        """Begin to ask; nobody waits."""
        if account in self._asking or not self._providers.asks(_DECISION):
            return
        task = asyncio.create_task(self._ask(account), name="mentalverse-eligible")
        self._asking[account] = task
        task.add_done_callback(lambda _: self._asking.pop(account, None))

    async def was_taken_back(self, account: AccountId) -> bool:
        """Whether this server itself says no; if so the roster says it, too."""
        if not self._providers.asks(_DECISION):
            return False
        if not await self._providers.was_taken_back(_DECISION, account):
            self._taken_back.discard(account)
            return False
        self._taken_back.add(account)
        await self._learn(account, Credential.REVOKED)
        return True

    async def start(self) -> None:
        """Ask again now and then about whoever is on duty."""
        if self._providers.asks(_DECISION):
            self._refreshing = asyncio.create_task(self._refresh())

    async def close(self) -> None:
        """Ask nothing more."""
        tasks = [*self._asking.values()]
        if self._refreshing is not None:
            tasks.append(self._refreshing)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _ask(self, account: AccountId) -> None:
        ruling = await self._providers.decide(_DECISION, Eligible(account))
        await self._learn(account, _CREDENTIALS[ruling.verdict])

    async def _learn(self, account: AccountId, credential: Credential) -> None:
        if self._known.get(account) is credential:
            return
        self._known[account] = credential
        if self.learned is not None:
            try:
                await self.learned(account)
            except SignalingError as error:
                # Their next call brings it to the roster.
                log.warning("eligibility.not_noted", code=error.code)

    async def _refresh(self) -> None:
        is_far = self._providers.asks_others(_DECISION)
        every = round(REFRESH_SECONDS / OWN_REFRESH_SECONDS) if is_far else 1
        for turn in count(1):
            await asyncio.sleep(OWN_REFRESH_SECONDS)
            with suppress(SignalingError):
                desk = await self._database.read_for_help(self._glance.of)
                for one in desk.responders.values():
                    if one.duty is not Duty.OFF and not one.is_robot:
                        await self._look_at(AccountId(one.id), turn % every == 0)

    async def _look_at(self, account: AccountId, is_due: bool) -> None:
        before = account in self._taken_back
        is_given_back = not await self.was_taken_back(account) and before
        if is_due or is_given_back:
            self.ask(account)
