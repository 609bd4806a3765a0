"""Payloads of `block.*`: from whom an account wants to hear nothing new.

A block is the account's and not one device's. It keeps the blocked account from
beginning anything with the blocker; what both are in goes on. Who is blocked is told
what is told about an account that does not exist.
"""

from __future__ import annotations

from .fields import Fact, Payload
from .ids import AccountIdField

MAX_BLOCKS = 1_000
"""Of one account."""


class BlockSet(Payload, frozen=True):
    """Block an account, or end that; either way again is fine.

    Whether there is such an account is not looked up: the answer tells nobody.
    """

    account: AccountIdField
    on: bool


class BlockList(Payload, frozen=True):
    """Every account that the caller's account has blocked."""


class Blocks(Fact, frozen=True):
    """Answer to `block.list`, in id order."""

    accounts: tuple[AccountIdField, ...]
