"""Payloads of rewards: what somebody was given for their time, and who decides.

An entry is one event, one rule, one person. Its id is a text of the server's and names
nobody. Amounts are whole micro-MVT as decimal digits in a string, since sums may pass
2^53. What decides about others (disputes, awards, packs) takes two people, each with a
passkey used within the last minutes; saying the same again changes nothing.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from .fields import Fact, Handle, Payload, Seq, TimestampMs
from .ids import AccountIdField, ClientIdField

MAX_ENTRIES = 100
"""Of one answer, the newest."""
MAX_DISPUTE_CHARS = 1_000
MAX_AWARD_REASON_CHARS = 500
MAX_PACK_CHARS = 48 * 1024
"""A pack has to fit into one frame."""
MAX_AWARD_MVT = 100_000
MAX_WAITING = 200
"""Disputes and awards of one answer."""

EntryId = Annotated[str, Meta(pattern="^[0-9A-Za-z_.:+-]+$", max_length=192)]
RuleCode = Annotated[str, Meta(pattern="^[a-z0-9_.]+$", max_length=96)]
AwardIdField = ClientIdField


class EntryState(StrEnum):
    """Where an entry is; `corrected`: a later entry has put it right."""

    PENDING = "pending"
    HELD = "held"
    POSTED = "posted"
    VOIDED = "voided"
    CORRECTED = "corrected"


class AwardState(StrEnum):
    """Where an award is."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"


# --- one's own --------------------------------------------------------------


class RewardList(Payload, frozen=True):
    """The caller's entries, the newest first; those behind `before`."""

    before: EntryId | None = None


class RewardReceipt(Payload, frozen=True):
    """What it takes to compute a settled entry again."""

    entry: EntryId


class RewardDispute(Payload, frozen=True):
    """Have two people look at an entry; what is pending is held meanwhile."""

    request: ClientIdField
    entry: EntryId
    reason: Annotated[str, Meta(min_length=1, max_length=MAX_DISPUTE_CHARS)]


class RewardOpt(Payload, frozen=True):
    """Out: from now on nothing is written down. Not out: from now on again."""

    request: ClientIdField
    out: bool


class RewardEntry(Fact, frozen=True, kw_only=True):
    """What one event gave the caller."""

    entry: EntryId
    rule: RuleCode
    at: TimestampMs
    minutes: Seq
    """Of one's time; 0 where it was not counted in minutes."""
    state: EntryState
    micro: str
    """Paid; while it is pending, what it would be of a full budget."""
    owed_micro: str
    """Of the floor, not paid yet: it comes first in the next epoch."""
    reason: str | None
    """Why nothing is paid: a gate, `cap`, `disputed`, `revoked`."""


class RewardsView(Fact, frozen=True, kw_only=True):
    """Answer to `reward.list`."""

    entries: tuple[RewardEntry, ...]
    more: bool
    balance_micro: str
    pending_micro: str
    """Of everything that is pending or held."""
    total_minutes: Seq
    """Of every entry that is neither voided nor corrected."""
    opted_out: bool
    policy_key: str
    """Ed25519, hex: what packs are signed with."""


class SignedRewardPack(Fact, frozen=True):
    """A pack as it is kept."""

    document: str
    """Canonical JSON."""
    key: str
    signature: str


class RewardPapers(Fact, frozen=True, kw_only=True):
    """Answer to `reward.receipt`."""

    document: str
    """The receipt: canonical JSON, of which the ledger has the hash."""
    pack: SignedRewardPack
    event: str
    """With `beneficiary`, what the receipt's `subject` is a commitment to."""
    beneficiary: AccountIdField


class RewardEntries(Fact, frozen=True):
    """Answer to `reward.dispute`: the one entry as it is now."""

    entries: tuple[RewardEntry, ...]


class RewardChoice(Fact, frozen=True):
    """Answer to `reward.opt`."""

    opted_out: bool


class RewardsChanged(Fact, frozen=True):
    """Something about the caller's rewards has changed: look anew."""


# --- decided by two ---------------------------------------------------------


class RewardDisputes(Payload, frozen=True):
    """The disputes that wait for two people."""


class RewardDecide(Payload, frozen=True):
    """Say what becomes of a disputed entry; the second who says the same decides."""

    account: AccountIdField
    entry: EntryId
    correct: bool
    """Void it, or put back what was posted; else it stays as it is."""


class RewardAwards(Payload, frozen=True):
    """Awards, the newest first."""


class RewardAward(Payload, frozen=True):
    """Propose an amount by a rule that people decide by."""

    award: AwardIdField
    account: AccountIdField
    rule: RuleCode
    amount_mvt: Annotated[int, Meta(ge=1, le=MAX_AWARD_MVT)]
    reason: Annotated[str, Meta(min_length=1, max_length=MAX_AWARD_REASON_CHARS)]


class RewardApprove(Payload, frozen=True):
    """Stand for an award; two have to, and the beneficiary is neither."""

    award: AwardIdField


class RewardRefuse(Payload, frozen=True):
    """Let an award not be; one is enough."""

    award: AwardIdField


class DisputeView(Fact, frozen=True, kw_only=True):
    """A dispute as those who decide see it."""

    account: AccountIdField
    handle: Handle
    entry: RewardEntry
    reason: str
    at: TimestampMs
    mine: bool | None
    """What the caller has said: `correct`."""
    others: Seq
    """How many others have said something; what, is told to nobody."""


class Disputes(Fact, frozen=True):
    """Answer to `reward.disputes` and `reward.decide`: the oldest first."""

    disputes: tuple[DisputeView, ...]


class AwardView(Fact, frozen=True, kw_only=True):
    """An award as those who decide see it."""

    award: AwardIdField
    account: AccountIdField
    handle: Handle
    rule: RuleCode
    amount_mvt: Seq
    reason: str
    state: AwardState
    approvals: Seq
    mine: bool
    """Whether the caller stands for it."""
    at: TimestampMs


class Awards(Fact, frozen=True):
    """Answer to `reward.awards`."""

    awards: tuple[AwardView, ...]


# --- packs ------------------------------------------------------------------


class RewardPacks(Payload, frozen=True):
    """What is and was paid by, and what waits for a second operator."""


class RewardActivate(Payload, frozen=True):
    """Let a pack hold from its own time on; the second operator who says so decides."""

    document: Annotated[str, Meta(min_length=2, max_length=MAX_PACK_CHARS)]


class PackView(Fact, frozen=True, kw_only=True):
    """A revision of a pack."""

    name: RuleCode
    rev: Seq
    hash: str
    effective_at: TimestampMs
    is_active: bool
    """False: it waits for a second operator."""
    mine: bool
    """Whether the caller is one of those who said so."""
    document: str | None
    """Of one that waits."""


class Packs(Fact, frozen=True):
    """Answer to `reward.packs` and `reward.activate`: the latest first."""

    packs: tuple[PackView, ...]
    policy_key: str


CALLS: tuple[tuple[str, type[Payload], type[Fact]], ...] = (
    ("reward.list", RewardList, RewardsView),
    ("reward.receipt", RewardReceipt, RewardPapers),
    ("reward.dispute", RewardDispute, RewardEntries),
    ("reward.opt", RewardOpt, RewardChoice),
    ("reward.disputes", RewardDisputes, Disputes),
    ("reward.decide", RewardDecide, Disputes),
    ("reward.awards", RewardAwards, Awards),
    ("reward.award", RewardAward, AwardView),
    ("reward.approve", RewardApprove, AwardView),
    ("reward.refuse", RewardRefuse, AwardView),
    ("reward.packs", RewardPacks, Packs),
    ("reward.activate", RewardActivate, Packs),
)
"""Name, payload and answer of each command, for the registry."""
EVENTS: tuple[tuple[str, type[Fact]], ...] = (("reward.changed", RewardsChanged),)
"""Name and payload of each notice, for the registry."""
