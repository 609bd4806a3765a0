"""An issuer, a holder and a credential between them, for tests of credentials."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mentalverse_modules.credentials.keys import Curve, IssuerKey, PublicKey, did_key
from mentalverse_modules.credentials.status_list import (
    MIN_ENTRIES,
    PublishedList,
    Purpose,
    StatusEntry,
    list_of,
)
from mentalverse_modules.credentials.vc import AchievementType, Attested, Credential

FROM_S = 1_700_000_000
UNTIL_S = 4_000_000_000
NOW_S = 1_800_000_000
INDEX = 70_001
LISTS = "https://example.org/credentials/status"


def public_of(seed: bytes) -> PublicKey:
    """The public half of an Ed25519 key."""
    key = Ed25519PrivateKey.from_private_bytes(seed).public_key()
    return PublicKey(Curve.ED25519, key.public_bytes_raw())


def issuer_key(number: int = 1, did: str | None = None) -> IssuerKey:
    """The key of an issuer; without a name of its own it is a `did:key`."""
    seed = bytes([number]) * 32
    public = public_of(seed)
    return IssuerKey(did or did_key(public), public.octets, seed)


@dataclass(frozen=True)
class Known:
    """Keys that a verifier knows."""

    keys: dict[str, PublicKey]

    def __call__(self, key_id: str) -> PublicKey | None:
        return self.keys.get(key_id)


def known(*keys: IssuerKey) -> Known:
    return Known({key.key_id: PublicKey(Curve.ED25519, key.public) for key in keys})


def credential(issuer: IssuerKey, **changes: object) -> Credential:
    """A Basic credential of somebody, with both statuses."""
    plain = Credential(
        id="urn:uuid:7b0f1f4e-3f0e-4f5e-9c55-0d5a3f8f2a11",
        issuer=issuer.did,
        issuer_name="House",
        subject=did_key(public_of(b"h" * 32)),
        attested=Attested(
            "level.basic",
            "Basic",
            "1,200 minutes and the assessment",
            AchievementType.CERTIFICATION,
        ),
        valid_from_s=FROM_S,
        valid_until_s=UNTIL_S,
        statuses=tuple(
            StatusEntry(each.value, str(INDEX), f"{LISTS}/{each.value}")
            for each in Purpose
        ),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def published(
    issuer: IssuerKey, purpose: Purpose, set_indices: Iterable[int] = ()
) -> PublishedList:
    """A status list of this issuer."""
    return PublishedList(
        f"{LISTS}/{purpose.value}",
        issuer.did,
        purpose,
        list_of(frozenset(set_indices), MIN_ENTRIES),
        FROM_S,
        UNTIL_S,
    )
