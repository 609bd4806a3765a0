"""What providers said last, on disk: it survives a restart, and so does a no."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from mentalverse_signaling.errors import SignalingError
from mentalverse_signaling.ids import AccountId

from ..store import provider_answers as store
from ..store.engine import Database
from ..store.transaction import Transaction
from ..store.writer import Writer, WriterLane
from .policy import Decision
from .ruling import Kept, Standing

REFRESH_MS = 60_000
"""The same answer is not written again sooner."""

log = structlog.get_logger()


class Memory:
    """Reads before a decision, writes after it."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self._database = database
        self._writer = writer

    async def standing(self, decision: Decision, account: AccountId) -> Standing | None:
        """What is known of somebody; None while the database does not answer."""
        try:
            return await self._database.read(store.standing, decision.value, account)
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
