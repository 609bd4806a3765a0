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
from mentalverse_server.store import roles, tables
from mentalverse_server.store.engine import open_database
from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.roles import Role

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
class Team:
    """Tokens of those who answer and of those who ask for help."""

    responders: tuple[str, ...]
    persons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Device:
    account: str
    device: str
    token: str


def seed(
    path: Path, groups: int, recipients: int, devices_each: int = 1, epoch: int = 0
) -> Crowd:
    """Create the database at `path` with `groups` circles of 1 + `recipients`.

    Their MLS groups stand at `epoch`.
    """
    database = open_database(f"sqlite:///{path}")
    try:
        database.migrate()
        return database.write(_seed, groups, recipients, devices_each, epoch)
    finally:
        database.close()


def seed_desk(path: Path, responders: int, persons: int) -> Team:
    """Add people of a crisis desk to the database at `path`."""
    database = open_database(f"sqlite:///{path}")
    try:
        database.migrate()
        return database.write(_seed_desk, responders, persons)
    finally:
        database.close()


def _seed_desk(connection: Connection, responders: int, persons: int) -> Team:
    now = SystemClock().now()
    answering = [_add_person(connection, now, 1)[0] for _ in range(responders)]
    for device in answering:
        roles.grant(connection, AccountId(device.account), [Role.RESPONDER], now)
    asking = [_add_person(connection, now, 1)[0] for _ in range(persons)]
    return Team(
        tuple(device.token for device in answering),
        tuple(device.token for device in asking),
    )


def _seed(
    connection: Connection, groups: int, recipients: int, devices_each: int, epoch: int
) -> Crowd:
    now = SystemClock().now()
    seats: list[Seat] = []
    groups_of: dict[str, str] = {}
    members: dict[str, tuple[str, tuple[str, ...]]] = {}
    for _ in range(groups):
        conversation, group = _new_id(), _new_id()
        devices = [
            device
            for _ in range(1 + recipients)
            for device in _add_person(connection, now, devices_each)
        ]
        _add_conversation(connection, now, conversation, group, epoch, devices)
        groups_of[conversation] = group
        for position, device in enumerate(devices):
            seats.append(Seat(device.token, conversation, sends=position == 0))
            members[device.token] = (device.device, (conversation,))
    return Crowd(tuple(seats), groups_of, members)


def _new_id() -> str:
    return os.urandom(16).hex()


def _add_person(connection: Connection, now: datetime, devices: int) -> list[_Device]:
    account = _new_id()
    connection.execute(
        insert(tables.accounts).values(
            id=account,
            handle=f"load-{account[:12]}",
            account_pub=os.urandom(32),
            created_at=now,
        )
    )
    return [_add_device(connection, now, account) for _ in range(devices)]


def _add_device(connection: Connection, now: datetime, account: str) -> _Device:
    added = _Device(account, _new_id(), os.urandom(32).hex())
    connection.execute(
        insert(tables.devices).values(
            id=added.device,
            account=account,
            signature_pub=os.urandom(32),
            credential=b"",
            created_at=now,
        )
    )
    connection.execute(
        insert(tables.sign_ins).values(
            id=_new_id(),
            token_hash=hashlib.sha256(added.token.encode()).digest(),
            account=account,
            device=added.device,
            created_at=now,
            expires_at=now + timedelta(days=1),
        )
    )
    return added


def _add_conversation(
    connection: Connection,
    now: datetime,
    conversation: str,
    group: str,
    epoch: int,
    devices: list[_Device],
) -> None:
    connection.execute(
        insert(tables.conversations).values(
            id=conversation,
            kind="circle",
            group_id=group,
            head=0,
            epoch=epoch,
            created_at=now,
        )
    )
    accounts = list(dict.fromkeys(device.account for device in devices))
    for position, account in enumerate(accounts):
        connection.execute(
            insert(tables.members).values(
                conversation=conversation,
                account=account,
                seat="staff" if position == 0 else "participant",
                leaving=False,
            )
        )
    for device in devices:
        connection.execute(
            insert(tables.group_devices).values(
                conversation=conversation,
                device=device.device,
                account=device.account,
                joined_seq=0,
                cursor=0,
            )
        )
