"""What two people decide: an amount, its reason, and two who stand for it.

    proposed --approve--> proposed --approve by another--> approved
    proposed --refuse---> refused

Nobody proposes or approves for themselves, nobody approves twice, and whoever proposed
may be one of the two. The amount is within the range of a rule of mode `disc`. Approved
and refused are ends: a second thought is another award. An approved award is a fact
like any other, so caps, budget and ledger treat it as one.
"""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec.structs import replace

from .errors import NotAllowed, NotNow
from .facts import AWARDED, Fact
from .packs import Pack

APPROVERS = 2
MAX_REASON_CHARS = 500


class Award(msgspec.Struct, frozen=True, kw_only=True):
    """One amount for one person."""

    award_id: str
    rule: str
    beneficiary: str
    amount_mvt: int
    reason: str
    proposed_by: str
    approved_by: tuple[str, ...] = ()
    state: Literal["proposed", "approved", "refused"] = "proposed"


def proposed(pack: Pack, award: Award) -> Award:
    """An award that may wait for its approvals.

    Raises:
        NotAllowed: for oneself, beyond the rule, or without a reason.
    """
    rule = pack.rule(award.rule)
    if rule is None or rule.mode != "disc":
        raise NotAllowed("no rule that people decide by")
    if not rule.lo <= award.amount_mvt <= rule.hi:
        raise NotAllowed(f"an amount from {rule.lo} to {rule.hi} MVT")
    if not 0 < len(award.reason.strip()) <= MAX_REASON_CHARS:
        raise NotAllowed(f"a reason of up to {MAX_REASON_CHARS} characters")
    if award.proposed_by == award.beneficiary:
        raise NotAllowed("nobody proposes for themselves")
    if award.state != "proposed" or award.approved_by:
        raise NotNow("an award begins without approvals")
    return award


def approved(award: Award, by: str) -> Award:
    """The award with one approval more.

    Raises:
        NotAllowed: the beneficiary, or somebody who has approved already.
        NotNow: it is decided.
    """
    _require_open(award)
    if by == award.beneficiary or by in award.approved_by:
        raise NotAllowed("two different people, and not who is paid")
    everybody = (*award.approved_by, by)
    state: Literal["approved", "proposed"] = (
        "approved" if len(everybody) == APPROVERS else "proposed"
    )
    return replace(award, approved_by=everybody, state=state)


def refused(award: Award) -> Award:
    """The award at its other end.

    Raises:
        NotNow: it is decided.
    """
    _require_open(award)
    return replace(award, state="refused")


def fact_of(award: Award, at_ms: int, *, consents: bool) -> Fact:
    """What an approved award is to the rules.

    Raises:
        NotNow: two people have not approved it.
    """
    if award.state != "approved":
        raise NotNow("two people have to approve it")
    return Fact(
        evt_id=award.award_id,
        type=AWARDED,
        occurred_at_ms=at_ms,
        beneficiary=award.beneficiary,
        role="",
        kind=award.rule,
        proofs=("consent",) if consents else (),
        amount_mvt=award.amount_mvt,
    )


def _require_open(award: Award) -> None:
    if award.state != "proposed":
        raise NotNow(f"it is {award.state}")
