"""Who may answer: the operator's roles, and what the desk keeps of their holders.

The role is asked for with every call, so one that was taken ends at once. The first
call of somebody who has it puts them on the desk's roster, with the skills that an
operator has set or else `newcomer`; a supervisor who only ever looks is known by that,
too. Whoever lost the role and still calls is asked for no case any more.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from mentalverse_crisis.desk import CRISIS, Credential, Desk, Responder
from mentalverse_crisis.events import RosterChanged
from mentalverse_signaling.errors import Forbidden
from mentalverse_signaling.ids import AccountId, DeviceId
from mentalverse_signaling.roles import Role

from ..services.desk import CrisisDesk
from ..store import roles
from ..store.engine import Connection, Database
from ..transport.connections import Principal
from .eligibility import Eligibility
from .glance import Glance

SKILLS_OF_NEWCOMERS = {CRISIS: 3}
"""Whoever the operator made a responder is trained for A0 and A1."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the team, by one of their devices."""

    account: AccountId
    device: DeviceId
    is_supervisor: bool


def newcomer(account: str, is_supervisor: bool) -> Responder:
    """What is taken of somebody of whom only the role is known."""
    return Responder(
        id=account, is_supervisor=is_supervisor, skills=SKILLS_OF_NEWCOMERS
    )


class Team:
    """Lets in who has the role, and keeps the desk's roster as the roles are."""

    def __init__(
        self,
        desk: CrisisDesk,
        database: Database,
        glance: Glance,
        eligibility: Eligibility,
    ) -> None:
        self._desk = desk
        self._database = database
        self._glance = glance
        self._eligibility = eligibility

    async def member(self, principal: Principal) -> Member:
        """Who calls.

        Raises:
            Forbidden: neither a responder nor a supervisor.
        """
        account = principal.account
        is_of_team, desk = await self._database.read_for_help(self._look, account)
        await self._keep(desk.responders.get(account), account, is_of_team)
        if is_of_team is None:
            raise Forbidden("this is for responders and supervisors")
        return Member(account, principal.device, is_supervisor=is_of_team)

    async def supervisor(self, principal: Principal) -> Member:
        """Who calls, if it is a supervisor.

        Raises:
            Forbidden: somebody else.
        """
        member = await self.member(principal)
        if not member.is_supervisor:
            raise Forbidden("this is for supervisors")
        return member

    async def look_again(self, account: AccountId) -> None:
        """Bring what is known of somebody now to the roster."""
        is_of_team, desk = await self._database.read_for_help(self._look, account)
        await self._keep(desk.responders.get(account), account, is_of_team)

    def _look(
        self, connection: Connection, account: AccountId
    ) -> tuple[bool | None, Desk]:
        """Whether they are a supervisor, None if not of the team; and the desk."""
        held = roles.roles_of(connection, account)
        is_supervisor = Role.SUPERVISOR in held
        is_of_team = is_supervisor or Role.RESPONDER in held
        return is_supervisor if is_of_team else None, self._glance.of(connection)

    async def _keep(
        self, known: Responder | None, account: AccountId, is_supervisor: bool | None
    ) -> None:
        if is_supervisor is None:
            if known is None or known.credential is Credential.REVOKED:
                return
            now = msgspec.structs.replace(
                known, credential=Credential.REVOKED, is_supervisor=False
            )
        else:
            now = msgspec.structs.replace(
                known or newcomer(account, is_supervisor),
                credential=self._eligibility.of(account, known),
                is_supervisor=is_supervisor,
            )
        if now != known:
            await self._desk.decide(RosterChanged(responder=now))
