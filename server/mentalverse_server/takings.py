"""What was taken for services, booked beside the server: an operator's command.

It is an operator's word; nothing else here knows of it. It stands in the chain by its
reference, so each amount is booked once, and the next signed checkpoint covers it. With
the close of a week the buckets pay from it, and what they owe first.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .clock import SystemClock, to_millis
from .config import Config
from .errors import StartupError
from .hooks.defaults import rewards as ledger
from .hooks.defaults.reward_rules import (
    Pack,
    RewardError,
    Signed,
    opened,
    pack_hash,
    require_reason,
    valid_at,
)
from .keyring import open_keyring
from .operator import beside_the_server
from .services.reward_packs import PolicyKey
from .store import fees
from .store import ledger as rows
from .store import rewards as store
from .store.engine import Connection
from .store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Bucket:
    """What a bucket of a pack holds, and what it could not pay so far."""

    name: str
    held_micro: int
    owed_micro: int


@dataclass(frozen=True, slots=True)
class Booked:
    """What came of it."""

    is_new: bool
    """False: this reference was booked with this amount before."""
    buckets: tuple[Bucket, ...]


def book(config: Config, pack_name: str, micro: int, reference: str) -> Booked:
    """Book what was taken for services, into the buckets of the pack in force.

    Raises:
        StartupError: rewards are off, no such pack, no such amount or reference, or the
            reference was booked or is due with another amount, or was taken back.
    """
    with writing(config) as (transaction, packs):
        now_ms = to_millis(transaction.now)
        pack = in_force(packs, pack_name, now_ms)
        due = fees.find(transaction.connection, pack_name, reference)
        if due is not None and due.micro != micro:
            raise StartupError(f"{reference} is due with another amount")
        is_new = ledger.earn(transaction, pack, micro, reference, now_ms)
        fees.drop(transaction.connection, pack_name, reference)
        return Booked(is_new, _buckets(transaction.connection, packs, pack))


def take_back(
    config: Config, pack_name: str, reference: str, reason: str
) -> tuple[Bucket, ...]:
    """Put back what was booked under a reference, by an entry of its own.

    What is only due is let go: nothing was booked, so there is nothing to put back.

    Raises:
        StartupError: nothing was, it was taken back before, or a bucket has paid it.
    """
    with writing(config) as (transaction, packs):
        now_ms = to_millis(transaction.now)
        pack = in_force(packs, pack_name, now_ms)
        require_reason(reason)
        if not fees.drop(transaction.connection, pack_name, reference):
            ledger.take_back(transaction, pack_name, reference, reason, now_ms)
        return _buckets(transaction.connection, packs, pack)


def buckets(config: Config, pack_name: str) -> tuple[Bucket, ...]:
    """What the buckets of a pack hold and owe. Raises `StartupError`: no such pack."""
    with writing(config) as (transaction, packs):
        pack = in_force(packs, pack_name, to_millis(transaction.now))
        return _buckets(transaction.connection, packs, pack)


@contextmanager
def writing(config: Config) -> Iterator[tuple[Transaction, tuple[Pack, ...]]]:
    """A transaction, and every pack that the policy key has signed.

    Raises:
        StartupError: rewards are off, or anything of `RewardError` inside.
    """
    if not config.rewards.enabled:
        raise StartupError("rewards are switched off (rewards.enabled)")
    with (
        beside_the_server(config) as database,
        database.connect_writer() as connection,
        connection.begin(),
    ):
        keyring = open_keyring(config.server.data_dir, secrets.token_bytes)
        public = PolicyKey(keyring).public
        try:
            packs = tuple(
                opened(Signed(row.document, row.key, row.signature), public)
                for row in store.packs(connection)
                if row.is_active
            )
            yield Transaction(connection, SystemClock().now()), packs
        except RewardError as error:
            raise StartupError(str(error)) from None


def in_force(packs: tuple[Pack, ...], name: str, now_ms: int) -> Pack:
    """The pack whose buckets are filled now. Raises `StartupError`: there is none."""
    pack = valid_at(packs, name, now_ms)
    if pack is None:
        raise StartupError(f"no pack {name!r} is in force: has the server run?")
    if pack.sources:
        raise StartupError(f"{name} is paid from its sources, not by what is taken")
    return pack


def _buckets(
    connection: Connection, packs: tuple[Pack, ...], pack: Pack
) -> tuple[Bucket, ...]:
    names = {f"bucket:{name}": name for name, _ in pack.buckets}
    held = rows.balances(connection, names)
    hashes = {pack_hash(one) for one in packs if one.name == pack.name}
    owed: Counter[str] = Counter()
    for right in rows.owed(connection):
        if right.pack_hash in hashes:
            owed[right.bucket] += right.owed_micro
    return tuple(
        Bucket(name, held.get(account, 0), owed[name])
        for account, name in names.items()
    )
