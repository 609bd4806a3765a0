"""Who has an account and in which roles: an operator's commands beside the server.

They open the database themselves, like those of `operator`. A running server sees a
changed role when it is asked next, and closes the connections of a disabled account
within two seconds (`services.ended_sign_ins`).
"""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO

from mentalverse_signaling.roles import Role

from .clock import Clock, SystemClock, to_millis
from .config import Config
from .errors import StartupError
from .hooks.catalogue.people import AccountChanged, SuspensionScope
from .keyring import open_keyring
from .operator import beside_the_server
from .services import erasure
from .services.own_account import pieces
from .services.telling import tell
from .store import accounts, passkeys, provider_answers, roles, sign_ins
from .store.accounts import AccountRow
from .store.engine import Connection
from .store.transaction import Transaction

EVERYWHERE = (SuspensionScope.EVERYTHING,)
WITH_PEOPLE = (
    SuspensionScope.SESSIONS,
    SuspensionScope.CIRCLES,
    SuspensionScope.DUTY,
)


@dataclass(frozen=True, slots=True)
class Listed:
    """One account, as an operator sees it."""

    handle: str
    roles: tuple[Role, ...]
    created_at: datetime
    disabled_at: datetime | None


def read_role(name: str) -> Role:
    """The role with this name; `StartupError` with all names for another one."""
    try:
        return Role(name)
    except ValueError:
        raise StartupError(f"a role is one of: {', '.join(Role)}") from None


def everybody(config: Config) -> list[Listed]:
    """Every account, by handle."""
    with beside_the_server(config) as database:
        rows = database.write(accounts.all_accounts)
        held = database.write(roles.all_roles)
    return [
        Listed(row.handle, held.get(row.id, ()), row.created_at, row.disabled_at)
        for row in rows
    ]


def has_accounts(config: Config) -> bool:
    """Whether anybody has an account here."""
    with beside_the_server(config) as database:
        return database.write(accounts.any_account)


def grant(
    config: Config, handle: str, role: Role, clock: Clock | None = None
) -> tuple[Role, ...]:
    """Give an account a role it may have already; the roles it has now."""
    now = (clock or SystemClock()).now()
    with _account(config, handle) as (connection, account):
        roles.grant(connection, account.id, [role], now)
        return roles.roles_of(connection, account.id)


def revoke(config: Config, handle: str, role: Role) -> tuple[Role, ...]:
    """Take a role from an account, if it has it; the roles it has now."""
    with _account(config, handle) as (connection, account):
        roles.revoke(connection, account.id, role)
        return roles.roles_of(connection, account.id)


def roles_of(config: Config, handle: str) -> tuple[Role, ...]:
    """The roles of an account."""
    with _account(config, handle) as (connection, account):
        return roles.roles_of(connection, account.id)


def disable(config: Config, handle: str, clock: Clock | None = None) -> None:
    """End the sign-ins of an account and let none of its devices in again."""
    now = (clock or SystemClock()).now()
    with _account(config, handle) as (connection, account):
        if account.disabled_at is None:
            accounts.set_disabled(connection, account.id, now)
            _tell(connection, "suspended", account, EVERYWHERE, now)
        sign_ins.end_sign_ins_of_account(connection, account.id, now)


def enable(config: Config, handle: str, clock: Clock | None = None) -> None:
    """Let the devices of an account sign in again; nothing of it was lost."""
    now = (clock or SystemClock()).now()
    with _account(config, handle) as (connection, account):
        if account.disabled_at is not None:
            accounts.set_disabled(connection, account.id, None)
            _tell(connection, "reinstated", account, EVERYWHERE, now)


def suspend(config: Config, handle: str, clock: Clock | None = None) -> None:
    """Let somebody accompany nobody new, whatever providers say of them."""
    now = (clock or SystemClock()).now()
    with _account(config, handle) as (connection, account):
        if provider_answers.revoke(connection, account.id, to_millis(now)):
            _tell(connection, "suspended", account, WITH_PEOPLE, now)


def reinstate(config: Config, handle: str, clock: Clock | None = None) -> bool:
    """Undo that; whether there was anything to undo."""
    now = (clock or SystemClock()).now()
    with _account(config, handle) as (connection, account):
        was = provider_answers.reinstate(connection, account.id)
        if was:
            _tell(connection, "reinstated", account, WITH_PEOPLE, now)
        return was


def forget_passkeys(config: Config, handle: str) -> int:
    """Forget the passkeys of who has lost them all; how many they were.

    Their sign-ins go on: nothing is given to anybody who has none of the devices.
    """
    with _account(config, handle) as (connection, account):
        return passkeys.remove_all(connection, account.id)


def erase(config: Config, handle: str, clock: Clock | None = None) -> None:
    """Delete an account, as its owner could (`services.erasure`).

    The running server closes its connections within two seconds, and clears its files
    away within the hour.
    """
    now = (clock or SystemClock()).now()
    with _account(config, handle) as (connection, account):
        erasure.erase(Transaction(connection, now), account.id)


def export(config: Config, handle: str, file: Path, clock: Clock | None = None) -> None:
    """Write what is kept about an account to a new file, for its owner.

    Raises `StartupError` for an unknown handle or a file that cannot be made.
    """
    now = (clock or SystemClock()).now()
    server = open_keyring(config.server.data_dir, secrets.token_bytes).server
    with beside_the_server(config) as database:
        found = database.write(partial(accounts.account_by_handle, handle=handle))
        if found is None:
            raise StartupError("nobody has this handle")
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise StartupError(f"{file}: {error.strerror}") from None
        with os.fdopen(descriptor, "wb") as opened:
            asyncio.run(_write(opened, pieces(database, found.id, server, now)))


async def _write(file: BinaryIO, octets: AsyncIterator[bytes]) -> None:
    async for piece in octets:
        file.write(piece)


def _tell(
    connection: Connection,
    what: str,
    account: AccountRow,
    scopes: tuple[SuspensionScope, ...],
    now: datetime,
) -> None:
    """Tell outside, if they agreed to that, what somebody may not do or may again."""
    at_ms = to_millis(now)
    for scope in scopes:
        tell(
            Transaction(connection, now),
            f"account.{what}",
            account.id,
            AccountChanged(account=account.id, scope=scope),
            at_ms=at_ms,
            about=(account.id,),
            occasion=f"{scope.value}:{at_ms}",
        )


@contextmanager
def _account(config: Config, handle: str) -> Iterator[tuple[Connection, AccountRow]]:
    """The account with this handle, in one transaction."""
    with (
        beside_the_server(config) as database,
        database.connect_writer() as connection,
        connection.begin(),
    ):
        account = accounts.account_by_handle(connection, handle)
        if account is None:
            raise StartupError("nobody has this handle")
        yield connection, account
