"""What this account was given for its time: `client.rewards`.

    found = await client.rewards.list()
    checked = await client.rewards.receipt(found.entries[0].entry)
    checked.flaws  # (): computed again on this device, it comes out the same

A receipt is computed again from its own octets and the pack that it names, under the
policy key that the server named in `list`; nobody is asked to do it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import msgspec

from mentalverse_modules.rewards import documents
from mentalverse_modules.rewards.errors import MalformedReceipt, RewardError
from mentalverse_modules.rewards.packs import Pack
from mentalverse_modules.rewards.receipt import (
    Receipt,
    flaws,
    read_receipt,
    receipt_bytes,
    subject,
)
from mentalverse_signaling.ids import ClientId, new_id
from mentalverse_signaling.reward_events import (
    Packs,
    RewardActivate,
    RewardChoice,
    RewardDispute,
    RewardEntries,
    RewardEntry,
    RewardList,
    RewardOpt,
    RewardPacks,
    RewardPapers,
    RewardReceipt,
    RewardsView,
)

from .engine import Engine
from .reward_decisions import RewardDecisions


@dataclass(frozen=True, slots=True)
class Checked:
    """A receipt, and what came of computing it again."""

    papers: RewardPapers
    receipt: Receipt
    pack: Pack
    flaws: tuple[str, ...]
    """Fields that do not come out the same; none: it is as it says."""


def recompute(papers: RewardPapers, policy_key: bytes) -> Checked:
    """Compute a receipt again, without a network.

    Raises:
        MalformedReceipt, UntrustedPack, MalformedPack: there is nothing to compute
            with; all are `RewardError`.
    """
    octets = papers.document.encode()
    try:
        receipt = read_receipt(octets)
        salt = bytes.fromhex(receipt.salt)
    except ValueError:
        raise MalformedReceipt("a salt is hexadecimal digits") from None
    signed = papers.pack
    envelope = documents.Signed(signed.document, signed.key, signed.signature)
    pack = documents.opened(envelope, policy_key)
    found = list(flaws(receipt, pack))
    whose = msgspec.structs.replace(
        receipt.fact, evt_id=papers.event, beneficiary=papers.beneficiary
    )
    # What is hashed is the canonical text: another text of it is another receipt.
    if subject(salt, whose) != receipt.subject or receipt_bytes(receipt) != octets:
        found.append("subject")
    return Checked(papers, receipt, pack, tuple(found))


class Rewards:
    """What `client.rewards` offers."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._call = engine.call
        self._account, _ = engine.device.leaf

    @property
    def decisions(self) -> RewardDecisions:
        """Disputes and awards of others, for coordinators and supervisors."""
        return RewardDecisions(self._engine)

    async def list(self, before: str | None = None) -> RewardsView:
        """Entries, the newest first, at most 100; those behind the entry `before`.

        Raises:
            RewardsOff: nothing is rewarded there.
            NotConnected, SignalingError; so do all of these.
        """
        return await self._call("reward.list", RewardList(before), RewardsView)

    async def receipt(self, entry: str, policy_key: str | None = None) -> Checked:
        """A settled entry, computed again; `policy_key` (hex) if one is known.

        Raises:
            NotFound: there is no receipt of it, or not yet.
            RewardError: it cannot be computed, or is another account's.
        """
        papers = await self._call("reward.receipt", RewardReceipt(entry), RewardPapers)
        if papers.beneficiary != self._account:
            raise MalformedReceipt("it is another account's")
        key = policy_key or (await self.list()).policy_key
        try:
            public = bytes.fromhex(key)
        except ValueError:
            raise MalformedReceipt("the policy key is hexadecimal digits") from None
        return recompute(papers, public)

    async def dispute(self, entry: str, reason: str) -> RewardEntry:
        """Have two people look at an entry; disputed already, it stays so.

        Raises:
            NotFound: no such entry.
            NotNow: two have looked, or it was put back.
        """
        request = RewardDispute(_request(), entry, reason)
        answer = await self._call("reward.dispute", request, RewardEntries)
        return answer.entries[0]

    async def opt(self, *, out: bool) -> bool:
        """From now on nothing is written down, or it is again; whether it is out."""
        request = RewardOpt(_request(), out)
        return (await self._call("reward.opt", request, RewardChoice)).opted_out

    # --- packs, for operators ---

    async def packs(self) -> Packs:
        """What is and was paid by, and what waits. Raises `RoleRequired`."""
        return await self._call("reward.packs", RewardPacks(), Packs)

    async def activate(self, pack: Pack) -> Packs:
        """Say that a pack is to hold; the second operator who does decides.

        Raises:
            RoleRequired, PasskeyRequired
            NotNow: its time is past.
            Conflict: its revision is not above those before it.
        """
        request = RewardActivate(documents.written(pack).decode("ascii"))
        return await self._call("reward.activate", request, Packs)


def _request() -> ClientId:
    return ClientId(new_id(secrets.token_bytes))


__all__ = ["Checked", "RewardError", "Rewards", "recompute"]
