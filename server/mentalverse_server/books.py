"""The books of rewards, verified beside the server: an operator's command.

Every row follows from the one before it, and every checkpoint is
signed and is of these rows: whoever edits, adds or removes one is found, unless they
have the policy key and rewrite everything that was signed since.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from .clock import SystemClock
from .config import Config
from .hooks.defaults import rewards as ledger
from .hooks.defaults.reward_rules import Checkpoint, checkpoint
from .keyring import open_keyring
from .operator import beside_the_server
from .services.reward_packs import PolicyKey
from .store import ledger as rows
from .store import rewards as store
from .store.engine import Connection
from .store.rewards import CheckpointRow
from .store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of it."""

    rows: int
    checkpoints: int
    broken_row: int | None
    """The first that is not what was written."""
    flaws: tuple[str, ...]
    """What else does not hold, in words."""


def verified(config: Config, head: str | None = None) -> Verified:
    """Compute everything again. `head`: of a last row, known from elsewhere."""
    keyring = open_keyring(config.server.data_dir, secrets.token_bytes)
    public = PolicyKey(keyring).public
    with beside_the_server(config) as database:
        return database.write(_verified, public, head or ledger.GENESIS)


def _verified(connection: Connection, public: bytes, head: str) -> Verified:
    transaction = Transaction(connection, SystemClock().now())
    hashes = store.hashes(connection)
    signed = store.checkpoints(connection)
    flaws = [
        f"checkpoint of {row.epoch} ({row.rows} rows): {what}"
        for row in signed
        if (what := _flaw(row, hashes, public))
    ]
    last = rows.end(connection)
    if last is not None and last != (hashes[-1] if hashes else ""):
        flaws.append("the last row is not the one that was booked last")
    broken = ledger.verify(transaction, head)
    return Verified(len(hashes), len(signed), broken, tuple(flaws))


def _flaw(row: CheckpointRow, hashes: list[str], public: bytes) -> str:
    said = Checkpoint(
        epoch=row.epoch,
        rows=row.rows,
        head=row.head,
        root=row.root,
        at_ms=row.at_ms,
        signature=row.signature,
    )
    if not checkpoint.is_signed(said, public):
        return "the policy key has not signed it"
    if row.rows > len(hashes) or checkpoint.root(hashes[: row.rows]) != row.root:
        return "it is not of these rows"
    return ""
