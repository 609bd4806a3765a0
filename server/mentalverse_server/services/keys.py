"""KeyPackages: a pool per device and suite, each given out once (RFC 9420 §16.8).

Verifying an upload is the only signature work of the server. It runs in a thread
of its own, because a dozen packages take longer than a message may wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from mentalverse_crypto.public import MlsError, check_key_package
from mentalverse_signaling.errors import BadRequest, Conflict, NotFound
from mentalverse_signaling.ids import AccountId, DeviceId, id_bytes
from mentalverse_signaling.key_events import (
    KeysPublish,
    KeysRemaining,
    KeysTake,
    KeysTaken,
    SuitePool,
    TakenPackage,
)
from mentalverse_signaling.quota import Rate

from ..clock import Clock
from ..store import blocks, device_lists, key_packages
from ..store.accounts import DeviceRow
from ..store.engine import Connection, Database
from ..store.facts import DevicesChanged
from ..store.key_packages import KeyPackageData, Pool
from ..store.writer import Transaction, Writer, WriterLane
from ..throttle import Throttle
from ..transport.connections import Principal
from .guest_reach import require_reach
from .live import live_device

MAX_POOL = 50
"""Of one device for one suite."""
LOW_POOL = 20
TAKE_RATE = Rate(rate_per_second=10 / 60, burst=10)
"""Per requester and target: draining a pool takes long enough to be refilled."""


@dataclass(frozen=True, slots=True)
class PoolRanLow:
    """Fact: a device should publish more packages."""

    device: DeviceId
    pool: SuitePool


class Keys:
    """Publishes, counts and gives out KeyPackages."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        clock: Clock,
        as_keys: Mapping[bytes, bytes],
    ) -> None:
        """`as_keys`: public keys of the Authentication Service by key id."""
        self._database = database
        self._writer = writer
        self._clock = clock
        self._as_keys = as_keys
        self._takes: Throttle[tuple[AccountId, AccountId]] = Throttle(
            TAKE_RATE, clock, "too many calls about this account"
        )
        self._verifier = ThreadPoolExecutor(1, "mentalverse-verify")

    async def publish(
        self, principal: Principal, request: KeysPublish
    ) -> KeysRemaining:
        """Verify and store packages of the caller's device.

        Packages that are stored already are left as they are. Raises `BadRequest`
        (one does not pass), `Forbidden` (the device is revoked) or `Conflict`
        (a pool would hold more than `MAX_POOL`). All or nothing.
        """
        verify = partial(self._verify, principal, request, self._clock.now())
        upload = await asyncio.get_running_loop().run_in_executor(
            self._verifier, verify
        )
        script = partial(_publish, principal, upload)
        return await self._writer.run(script, lane=WriterLane.OTHER)

    async def count(self, principal: Principal) -> KeysRemaining:
        """What is left of the caller's device."""
        return await self._database.read(
            _remaining, principal.device, self._clock.now()
        )

    async def take(self, principal: Principal, request: KeysTake) -> KeysTaken:
        """One package per suite of every device of an account, or of those named.

        Raises `NotFound` for an account that is unknown, disabled, has blocked the
        caller, or shares no conversation with a caller who is a guest; `RateLimited`
        beyond `TAKE_RATE`.
        """
        self._takes.check((principal.account, request.account))
        script = partial(_take, principal, request)
        return await self._writer.run(script, lane=WriterLane.OTHER)

    def close(self) -> None:
        """Stop the verifying thread."""
        self._verifier.shutdown(wait=False, cancel_futures=True)

    def _verify(
        self, principal: Principal, request: KeysPublish, now: datetime
    ) -> Upload:
        check = partial(_check, principal, self._as_keys, now)
        singles = [check(package, last_resort=False) for package in request.packages]
        last = request.last_resort
        return Upload(singles, None if last is None else check(last, last_resort=True))


@dataclass(frozen=True, slots=True)
class Upload:
    """Packages that passed, and the keys that signed them."""

    packages: list[Checked]
    last_resort: Checked | None

    def signature_keys(self) -> set[bytes]:
        """The leaf keys: all of them must be the device's registered one."""
        return {checked.signature_key for checked in self._all()}

    def suites(self) -> set[int]:
        """The suites that are published for."""
        return {checked.data.suite for checked in self._all()}

    def _all(self) -> list[Checked]:
        last = [] if self.last_resort is None else [self.last_resort]
        return [*self.packages, *last]


@dataclass(frozen=True, slots=True)
class Checked:
    """One package that passed."""

    data: KeyPackageData
    signature_key: bytes


def _check(
    principal: Principal,
    as_keys: Mapping[bytes, bytes],
    now: datetime,
    package: bytes,
    *,
    last_resort: bool,
) -> Checked:
    try:
        info = check_key_package(
            package,
            account_id=id_bytes(principal.account),
            device_id=id_bytes(principal.device),
            as_keys=as_keys,
            now=now,
        )
    except MlsError:
        raise BadRequest("a KeyPackage does not pass (RFC 9420 §10.1)") from None
    if info.last_resort is not last_resort:
        raise BadRequest("a KeyPackage is marked for another use (RFC 9420 §16.8)")
    not_after = datetime.fromtimestamp(info.not_after, UTC)
    data = KeyPackageData(info.ref, info.suite, package, not_after)
    return Checked(data, info.signature_key)


def _publish(
    principal: Principal, upload: Upload, transaction: Transaction
) -> KeysRemaining:
    connection, now = transaction.connection, transaction.now
    device = live_device(connection, (principal.account, principal.device))
    if not upload.signature_keys() <= {device.signature_pub}:
        raise BadRequest("a KeyPackage is signed by another key than the device's")
    is_new = not upload.suites() <= key_packages.published_suites(connection, device.id)
    key_packages.add_packages(
        connection, device.id, [checked.data for checked in upload.packages]
    )
    if upload.last_resort is not None:
        key_packages.set_last_resort(connection, device.id, upload.last_resort.data)
    left = _remaining(connection, device.id, now)
    if any(pool.remaining > MAX_POOL for pool in left.pools):
        raise Conflict("a pool of this device is full")
    if is_new:
        _announce(transaction, device)
    return left


def _announce(transaction: Transaction, device: DeviceRow) -> None:
    """The account's other devices add this one to the groups of its new suite."""
    connection, account = transaction.connection, device.account
    siblings = device_lists.own_devices(connection, account) - {device.id}
    newest = device_lists.device_list(connection, account)
    if siblings and newest is not None:
        transaction.publish(
            DevicesChanged(account, newest.counter, frozenset(siblings))
        )


def _take(
    principal: Principal, request: KeysTake, transaction: Transaction
) -> KeysTaken:
    connection, caller = transaction.connection, (principal.account, principal.device)
    require_reach(connection, principal, request.account)
    if not blocks.gives_keys(connection, request.account, caller):
        raise NotFound("no such account")
    given: list[TakenPackage] = []
    lacking: list[DeviceId] = []
    for device in key_packages.owned(connection, request.account, request.devices):
        taken = key_packages.take(transaction, device, sorted({*request.suites}))
        given += [TakenPackage(device, package.package) for package in taken]
        pools = key_packages.remaining(connection, device, transaction.now)
        if pools and not taken:
            lacking.append(device)
        for suite in (package.suite for package in taken):
            left = pools.get(suite, Pool(0, False))
            if left.remaining <= LOW_POOL:
                transaction.publish(PoolRanLow(device, _view(suite, left)))
    return KeysTaken(tuple(given), tuple(lacking))


def _remaining(
    connection: Connection, device: DeviceId, now: datetime
) -> KeysRemaining:
    pools = key_packages.remaining(connection, device, now)
    return KeysRemaining(tuple(_view(suite, pool) for suite, pool in pools.items()))


def _view(suite: int, pool: Pool) -> SuitePool:
    return SuitePool(suite, pool.remaining, pool.has_last_resort)
