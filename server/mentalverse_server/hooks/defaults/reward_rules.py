"""The rules of rewards, for the services that carry them out."""

from mentalverse_modules.rewards import awards, checkpoint
from mentalverse_modules.rewards.availability import Published, availability
from mentalverse_modules.rewards.awards import Award
from mentalverse_modules.rewards.bonuses import MEASURES
from mentalverse_modules.rewards.checkpoint import Checkpoint
from mentalverse_modules.rewards.documents import (
    SHIPPED,
    Signed,
    opened,
    pack_hash,
    read,
    shipped,
    signed,
    written,
)
from mentalverse_modules.rewards.epoch import (
    WATERMARK_MS,
    closes_ms,
    epoch_name,
    epoch_of,
)
from mentalverse_modules.rewards.errors import (
    MalformedPack,
    NotAllowed,
    NotNow,
    Overdraft,
    RewardError,
    UntrustedPack,
)
from mentalverse_modules.rewards.facts import LEVELS, NO_SHOW, Fact, Measured
from mentalverse_modules.rewards.fees import fee
from mentalverse_modules.rewards.ledger import MEMBER, Entry
from mentalverse_modules.rewards.packs import MICRO, Pack, valid_at
from mentalverse_modules.rewards.receipt import Receipt, read_receipt, receipt_hash
from mentalverse_modules.rewards.rights import Key, State
from mentalverse_modules.rewards.rules import Refused, Scored, evaluate
from mentalverse_modules.rewards.settle import owed_key
from mentalverse_modules.rewards.takings import require_reason
from mentalverse_modules.rewards.tallies import tallied

__all__ = [
    "LEVELS",
    "MEASURES",
    "MEMBER",
    "MICRO",
    "NO_SHOW",
    "SHIPPED",
    "WATERMARK_MS",
    "Award",
    "Checkpoint",
    "Entry",
    "Fact",
    "Key",
    "MalformedPack",
    "Measured",
    "NotAllowed",
    "NotNow",
    "Overdraft",
    "Pack",
    "Published",
    "Receipt",
    "Refused",
    "RewardError",
    "Scored",
    "Signed",
    "State",
    "UntrustedPack",
    "availability",
    "awards",
    "checkpoint",
    "closes_ms",
    "epoch_name",
    "epoch_of",
    "evaluate",
    "fee",
    "opened",
    "owed_key",
    "pack_hash",
    "read",
    "read_receipt",
    "receipt_hash",
    "require_reason",
    "shipped",
    "signed",
    "tallied",
    "valid_at",
    "written",
]
