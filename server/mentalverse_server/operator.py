"""What an operator does to the data from beside the running server.

These commands open the database themselves. SQLite and PostgreSQL both let a
second process write one row while the server runs.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from mentalverse_signaling.roles import Role

from .auth.invites import invite_code_hash, new_invite_code
from .clock import Clock, SystemClock
from .config import Config
from .errors import StartupError
from .links import invite_link
from .store import accounts
from .store.engine import Database, open_database

BLOB_FOLDER = "blobs"
"""In the data folder."""
MAX_NOTE_CHARS = 200
MAX_LIFETIME_HOURS = 24 * 365
OPERATOR_LINK_MINUTES = 15


def prepare_data_folder(path: Path) -> None:
    """Make the data folder for the server's user alone; refuse a writable one."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        mode = path.stat().st_mode
    except OSError as error:
        raise StartupError(f"data folder {path}: {error.strerror}") from None
    if mode & 0o022:
        raise StartupError(f"data folder {path} must not be writable by others")
    if not os.access(path, os.W_OK):
        raise StartupError(f"data folder {path} is not writable by this user")


def create_invite(
    config: Config,
    roles: Sequence[Role] = (Role.MENTEE,),
    lifetime_hours: float | None = None,
    note: str = "",
    clock: Clock | None = None,
    rng: Callable[[int], bytes] = secrets.token_bytes,
) -> str:
    """Store a fresh invitation and return its code, which is kept nowhere."""
    if len(note) > MAX_NOTE_CHARS:
        raise StartupError(f"a note has at most {MAX_NOTE_CHARS} characters")
    hours = config.accounts.invite_lifetime_hours
    if lifetime_hours is not None:
        hours = lifetime_hours
    if not 0 < hours <= MAX_LIFETIME_HOURS:
        raise StartupError(f"an invitation lasts up to {MAX_LIFETIME_HOURS} hours")
    now = (clock or SystemClock()).now()
    code = new_invite_code(rng)
    with (
        beside_the_server(config) as database,
        database.connect_writer() as connection,
        connection.begin(),
    ):
        accounts.create_invite(
            connection,
            code_hash=invite_code_hash(code),
            roles=roles,
            now=now,
            expires_at=now + timedelta(hours=hours),
            note=note,
        )
    return code


def operator_link(config: Config, origin: str, clock: Clock | None = None) -> str:
    """A link that makes one operator's account, within 15 minutes."""
    code = create_invite(
        config,
        (Role.OPERATOR,),
        OPERATOR_LINK_MINUTES / 60,
        note="operator link",
        clock=clock,
    )
    return invite_link(origin, code)


def migrate(config: Config) -> None:
    """Bring the tables to this version."""
    with beside_the_server(config):
        pass


@contextmanager
def beside_the_server(config: Config) -> Iterator[Database]:
    """The database, open in this process too, with the tables of this version."""
    prepare_data_folder(config.server.data_dir)
    database = open_database(config.database_url, read_connections=1, exclusive=False)
    try:
        database.migrate()
        yield database
    finally:
        database.close()
