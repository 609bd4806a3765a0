"""KeyPackages: what lets others add this device while it is away.

For each suite the server keeps a pool and gives each package out once; one package of
last resort is given out when the pool is empty. Private halves are stored before the
public ones leave, and deleted in the transaction that joins a group with them: who
takes the device later cannot open a Welcome recorded earlier (RFC 9420 §16.8).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from mentalverse_crypto import key_package
from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.framing import encode_message
from mentalverse_crypto.key_package import KeyPackageSecrets
from mentalverse_crypto.leaf import basic_credential, lifetime_from
from mentalverse_signaling.key_events import (
    MAX_KEY_PACKAGES_PER_UPLOAD,
    KeysCount,
    KeysPublish,
    KeysRemaining,
    SuitePool,
)

from ..line.connection import Connection
from ..store.records import StoredKeyPackage, load, save
from ..store.vault import Transaction
from .device import Device
from .suites import capabilities

POOL = 50
"""Packages the server should hold for each suite."""
REFILL_AT = 20
LIFETIME_DAYS = 30
_KEPT_AFTER_EXPIRY = timedelta(hours=1)
_MAX_UPLOADS = 8
"""Per suite and refill: a server that never counts up is not fed for ever."""


@dataclass(frozen=True, slots=True)
class KeyPool:
    """The KeyPackages of one device."""

    device: Device

    async def refill(self, connection: Connection) -> None:
        """Bring the server's pools up to `POOL`, and give each a last resort.

        The best suite comes first, so that nobody is offered only a weaker one. An
        upload whose answer was lost is not repeated: counting again tells.
        """
        count = await connection.call("keys.count", KeysCount(), KeysRemaining)
        for suite in self.device.suites:
            pool = _pool_of(count, suite)
            if pool.remaining <= REFILL_AT or not pool.has_last_resort:
                self.forget_expired()
                await self._fill(connection, pool)

    async def _fill(self, connection: Connection, pool: SuitePool) -> None:
        for _ in range(_MAX_UPLOADS):
            if pool.remaining >= POOL and pool.has_last_resort:
                return
            if not self.device.profile.shows_its_key:
                return  # packages of the key before would be of no use to anybody
            missing = min(POOL - pool.remaining, MAX_KEY_PACKAGES_PER_UPLOAD)
            suite = CipherSuite(pool.suite)
            payload = self.make(suite, max(missing, 0), not pool.has_last_resort)
            count = await connection.call("keys.publish", payload, KeysRemaining)
            pool = _pool_of(count, suite)

    def forget_expired(self) -> None:
        """Delete the private halves of packages that nobody can use any more."""
        oldest = self.device.now() - timedelta(days=LIFETIME_DAYS) - _KEPT_AFTER_EXPIRY
        oldest_ms = int(oldest.timestamp() * 1000)
        vault = self.device.profile.vault
        with vault.transaction() as write:
            for ref in vault.names("key_package"):
                stored = load(vault, StoredKeyPackage, "key_package", ref)
                if stored is not None and stored.made_at_ms < oldest_ms:
                    write.delete("key_package", ref)

    def held(self, refs: Iterable[bytes]) -> list[KeyPackageSecrets]:
        """Our packages among those a Welcome names."""
        found = (
            load(self.device.profile.vault, StoredKeyPackage, "key_package", ref.hex())
            for ref in refs
        )
        return [KeyPackageSecrets.restore(kept.secrets) for kept in found if kept]

    def spend(self, write: Transaction, used: Iterable[KeyPackageSecrets]) -> None:
        """Delete what a join used up; the last resort stays for the next one."""
        for secrets in used:
            if not secrets.key_package.is_last_resort:
                write.delete("key_package", secrets.ref.hex())

    def make(self, suite: CipherSuite, number: int, last_resort: bool) -> KeysPublish:
        """Fresh packages to publish; their private halves are stored."""
        made = [self._generate(suite, last_resort=False) for _ in range(number)]
        extra = self._generate(suite, last_resort=True) if last_resort else None
        now_ms = self.device.now_ms()
        with self.device.profile.vault.transaction() as write:
            for package in (*made, *([extra] if extra else [])):
                kept = StoredKeyPackage(secrets=package.serialise(), made_at_ms=now_ms)
                save(write, "key_package", kept, package.ref.hex())
        return KeysPublish(
            tuple(encode_message(package.key_package) for package in made),
            encode_message(extra.key_package) if extra else None,
        )

    def _generate(self, suite: CipherSuite, last_resort: bool) -> KeyPackageSecrets:
        profile = self.device.profile
        _, secrets = key_package.generate(
            suite,
            profile.device_key,
            basic_credential(profile.identity.credential),
            lifetime_from(self.device.now(), LIFETIME_DAYS),
            self.device.rng,
            last_resort=last_resort,
            capabilities=capabilities(self.device.suites),
        )
        return secrets


def _pool_of(count: KeysRemaining, suite: CipherSuite) -> SuitePool:
    found = (pool for pool in count.pools if pool.suite == suite)
    return next(found, SuitePool(suite, 0, False))
