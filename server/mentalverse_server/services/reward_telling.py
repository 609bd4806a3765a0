"""What is told of entries: to endpoints outside, and to those whose they are.

Somebody who is in a crisis, or answers one, hears nothing of rewards meanwhile.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256

from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.reward_events import RewardsChanged

from ..hooks.catalogue.accounting import Checkpoint, PolicyActivated, Reward
from ..hooks.defaults.reward_rules import (
    MEMBER,
    Entry,
    Fact,
    Key,
    Pack,
    Receipt,
    Scored,
    evaluate,
    pack_hash,
    read_receipt,
    receipt_hash,
)
from ..store import rewards as store
from ..store.facts import AccountsTold
from ..store.ledger import Right
from ..store.rewards import CheckpointRow
from ..store.transaction import Transaction
from .telling import tell


def entry_of(event: str, rule: str) -> str:
    """The id of an entry, to those whose it is."""
    return f"{event}:{rule}"


def key_of(entry: str, account: str) -> Key:
    """The right that an entry of somebody is."""
    event, _, rule = entry.partition(":")
    return Key(event, rule, account)


def expected_micro(pack: Pack, rule: str, fact: Fact) -> int:
    """What a fact would be of a full budget; 0 if a gate refuses it."""
    of = pack.rule(rule)
    judged = None if of is None else evaluate(pack, of, fact)
    return judged.micro if isinstance(judged, Scored) else 0


def tell_entry(
    transaction: Transaction,
    what: str,
    right: Right,
    pack: Pack,
    micro: int,
    at_ms: int,
    receipt_hash: str = "",
    occasion: str = "",
) -> None:
    """Tell outside what became of an entry; `what` is "pending", "posted", …

    Before there is a receipt, what stands for its hash is one of the entry. `occasion`:
    what it is told once for, if that is not the entry itself.
    """
    account, entry = AccountId(right.beneficiary), entry_of(*right.key[:2])
    rule = pack.rule(right.rule)
    stands_for = sha256(f"{entry}:{account}".encode()).hexdigest()
    data = Reward(
        account=account,
        code="none" if rule is None else rule.export_as,
        micro_mvt=micro,
        policy_hash=right.pack_hash,
        receipt_hash=receipt_hash or stands_for,
    )
    tell(
        *(transaction, f"reward.{what}", account, data),
        at_ms=at_ms,
        about=(account,),
        occasion=occasion or (f"{entry}:{at_ms}" if what == "disputed" else entry),
    )


def tell_paid_owed(
    transaction: Transaction, right: Right, pack: Pack, payment: Entry, at_ms: int
) -> None:
    """Tell outside that what was owed of an entry is paid, or a part of it."""
    micro = sum(line.credit_micro for line in payment.lines if line.account == MEMBER)
    known = read_receipt((right.receipt or "").encode())
    occasion = entry_of(payment.key.source_event, payment.key.rule)
    hashed = receipt_hash(known)
    tell_entry(transaction, "posted", right, pack, micro, at_ms, hashed, occasion)


def tell_owners(transaction: Transaction, accounts: Iterable[str]) -> None:
    """Let people look anew, but those who are in a crisis or answer one."""
    every = {AccountId(each) for each in accounts if each}
    if not every:
        return
    busy = store.in_crisis(transaction.connection, every)
    free = tuple(sorted(every - busy))
    if free:
        transaction.publish(AccountsTold(free, "reward.changed", RewardsChanged()))


def tell_checkpoint(transaction: Transaction, row: CheckpointRow) -> None:
    """Tell outside how far the ledger has come."""
    signature = b64encode(bytes.fromhex(row.signature)).decode()
    data = Checkpoint(seq=row.rows, root=row.root, signature=signature)
    occasion = f"{row.day}:{row.epoch}:{row.rows}:{row.at_ms}"
    tell(
        *(transaction, "ledger.checkpoint", "", data),
        at_ms=row.at_ms,
        occasion=occasion,
    )


def tell_activated(transaction: Transaction, pack: Pack, at_ms: int) -> None:
    """Tell outside that a pack will hold, and from when on."""
    hashed = pack_hash(pack)
    data = PolicyActivated(
        name=pack.name, rev=str(pack.rev), hash=hashed, effective_at=pack.effective_ms
    )
    tell(
        *(transaction, "policy.activated", pack.name, data),
        at_ms=at_ms,
        occasion=hashed,
    )


def paid_micro(right: Right, receipt: Receipt) -> int:
    """What a settled right has paid so far: at once, and of what was owed."""
    return receipt.paid_micro + receipt.owed_micro - right.owed_micro


def of_receipt(receipt: Receipt) -> tuple[str, int]:
    """How a settled entry is told: as what, and with how much."""
    return ("voided", 0) if receipt.reason else ("posted", receipt.paid_micro)
