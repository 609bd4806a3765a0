"""Accounts, their devices, and the invitations they came by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from mentalverse_signaling.errors import Conflict
from mentalverse_signaling.ids import AccountId, DeviceId
from mentalverse_signaling.roles import Role, in_order

from .tables import accounts, devices, invites, key_packages


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account. `account_pub` is the Ed25519 key that signs its devices."""

    id: AccountId
    handle: str
    """Empty for a guest, which has none."""
    account_pub: bytes
    created_at: datetime
    disabled_at: datetime | None = None
    """Since when its devices are not let in, by an operator's decision."""


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """One device and its credential, as signed by the account and the server."""

    id: DeviceId
    account: AccountId
    signature_pub: bytes
    credential: bytes = field(repr=False)
    created_at: datetime
    revoked_at: datetime | None
    write_counter: int
    """How far its store had been written when it last said so."""


@dataclass(frozen=True, slots=True)
class InviteRow:
    """One invitation. Only the hash of its code is kept."""

    code_hash: bytes = field(repr=False)
    roles: tuple[Role, ...]
    created_at: datetime
    expires_at: datetime
    used_by: AccountId | None
    used_at: datetime | None
    note: str


# --- invitations --------------------------------------------------------------


def create_invite(
    connection: Connection,
    code_hash: bytes,
    roles: Iterable[Role],
    *,
    now: datetime,
    expires_at: datetime,
    note: str = "",
) -> InviteRow:
    """Store an invitation; `Conflict` if the code exists."""
    carried = in_order(roles)
    invite = InviteRow(code_hash, carried, now, expires_at, None, None, note)
    _insert_once(
        connection,
        insert(invites).values(
            code_hash=code_hash,
            roles=" ".join(carried),
            created_at=now,
            expires_at=expires_at,
            note=note,
        ),
        "this invitation exists",
    )
    return invite


def find_invite(connection: Connection, code_hash: bytes) -> InviteRow | None:
    """The invitation, used and expired ones too."""
    query = select(invites).where(invites.c.code_hash == code_hash)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    roles = tuple(Role(name) for name in row.roles.split())
    return InviteRow(**{**row._mapping, "roles": roles})


def use_invite(
    connection: Connection, code_hash: bytes, account: AccountId, now: datetime
) -> bool:
    """Spend the invitation on `account`: true for exactly one caller, in time."""
    spent = connection.execute(
        update(invites)
        .where(
            invites.c.code_hash == code_hash,
            invites.c.used_at.is_(None),
            invites.c.expires_at > now,
        )
        .values(used_by=account, used_at=now)
    )
    return spent.rowcount == 1


@dataclass(frozen=True, slots=True)
class Joined:
    """Somebody who came by an invitation, and what it was for."""

    handle: str
    roles: tuple[Role, ...]


def joined_by(connection: Connection, note: str) -> list[Joined]:
    """Who came by an invitation with this note and has a device to be added by.

    In the order they came.
    """
    has_keys = exists().where(
        devices.c.account == accounts.c.id, key_packages.c.device == devices.c.id
    )
    rows = connection.execute(
        select(accounts.c.handle, invites.c.roles)
        .join(invites, invites.c.used_by == accounts.c.id)
        .where(invites.c.note == note, has_keys)
        .order_by(invites.c.used_at)
    )
    return [
        Joined(handle, tuple(Role(name) for name in roles.split()))
        for handle, roles in rows
    ]


# --- accounts -----------------------------------------------------------------


def create_account(
    connection: Connection,
    account: AccountId,
    handle: str,
    account_pub: bytes,
    *,
    now: datetime,
) -> AccountRow:
    """Store an account; `Conflict` if the id or the handle is taken.

    `handle` is empty for a guest.
    """
    values = {
        "id": account,
        "handle": handle or None,
        "account_pub": account_pub,
        "created_at": now,
    }
    _insert_once(connection, insert(accounts).values(values), "the handle is taken")
    return AccountRow(account, handle, account_pub, now)


def account(connection: Connection, account: AccountId) -> AccountRow | None:
    """The account with this id."""
    return _account(connection, select(accounts).where(accounts.c.id == account))


def replace_account_pub(
    connection: Connection, account: AccountId, account_pub: bytes
) -> None:
    """Keep the account's key that the one before has signed."""
    connection.execute(
        update(accounts).where(accounts.c.id == account).values(account_pub=account_pub)
    )


def set_disabled(
    connection: Connection, account: AccountId, disabled_at: datetime | None
) -> None:
    """Close the account to its devices from a time on, or open it again (None)."""
    connection.execute(
        update(accounts).where(accounts.c.id == account).values(disabled_at=disabled_at)
    )


def is_disabled(connection: Connection, account: AccountId) -> bool:
    """Whether an operator has closed the account to its devices."""
    query = select(accounts.c.disabled_at).where(accounts.c.id == account)
    return connection.execute(query).scalar() is not None


def handles(connection: Connection, of: Iterable[str]) -> dict[str, str]:
    """The handles of these accounts; guests, and who is none, are left out."""
    query = select(accounts.c.id, accounts.c.handle)
    query = query.where(accounts.c.id.in_(list(of)), accounts.c.handle.is_not(None))
    return {row.id: row.handle for row in connection.execute(query)}


def any_account(connection: Connection) -> bool:
    """Whether anybody has an account here; a guest has none."""
    query = select(accounts.c.id).where(accounts.c.handle.is_not(None)).limit(1)
    return connection.execute(query).first() is not None


def all_accounts(connection: Connection) -> list[AccountRow]:
    """Every account but guests, by handle."""
    query = select(accounts).where(accounts.c.handle.is_not(None))
    rows = connection.execute(query.order_by(accounts.c.handle))
    return [AccountRow(**row._mapping) for row in rows]


def account_by_handle(connection: Connection, handle: str) -> AccountRow | None:
    """The account with this handle."""
    return _account(connection, select(accounts).where(accounts.c.handle == handle))


def _account(connection: Connection, query: Select[Any]) -> AccountRow | None:
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return AccountRow(**{**row._mapping, "handle": row.handle or ""})


# --- devices ------------------------------------------------------------------


def create_device(
    connection: Connection,
    device: DeviceId,
    account: AccountId,
    signature_pub: bytes,
    credential: bytes,
    *,
    now: datetime,
) -> DeviceRow:
    """Store a device; `Conflict` if the id is taken."""
    _insert_once(
        connection,
        insert(devices).values(
            id=device,
            account=account,
            signature_pub=signature_pub,
            credential=credential,
            created_at=now,
        ),
        "the device exists",
    )
    return DeviceRow(device, account, signature_pub, credential, now, None, 0)


def device(connection: Connection, device: DeviceId) -> DeviceRow | None:
    """The device with this id, revoked ones too."""
    row = connection.execute(
        select(devices).where(devices.c.id == device)
    ).one_or_none()
    return None if row is None else _device(row)


def devices_of(connection: Connection, account: AccountId) -> list[DeviceRow]:
    """Every device of an account, oldest first, revoked ones too."""
    query = (
        select(devices)
        .where(devices.c.account == account)
        .order_by(devices.c.created_at, devices.c.id)
    )
    return [_device(row) for row in connection.execute(query)]


def revoke_device(connection: Connection, device: DeviceId, now: datetime) -> bool:
    """Mark the device as gone for good; false if it was, or never existed.

    Its sign-ins are ended separately (`sign_ins.end_sign_ins_of`).
    """
    revoked = connection.execute(
        update(devices)
        .where(devices.c.id == device, devices.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return revoked.rowcount == 1


def revoked_among(
    connection: Connection, ids: Sequence[DeviceId]
) -> frozenset[DeviceId]:
    """Those of `ids` that are revoked."""
    if not ids:
        return frozenset()
    query = select(devices.c.id).where(
        devices.c.id.in_(ids), devices.c.revoked_at.is_not(None)
    )
    return frozenset(connection.execute(query).scalars())


def replace_credential(
    connection: Connection, device: DeviceId, credential: bytes
) -> None:
    """Keep a credential with a later end."""
    connection.execute(
        update(devices).where(devices.c.id == device).values(credential=credential)
    )


def raise_write_counter(connection: Connection, device: DeviceId, counter: int) -> bool:
    """Remember how far a device's store has been written; false if it was further."""
    raised = connection.execute(
        update(devices)
        .where(devices.c.id == device, devices.c.write_counter < counter)
        .values(write_counter=counter)
    )
    return raised.rowcount == 1


def _device(row: Row[Any]) -> DeviceRow:
    return DeviceRow(**row._mapping)


def _insert_once(connection: Connection, statement: Any, detail: str) -> None:
    """In a script the savepoint is rolled back with the `Conflict`."""
    try:
        connection.execute(statement)
    except IntegrityError:
        raise Conflict(detail) from None
