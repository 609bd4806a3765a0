"""Acting without consent: the calls about overrides, and who sees which.

An override is seen by supervisors, by who opened it and by those who are in the case;
of anybody else's it is `NotFound` that there is one. Who of them may do what is decided
by the rules (`mentalverse_crisis.override_steps`).

The statement and what was released are not here: the server has commitments to both.
"""

from __future__ import annotations

import hashlib

from mentalverse_crisis.desk import Desk
from mentalverse_crisis.events import (
    Event,
    OverrideConfirmed,
    OverrideCosigned,
    OverrideOpened,
    OverrideReleasedAlone,
    OverrideReviewed,
    OverrideWithdrawn,
)
from mentalverse_crisis.override import LegalBasis, Override
from mentalverse_crisis.record import What
from mentalverse_signaling.errors import NotFound
from mentalverse_signaling.ids import CaseId, OverrideId
from mentalverse_signaling.override_events import (
    LocationReleased,
    OverrideAlone,
    OverrideOpen,
    Overrides,
)

from ..services.desk import CrisisDesk
from ..store import cases, crisis_log
from ..store.desk_time import DeskTime
from ..store.engine import Connection, Database
from ..transport.connections import Principal
from .desk_view import is_in
from .glance import Glance
from .locations import Locations
from .override_view import overrides_view
from .refusals import refusals
from .team import Member, Team


class Overriding:
    """Each call for one principal; what is open then is its answer."""

    def __init__(
        self,
        desk: CrisisDesk,
        database: Database,
        team: Team,
        glance: Glance,
        time: DeskTime,
        locations: Locations,
    ) -> None:
        self._desk = desk
        self._database = database
        self._team = team
        self._glance = glance
        self._time = time
        self._locations = locations

    async def mine(self, principal: Principal) -> Overrides:
        """Those that the caller sees; `Forbidden` if they are not of the team."""
        return await self._view(await self._team.member(principal))

    async def open(self, principal: Principal, payload: OverrideOpen) -> Overrides:
        """Say that it is needed. `NotNow` while another one waits for its contact."""
        member = await self._team.member(principal)
        override = override_id(member.account, payload.request)
        is_new = await self._database.read_for_help(
            self._is_new, member, payload.case, override
        )
        if is_new:
            await self._decide(_opened(override, member, payload))
        return await self._view(member)

    async def cosign(self, principal: Principal, override: OverrideId) -> Overrides:
        """Agree, and so release it. `Forbidden` but for another one, who supervises."""
        member = await self._who_sees(principal, override)
        event = OverrideCosigned(override=override, actor=member.account)
        return await self._answer(member, event)

    async def alone(self, principal: Principal, payload: OverrideAlone) -> Overrides:
        """Release it alone. `NotNow` before a supervisor had time to answer."""
        member = await self._who_sees(principal, payload.override)
        return await self._answer(
            member,
            OverrideReleasedAlone(
                override=payload.override, actor=member.account, reason=payload.reason
            ),
        )

    async def withdraw(self, principal: Principal, override: OverrideId) -> Overrides:
        """Not needed after all. `NotNow` once it is released."""
        member = await self._who_sees(principal, override)
        event = OverrideWithdrawn(override=override, actor=member.account)
        return await self._answer(member, event)

    async def confirm(self, principal: Principal, override: OverrideId) -> Overrides:
        """Help has reached the person. `NotNow` before anything is released."""
        member = await self._who_sees(principal, override)
        event = OverrideConfirmed(override=override, actor=member.account)
        return await self._answer(member, event)

    async def review(self, principal: Principal, override: OverrideId) -> Overrides:
        """Its end. `Forbidden` for who acted; `NotNow` before a contact."""
        member = await self._who_sees(principal, override)
        event = OverrideReviewed(override=override, actor=member.account)
        return await self._answer(member, event)

    async def location(
        self, principal: Principal, override: OverrideId
    ) -> LocationReleased:
        """Where the person is, for who opened it; see `Locations.take`."""
        member = await self._team.member(principal)
        found = await self._database.read_for_help(self._seen, member, override)
        return await self._locations.take(member, override, CaseId(found.case))

    # --- what they have in common ---

    async def _answer(self, member: Member, event: Event) -> Overrides:
        await self._decide(event)
        return await self._view(member)

    async def _decide(self, event: Event) -> None:
        with refusals():
            await self._desk.decide(event)

    async def _view(self, member: Member) -> Overrides:
        return await self._database.read_for_help(self._look, member)

    async def _who_sees(self, principal: Principal, override: OverrideId) -> Member:
        member = await self._team.member(principal)
        await self._database.read_for_help(self._seen, member, override)
        return member

    # --- in a thread that reads ---

    def _look(self, connection: Connection, member: Member) -> Overrides:
        desk = self._glance.of(connection)
        seen = [one for one in desk.overrides.values() if _sees(desk, member, one)]
        seen.sort(key=lambda one: (one.opened_at_ms, one.id))
        return overrides_view(connection, desk, seen, self._time.now_ms(connection))

    def _seen(
        self, connection: Connection, member: Member, override: OverrideId
    ) -> Override:
        desk = self._glance.of(connection)
        found = desk.overrides.get(override)
        if found is None or not _sees(desk, member, found):
            raise NotFound("no such override, or it is over")
        return found

    def _is_new(
        self, connection: Connection, member: Member, case_id: CaseId, override: str
    ) -> bool:
        """Whether there never was this override of a case that the caller sees."""
        case = cases.case(connection, case_id)
        sees = member.is_supervisor or (case and is_in(case, member.account))
        if case is None or not sees:
            raise NotFound("no such case")
        known = crisis_log.of_case(connection, case_id)
        return (What.OVERRIDE, override) not in {(row.what, row.offer) for row in known}


def override_id(account: str, request: str) -> OverrideId:
    """The desk's id of what somebody asked for: nobody else's request has it."""
    digest = hashlib.sha256(f"override:{account}:{request}".encode()).hexdigest()
    return OverrideId(digest[:32])


def _sees(desk: Desk, member: Member, override: Override) -> bool:
    if member.is_supervisor or override.opened_by == member.account:
        return True
    case = desk.cases.get(override.case)
    return case is not None and is_in(case, member.account)


def _opened(
    override: OverrideId, member: Member, payload: OverrideOpen
) -> OverrideOpened:
    return OverrideOpened(
        override=override,
        case=payload.case,
        actor=member.account,
        basis=LegalBasis(payload.basis.value),
        statement_hash=payload.statement_hash,
        released_hash=payload.released_hash,
        to=payload.to,
        person_informed=payload.person_informed,
        why_not_informed=payload.why_not or "",
    )
