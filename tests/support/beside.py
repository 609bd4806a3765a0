"""What is done beside a server that runs: its week ends, or something happens."""

from __future__ import annotations

import os
from secrets import token_bytes

from mentalverse_modules.rewards.epoch import closes_ms, epoch_of
from mentalverse_server.clock import Clock, SystemClock, to_millis
from mentalverse_server.keyring import open_keyring
from mentalverse_server.operator import beside_the_server
from mentalverse_server.services.reward_parts import reward_parts
from mentalverse_server.store import outbox
from mentalverse_server.store.engine import Connection
from mentalverse_server.store.outbox import Outgoing
from mentalverse_server.store.transaction import Transaction
from mentalverse_server.store.writer import Writer
from support.server import Installed, ServerProcess


async def settle_week(server: Installed, clock: Clock | None = None) -> None:
    """Close the week of now, as the server does itself days after its end."""
    config, clock = server.config(), clock or SystemClock()
    at_ms = closes_ms(epoch_of(to_millis(clock.now())))
    keyring = open_keyring(config.server.data_dir, token_bytes)
    with beside_the_server(config) as database:
        writer = Writer(database, clock, lambda facts: None)
        await writer.start()
        try:
            parts = reward_parts(
                database, writer, keyring, config.rewards, lambda: at_ms
            )
            await parts.books.tend()
        finally:
            await writer.close()


def tell(server: ServerProcess, name: str, key: str, data: dict[str, object]) -> None:
    """Let something happen that operators are told of, and that is about nobody."""
    now = SystemClock().now()
    event = Outgoing(os.urandom(16), name, key, data, 0, to_millis(now))

    def script(connection: Connection) -> None:
        outbox.add(Transaction(connection, now), event)

    with beside_the_server(server.config()) as database:
        database.write(script)
