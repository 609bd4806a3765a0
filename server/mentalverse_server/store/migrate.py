"""Bring a database to this version, from migrations that ship with the package."""

from __future__ import annotations

import secrets
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, insert, select

from .tables import meta

_MIGRATIONS = Path(__file__).parent / "migrations"
_GENERATION = "generation"
_HANDLE_KEY = "handle_secret"


def upgrade(connection: Connection) -> None:
    """Run every migration that has not run, in the transaction of `connection`."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    for key, size in ((_GENERATION, 16), (_HANDLE_KEY, 32)):
        if _find(connection, key) is None:
            value = secrets.token_hex(size)
            connection.execute(insert(meta).values(key=key, value=value))


def generation(connection: Connection) -> str:
    """A random name of this database's history, changed when it is restored.

    A client that has seen rows of another generation knows why its log is longer
    than the server's.
    """
    return _value(connection, _GENERATION)


def handle_secret(connection: Connection) -> bytes:
    """What the answers about handles that nobody has are made from: 32 octets."""
    return bytes.fromhex(_value(connection, _HANDLE_KEY))


def _value(connection: Connection, key: str) -> str:
    found = _find(connection, key)
    if found is None:
        raise LookupError("the database has no tables yet")
    return found


def _find(connection: Connection, key: str) -> str | None:
    query = select(meta.c.value).where(meta.c.key == key)
    return connection.execute(query).scalar()
