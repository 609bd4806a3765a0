"""KeyPackages: a pool of single-use ones per device, and one last resort.

A package is given out at most once (RFC 9420 §16.8), except the last-resort one,
which is given while the pool is empty so that a device stays reachable.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from mentalverse_signaling.ids import AccountId, DeviceId

from .tables import devices, key_packages
from .transaction import Transaction


@dataclass(frozen=True, slots=True)
class KeyPackageData:
    """One KeyPackage to store. `ref` is its hash reference (RFC 9420 §5.2)."""

    ref: bytes
    suite: int
    package: bytes = field(repr=False)
    not_after: datetime


@dataclass(frozen=True, slots=True)
class TakenData:
    """One device's package, given out."""

    device: DeviceId
    package: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pool:
    """What a device has left."""

    remaining: int
    has_last_resort: bool


def add_packages(
    connection: Connection, device: DeviceId, packages: Sequence[KeyPackageData]
) -> int:
    """Add single-use packages; the number that were new.

    One that is stored, taken ones too, is left as it is: an upload may be
    repeated, and a package that was given out never comes back.
    """
    known = set(
        connection.execute(
            select(key_packages.c.ref).where(
                key_packages.c.ref.in_([package.ref for package in packages])
            )
        ).scalars()
    )
    new = {p.ref: p for p in packages if p.ref not in known}
    if new:
        connection.execute(
            insert(key_packages),
            [_values(device, package, last_resort=False) for package in new.values()],
        )
    return len(new)


def set_last_resort(
    connection: Connection, device: DeviceId, package: KeyPackageData
) -> None:
    """Replace the last-resort package of a device."""
    connection.execute(
        delete(key_packages).where(
            key_packages.c.device == device, key_packages.c.last_resort.is_(True)
        )
    )
    connection.execute(
        insert(key_packages), [_values(device, package, last_resort=True)]
    )


def has_packages(connection: Connection, device: DeviceId) -> bool:
    """Whether a device has published, given out packages and last resorts too."""
    query = select(key_packages.c.ref).where(key_packages.c.device == device).limit(1)
    return connection.execute(query).first() is not None


def drop_packages(connection: Connection, device: DeviceId) -> None:
    """Forget every package of a device that is gone for good."""
    connection.execute(delete(key_packages).where(key_packages.c.device == device))


def take(
    transaction: Transaction,
    account: AccountId,
    only: Collection[DeviceId] | None = None,
) -> list[TakenData]:
    """One package of every device of the account, or of `only`, that is not revoked.

    Each single-use package is given to one caller; a device without any gives
    its last resort; one that never published is absent.
    """
    connection = transaction.connection
    owners = connection.execute(
        select(devices.c.id)
        .where(devices.c.account == account, devices.c.revoked_at.is_(None))
        .order_by(devices.c.id)
    ).scalars()
    asked = [d for d in map(DeviceId, owners.all()) if only is None or d in only]
    taken = [_take_from(transaction, device) for device in asked]
    return [package for package in taken if package is not None]


def remaining(connection: Connection, device: DeviceId, now: datetime) -> Pool:
    """How many packages of a device can still be given out."""
    usable = _usable(device, now)
    count = connection.execute(
        select(func.count()).where(*usable, key_packages.c.last_resort.is_(False))
    ).scalar_one()
    last = connection.execute(
        select(func.count()).where(*usable, key_packages.c.last_resort.is_(True))
    ).scalar_one()
    return Pool(count, last > 0)


def _take_from(transaction: Transaction, device: DeviceId) -> TakenData | None:
    """Take the one that ends first; another server may be faster: look again."""
    connection, now = transaction.connection, transaction.now
    usable = _usable(device, now)
    first = (
        select(key_packages.c.ref, key_packages.c.package)
        .where(*usable, key_packages.c.last_resort.is_(False))
        .order_by(key_packages.c.not_after, key_packages.c.ref)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    candidate = connection.execute(first).one_or_none()
    if candidate is not None:
        connection.execute(
            update(key_packages)
            .where(key_packages.c.ref == candidate.ref)
            .values(taken_at=now)
        )
        return TakenData(device, candidate.package)
    last = connection.execute(
        select(key_packages.c.package).where(
            *usable, key_packages.c.last_resort.is_(True)
        )
    ).scalar()
    return None if last is None else TakenData(device, last)


def _usable(device: DeviceId, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        key_packages.c.device == device,
        key_packages.c.taken_at.is_(None),
        key_packages.c.not_after > now,
    )


def _values(
    device: DeviceId, package: KeyPackageData, *, last_resort: bool
) -> dict[str, Any]:
    return {
        "ref": package.ref,
        "device": device,
        "suite": package.suite,
        "package": package.package,
        "last_resort": last_resort,
        "not_after": package.not_after,
    }
