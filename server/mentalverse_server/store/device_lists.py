"""The device lists that accounts have signed, all of them, and who looks at them."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from mentalverse_signaling.errors import Conflict
from mentalverse_signaling.ids import AccountId, DeviceId

from .tables import devices, group_devices
from .tables_identity import device_lists


@dataclass(frozen=True, slots=True)
class DeviceListRow:
    """One signed list. `entry` is its place in the transparency log."""

    account: AccountId
    counter: int
    device_list: bytes = field(repr=False)
    entry: int


def add_device_list(connection: Connection, row: DeviceListRow) -> None:
    """Store a list; `Conflict` if the account has one of this counter."""
    values = {
        "account": row.account,
        "counter": row.counter,
        "device_list": row.device_list,
        "entry": row.entry,
    }
    try:
        connection.execute(insert(device_lists).values(values))
    except IntegrityError:
        raise Conflict("another list of this account has this counter") from None


def device_list(
    connection: Connection, account: AccountId, counter: int | None = None
) -> DeviceListRow | None:
    """The list with this counter; without one the newest."""
    query = select(device_lists).where(device_lists.c.account == account)
    if counter is None:
        query = query.order_by(device_lists.c.counter.desc()).limit(1)
    else:
        query = query.where(device_lists.c.counter == counter)
    row = connection.execute(query).one_or_none()
    return None if row is None else DeviceListRow(**row._mapping)


def own_devices(connection: Connection, account: AccountId) -> set[DeviceId]:
    """The account's devices that are not revoked."""
    query = select(devices.c.id).where(
        devices.c.account == account, devices.c.revoked_at.is_(None)
    )
    return set(connection.execute(query).scalars())


def devices_beside(connection: Connection, account: AccountId) -> set[DeviceId]:
    """Every device in a group in which the account has one."""
    of_account = select(devices.c.id).where(devices.c.account == account)
    conversations = select(group_devices.c.conversation).where(
        group_devices.c.device.in_(of_account), group_devices.c.left_seq.is_(None)
    )
    query = (
        select(group_devices.c.device)
        .where(
            group_devices.c.conversation.in_(conversations),
            group_devices.c.left_seq.is_(None),
        )
        .distinct()
    )
    return set(connection.execute(query).scalars())
