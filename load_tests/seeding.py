"""A database full of groups, written before the server starts.

Accounts, devices, sign-ins and memberships go straight into the tables: a
measurement of messages should not begin with ten minutes of invitations.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, insert

from mentalverse_server.clock import SystemClock
from mentalverse_server.store import tables
from mentalverse_server.store.engine import open_database

from .driver import Seat


@dataclass(frozen=True, slots=True)
class Crowd:
    """What was seeded: every connection, and who is in which conversation."""

    seats: tuple[Seat, ...]
    groups: dict[str, str]
    """conversation → MLS group id."""
    members: dict[str, tuple[str, tuple[str, ...]]]
    """token → (device, conversations): what the reference relay needs to know."""


@dataclass(frozen=True, slots=True)
class _Device:
    account: str
    device: str
    token: str


def seed(path: Path, groups: int, recipients: int) -> Crowd:
    """Create the database at `path` with `groups` circles of 1 + `recipients`."""
    database = open_database(f"sqlite:///{path}")
    try:
        database.migrate()
        return database.write(_seed, groups, recipients)
    finally:
        database.close()


def _seed(connection: Connection, groups: int, recipients: int) -> Crowd:
    now = SystemClock().now()
    seats: list[Seat] = []
    groups_of: dict[str, str] = {}
    members: dict[str, tuple[str, tuple[str, ...]]] = {}
    for _ in range(groups):
        conversation, group = _new_id(), _new_id()
        people = [_add_person(connection, now) for _ in range(1 + recipients)]
        _add_conversation(connection, now, conversation, group, people)
        groups_of[conversation] = group
        for position, person in enumerate(people):
            seats.append(Seat(person.token, conversation, sends=position == 0))
            members[person.token] = (person.device, (conversation,))
    return Crowd(tuple(seats), groups_of, members)


def _new_id() -> str:
    return os.urandom(16).hex()


def _add_person(connection: Connection, now: datetime) -> _Device:
    person = _Device(_new_id(), _new_id(), os.urandom(32).hex())
    connection.execute(
        insert(tables.accounts).values(
            id=person.account,
            handle=f"load-{person.account[:12]}",
            account_pub=os.urandom(32),
            role="member",
            created_at=now,
        )
    )
    connection.execute(
        insert(tables.devices).values(
            id=person.device,
            account=person.account,
            signature_pub=os.urandom(32),
            credential=b"",
            created_at=now,
        )
    )
    connection.execute(
        insert(tables.sign_ins).values(
            id=_new_id(),
            token_hash=hashlib.sha256(person.token.encode()).digest(),
            account=person.account,
            device=person.device,
            created_at=now,
            expires_at=now + timedelta(days=1),
        )
    )
    return person


def _add_conversation(
    connection: Connection,
    now: datetime,
    conversation: str,
    group: str,
    people: list[_Device],
) -> None:
    connection.execute(
        insert(tables.conversations).values(
            id=conversation,
            kind="circle",
            group_id=group,
            head=0,
            epoch=0,
            created_at=now,
        )
    )
    for position, person in enumerate(people):
        connection.execute(
            insert(tables.members).values(
                conversation=conversation,
                account=person.account,
                seat="staff" if position == 0 else "participant",
                leaving=False,
            )
        )
        connection.execute(
            insert(tables.group_devices).values(
                conversation=conversation,
                device=person.device,
                account=person.account,
                joined_seq=0,
                cursor=0,
            )
        )
