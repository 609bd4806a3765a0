"""What the link of a page shows, and what saying "I take care of it" does.

It is `page.ack` for people without an account: the rules decide, and the log says in
which tier it was said. A test page is seen by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from mentalverse_crisis.effects import PageReason
from mentalverse_crisis.errors import CrisisError
from mentalverse_crisis.events import PageAcked

from ...services.desk import CrisisDesk
from ...store import cases, crisis_pages, page_links
from ...store.desk_time import DeskTime
from ...store.engine import Connection, Database
from ...store.page_links import LinkRow
from ...store.transaction import Transaction
from ...store.writer import Writer, WriterLane
from .links import TEST, token_hash

_REASONS = {one.value: one for one in PageReason}


class Standing(Enum):
    """What is to be said by a link."""

    ASKED = "asked"
    """Nobody has said anything so far."""
    SAID = "said"
    """It was said by this link."""
    OVER = "over"
    """Somebody else takes care of it, or nobody is needed any more."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A page as its link shows it."""

    standing: Standing
    is_test: bool
    is_drill: bool
    band: int | None
    due_ms: int | None


class Acknowledging:
    """Each call by a token; what has no link, or had one, is None."""

    def __init__(
        self, desk: CrisisDesk, database: Database, writer: Writer, time: DeskTime
    ) -> None:
        self._desk = desk
        self._database = database
        self._writer = writer
        self._time = time

    async def look(self, token: str) -> Shown | None:
        """How it stands. Changes nothing, however often mail scanners look."""
        found = await self._database.read_for_help(self._look, token_hash(token))
        return None if found is None else found[1]

    async def say(self, token: str) -> Shown | None:
        """ "I take care of it", or "the test has come"; how it stands then.

        Said twice is said once. Raises `Unavailable`, `Overloaded`.
        """
        found = await self._database.read_for_help(self._look, token_hash(token))
        if found is not None and found[1].standing is Standing.ASKED:
            await self._say(found[0])
        return await self.look(token)

    async def _say(self, link: LinkRow) -> None:
        if link.reason == TEST:
            await self._writer.run(
                lambda each: self._see(each, link), lane=WriterLane.CRISIS
            )
            return

        def used(connection: Connection, now_ms: int) -> None:
            page_links.use(connection, link.token, now_ms)

        acked = PageAcked(
            case=link.case, by=link.tier, reason=_REASONS.get(link.reason)
        )
        try:
            await self._desk.decide(acked, used)
        except CrisisError:
            return  # over in the meantime, and shown as that

    def _see(self, transaction: Transaction, link: LinkRow) -> None:
        connection = transaction.connection
        now_ms = self._time.now_ms(connection)
        if page_links.use(connection, link.token, now_ms):
            crisis_pages.see_test(connection, link.target, now_ms)

    def _look(self, connection: Connection, token: str) -> tuple[LinkRow, Shown] | None:
        link = page_links.find(connection, token, self._time.now_ms(connection))
        if link is None:
            return None
        return link, Shown(
            standing=_standing(connection, link),
            is_test=link.reason == TEST,
            is_drill=link.is_drill,
            band=link.band,
            due_ms=link.due_ms,
        )


def _standing(connection: Connection, link: LinkRow) -> Standing:
    if link.used_at_ms is not None:
        return Standing.SAID
    if link.reason == TEST:
        return Standing.ASKED
    if link.reason == PageReason.OVERRIDE.value:
        waiting = cases.override_pages(connection, link.case)
        return Standing.ASKED if waiting else Standing.OVER
    case = cases.case(connection, link.case)
    if case is None or not case.seeks or case.escalation.paged_at_ms is None:
        return Standing.OVER
    return Standing.OVER if case.escalation.acked_by else Standing.ASKED
