"""Double entry, one chain: whoever changes a row breaks every row after it.

    hash = SHA-256(label, previous hash, canonical(row))

An entry's debits are its credits, or it is none. A row is never changed: what was wrong
is put right by an entry the other way round. Member accounts and buckets never go below
0; sources may, that is where pay comes from.

Whose a row is and which event it is of are in the chain as salted commitments only. In
the lines the beneficiary's account is `member`. Erasing drops values and salts; the
chain holds as before, and nobody can tell any more who was paid. Accounts are

    member:ID   a member        bucket:NAME   filled by revenue, spent by rules
    src:NAME    a source        fund:NAME     services paid with it, or refunds of them
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Mapping

import msgspec
from msgspec.structs import replace

from .canonical import canonical, digest
from .errors import Overdraft, Unbalanced
from .packs import Pack
from .rights import Key, Step
from .split import split

SALT_BYTES = 32
PERSONAL = ("beneficiary", "source_event")
"""Fields that can be erased."""
MEMBER = "member"
GENESIS = digest("MentalVerse ledger v1")
"""What stands before the first row."""
_ROW = "MentalVerse ledger row v1"
_FIELD = "MentalVerse ledger field v1"
_NEVER_BELOW = (MEMBER, "bucket:")

Salts = Callable[[], bytes]
"""32 fresh octets each time."""


class Line(msgspec.Struct, frozen=True):
    """One side of an entry at one account."""

    account: str
    debit_micro: int = 0
    credit_micro: int = 0


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to the books."""

    step: Step
    key: Key
    epoch: str
    at_ms: int
    policy_hash: str = ""
    receipt_hash: str = ""
    reason: str = ""
    corrects: int = -1
    """The row that it puts right."""
    lines: tuple[Line, ...] = ()


class Head(msgspec.Struct, frozen=True):
    """The end of a chain."""

    seq: int
    hash: str


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One entry in its place in the chain."""

    seq: int
    entry: Entry
    prev_hash: str
    hash: str
    commitments: Mapping[str, str]
    """By the names of `PERSONAL`."""
    salts: Mapping[str, str] = {}
    """Of the fields that have not been erased; hex."""


def posting(pack: Pack, bucket: str, micro: int) -> tuple[Line, ...]:
    """The lines of a payment: its sources, or else its bucket, to the member."""
    if micro == 0:
        return ()
    debits = [(f"bucket:{bucket}", micro)]
    if pack.sources:
        parts = split(micro, [weight for _, weight in pack.sources])
        names = [f"src:{name}" for name, _ in pack.sources]
        debits = [pair for pair in zip(names, parts, strict=True) if pair[1]]
    lines = tuple(Line(account, debit_micro=part) for account, part in debits)
    return (*lines, Line(MEMBER, credit_micro=micro))


def revenue(pack: Pack, micro: int) -> tuple[Line, ...]:
    """The lines of an income: into the buckets, by the shares of the pack."""
    parts = split(micro, [weight for _, weight in pack.buckets])
    credits = tuple(
        Line(f"bucket:{name}", credit_micro=part)
        for (name, _), part in zip(pack.buckets, parts, strict=True)
        if part
    )
    return (Line("src:revenue", debit_micro=micro), *credits) if micro else ()


def spending(fund: str, micro: int) -> tuple[Line, ...]:
    """The lines of something that a member pays for."""
    account = f"fund:{fund}"
    return (Line(MEMBER, debit_micro=micro), Line(account, credit_micro=micro))


def reversing(row: Row, at_ms: int, epoch: str, reason: str) -> Entry:
    """The entry that puts a row right: the same lines the other way round."""
    turned = tuple(
        Line(line.account, line.credit_micro, line.debit_micro)
        for line in row.entry.lines
    )
    return replace(
        row.entry,
        step=Step.REVERSE,
        at_ms=at_ms,
        epoch=epoch,
        reason=reason,
        corrects=row.seq,
        lines=turned,
    )


def account_of(line: Line, key: Key) -> str:
    """The account that a line is of: `member` is the beneficiary's."""
    return f"{MEMBER}:{key.beneficiary}" if line.account == MEMBER else line.account


def moved(balances: Mapping[str, int], entry: Entry) -> dict[str, int]:
    """The accounts of an entry after it: credits less debits, in micro-MVT.

    Args:
        balances: of the accounts that it touches; others are 0.
        entry: what is booked.

    Raises:
        Unbalanced: debits are not credits, or one is below 0.
        Overdraft: an account would be below 0 that may not.
    """
    debits = [line.debit_micro for line in entry.lines]
    credits = [line.credit_micro for line in entry.lines]
    if sum(debits) != sum(credits) or min((0, *debits, *credits)) < 0:
        raise Unbalanced("the debits of an entry are its credits")
    after: dict[str, int] = {}
    for line in entry.lines:
        account = account_of(line, entry.key)
        before = after.get(account, balances.get(account, 0))
        after[account] = before + line.credit_micro - line.debit_micro
    for account, balance in after.items():
        if balance < 0 and account.startswith(_NEVER_BELOW):
            raise Overdraft("there is less than that")
    return after


def chained(entry: Entry, prev: Row | Head | None, salts: Salts) -> Row:
    """The row of an entry, after the last one of the chain."""
    secrets = {name: salts() for name in PERSONAL}
    if {len(salt) for salt in secrets.values()} != {SALT_BYTES}:
        raise ValueError("a salt is 32 octets")
    commitments = {
        name: _commitment(salt, name, getattr(entry.key, name))
        for name, salt in secrets.items()
    }
    seq, prev_hash = (0, GENESIS) if prev is None else (prev.seq + 1, prev.hash)
    return Row(
        seq=seq,
        entry=entry,
        prev_hash=prev_hash,
        hash=_hash(seq, prev_hash, entry, commitments),
        commitments=commitments,
        salts={name: salt.hex() for name, salt in secrets.items()},
    )


def erased(row: Row) -> Row:
    """The row without whom and what it was of; the chain holds as before."""
    key = replace(row.entry.key, **dict.fromkeys(PERSONAL, ""))
    return replace(row, entry=replace(row.entry, key=key), salts={})


def broken(rows: Iterable[Row], head: str = GENESIS) -> int | None:
    """The place of the first row that is not what was written, or none.

    Args:
        rows: the whole ledger, in its order.
        head: the hash of a last row, known from elsewhere; the ledger may have grown.
            If it never was one, the place is the number of rows: the end is missing.
    """
    prev_hash, place, is_known = GENESIS, 0, head == GENESIS
    for place, row in enumerate(rows, 1):
        if row.seq != place - 1 or row.prev_hash != prev_hash or not _holds(row):
            return place - 1
        prev_hash = row.hash
        is_known = is_known or prev_hash == head
    return None if is_known else place


def _holds(row: Row) -> bool:
    if set(row.commitments) != set(PERSONAL):
        return False
    for name, commitment in row.commitments.items():
        value, salt = getattr(row.entry.key, name), row.salts.get(name)
        made = "" if salt is None else _commitment(bytes.fromhex(salt), name, value)
        if made != commitment and not (salt is None and value == ""):
            return False
    return row.hash == _hash(row.seq, row.prev_hash, row.entry, row.commitments)


def _commitment(salt: bytes, name: str, value: str) -> str:
    message = f"{_FIELD} {name} ".encode() + value.encode()
    return hmac.digest(salt, message, "sha256").hex()


def _hash(seq: int, prev: str, entry: Entry, commitments: Mapping[str, str]) -> str:
    written = {
        "at_ms": entry.at_ms,
        "commitments": dict(commitments),
        "corrects": entry.corrects,
        "epoch": entry.epoch,
        "lines": [
            [line.account, str(line.debit_micro), str(line.credit_micro)]
            for line in entry.lines
        ],
        "policy_hash": entry.policy_hash,
        "reason": entry.reason,
        "receipt_hash": entry.receipt_hash,
        "rule": entry.key.rule,
        "seq": seq,
        "step": entry.step.value,
    }
    return digest(_ROW, bytes.fromhex(prev), canonical(written))
