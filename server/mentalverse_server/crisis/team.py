"""Who may answer: the operator's roles, and what the desk keeps of their holders.

The role is asked for with every call, so one that was taken ends at once. The first
call of somebody who has it puts them on the desk's roster, with the skills that an
operator has set or else `newcomer`; a supervisor who only ever looks is known by that,
too. Whoever lost the role and still calls is asked for no case any more.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from weakref import WeakValueDictionary

from mentalverse_crisis.desk import CRISIS, Credential, Desk, Responder
from mentalverse_crisis.events import StandingChanged
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
        self._keeping: WeakValueDictionary[AccountId, asyncio.Lock]
        self._keeping = WeakValueDictionary()

    async def member(self, principal: Principal) -> Member:
        """Who calls.

        Raises:
            Forbidden: neither a responder nor a supervisor.
        """
        is_supervisor = await self._keep(principal.account)
        if is_supervisor is None:
            raise Forbidden("this is for responders and supervisors")
        return Member(principal.account, principal.device, is_supervisor)

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
        await self._keep(account)

    def _look(
        self, connection: Connection, account: AccountId
    ) -> tuple[bool | None, Desk]:
        """Whether they are a supervisor, None if not of the team; and the desk."""
        held = roles.roles_of(connection, account)
        is_supervisor = Role.SUPERVISOR in held
        is_of_team = is_supervisor or Role.RESPONDER in held
        return is_supervisor if is_of_team else None, self._glance.of(connection)

    async def _keep(self, account: AccountId) -> bool | None:
        """Whether they are a supervisor, None if not of the team; the roster says it.

        One at a time of an account: who reads the roster while another is about to
        write what was known a moment ago would find nothing to correct.
        """
        async with self._keeping.setdefault(account, asyncio.Lock()):
            is_supervisor, desk = await self._database.read_for_help(
                self._look, account
            )
            known = desk.responders.get(account)
            if is_supervisor is not None:
                credential = self._eligibility.of(account, known)
            elif known is not None:
                credential = Credential.REVOKED
            else:
                return None
            standing = _standing(account, credential, is_supervisor is True)
            if known is None or standing != _standing(
                known.id, known.credential, known.is_supervisor
            ):
                await self._desk.decide(standing)
            return is_supervisor


def _standing(
    account: str, credential: Credential, is_supervisor: bool
) -> StandingChanged:
    return StandingChanged(
        responder=account,
        credential=credential,
        is_supervisor=is_supervisor,
        skills_if_new=SKILLS_OF_NEWCOMERS,
    )
