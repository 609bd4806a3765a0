"""What members are paid elsewhere of an epoch: taken out of the ledger once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from mentalverse_modules.rewards.epoch import epoch_name
from mentalverse_modules.rewards.errors import NotNow
from mentalverse_modules.rewards.ledger import MEMBER, Row

from ...store import ledger as store
from ...store.transaction import Transaction
from . import rewards

_SPENT = "spend."


def take_out(
    transaction: Transaction, epoch: int, accounts: Collection[str], now_ms: int
) -> dict[str, int]:
    """What each of these members is to be paid elsewhere for an epoch, in micro-MVT.

    It is what they earned in it, or what they have left of that. Whoever was taken out
    before has the same amount again, so that a payment which was cut off is made again
    as it was. Who has nothing is left out.

    Raises:
        NotNow: the epoch has not been closed.
    """
    if store.lock(transaction.connection).closed_epoch < epoch:
        raise NotNow("the epoch has not been closed")
    key = f"settlement.{epoch_name(epoch)}"
    rows = rewards.every_row(transaction)
    before = _moved(
        row
        for row in rows
        if (row.entry.key.rule, row.entry.key.source_event) == (rewards.PAID_OUT, key)
    )
    earned = _moved(
        row
        for row in rows
        if row.entry.epoch == epoch_name(epoch)
        and not row.entry.key.rule.startswith(_SPENT)
    )
    found: dict[str, int] = {}
    for account in sorted(accounts):
        if before[account]:
            found[account] = -before[account]
            continue
        name = f"{MEMBER}:{account}"
        held = store.balances(transaction.connection, [name]).get(name, 0)
        micro = min(earned[account], held)
        if micro > 0:
            rewards.pay_out(transaction, account, micro, key, now_ms)
            found[account] = micro
    return found


def _moved(rows: Iterable[Row]) -> Counter[str]:
    """Credits less debits of members."""
    found: Counter[str] = Counter()
    for row in rows:
        for line in row.entry.lines:
            if line.account == MEMBER:
                found[row.entry.key.beneficiary] += line.credit_micro - line.debit_micro
    return found
