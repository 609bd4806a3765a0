"""What the desk promises: `client.desk.policies`, for supervisors.

view = await client.desk.policies.look()
trial = await client.desk.policies.try_out(document, days=28)
await client.desk.policies.propose(document, "Dr. Example", date(2026, 11, 30))
...                                          # and another supervisor, who has read it
await client.desk.policies.adopt(view.proposal)
"""

from __future__ import annotations

from datetime import date

from mentalverse_signaling import policy_events as wire
from mentalverse_signaling.events import Payload
from mentalverse_signaling.policy_events import PolicyProposal, PolicyTrial, PolicyView

from ..engine import Engine


class PolicyDesk:
    """Each call needs a connection, and may be made again; get it from `client.desk`.

    Every call raises `NotConnected` (it may have been heard), `NotFound` (no desk on
    this server), `Forbidden` (the account is no supervisor's) and `SignalingError`;
    the rest is said where it is.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def look(self) -> PolicyView:
        """What is in force, what is proposed, and what was."""
        return await self._say("policy.get", wire.PolicyGet())

    async def try_out(
        self, document: str, days: int = 7, people: int | None = None
    ) -> PolicyTrial:
        """What would come of a document; nothing is changed.

        A simulation that is not done within some seconds says so in `assumptions`:
        ask for the same again, and it is the same one.

        Args:
            document: A policy in JSON.
            days: How far back to look, up to 90.
            people: On duty in the simulation; None: as many as the roster has.

        Raises:
            NotNow: somebody else tries another one at this moment.
        """
        asked = wire.PolicyTry(document, days, people)
        return await self._engine.call("policy.try", asked, PolicyTrial)

    async def propose(
        self, document: str, signed_by: str, signed_on: date
    ) -> PolicyView:
        """Hand in a revision; it takes the place of one that waits.

        Raises:
            BadRequest: it cannot be followed, or somebody would wait for nobody.
            PasskeyRequired: on an open desk, use it first.
        """
        day = signed_on.isoformat()
        return await self._say(
            "policy.propose", wire.PolicyPropose(document, signed_by, day)
        )

    async def adopt(self, proposal: PolicyProposal) -> PolicyView:
        """Let cases open under it from here on; the caller has read this one.

        Raises:
            Forbidden: the caller proposed it.
            NotNow: another proposal has taken its place.
            NotFound: it was taken back.
            PasskeyRequired: on an open desk, use it first.
        """
        adopted = wire.PolicyAdopt(proposal.revision, proposal.document_hash)
        return await self._say("policy.adopt", adopted)

    async def discard(self) -> PolicyView:
        """Take back what was proposed; nothing proposed is no error."""
        return await self._say("policy.discard", wire.PolicyDiscard())

    async def _say(self, name: str, payload: Payload) -> PolicyView:
        return await self._engine.call(name, payload, PolicyView)
