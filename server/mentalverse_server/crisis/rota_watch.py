"""Supervisors are told of an hour without anybody two hours before it begins.

    look → note what is told, and write the pages → COMMIT → tell who is there

What was told is a row, so nothing is told twice: not by another process, and not after
a restart. The pages are written in the same transaction, and are sent by whoever lives
then. A gap that goes on is told once, at its beginning.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import structlog

from mentalverse_crisis.cover import HOUR_MS, Uncovered, hour_of, to_tell
from mentalverse_signaling.desk_events import DeskChanged, DeskNews
from mentalverse_signaling.errors import SignalingError
from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.roles import Role

from ..hooks.catalogue.care import CoverageGap, DutyRole
from ..services.telling import tell
from ..store import crisis_rota, roles
from ..store.crisis_rota import GapRow
from ..store.desk_time import DeskTime
from ..store.engine import Connection, Database
from ..store.transaction import Transaction
from ..store.writer import Writer, WriterLane
from ..transport.connections import Connections
from ..transport.frames import encode_push
from .glance import Glance
from .pages.paging import Paging
from .rota import gaps_of, members

LEAD_MS = 2 * HOUR_MS
"""Before an hour begins: long enough to find somebody."""
LOOK_SECONDS = 60.0
MINUTES_PER_HOUR = 60
IN_USE_MS = 24 * HOUR_MS
"""After its last shift a rota is still one that somebody may have forgotten."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Told:
    """What a look led to."""

    gaps: tuple[Uncovered, ...]
    """That began, and that this process was the first to tell."""
    supervisors: tuple[AccountId, ...]


class RotaWatch:
    """Owns the task that looks; `start`, then `close`."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        glance: Glance,
        time: DeskTime,
        paging: Paging,
    ) -> None:
        self._database = database
        self._writer = writer
        self._glance = glance
        self._time = time
        self._paging = paging
        self._connections: Connections | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self, connections: Connections) -> None:
        """Begin; the first look is at once."""
        self._connections = connections
        self._task = asyncio.create_task(self._rounds(), name="mentalverse-rota")

    async def close(self) -> None:
        """Stop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def look(self) -> None:
        """Tell what has to be told by now.

        Raises:
            SignalingError: `Unavailable`, `Overloaded`; the next look finds the same.
        """
        if not await self._database.read(self._new):
            return
        told = await self._writer.run(self._tell, lane=WriterLane.CRISIS)
        if told.gaps:
            log.warning("rota.gap", hours=len(told.gaps))
            self._paging.wake()
            self._push(told.supervisors)

    async def _rounds(self) -> None:
        while True:
            try:
                await self.look()
            except SignalingError as error:
                log.warning("rota.look_postponed", code=error.code)
            except Exception:  # the supervisor of every look
                log.exception("rota.look_failed")
            await asyncio.sleep(LOOK_SECONDS)

    def _push(self, supervisors: Sequence[AccountId]) -> None:
        push = encode_push("desk.changed", DeskChanged(None, DeskNews.ROTA_GAP))
        for account in supervisors:
            for connection in (
                ()
                if self._connections is None
                else self._connections.by_account(account)
            ):
                connection.send(push)

    # --- in a thread ---

    def _new(self, connection: Connection) -> tuple[Uncovered, ...]:
        return self._gaps(connection, self._time.now_ms(connection))[0]

    def _tell(self, transaction: Transaction) -> Told:
        connection = transaction.connection
        now_ms = self._time.now_ms(connection)
        new, begins = self._gaps(connection, now_ms)
        noted = {
            one
            for one in new
            if crisis_rota.note_told(
                connection, GapRow(one.start_ms, one.language, one.is_urgent)
            )
        }
        told = tuple(one for one in begins if one in noted)
        for hour_ms in sorted({one.start_ms for one in told}):
            of_hour = [one for one in told if one.start_ms == hour_ms]
            is_urgent = all(one.is_urgent for one in of_hour)
            self._paging.not_planned(connection, hour_ms, is_urgent, now_ms)
        for one in told:
            _tell_outside(transaction, one, found=new, now_ms=now_ms)
        held = roles.holders(connection, (Role.SUPERVISOR,)) if told else []
        return Told(told, tuple(one.account for one in held))

    def _gaps(
        self, connection: Connection, now_ms: int
    ) -> tuple[tuple[Uncovered, ...], tuple[Uncovered, ...]]:
        """What nobody was told of, and what of it begins a gap."""
        if not crisis_rota.is_planned_after(connection, now_ms - IN_USE_MS):
            return (), ()
        team = members(connection, self._glance.of(connection).responders)
        hour_ms, until_ms = hour_of(now_ms), hour_of(now_ms + LEAD_MS) + HOUR_MS
        found = [
            *gaps_of(connection, team, hour_ms - HOUR_MS, hour_ms),
            *gaps_of(connection, team, now_ms, until_ms),
        ]
        told = [
            Uncovered(one.hour_ms, one.language, one.is_urgent)
            for one in crisis_rota.told(connection, hour_ms - HOUR_MS)
        ]
        return to_tell(found, told, hour_ms)


def _tell_outside(
    transaction: Transaction,
    gap: Uncovered,
    *,
    found: Collection[Uncovered],
    now_ms: int,
) -> None:
    """Tell endpoints of a gap that begins, as long as it is known to last."""
    hours = 1
    while (
        Uncovered(gap.start_ms + hours * HOUR_MS, gap.language, gap.is_urgent) in found
    ):
        hours += 1
    minutes = hours * MINUTES_PER_HOUR
    which = "urgent" if gap.is_urgent else "any"
    subject = f"{gap.start_ms}-{which}-{gap.language}"
    data = CoverageGap(role=DutyRole.RESPONDER, minutes=minutes, missing=1)
    tell(transaction, "duty.coverage_gap", subject, data, at_ms=now_ms)
