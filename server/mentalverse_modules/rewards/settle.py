"""One closed epoch: from its facts to entries of the ledger, the same in any order.

Facts are taken in the order of `Fact.place`, each once by the key of its right. A gate
that is silent leaves nothing; any other refusal and a cap leave a voided right with its
reason. What is left claims its bucket. What a bucket owes from before is paid first.
Facts that no rule is for, such as all of a crisis, take no part and use no salt: what
comes out is the same with and without them.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

import msgspec
from msgspec.structs import replace

from .budget import Claim, Share, Terms, share
from .caps import Counts, taken
from .documents import pack_hash
from .epoch import closes_ms, epoch_name
from .facts import Fact
from .ledger import Entry, Salts, posting
from .packs import Pack, Rule, valid_at
from .receipt import CAPPED, Receipt, bare, receipt_hash, subject
from .rights import Key, Step
from .rules import Scored, evaluate, rule_of
from .split import split

Buckets = Mapping[tuple[str, str], int]
"""Micro-MVT by pack and bucket."""


LATER = "+"
"""Between a rule and the epoch that has paid what was owed of it."""


class Owed(msgspec.Struct, frozen=True):
    """What is missing of a floor, until a later epoch pays it."""

    key: Key
    pack_hash: str
    bucket: str
    micro: int


class Right(msgspec.Struct, frozen=True):
    """What became of one fact."""

    key: Key
    receipt: Receipt
    entry: Entry


class Settled(msgspec.Struct, frozen=True):
    """What became of an epoch."""

    rights: tuple[Right, ...]
    paid_owed: tuple[Entry, ...]
    """Before the rights."""
    owed: tuple[Owed, ...]
    """For the next epoch."""

    @property
    def entries(self) -> tuple[Entry, ...]:
        """For the ledger, in their order."""
        return (*self.paid_owed, *(right.entry for right in self.rights))


class _Judged(msgspec.Struct, frozen=True):
    fact: Fact
    pack: Pack
    rule: Rule
    scored: Scored | None
    reason: str

    @property
    def key(self) -> Key:
        return Key(self.fact.evt_id, self.rule.code, self.fact.beneficiary)

    @property
    def place(self) -> tuple[object, ...]:
        return (*self.fact.place, self.rule.code)


def owed_key(payment: Entry) -> Key:
    """The right of which an entry of `paid_owed` pays what was owed."""
    return replace(payment.key, rule=payment.key.rule.partition(LATER)[0])


def budgets(pack: Pack, micro: int) -> dict[tuple[str, str], int]:
    """An epoch's amount as the buckets of a pack."""
    parts = split(micro, [weight for _, weight in pack.buckets])
    names = [(pack.name, name) for name, _ in pack.buckets]
    return dict(zip(names, parts, strict=True))


def settle(
    epoch: int,
    facts: Iterable[Fact],
    packs: tuple[Pack, ...],
    available: Buckets,
    counts: Counts,
    owed: tuple[Owed, ...],
    salts: Salts,
    done: Container[Key] = (),
) -> Settled:
    """Close an epoch.

    Args:
        epoch: its number.
        facts: all that are judged in it, in any order, some of them twice.
        packs: every revision that was ever valid.
        available: what each bucket has; one that is not named has nothing.
        counts: of what was paid before; what is paid now is added.
        owed: from the epochs before.
        salts: gives 32 fresh octets for each receipt.
        done: rights that were settled before, or are disputed.
    """
    judged = _judged(facts, packs, done)
    admitted = [_capped(one, counts) for one in judged]
    shares, paid, still = _shares(admitted, packs, available, owed)
    at_ms, name = closes_ms(epoch), epoch_name(epoch)
    rights = tuple(
        _right(one, shares.get(place), name, at_ms, salts())
        for place, one in enumerate(admitted)
    )
    new = tuple(
        Owed(
            one.key, right.receipt.pack_hash, one.rule.bucket, right.receipt.owed_micro
        )
        for one, right in zip(admitted, rights, strict=True)
        if right.receipt.owed_micro
    )
    known = {pack_hash(pack): pack for pack in packs}
    payments = tuple(
        _payment(one, known[one.pack_hash], micro, name, at_ms) for one, micro in paid
    )
    return Settled(rights, payments, (*still, *new))


def _judged(
    facts: Iterable[Fact], packs: tuple[Pack, ...], done: Container[Key]
) -> list[_Judged]:
    found: dict[Key, _Judged] = {}
    names = sorted({pack.name for pack in packs})
    for fact in sorted(facts, key=_order):
        for name in names:
            pack = valid_at(packs, name, fact.occurred_at_ms)
            rule = None if pack is None else rule_of(pack, fact)
            if pack is None or rule is None:
                continue
            outcome = evaluate(pack, rule, fact)
            if isinstance(outcome, Scored):
                one = _Judged(fact, pack, rule, outcome, "")
            elif outcome.is_silent:
                continue
            else:
                one = _Judged(fact, pack, rule, None, outcome.reason)
            if one.key not in done:
                found.setdefault(one.key, one)
    return sorted(found.values(), key=lambda one: one.place)


def _order(fact: Fact) -> tuple[object, ...]:
    """Two that say different things of one event have an order as well."""
    return (fact.place, msgspec.json.encode(fact, order="sorted"))


def _capped(one: _Judged, counts: Counts) -> _Judged:
    if one.reason or taken(counts, one.rule, one.fact) is None:
        return one
    return replace(one, reason=CAPPED)


def _shares(
    admitted: list[_Judged],
    packs: tuple[Pack, ...],
    available: Buckets,
    owed: tuple[Owed, ...],
) -> tuple[dict[int, tuple[Share, Terms]], list[tuple[Owed, int]], tuple[Owed, ...]]:
    """By place: what each claim got; then what was paid of what was owed, and not."""
    names = {pack_hash(pack): pack.name for pack in packs}
    claims: dict[tuple[str, str], list[tuple[int, Claim]]] = {}
    debts: dict[tuple[str, str], list[Owed]] = {}
    for place, one in enumerate(admitted):
        if one.scored is not None and not one.reason:
            claim = Claim(one.scored.floor_micro, one.scored.micro)
            claims.setdefault((one.pack.name, one.rule.bucket), []).append(
                (place, claim)
            )
    for debt in owed:
        debts.setdefault((names[debt.pack_hash], debt.bucket), []).append(debt)
    got: dict[int, tuple[Share, Terms]] = {}
    paid: list[tuple[Owed, int]] = []
    still: list[Owed] = []
    for bucket in sorted({*claims, *debts}):
        wanted, before = claims.get(bucket, []), debts.get(bucket, [])
        shared = share(
            available.get(bucket, 0),
            [debt.micro for debt in before],
            [claim for _, claim in wanted],
        )
        for (place, _), part in zip(wanted, shared.shares, strict=True):
            got[place] = (part, shared.terms)
        for debt, micro in zip(before, shared.settled, strict=True):
            paid += [(debt, micro)] if micro else []
            if micro < debt.micro:
                still.append(replace(debt, micro=debt.micro - micro))
    return got, paid, tuple(still)


def _right(
    one: _Judged, got: tuple[Share, Terms] | None, epoch: str, at_ms: int, salt: bytes
) -> Right:
    share, terms = (Share(0, 0), None) if got is None else got
    receipt = Receipt(
        v=1,
        pack=one.pack.name,
        rev=one.pack.rev,
        pack_hash=pack_hash(one.pack),
        rule=one.rule.code,
        export_as=one.rule.export_as,
        epoch=epoch,
        fact=bare(one.fact),
        scored=one.scored,
        reason=one.reason,
        terms=terms,
        paid_micro=share.paid_micro,
        owed_micro=share.owed_micro,
        subject=subject(salt, one.fact),
        salt=salt.hex(),
    )
    entry = Entry(
        step=Step.VOID if one.reason else Step.POST,
        key=one.key,
        epoch=epoch,
        at_ms=at_ms,
        policy_hash=receipt.pack_hash,
        receipt_hash=receipt_hash(receipt),
        reason=one.reason,
        lines=posting(one.pack, one.rule.bucket, share.paid_micro),
    )
    return Right(one.key, receipt, entry)


def _payment(owed: Owed, pack: Pack, micro: int, epoch: str, at_ms: int) -> Entry:
    return Entry(
        step=Step.POST,
        key=replace(owed.key, rule=f"{owed.key.rule}{LATER}{epoch}"),
        epoch=epoch,
        at_ms=at_ms,
        policy_hash=owed.pack_hash,
        reason="owed",
        lines=posting(pack, owed.bucket, micro),
    )
