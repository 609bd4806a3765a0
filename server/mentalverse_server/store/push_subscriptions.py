"""Where devices are reached by Web Push, and what they ask not to be woken for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from mentalverse_signaling.ids import AccountId, ConversationId, DeviceId
from mentalverse_signaling.push_api import QuietHours

from .tables import accounts, devices, sign_ins
from .tables_push import push_muted, push_quiet, push_subscriptions, push_told


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    """A device's subscription. Its address is as good as a key: it is not logged."""

    device: DeviceId
    account: AccountId
    endpoint: str = field(repr=False)
    p256dh: bytes
    auth: bytes = field(repr=False)
    server_key: bytes
    """Public key of ours that it was made with."""
    created_at: datetime


def put(connection: Connection, row: SubscriptionRow) -> None:
    """Push to this device there, instead of anywhere before.

    A browser has one address: another device that had it was of an account that left.
    """
    table = push_subscriptions
    connection.execute(delete(table).where(table.c.device == row.device))
    before = select(table.c.device).where(table.c.endpoint == row.endpoint)
    for device in connection.execute(before).scalars().all():
        remove(connection, device)
    connection.execute(
        insert(table).values(
            device=row.device,
            account=row.account,
            endpoint=row.endpoint,
            p256dh=row.p256dh,
            auth=row.auth,
            server_key=row.server_key,
            created_at=row.created_at,
        )
    )


def find(connection: Connection, device: DeviceId) -> SubscriptionRow | None:
    """The device's subscription."""
    row = connection.execute(
        select(push_subscriptions).where(push_subscriptions.c.device == device)
    ).one_or_none()
    return None if row is None else SubscriptionRow(**row._mapping)


def of_handle(connection: Connection, handle: str, limit: int) -> list[SubscriptionRow]:
    """Where an account is reached, the newest first; nowhere if it may not sign in."""
    return _reached(connection, accounts.c.handle == handle, limit)


def of_account(
    connection: Connection, account: str, limit: int
) -> list[SubscriptionRow]:
    """The same, of an account by its id."""
    return _reached(connection, accounts.c.id == account, limit)


def _reached(
    connection: Connection, whose: ColumnElement[bool], limit: int
) -> list[SubscriptionRow]:
    query = (
        select(push_subscriptions)
        .join(accounts, accounts.c.id == push_subscriptions.c.account)
        .join(devices, devices.c.id == push_subscriptions.c.device)
        .where(
            whose,
            accounts.c.disabled_at.is_(None),
            devices.c.revoked_at.is_(None),
        )
        .order_by(push_subscriptions.c.created_at.desc(), push_subscriptions.c.device)
        .limit(limit)
    )
    return [SubscriptionRow(**row._mapping) for row in connection.execute(query)]


def remove(connection: Connection, device: DeviceId) -> None:
    """Forget the device's subscription, and all that depends on it."""
    for table in (push_subscriptions, push_told, push_muted):
        connection.execute(delete(table).where(table.c.device == device))


def remove_endpoint(connection: Connection, device: DeviceId, endpoint: str) -> None:
    """Forget an address that is gone, unless the device has another by now."""
    found = find(connection, device)
    if found is not None and found.endpoint == endpoint:
        remove(connection, device)


def remove_signed_out(
    connection: Connection, devices: Iterable[DeviceId], now: datetime
) -> None:
    """Forget the subscriptions of those devices that no sign-in is left of."""
    for device in set(devices):
        left = select(sign_ins.c.id).where(
            sign_ins.c.device == device,
            sign_ins.c.revoked_at.is_(None),
            sign_ins.c.expires_at > now,
        )
        if connection.execute(left.limit(1)).first() is None:
            remove(connection, device)


def mute(
    connection: Connection, device: DeviceId, conversations: Iterable[ConversationId]
) -> None:
    """These conversations of the device are muted, and no others."""
    connection.execute(delete(push_muted).where(push_muted.c.device == device))
    rows = [{"device": device, "conversation": each} for each in set(conversations)]
    if rows:
        connection.execute(insert(push_muted), rows)


def put_quiet(
    connection: Connection, account: AccountId, quiet: QuietHours | None
) -> None:
    """The account's quiet hours, instead of any before; None for none."""
    connection.execute(delete(push_quiet).where(push_quiet.c.account == account))
    if quiet is not None:
        connection.execute(
            insert(push_quiet).values(
                account=account,
                zone=quiet.zone,
                from_minute=quiet.from_minute,
                to_minute=quiet.to_minute,
            )
        )


def quiet_of(connection: Connection, account: AccountId) -> QuietHours | None:
    """The account's quiet hours."""
    row = connection.execute(
        select(push_quiet).where(push_quiet.c.account == account)
    ).one_or_none()
    if row is None:
        return None
    return QuietHours(row.zone, row.from_minute, row.to_minute)
