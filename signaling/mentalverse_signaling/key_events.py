"""Payloads about KeyPackages: `keys.*`, a pool per device and cipher suite."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from .conversation import MAX_DEVICES_PER_ACCOUNT
from .fields import Fact, Payload, Seq
from .ids import AccountIdField, DeviceIdField

MAX_KEY_PACKAGE_BYTES = 4 * 1024
MAX_KEY_PACKAGES_PER_UPLOAD = 12
MAX_SUITES_PER_TAKE = 4
KeyPackageBytes = Annotated[bytes, Meta(min_length=1, max_length=MAX_KEY_PACKAGE_BYTES)]
Suite = Annotated[int, Meta(ge=0, le=0xFFFF)]


class KeysPublish(Payload, frozen=True):
    """Add single-use KeyPackages, and set the last-resort one if given.

    Each counts in the pool of its own cipher suite.
    """

    packages: Annotated[
        tuple[KeyPackageBytes, ...], Meta(max_length=MAX_KEY_PACKAGES_PER_UPLOAD)
    ]
    last_resort: KeyPackageBytes | None = None


class KeysCount(Payload, frozen=True):
    """How many KeyPackages of this device are left."""


class SuitePool(Fact, frozen=True):
    """What a device has left for groups of one cipher suite."""

    suite: Suite
    remaining: Seq
    has_last_resort: bool


class KeysRemaining(Fact, frozen=True):
    """Answer to `keys.publish` and `keys.count`, without suites that have nothing.

    Also pushed as `keys.ran_low`, with the pool that ran low.
    """

    pools: tuple[SuitePool, ...]


class KeysTake(Payload, frozen=True):
    """One KeyPackage per suite of every device of an account, each given out once."""

    account: AccountIdField
    suites: Annotated[
        tuple[Suite, ...], Meta(min_length=1, max_length=MAX_SUITES_PER_TAKE)
    ]
    """By their value on the wire (RFC 9420 §17.1)."""
    devices: (
        Annotated[
            tuple[DeviceIdField, ...],
            Meta(min_length=1, max_length=MAX_DEVICES_PER_ACCOUNT),
        ]
        | None
    ) = None
    """Of these devices only; None for all."""


class TakenPackage(Fact, frozen=True):
    """One device's package; its suite stands in it."""

    device: DeviceIdField
    package: bytes


class KeysTaken(Fact, frozen=True):
    """Answer to `keys.take`. A device that never published is absent."""

    packages: tuple[TakenPackage, ...]
    lacking: tuple[DeviceIdField, ...] = ()
    """Devices that offer packages, and none of a suite that was asked for."""
