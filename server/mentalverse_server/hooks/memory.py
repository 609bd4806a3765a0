"""What is known of somebody before anybody is asked: what providers said last, on disk,
and what the credentials say that this server has issued itself.

Both survive a restart, and are read anew for each decision: what another process of
this installation has taken back a moment ago counts here at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import structlog

from mentalverse_signaling.errors import SignalingError
from mentalverse_signaling.ids import AccountId

from ..store import provider_answers as store
from ..store.engine import Connection, Database
from ..store.transaction import Transaction
from ..store.writer import Writer, WriterLane
from .policy import Decision
from .ruling import Kept, Standing

REFRESH_MS = 60_000
"""The same answer is not written again sooner."""

Refusal = Callable[[Connection, Decision, AccountId], str]
"""Why this server's own credentials say no; empty: they do not."""

log = structlog.get_logger()


class Memory:
    """Reads before a decision, writes after it."""

    def __init__(self, database: Database, writer: Writer, refusal: Refusal) -> None:
        self._database = database
        self._writer = writer
        self._refusal = refusal

    async def standing(self, decision: Decision, account: AccountId) -> Standing | None:
        """What is known of somebody; None while the database does not answer."""

        def read(connection: Connection) -> Standing:
            known = store.standing(connection, decision.value, account)
            refused = self._refusal(connection, decision, account)
            return replace(known, refused=refused)

        try:
            return await self._database.read(read)
        except SignalingError as error:
            log.warning("hooks.memory_away", decision=decision.value, code=error.code)
            return None

    async def keep(
        self, decision: Decision, account: AccountId, said: Mapping[str, Kept]
    ) -> None:
        """Write what providers have said."""

        def script(transaction: Transaction) -> None:
            for provider, kept in said.items():
                store.put(
                    transaction.connection, decision.value, account, provider, kept
                )

        try:
            await self._writer.run(script, lane=WriterLane.OTHER)
        except SignalingError as error:
            log.warning("hooks.memory_away", decision=decision.value, code=error.code)

    async def forget(self, before_ms: int) -> None:
        """Delete each yes from before then. A no is kept."""

        def script(transaction: Transaction) -> None:
            store.forget_old(transaction.connection, before_ms)

        await self._writer.run(script, lane=WriterLane.OTHER)


def news(said: Mapping[str, Kept], standing: Standing | None) -> dict[str, Kept]:
    """Those that are worth a write: another verdict, another end, or a minute older."""
    before = (standing.kept if standing else None) or {}
    return {
        provider: kept
        for provider, kept in said.items()
        if provider not in before or _differs(before[provider], kept)
    }


def _differs(before: Kept, now: Kept) -> bool:
    return (
        (before.verdict, before.reason_code, before.valid_until_ms)
        != (now.verdict, now.reason_code, now.valid_until_ms)
    ) or now.at_ms - before.at_ms >= REFRESH_MS
