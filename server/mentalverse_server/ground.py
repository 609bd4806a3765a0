"""What every service stands on: settings, clock, keys, database, writer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from .clock import Clock
from .config import Config
from .keyring import Keyring, open_keyring
from .links import OwnAddress
from .safety import SafetyKey, read_safety_key
from .store.engine import Database, open_database
from .store.writer import Writer

Rng = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Ground:
    """What every service stands on."""

    config: Config
    clock: Clock
    rng: Rng
    keyring: Keyring
    safety_key: SafetyKey | None
    database: Database
    writer: Writer
    """Made, and started when everything is in place."""
    own: OwnAddress


async def open_ground(
    config: Config,
    clock: Clock,
    rng: Rng,
    on_committed: Callable[[Sequence[object]], None],
    stack: AsyncExitStack,
) -> Ground:
    """Keys and database, with the tables of this version; closed with `stack`."""
    keyring = open_keyring(config.server.data_dir, rng)
    database = open_database(
        config.database_url, read_connections=config.database.read_connections
    )
    stack.callback(database.close)
    await asyncio.to_thread(database.migrate)
    return Ground(
        config=config,
        clock=clock,
        rng=rng,
        keyring=keyring,
        safety_key=read_safety_key(config.server.data_dir),
        database=database,
        writer=Writer(database, clock, on_committed),
        own=OwnAddress(config),
    )
