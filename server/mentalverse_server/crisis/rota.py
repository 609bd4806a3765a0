"""Who means to be on duty when: looked at by the team, changed by supervisors.

A shift is an intention and decides nothing: who is asked follows from the duty that
somebody has begun. So the rota is beside the desk, not of it, and no decision waits for
it. What it is for is to see an hour without anybody while it can still be filled
(`rota_watch`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import msgspec
import structlog

from mentalverse_crisis.cover import (
    HOUR_MS,
    Cover,
    Shift,
    Uncovered,
    cover,
    hour_of,
    languages_of,
    uncovered,
)
from mentalverse_crisis.desk import CRISIS, Responder
from mentalverse_signaling.errors import BadRequest, NotFound, QuotaExceeded
from mentalverse_signaling.ids import AccountId, ClientId
from mentalverse_signaling.roles import Role
from mentalverse_signaling.rota_events import (
    MAX_ROTA_DAYS,
    MAX_SHIFT_HOURS,
    MAX_SHIFTS,
    HourCover,
    Rota,
    RotaChange,
    RotaList,
    RotaMember,
    ShiftPlan,
    ShiftView,
)

from ..store import accounts, crisis_rota, roles
from ..store.crisis_rota import ShiftRow
from ..store.desk_time import DeskTime
from ..store.engine import Connection, Database
from ..store.transaction import Transaction
from ..store.writer import Writer, WriterLane
from ..transport.connections import Principal
from .glance import Glance
from .team import Member, Team, newcomer

MAX_KEPT = 20_000
"""Shifts, past and to come: a hundred people for half a year, twice a week."""
MAX_HOURS = 5_000
"""Of one answer, over all languages: a week in 29 of them."""
KEPT_MS = MAX_ROTA_DAYS * 86_400_000
"""So long after its end a shift can still be looked at, or copied."""
MAX_AHEAD_MS = round(timedelta(days=400) / timedelta(milliseconds=1))
_MAX_SPAN_MS = MAX_ROTA_DAYS * 24 * HOUR_MS

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Planned:
    """Somebody who can be planned."""

    handle: str
    responder: Responder


class Shifts:
    """The calls of the rota."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        team: Team,
        glance: Glance,
        time: DeskTime,
    ) -> None:
        self._database = database
        self._writer = writer
        self._team = team
        self._glance = glance
        self._time = time

    async def list(self, principal: Principal, asked: RotaList) -> Rota:
        """The shifts of a span; `BadRequest` for one that is none or too long."""
        member = await self._team.member(principal)
        return await self._view(member, asked.starts_at, asked.ends_at)

    async def change(self, principal: Principal, asked: RotaChange) -> Rota:
        """Plan and take back, all or nothing; again is the same.

        Raises:
            Forbidden: not a supervisor.
            NotFound: one of those who are planned is not of the team.
            BadRequest: a shift or the span is none, or two have the same id.
            QuotaExceeded: too many are planned.
        """
        member = await self._team.supervisor(principal)
        check_span(asked.starts_at, asked.ends_at)
        check_plan(asked)
        await self._writer.run(
            lambda transaction: self._change(transaction, asked),
            lane=WriterLane.OTHER,
        )
        log.info("rota.changed", planned=len(asked.plan), removed=len(asked.remove))
        return await self._view(member, asked.starts_at, asked.ends_at)

    async def forget(self) -> None:
        """One round of housekeeping: what was over long ago."""

        def script(transaction: Transaction) -> None:
            connection = transaction.connection
            before_ms = self._time.now_ms(connection) - KEPT_MS
            crisis_rota.forget(connection, before_ms)

        await self._writer.run(script, lane=WriterLane.OTHER)

    # --- inside ---

    async def _view(self, member: Member, start_ms: int, end_ms: int) -> Rota:
        check_span(start_ms, end_ms)
        return await self._database.read(self._look, member, start_ms, end_ms)

    def _look(
        self, connection: Connection, member: Member, start_ms: int, end_ms: int
    ) -> Rota:
        team = members(connection, self._glance.of(connection).responders)
        covers = covers_of(connection, team, hour_of(start_ms), _whole(end_ms))
        if len(covers) > MAX_HOURS:
            raise BadRequest("ask for fewer days: there are many languages")
        shown = crisis_rota.within(connection, start_ms, end_ms, MAX_SHIFTS + 1)
        handles = accounts.handles(connection, {one.account for one in shown})
        return Rota(
            now=self._time.now_ms(connection),
            starts_at=start_ms,
            ends_at=end_ms,
            may_change=member.is_supervisor,
            shifts=tuple(
                _shift(one, handles[one.account], member)
                for one in shown[:MAX_SHIFTS]
                if one.account in handles
            ),
            is_whole=len(shown) <= MAX_SHIFTS,
            hours=tuple(_hour(one) for one in covers),
            members=tuple(_member(one) for one in team.values()),
        )

    def _change(self, transaction: Transaction, asked: RotaChange) -> None:
        connection = transaction.connection
        rows = [_row(one) for one in asked.plan]
        check_times(rows, self._time.now_ms(connection))
        team = {one.account for one in roles.holders(connection, TEAM_ROLES)}
        if not {one.account for one in rows} <= team:
            raise NotFound("not of the team")
        crisis_rota.remove(connection, asked.remove)
        crisis_rota.put(connection, rows)
        if crisis_rota.count(connection) > MAX_KEPT:
            raise QuotaExceeded("too many shifts are planned")


TEAM_ROLES = (Role.RESPONDER, Role.SUPERVISOR)


def members(
    connection: Connection, known: Mapping[str, Responder]
) -> dict[str, Planned]:
    """Who can be planned, by account; of whoever was never there, what is assumed."""
    return {
        one.account: Planned(
            one.handle,
            known.get(one.account)
            or newcomer(one.account, Role.SUPERVISOR in one.roles),
        )
        for one in roles.holders(connection, TEAM_ROLES)
    }


def covers_of(
    connection: Connection, team: Mapping[str, Planned], start_ms: int, end_ms: int
) -> tuple[Cover, ...]:
    """How many of a team are planned in each hour, by language."""
    responders = {account: one.responder for account, one in team.items()}
    languages = languages_of(responders.values())
    shifts = [
        Shift(one.account, one.starts_at_ms, one.ends_at_ms)
        for one in crisis_rota.within(connection, start_ms, end_ms)
    ]
    return cover(responders, shifts, languages, start_ms, end_ms)


def gaps_of(
    connection: Connection, team: Mapping[str, Planned], start_ms: int, end_ms: int
) -> list[Uncovered]:
    """The hours of a span without anybody, as whole ones, the soonest first.

    Of the hour in which the span begins, what is over is left out. Before the first
    shift that is kept, nothing is known.
    """
    first_ms = crisis_rota.first_ms(connection)
    if first_ms is None:
        return []
    start_ms = max(start_ms, first_ms)
    if start_ms >= end_ms:
        return []
    found = uncovered(covers_of(connection, team, start_ms, end_ms))
    return [
        msgspec.structs.replace(one, start_ms=hour_of(one.start_ms)) for one in found
    ]


def check_span(start_ms: int, end_ms: int) -> None:
    """`BadRequest` unless it is a span of time that can be shown."""
    if not start_ms < end_ms <= start_ms + _MAX_SPAN_MS:
        raise BadRequest(f"a rota is looked at for {MAX_ROTA_DAYS} days at most")


def check_plan(asked: RotaChange) -> None:
    """`BadRequest` if one shift would be two things at once."""
    ids = [*(one.shift for one in asked.plan), *asked.remove]
    if len(set(ids)) < len(ids):
        raise BadRequest("a shift is named twice")


def check_times(rows: Iterable[ShiftRow], now_ms: int) -> None:
    """`BadRequest` for a shift that nobody could be on, or look at."""
    for row in rows:
        length_ms = row.ends_at_ms - row.starts_at_ms
        if not 0 < length_ms <= crisis_rota.LONGEST_MS:
            raise BadRequest(f"a shift lasts up to {MAX_SHIFT_HOURS} hours")
        is_kept = row.ends_at_ms >= now_ms - KEPT_MS
        if not is_kept or row.starts_at_ms > now_ms + MAX_AHEAD_MS:
            raise BadRequest("a shift is within the next year")


def _row(plan: ShiftPlan) -> ShiftRow:
    return ShiftRow(plan.shift, plan.account, plan.starts_at, plan.ends_at)


def _shift(row: ShiftRow, handle: str, member: Member) -> ShiftView:
    return ShiftView(
        shift=ClientId(row.id),
        account=AccountId(row.account),
        handle=handle,
        starts_at=row.starts_at_ms,
        ends_at=row.ends_at_ms,
        is_mine=row.account == member.account,
    )


def _hour(one: Cover) -> HourCover:
    return HourCover(one.start_ms, one.language, one.people, one.urgent_people)


def _member(one: Planned) -> RotaMember:
    responder = one.responder
    return RotaMember(
        account=AccountId(responder.id),
        handle=one.handle,
        languages=responder.languages,
        takes_urgent=responder.skill(CRISIS) >= 1,
    )


def _whole(end_ms: int) -> int:
    return hour_of(end_ms + HOUR_MS - 1)
