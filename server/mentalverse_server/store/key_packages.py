"""KeyPackages: per device and suite a pool of single-use ones, and one last resort.

A package is given out at most once (RFC 9420 §16.8), except the last-resort one,
which is given while the pool is empty so that a device stays reachable.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
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
    suite: int
    package: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pool:
    """What a device has left for one suite."""

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
    """Replace the last-resort package that a device has for this suite."""
    connection.execute(
        delete(key_packages).where(
            key_packages.c.device == device,
            key_packages.c.suite == package.suite,
            key_packages.c.last_resort.is_(True),
        )
    )
    connection.execute(
        insert(key_packages), [_values(device, package, last_resort=True)]
    )


def published_suites(connection: Connection, device: DeviceId) -> set[int]:
    """The suites a device has published for, all given out and expired ones too."""
    query = select(key_packages.c.suite).where(key_packages.c.device == device)
    return set(connection.execute(query.distinct()).scalars())


def drop_packages(connection: Connection, device: DeviceId) -> None:
    """Forget every package of a device that is gone for good."""
    connection.execute(delete(key_packages).where(key_packages.c.device == device))


def owned(
    connection: Connection, account: AccountId, only: Collection[DeviceId] | None = None
) -> list[DeviceId]:
    """The devices of the account, or those of `only`, that are not revoked."""
    owners = connection.execute(
        select(devices.c.id)
        .where(devices.c.account == account, devices.c.revoked_at.is_(None))
        .order_by(devices.c.id)
    ).scalars()
    return [d for d in map(DeviceId, owners.all()) if only is None or d in only]


def take(
    transaction: Transaction, device: DeviceId, suites: Iterable[int]
) -> list[TakenData]:
    """One package of a device for each of these suites, as far as it has them.

    Each single-use package is given to one caller; a pool without any gives its
    last resort.
    """
    taken = [_take_from(transaction, device, suite) for suite in suites]
    return [package for package in taken if package is not None]


def remaining(
    connection: Connection, device: DeviceId, now: datetime
) -> dict[int, Pool]:
    """By suite, how many packages of a device can still be given out."""
    last_resort = key_packages.c.last_resort
    rows = connection.execute(
        select(
            key_packages.c.suite,
            func.count().filter(last_resort.is_(False)),
            func.count().filter(last_resort.is_(True)),
        )
        .where(*_usable(device, now))
        .group_by(key_packages.c.suite)
        .order_by(key_packages.c.suite)
    )
    return {suite: Pool(count, last > 0) for suite, count, last in rows}


def _take_from(
    transaction: Transaction, device: DeviceId, suite: int
) -> TakenData | None:
    """Take the one that ends first; another server may be faster: look again."""
    connection, now = transaction.connection, transaction.now
    usable = (*_usable(device, now), key_packages.c.suite == suite)
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
        return TakenData(device, suite, candidate.package)
    last = connection.execute(
        select(key_packages.c.package).where(
            *usable, key_packages.c.last_resort.is_(True)
        )
    ).scalar()
    return None if last is None else TakenData(device, suite, last)


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
