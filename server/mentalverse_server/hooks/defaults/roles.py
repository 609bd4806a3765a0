"""What the roles say that the operator has given people."""

from __future__ import annotations

from mentalverse_signaling.roles import Role

from ...store import roles
from ...store.engine import Database
from ..ports import Account, Answer, CircleOpen, Reason, Verdict


class RoleCredentials:
    """The operator's word: a role, and the setting that says what it stands for."""

    def __init__(self, database: Database, *, facilitators_are_licensed: bool) -> None:
        self._database = database
        self._facilitators_are_licensed = facilitators_are_licensed

    async def circle_open(self, question: CircleOpen) -> Answer:
        """See `Credentials`."""
        return await self.licensed(question.account)

    async def licensed(self, account: Account) -> Answer:
        """Whether they are a professional."""
        if not self._facilitators_are_licensed:
            return Answer(Verdict.DENY, Reason.NO_LICENCE)
        held = await self._database.read(roles.roles_of, account)
        if Role.FACILITATOR not in held:
            return Answer(Verdict.DENY, Reason.NO_LICENCE)
        return Answer(Verdict.ALLOW)
