"""What the reward module refuses, with stable codes.

RewardError
├── the data are wrong: repeating the same call will fail again
│   ├── MalformedPack      malformed_pack      no pack, or one that must not exist
│   ├── UntrustedPack      untrusted_pack      not what the policy key has signed
│   ├── MalformedReceipt   malformed_receipt   nothing that can be recomputed
│   ├── NoSuchFee          no_such_fee         the pack names no such service or step
│   └── Unbalanced         unbalanced          debits are not credits
└── the step is wrong: somebody asks for what cannot be now
    ├── NotAllowed         not_allowed         this person may not approve this
    ├── NotNow             not_now             the right is past this step
    └── Overdraft          overdraft           an account has less than that
"""

from __future__ import annotations

from typing import ClassVar


class RewardError(Exception):
    """Root of what the reward module refuses."""

    code: ClassVar[str]


class MalformedPack(RewardError):
    """No pack, or one that must not exist: `finding` is the name of the first flaw."""

    code = "malformed_pack"

    def __init__(self, finding: str, where: str, what: str) -> None:
        self.finding, self.where, self.what = finding, where, what
        super().__init__(f"{where}: {what}" if where else what)


class UntrustedPack(RewardError):
    """The signature is not by this policy key over this document."""

    code = "untrusted_pack"


class MalformedReceipt(RewardError):
    """A receipt that cannot be recomputed."""

    code = "malformed_receipt"


class NoSuchFee(RewardError):
    """The pack has no fee for this service, or no such step of its scale."""

    code = "no_such_fee"


class Unbalanced(RewardError):
    """The debits of an entry are not its credits."""

    code = "unbalanced"


class NotAllowed(RewardError):
    """This person may not decide this."""

    code = "not_allowed"


class NotNow(RewardError):
    """The right or the award has no such step any more."""

    code = "not_now"


class Overdraft(RewardError):
    """An account that may not go below 0 would."""

    code = "overdraft"
