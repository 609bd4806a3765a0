"""A house that settles epoch after epoch in memory, as the store does in SQL."""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from mentalverse_modules.rewards.caps import Counts
from mentalverse_modules.rewards.epoch import judged_in
from mentalverse_modules.rewards.facts import Fact
from mentalverse_modules.rewards.ledger import (
    Entry,
    Row,
    Salts,
    chained,
    moved,
    revenue,
)
from mentalverse_modules.rewards.packs import Pack
from mentalverse_modules.rewards.rights import Key, Step
from mentalverse_modules.rewards.settle import Owed, Settled, budgets, settle


def salts(seed: str = "") -> Salts:
    """The same octets each time."""
    count = itertools.count()
    return lambda: hashlib.sha256(f"{seed} {next(count)}".encode()).digest()


@dataclass
class Books:
    """What stays between epochs."""

    packs: tuple[Pack, ...]
    budget: int = 10**15
    """Micro-MVT of each pack and epoch."""
    salt: Salts = field(default_factory=salts)
    rows: list[Row] = field(default_factory=list)
    balances: dict[str, int] = field(default_factory=dict)
    counts: Counts = field(default_factory=Counter)
    owed: tuple[Owed, ...] = ()
    done: set[Key] = field(default_factory=set)

    def __post_init__(self) -> None:
        for pack in self.packs:
            if not pack.sources:
                key = Key("income", "revenue", "")
                entry = Entry(
                    step=Step.POST,
                    key=key,
                    epoch="",
                    at_ms=0,
                    lines=revenue(pack, 10**18),
                )
                self.balances |= moved(self.balances, entry)

    def book(self, entry: Entry) -> Row:
        self.balances |= moved(self.balances, entry)
        self.rows.append(
            chained(entry, self.rows[-1] if self.rows else None, self.salt)
        )
        return self.rows[-1]

    def close(self, epoch: int, facts: Iterable[Fact]) -> Settled:
        available: dict[tuple[str, str], int] = {}
        for pack in self.packs:
            available |= budgets(pack, self.budget)
        found = settle(
            epoch,
            facts,
            self.packs,
            available,
            self.counts,
            self.owed,
            self.salt,
            self.done,
        )
        self.owed = found.owed
        self.done |= {right.key for right in found.rights}
        for entry in found.entries:
            self.book(entry)
        return found

    def run(self, arrivals: Iterable[tuple[int, Fact]]) -> list[Settled]:
        """Facts with the time at which they came, in whatever order."""
        epochs: dict[int, list[Fact]] = defaultdict(list)
        for arrived_at_ms, fact in arrivals:
            epochs[judged_in(fact.occurred_at_ms, arrived_at_ms)].append(fact)
        return [self.close(epoch, epochs[epoch]) for epoch in sorted(epochs)]
