"""Rewards: one's own, those that two people decide, and packs: `reward.*`."""

from __future__ import annotations

from collections.abc import Mapping

from mentalverse_signaling.reward_events import (
    Awards,
    AwardView,
    Disputes,
    Packs,
    RewardActivate,
    RewardApprove,
    RewardAward,
    RewardAwards,
    RewardChoice,
    RewardDecide,
    RewardDispute,
    RewardDisputes,
    RewardEntries,
    RewardList,
    RewardOpt,
    RewardPacks,
    RewardPapers,
    RewardReceipt,
    RewardRefuse,
    RewardsView,
)

from ..router import Handler
from ..services.reward_parts import RewardParts
from ..transport.connections import Connection
from .proving import proof_about_rewards


def handlers(parts: RewardParts) -> Mapping[str, Handler]:
    """The handlers of this group by event name."""
    return {**_own(parts), **_decided(parts), **_packs(parts)}


def _own(parts: RewardParts) -> Mapping[str, Handler]:
    own = parts.own

    async def list_(c: Connection, payload: RewardList) -> RewardsView:
        return await own.list(c.account, payload.before)

    async def receipt(c: Connection, payload: RewardReceipt) -> RewardPapers:
        return await own.receipt(c.account, payload.entry)

    async def dispute(c: Connection, payload: RewardDispute) -> RewardEntries:
        return await own.dispute(c.account, payload.entry, payload.reason)

    async def opt(c: Connection, payload: RewardOpt) -> RewardChoice:
        return RewardChoice(await own.opt(c.account, out=payload.out))

    return {
        "reward.list": list_,
        "reward.receipt": receipt,
        "reward.dispute": dispute,
        "reward.opt": opt,
    }


def _decided(parts: RewardParts) -> Mapping[str, Handler]:
    decisions = parts.decisions

    async def disputes(c: Connection, payload: RewardDisputes) -> Disputes:
        return await decisions.disputes(c.account)

    async def decide(c: Connection, payload: RewardDecide) -> Disputes:
        proof = proof_about_rewards(c.principal)
        account, entry, correct = payload.account, payload.entry, payload.correct
        return await decisions.decide(c.account, account, entry, proof, correct=correct)

    async def awards(c: Connection, payload: RewardAwards) -> Awards:
        return await decisions.awards(c.account)

    async def award(c: Connection, payload: RewardAward) -> AwardView:
        proof = proof_about_rewards(c.principal)
        return await decisions.propose(c.account, payload, proof)

    async def approve(c: Connection, payload: RewardApprove) -> AwardView:
        proof = proof_about_rewards(c.principal)
        return await decisions.approve(c.account, payload.award, proof)

    async def refuse(c: Connection, payload: RewardRefuse) -> AwardView:
        proof = proof_about_rewards(c.principal)
        return await decisions.refuse(c.account, payload.award, proof)

    return {
        "reward.disputes": disputes,
        "reward.decide": decide,
        "reward.awards": awards,
        "reward.award": award,
        "reward.approve": approve,
        "reward.refuse": refuse,
    }


def _packs(parts: RewardParts) -> Mapping[str, Handler]:
    own, packs = parts.own, parts.packs

    async def list_(c: Connection, payload: RewardPacks) -> Packs:
        own.require_on()
        return await packs.list(c.account)

    async def activate(c: Connection, payload: RewardActivate) -> Packs:
        own.require_on()
        proof = proof_about_rewards(c.principal)
        return await packs.activate(c.account, payload.document, proof)

    return {"reward.packs": list_, "reward.activate": activate}
