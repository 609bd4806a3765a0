"""Who deletes their account has left: nobody is called to somebody who cannot be met.

A hint of the writer, once the account is gone. One that a crash takes along costs a
responder a look into an empty conversation, which then ends as for anybody who does not
come back; it is not worth holding up the deletion for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog

from mentalverse_crisis.errors import CrisisError
from mentalverse_crisis.events import PersonLeft
from mentalverse_signaling.errors import SignalingError
from mentalverse_signaling.ids import AccountId

from ..services.desk import CrisisDesk
from ..store import cases
from ..store.engine import Database
from ..store.facts import AccountErased

MOST_WAITING: Final = 10_000

log = structlog.get_logger()


class Departures:
    """Owns the task that ends the cases of accounts that are gone."""

    def __init__(self, desk: CrisisDesk, database: Database) -> None:
        self._desk = desk
        self._database = database
        self._gone: asyncio.Queue[AccountId] = asyncio.Queue(MOST_WAITING)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._leaves(), name="mentalverse-departures")

    async def close(self) -> None:
        """Stop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    def on_committed(self, facts: Sequence[object]) -> None:
        """Of the writer."""
        for fact in facts:
            if isinstance(fact, AccountErased) and not self._gone.full():
                self._gone.put_nowait(fact.account)

    async def _leaves(self) -> None:
        while True:
            account = await self._gone.get()
            try:
                await self._leave(account)
            except (CrisisError, SignalingError) as error:
                log.warning("departures.not_told", code=error.code)
            except Exception:  # the supervisor of every departure
                log.exception("departures.failed")

    async def _leave(self, account: AccountId) -> None:
        case = await self._database.read_for_help(cases.newest_of, account)
        if case is not None and not case.state.is_final:
            await self._desk.decide(PersonLeft(case=case.id))
