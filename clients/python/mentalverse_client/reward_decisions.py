"""What two decide about rewards of others: `client.rewards.decisions`.

    (dispute,) = await client.rewards.decisions.disputes()
    await client.rewards.decisions.decide(
        dispute.account, dispute.entry.entry, correct=False
    )

Coordinators and supervisors decide, nobody about themselves, and each where they have
used their passkey within five minutes. The second who says the same decides.
"""

from __future__ import annotations

import secrets

from mentalverse_signaling.ids import AccountId, ClientId, new_id
from mentalverse_signaling.reward_events import (
    Awards,
    AwardView,
    Disputes,
    DisputeView,
    RewardApprove,
    RewardAward,
    RewardAwards,
    RewardDecide,
    RewardDisputes,
    RewardRefuse,
)

from .engine import Engine
from .finding import find


class RewardDecisions:
    """What `client.rewards.decisions` offers."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._call = engine.call

    # --- disputes ---

    async def disputes(self) -> tuple[DisputeView, ...]:
        """Those that wait for two people, the oldest first; none of one's own.

        Raises:
            RoleRequired: for coordinators and supervisors.
            RewardsOff: nothing is rewarded there.
            NotConnected, SignalingError; so do all of these.
        """
        found = await self._call("reward.disputes", RewardDisputes(), Disputes)
        return found.disputes

    async def decide(
        self, account: str, entry: str, *, correct: bool
    ) -> tuple[DisputeView, ...]:
        """Say what becomes of a disputed entry; those that still wait.

        Args:
            correct: Void it, or put back what was posted; else it stays as it is.

        Raises:
            PasskeyRequired: this has to be done where the passkey is.
            NotFound: nobody has disputed it.
            NotNow: it is decided.
            Forbidden: one's own.
            RoleRequired, RewardsOff.
        """
        request = RewardDecide(AccountId(account), entry, correct)
        return (await self._call("reward.decide", request, Disputes)).disputes

    # --- awards ---

    async def awards(self) -> tuple[AwardView, ...]:
        """Amounts that people proposed, the newest first. Raises as `disputes`."""
        return (await self._call("reward.awards", RewardAwards(), Awards)).awards

    async def award(
        self, handle: str, rule: str, amount_mvt: int, reason: str
    ) -> AwardView:
        """Propose an amount by a rule that people decide by, and stand for it.

        Each call is another proposal: after `NotConnected`, look at `awards` first.

        Args:
            rule: A code of the pack in force, such as `peer.knowledge`.
            amount_mvt: Whole MVT, within the range of the rule.
            reason: At most 500 characters.

        Raises:
            PasskeyRequired: this has to be done where the passkey is.
            BadRequest: no such rule, or beyond its range.
            Forbidden: for oneself.
            NotFound: nobody has this handle.
            RoleRequired, RewardsOff, PeerChanged, NotProven.
        """
        account = await find(self._engine, handle)
        id_ = ClientId(new_id(secrets.token_bytes))
        request = RewardAward(id_, account, rule, amount_mvt, reason)
        return await self._call("reward.award", request, AwardView)

    async def approve(self, award: str) -> AwardView:
        """Stand for an award; the second who does makes it an entry.

        Raises:
            PasskeyRequired: this has to be done where the passkey is.
            NotFound: no such award.
            NotNow: it was approved or refused.
            Forbidden: for oneself.
            RoleRequired, RewardsOff.
        """
        request = RewardApprove(ClientId(award))
        return await self._call("reward.approve", request, AwardView)

    async def refuse(self, award: str) -> AwardView:
        """Let an award not be; one is enough. Raises as `approve`."""
        request = RewardRefuse(ClientId(award))
        return await self._call("reward.refuse", request, AwardView)
