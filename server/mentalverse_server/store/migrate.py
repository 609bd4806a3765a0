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


def upgrade(connection: Connection) -> None:
    """Run every migration that has not run, in the transaction of `connection`."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    if _find_generation(connection) is None:
        connection.execute(
            insert(meta).values(key=_GENERATION, value=secrets.token_hex(16))
        )


def generation(connection: Connection) -> str:
    """A random name of this database's history, changed when it is restored.

    A client that has seen rows of another generation knows why its log is longer
    than the server's.
    """
    found = _find_generation(connection)
    if found is None:
        raise LookupError("the database has no tables yet")
    return found


def _find_generation(connection: Connection) -> str | None:
    query = select(meta.c.value).where(meta.c.key == _GENERATION)
    return connection.execute(query).scalar()
