"""Rewards, the ledger, policies, and delivery itself."""

from __future__ import annotations

from enum import Enum

from msgspec import field

from .fields import (
    AccountRef,
    Code,
    Count,
    Data,
    ExportCode,
    GlobalHash,
    LaneKey,
    MicroMvt,
    Moment,
    ReceiptHash,
    Revision,
    Signature,
)


class Reward(Data, frozen=True, kw_only=True):
    """An entry for somebody, or what became of it."""

    account: AccountRef
    code: ExportCode
    micro_mvt: MicroMvt
    policy_hash: GlobalHash
    receipt_hash: ReceiptHash


class Checkpoint(Data, frozen=True, kw_only=True):
    """The ledger up to here, signed."""

    seq: Count
    root: GlobalHash
    signature: Signature


class PolicyActivated(Data, frozen=True, kw_only=True):
    """From then on this policy is in force."""

    name: Code
    rev: Revision
    hash: GlobalHash
    effective_at: Moment


class Gap(Data, frozen=True, kw_only=True):
    """Events of a key that this endpoint will not get, first and last."""

    key: LaneKey
    first: Count = field(name="from")
    last: Count = field(name="to")
    withdrawn: bool | None = None
    """They were on the way when somebody agreed no more; else they were given up."""


class DisabledReason(Enum):
    """Why nothing is sent any more."""

    GONE = "gone"
    PARKED = "parked"
    """It could not be reached for days."""
    OPERATOR = "operator"


class EndpointDisabled(Data, frozen=True, kw_only=True):
    """This endpoint gets nothing any more."""

    reason: DisabledReason
