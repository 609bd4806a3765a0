"""What `mentalverse chain` publishes, out of the database: an operator's part.

It opens the database and the keys itself, like the commands of `operator`. Nothing here
talks to a chain.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field

from .clock import SystemClock, to_millis
from .config import Config
from .errors import StartupError
from .hooks.defaults import rewards, settlement
from .keyring import open_keyring
from .operator import beside_the_server
from .store import credentials
from .store.engine import Connection
from .store.transaction import Transaction

_PURPOSE = b"salts of credentials on a chain v1"


@dataclass(frozen=True, slots=True)
class Issued:
    """The credentials that are not revoked, and what their salts are made of."""

    tokens: dict[str, str]
    """By the id of the credential, as they are carried."""
    secret: bytes = field(repr=False)


def ledger_hashes(config: Config) -> list[str]:
    """The hash of each row of the ledger, after all of them were checked.

    Raises `StartupError` if one is not what was written.
    """
    now = SystemClock().now()

    def read(connection: Connection) -> list[str]:
        transaction = Transaction(connection, now)
        broken = rewards.verify(transaction)
        if broken is not None:
            raise StartupError(f"row {broken} of the ledger is not what was written")
        return [row.hash for row in rewards.every_row(transaction)]

    with beside_the_server(config) as database:
        return database.write(read)


def take_out(
    config: Config, epoch: int, accounts: Collection[str], *, dry_run: bool = False
) -> dict[str, int]:
    """See `settlement.take_out`; committed when it returns, unless it is only tried."""
    now = SystemClock().now()
    with (
        beside_the_server(config) as database,
        database.connect_writer() as connection,
        connection.begin() as held,
    ):
        found = settlement.take_out(
            Transaction(connection, now), epoch, accounts, to_millis(now)
        )
        if dry_run:
            held.rollback()
        return found


def issued(config: Config) -> Issued:
    """Every credential that has not been revoked, suspended ones among them."""
    with beside_the_server(config) as database:
        tokens = database.write(credentials.tokens)
    secret = open_keyring(config.server.data_dir, secrets.token_bytes).derived(_PURPOSE)
    return Issued(tokens, secret)
