"""Names of accounts that were deleted: nobody takes the place of who has left.

A handle is free again after some time, an account's id never. They are kept as keyed
hashes: to ask about one, one has to know it.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, or_, select

from mentalverse_signaling.ids import AccountId

from .migrate import handle_secret
from .tables_identity import retired_names

HANDLE_DAYS = 180
"""For as long nobody can come back under the handle of somebody else."""


def retire(
    connection: Connection, account: AccountId, handle: str, now: datetime
) -> None:
    """Let nobody have this id any more, and this handle not soon."""
    _keep(connection, _digest(connection, "account", account), None)
    if handle:
        until = now + timedelta(days=HANDLE_DAYS)
        _keep(connection, _digest(connection, "handle", handle), until)


def is_retired(
    connection: Connection, account: AccountId, handle: str, now: datetime
) -> bool:
    """Whether one of both belonged to somebody who left."""
    asked = [
        _digest(connection, "account", account),
        _digest(connection, "handle", handle),
    ]
    query = select(retired_names.c.digest).where(
        retired_names.c.digest.in_(asked),
        or_(retired_names.c.until.is_(None), retired_names.c.until > now),
    )
    return connection.execute(query.limit(1)).first() is not None


def prune(connection: Connection, now: datetime) -> None:
    """Forget the handles that are free again."""
    connection.execute(delete(retired_names).where(retired_names.c.until <= now))


def _keep(connection: Connection, digest: bytes, until: datetime | None) -> None:
    connection.execute(delete(retired_names).where(retired_names.c.digest == digest))
    connection.execute(insert(retired_names).values(digest=digest, until=until))


def _digest(connection: Connection, kind: str, name: str) -> bytes:
    secret = handle_secret(connection)
    return hmac.digest(secret, f"retired {kind} {name}".encode(), "sha256")
