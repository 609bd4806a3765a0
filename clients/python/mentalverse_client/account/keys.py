"""KeyPackages: what lets others add this device while it is away.

The server keeps a pool and gives each package out once; one package of last resort
is given out when the pool is empty. Private halves are stored before the public
ones leave, and deleted in the transaction that joins a group with them: who takes
the device later cannot open a Welcome recorded earlier (RFC 9420 §16.8).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from mentalverse_crypto import key_package
from mentalverse_crypto.ciphersuite import CipherSuite, Rng
from mentalverse_crypto.framing import encode_message
from mentalverse_crypto.key_package import KeyPackageSecrets
from mentalverse_crypto.leaf import basic_credential, lifetime_from
from mentalverse_signaling.events import (
    MAX_KEY_PACKAGES_PER_UPLOAD,
    KeysCount,
    KeysPublish,
    KeysRemaining,
)

from ..line.connection import Connection
from ..store.records import StoredKeyPackage, load, save
from ..store.vault import Transaction
from .profile import Profile

SUITE = CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519
POOL = 50
"""Packages the server should hold."""
REFILL_AT = 20
LIFETIME_DAYS = 30
_KEPT_AFTER_EXPIRY = timedelta(hours=1)
_MAX_UPLOADS = 8
"""Per refill: a server that never counts up is not fed for ever."""


@dataclass(frozen=True, slots=True)
class KeyPool:
    """The KeyPackages of one device."""

    profile: Profile
    now: Callable[[], datetime]
    rng: Rng

    async def refill(self, connection: Connection) -> None:
        """Bring the server's pool up to `POOL`, and give it a last resort.

        An upload whose answer was lost is not repeated: counting again tells.
        """
        count = await connection.call("keys.count", KeysCount(), KeysRemaining)
        if count.remaining > REFILL_AT and count.has_last_resort:
            return
        self.forget_expired()
        for _ in range(_MAX_UPLOADS):
            if count.remaining >= POOL and count.has_last_resort:
                return
            missing = min(POOL - count.remaining, MAX_KEY_PACKAGES_PER_UPLOAD)
            payload = self._make(max(missing, 0), not count.has_last_resort)
            count = await connection.call("keys.publish", payload, KeysRemaining)

    def forget_expired(self) -> None:
        """Delete the private halves of packages that nobody can use any more."""
        oldest = self.now() - timedelta(days=LIFETIME_DAYS) - _KEPT_AFTER_EXPIRY
        oldest_ms = int(oldest.timestamp() * 1000)
        vault = self.profile.vault
        with vault.transaction() as write:
            for ref in vault.names("key_package"):
                stored = load(vault, StoredKeyPackage, "key_package", ref)
                if stored is not None and stored.made_at_ms < oldest_ms:
                    write.delete("key_package", ref)

    def held(self, refs: Iterable[bytes]) -> list[KeyPackageSecrets]:
        """Our packages among those a Welcome names."""
        found = (
            load(self.profile.vault, StoredKeyPackage, "key_package", ref.hex())
            for ref in refs
        )
        return [KeyPackageSecrets.restore(kept.secrets) for kept in found if kept]

    def spend(self, write: Transaction, used: Iterable[KeyPackageSecrets]) -> None:
        """Delete what a join used up; the last resort stays for the next one."""
        for secrets in used:
            if not secrets.key_package.is_last_resort:
                write.delete("key_package", secrets.ref.hex())

    def _make(self, number: int, last_resort: bool) -> KeysPublish:
        made = [self._generate(last_resort=False) for _ in range(number)]
        extra = self._generate(last_resort=True) if last_resort else None
        now_ms = int(self.now().timestamp() * 1000)
        with self.profile.vault.transaction() as write:
            for package in (*made, *([extra] if extra else [])):
                kept = StoredKeyPackage(secrets=package.serialise(), made_at_ms=now_ms)
                save(write, "key_package", kept, package.ref.hex())
        return KeysPublish(
            tuple(encode_message(package.key_package) for package in made),
            encode_message(extra.key_package) if extra else None,
        )

    def _generate(self, last_resort: bool) -> KeyPackageSecrets:
        _, secrets = key_package.generate(
            SUITE,
            self.profile.device_key,
            basic_credential(self.profile.identity.credential),
            lifetime_from(self.now(), LIFETIME_DAYS),
            self.rng,
            last_resort=last_resort,
        )
        return secrets
