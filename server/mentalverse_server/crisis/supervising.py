"""What only supervisors ask for, beside the board: drills, and the log of the desk."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from mentalverse_crisis.acuity import Band, BandSource
from mentalverse_crisis.audit import erased
from mentalverse_crisis.case import DRILL, CaseState
from mentalverse_crisis.events import CaseOpened
from mentalverse_signaling.crisis_events import CaseMineView
from mentalverse_signaling.errors import NotNow
from mentalverse_signaling.ids import AccountId, new_id
from mentalverse_signaling.supervisor_events import AuditList, AuditRows, DrillStart

from ..services.desk import CrisisDesk
from ..store import cases, crisis_log
from ..store.engine import Connection, Database
from ..transport.connections import Principal
from .person import Persons, request_key
from .team import Team

_TALKING = (CaseState.ACCEPTED, CaseState.ACTIVE)


class Supervising:
    """Each call for one principal; `Forbidden` for who is no supervisor."""

    def __init__(
        self,
        desk: CrisisDesk,
        database: Database,
        team: Team,
        persons: Persons,
        rng: Callable[[int], bytes],
    ) -> None:
        self._desk = desk
        self._database = database
        self._team = team
        self._persons = persons
        self._rng = rng

    async def drill(self, principal: Principal, payload: DrillStart) -> CaseMineView:
        """Ask for help as an exercise; asked twice, it is the same one.

        Raises:
            NotNow: the caller has asked for help themselves.
        """
        member = await self._team.supervisor(principal)
        await self._database.read_for_help(_require_no_case, member.account)
        decision = await self._desk.decide(
            CaseOpened(
                case=new_id(self._rng),
                request=request_key(member.account, payload.request),
                person=member.account,
                band=Band(payload.band),
                source=BandSource.SELF,
                drill=DRILL,
            )
        )
        assert decision.opened is not None  # noqa: S101 - of every `CaseOpened`
        return CaseMineView(await self._persons.view(decision.opened))

    async def audit(self, principal: Principal, payload: AuditList) -> AuditRows:
        """Rows of the log, without what could tell whom they are about."""
        await self._team.supervisor(principal)
        since = 0 if payload.after is None else payload.after + 1
        return await self._database.read_for_help(_rows, since, payload.limit)


def _require_no_case(connection: Connection, account: AccountId) -> None:
    case = cases.newest_of(connection, account)
    if case is not None and not case.drill and (case.seeks or case.state in _TALKING):
        raise NotNow("you have asked for help yourself: leave that first")


def _rows(connection: Connection, since: int, limit: int) -> AuditRows:
    rows, last = crisis_log.page(connection, since, limit), crisis_log.last(connection)
    return AuditRows(
        rows=tuple(msgspec.json.encode(erased(one)).decode() for one in rows),
        total=0 if last is None else last.seq + 1,
        head=None if last is None else last.hash,
    )
