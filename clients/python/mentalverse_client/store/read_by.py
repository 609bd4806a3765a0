"""How far everybody in a conversation has read, as they told.

The last row by account. Only who wants to tell does (`content.Receipt`). It stands
beside the history, in the transaction of the row that brought it, and never goes back.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from .vault import Transaction, Vault

_SPACE = "read_by"


def note(
    vault: Vault, write: Transaction, conversation: str, account: str, up_to: int
) -> None:
    """Store that an account has read up to a row."""
    known = dict(read_by(vault, conversation))
    if known.get(account, 0) >= up_to:
        return
    known[account] = up_to
    write.put(_SPACE, conversation, msgspec.msgpack.encode(known))


def read_by(vault: Vault, conversation: str) -> Mapping[str, int]:
    """The last row that each account told it has read."""
    stored = vault.get(_SPACE, conversation)
    return {} if stored is None else msgspec.msgpack.decode(stored, type=dict[str, int])
