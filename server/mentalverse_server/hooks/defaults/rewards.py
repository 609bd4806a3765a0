"""The embedded reward module over the store: facts in, postings and receipts out.

Each function is one transaction of its caller's. A fact that comes again changes
nothing, and neither does an epoch that is closed again. What an epoch pays is decided
by the pure `settle`; here it is read and written.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import msgspec

from mentalverse_modules.rewards import ledger as books
from mentalverse_modules.rewards import takings
from mentalverse_modules.rewards.caps import Counts, taken
from mentalverse_modules.rewards.documents import pack_hash
from mentalverse_modules.rewards.epoch import closes_ms, epoch_name, epoch_of, judged_in
from mentalverse_modules.rewards.errors import NotAllowed, NotNow
from mentalverse_modules.rewards.facts import Fact
from mentalverse_modules.rewards.ledger import Entry, Head, Row
from mentalverse_modules.rewards.packs import Pack, valid_at
from mentalverse_modules.rewards.receipt import receipt_bytes
from mentalverse_modules.rewards.rights import Key, State, Step, after
from mentalverse_modules.rewards.rules import Refused, evaluate, rule_of
from mentalverse_modules.rewards.settle import (
    LATER,
    Owed,
    Settled,
    budgets,
    settle,
)

from ...store import ledger as store
from ...store.engine import Connection
from ...store.transaction import Transaction

FUNDS = ("services", "extras", "events", "training")
"""What tokens buy. Help in a crisis and safety are in none of these: they are free."""
GENESIS = books.GENESIS
"""The head of a ledger without a row."""
OUTSIDE = "outside"
"""The fund of what was paid out: it is owed by nobody here any more."""
PAID_OUT = f"spend.{OUTSIDE}"
_READ_AT_ONCE = 1_000


def receive(
    transaction: Transaction, fact: Fact, packs: tuple[Pack, ...], now_ms: int
) -> int:
    """Keep the rights of a fact until its epoch is closed; how many are new."""
    new = 0
    for name in sorted({pack.name for pack in packs}):
        pack = valid_at(packs, name, fact.occurred_at_ms)
        rule = None if pack is None else rule_of(pack, fact)
        if pack is None or rule is None:
            continue
        judged = evaluate(pack, rule, fact)
        if isinstance(judged, Refused) and judged.is_silent:
            continue
        epoch = max(
            judged_in(fact.occurred_at_ms, now_ms),
            store.lock(transaction.connection).closed_epoch + 1,
        )
        right = store.Right(
            source_event=fact.evt_id,
            rule=rule.code,
            beneficiary=fact.beneficiary,
            state=State.PENDING.value,
            epoch=epoch,
            pack_hash=pack_hash(pack),
            fact=msgspec.json.encode(fact).decode(),
            bucket=rule.bucket,
        )
        new += store.add(transaction.connection, right)
    return new


def close_epoch(
    transaction: Transaction,
    epoch: int,
    packs: tuple[Pack, ...],
    amounts: Mapping[str, int],
    now_ms: int,
) -> Settled | None:
    """Settle an epoch, once; None if it was closed before.

    Args:
        transaction: in which all of it is written, or nothing.
        epoch: its number.
        packs: every revision that was ever valid.
        amounts: micro-MVT of the epoch by the name of the pack. A pack without sources
            pays what its buckets hold instead.
        now_ms: what time it is.

    Raises:
        NotNow: facts may still come.
    """
    if now_ms < closes_ms(epoch):
        raise NotNow("an epoch is closed 72 hours after its end")
    head = store.lock(transaction.connection)
    if head.closed_epoch >= epoch:
        return None
    known = {pack_hash(pack): pack for pack in packs}
    waiting = store.pending(transaction.connection, epoch)
    facts = [msgspec.json.decode(right.fact, type=Fact) for right in waiting]
    debts = {_key(right): right for right in store.owed(transaction.connection)}
    found = settle(
        epoch,
        facts,
        packs,
        _available(transaction, packs, amounts),
        _counts(transaction, facts, known),
        tuple(
            Owed(key, right.pack_hash, right.bucket, right.owed_micro)
            for key, right in debts.items()
        ),
        _salt,
        {
            _key(one)
            for one in store.in_state(transaction.connection, State.DISPUTED.value)
        },
    )
    _write(transaction, found, {_key(right): right for right in waiting}, debts)
    store.close(transaction.connection, epoch)
    return found


def spend(
    transaction: Transaction, account: str, fund: str, micro: int, key: str, now_ms: int
) -> bool:
    """Let a member pay for something; False if this key has paid already.

    Raises:
        NotAllowed: nothing that tokens buy, or not above 0.
        NotNow: the key has paid another amount.
        Overdraft: they have less.
    """
    if fund not in FUNDS or micro <= 0:
        raise NotAllowed(f"tokens buy {', '.join(FUNDS)}")
    lines = books.spending(fund, micro)
    return _once(transaction, Key(key, f"spend.{fund}", account), lines, now_ms)


def pay_out(
    transaction: Transaction, account: str, micro: int, key: str, now_ms: int
) -> bool:
    """Take out what is paid to a member elsewhere; False if this key was booked."""
    lines = books.spending(OUTSIDE, micro)
    return _once(transaction, Key(key, PAID_OUT, account), lines, now_ms)


def earn(
    transaction: Transaction, pack: Pack, micro: int, key: str, now_ms: int
) -> bool:
    """Split what was taken into the buckets of a pack; False if this key was booked.

    Raises:
        NotAllowed: such a pack is not paid so, no such amount, or no such key.
        NotNow: the key was booked with another amount, or taken back.
    """
    lines = takings.booked(pack, micro, key)
    whose = Key(key, takings.rule_of(pack.name), "")
    return _once(transaction, whose, lines, now_ms, pack_hash(pack))


def was_earned(transaction: Transaction, pack: Pack, micro: int, key: str) -> bool:
    """Whether this was booked under a key before; raises as `earn` does."""
    lines = takings.booked(pack, micro, key)
    store.lock(transaction.connection)
    whose = Key(key, takings.rule_of(pack.name), "")
    return _was_booked(transaction, whose, lines)


def take_back(
    transaction: Transaction, pack_name: str, key: str, reason: str, now_ms: int
) -> None:
    """Put back what was booked under a key, by an entry of its own.

    Raises:
        NotAllowed: no such reason.
        NotNow: nothing was, or it was taken back before.
        Overdraft: a bucket has paid it out since.
    """
    takings.require_reason(reason)
    reverse(transaction, Key(key, takings.rule_of(pack_name), ""), reason, now_ms)


def dispute(transaction: Transaction, key: Key) -> None:
    """Hold a right that is pending. Raises `NotNow` for any other."""
    right = _right(transaction, key)
    store.put(transaction.connection, _after(right, Step.DISPUTE))


def release(transaction: Transaction, key: Key, now_ms: int) -> None:
    """Let the next epoch settle a right that was held."""
    closed = store.lock(transaction.connection).closed_epoch
    right = _after(_right(transaction, key), Step.RELEASE)
    epoch = max(epoch_of(now_ms), closed + 1)
    store.put(transaction.connection, replace(right, epoch=epoch))


def reverse(transaction: Transaction, key: Key, reason: str, now_ms: int) -> None:
    """Put a posted right back, and what was paid of it later, each by its own entry.

    Raises:
        NotNow: it is not posted.
        Overdraft: what it paid was spent since.
    """
    connection, epoch = transaction.connection, epoch_name(epoch_of(now_ms))
    store.lock(connection)
    later = store.with_rule(
        connection, key.source_event, key.beneficiary, f"{key.rule}{LATER}"
    )
    for posted in (_right(transaction, key), *later):
        right = _after(posted, Step.REVERSE)
        assert right.row_seq is not None  # noqa: S101 - whatever is posted has a row
        row = _row(store.rows(connection, right.row_seq, 1)[0])
        _book(transaction, books.reversing(row, now_ms, epoch, reason))
        store.put(connection, replace(right, owed_micro=0))


def void(transaction: Transaction, key: Key, reason: str, now_ms: int) -> None:
    """Let a right that is pending or held come to nothing, and say why in the chain.

    Raises:
        NotNow: it is neither.
    """
    store.lock(transaction.connection)
    right = _after(_right(transaction, key), Step.VOID)
    entry = Entry(
        step=Step.VOID,
        key=key,
        epoch=epoch_name(epoch_of(now_ms)),
        at_ms=now_ms,
        policy_hash=right.pack_hash,
        reason=reason,
    )
    row = _book(transaction, entry)
    store.put(transaction.connection, replace(right, row_seq=row.seq))


def reason(connection: Connection, right: store.Right) -> str:
    """Why a right that was settled without a receipt came to nothing."""
    if right.row_seq is None:
        return ""
    (written,) = store.rows(connection, right.row_seq, 1)
    return _row(written).entry.reason


def receipt(transaction: Transaction, key: Key) -> bytes | None:
    """The receipt of a settled right, in its canonical octets."""
    right = store.find(transaction.connection, _parts(key))
    if right is None or right.receipt is None:
        return None
    return right.receipt.encode()


def verify(transaction: Transaction, head: str = books.GENESIS) -> int | None:
    """The number of the first row that is not what was written, or none."""
    return books.broken(every_row(transaction), head)


def every_row(transaction: Transaction) -> list[Row]:
    """The whole chain, in its order."""
    rows: list[Row] = []
    while page := store.rows(transaction.connection, len(rows), _READ_AT_ONCE):
        rows += [_row(one) for one in page]
    return rows


# --- inside ------------------------------------------------------------------------


def _salt() -> bytes:
    return secrets.token_bytes(books.SALT_BYTES)


def _parts(key: Key) -> tuple[str, str, str]:
    return (key.source_event, key.rule, key.beneficiary)


def _key(right: store.Right) -> Key:
    return Key(*right.key)


def _right(transaction: Transaction, key: Key) -> store.Right:
    found = store.find(transaction.connection, _parts(key))
    if found is None:
        raise NotNow("there is no such right")
    return found


def _after(right: store.Right, step: Step) -> store.Right:
    return replace(right, state=after(State(right.state), step).value)


def _available(
    transaction: Transaction, packs: tuple[Pack, ...], amounts: Mapping[str, int]
) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for pack in packs:
        if pack.sources:
            found |= budgets(pack, amounts.get(pack.name, 0))
            continue
        accounts = {f"bucket:{name}": name for name, _ in pack.buckets}
        held = store.balances(transaction.connection, accounts)
        found |= {(pack.name, accounts[one]): micro for one, micro in held.items()}
    return found


def _counts(
    transaction: Transaction, facts: list[Fact], known: Mapping[str, Pack]
) -> Counts:
    counts: Counts = Counter()
    people = {fact.beneficiary for fact in facts}
    for right in store.posted_to(transaction.connection, people):
        pack = known.get(right.pack_hash)
        rule = None if pack is None else pack.rule(right.rule)
        if rule is not None:
            taken(counts, rule, msgspec.json.decode(right.fact, type=Fact))
    return counts


def _write(
    transaction: Transaction,
    found: Settled,
    waiting: Mapping[Key, store.Right],
    debts: Mapping[Key, store.Right],
) -> None:
    for entry in found.paid_owed:
        row = _book(transaction, entry)
        _keep(transaction, entry, row.seq)
    left = {owed.key: owed.micro for owed in found.owed}
    for key, debt in debts.items():
        store.put(transaction.connection, replace(debt, owed_micro=left.get(key, 0)))
    for right in found.rights:
        row = _book(transaction, right.entry)
        kept = _after(waiting[right.key], right.entry.step)
        store.put(
            transaction.connection,
            replace(
                kept,
                receipt=receipt_bytes(right.receipt).decode(),
                row_seq=row.seq,
                owed_micro=right.receipt.owed_micro,
            ),
        )


def _once(
    transaction: Transaction,
    key: Key,
    lines: tuple[books.Line, ...],
    now_ms: int,
    policy_hash: str = "",
) -> bool:
    store.lock(transaction.connection)
    if _was_booked(transaction, key, lines):
        return False
    entry = Entry(
        step=Step.POST,
        key=key,
        epoch=epoch_name(epoch_of(now_ms)),
        at_ms=now_ms,
        policy_hash=policy_hash,
        lines=lines,
    )
    _keep(transaction, entry, _book(transaction, entry).seq)
    return True


def _was_booked(
    transaction: Transaction, key: Key, lines: tuple[books.Line, ...]
) -> bool:
    """Whether this key has this amount; the caller holds the lock."""
    before = store.find(transaction.connection, _parts(key))
    if before is None:
        return False
    assert before.row_seq is not None  # noqa: S101 - it was booked with its row
    row = _row(store.rows(transaction.connection, before.row_seq, 1)[0])
    if _amount(row.entry.lines) != _amount(lines):
        raise NotNow("this key was booked with another amount")
    if before.state == State.REVERSED.value:
        raise NotNow("what was booked with this key was put back")
    return True


def _amount(lines: tuple[books.Line, ...]) -> int:
    """What moved; by which shares is another matter, and may have changed since."""
    return sum(line.debit_micro for line in lines)


def _keep(transaction: Transaction, entry: Entry, seq: int) -> None:
    right = store.Right(
        *_parts(entry.key),
        state=State.POSTED.value,
        epoch=epoch_of(entry.at_ms),
        pack_hash=entry.policy_hash,
        fact="{}",
        bucket="",
        row_seq=seq,
    )
    store.add(transaction.connection, right)


def _book(transaction: Transaction, entry: Entry) -> Row:
    """Add an entry to the chain and to its accounts; the caller holds the lock."""
    head = store.lock(transaction.connection)
    names = {books.account_of(line, entry.key) for line in entry.lines}
    books.moved(store.balances(transaction.connection, names), entry)
    for line in entry.lines:
        name = books.account_of(line, entry.key)
        holder = entry.key.beneficiary if line.account == books.MEMBER else None
        store.move(
            transaction.connection, name, holder, line.debit_micro, line.credit_micro
        )
    prev = None if head.seq < 0 else Head(head.seq, head.hash)
    row = books.chained(entry, prev, _salt)
    written = store.Written(
        seq=row.seq,
        document=msgspec.json.encode(books.erased(row)).decode(),
        beneficiary=entry.key.beneficiary,
        source_event=entry.key.source_event,
        salts=msgspec.json.encode(row.salts).decode(),
    )
    store.append(transaction.connection, written, row.hash)
    return row


def _row(written: store.Written) -> Row:
    row = msgspec.json.decode(written.document, type=Row)
    if written.salts is None:
        return row
    key = Key(written.source_event or "", row.entry.key.rule, written.beneficiary or "")
    salts = msgspec.json.decode(written.salts, type=dict[str, str])
    return msgspec.structs.replace(
        row, entry=msgspec.structs.replace(row.entry, key=key), salts=salts
    )
