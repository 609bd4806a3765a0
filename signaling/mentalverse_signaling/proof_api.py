"""Fresh proof: before what cannot be undone, who asks shows that it is them, now.

    POST /api/v1/sign-in/challenge   ChallengeRequest          → Challenge
    POST /api/v1/proof               ProofGive (bearer token)  → Verified

A bearer token can be stolen, and a device can lie open. So some acts need more than a
sign-in, at most five minutes before (`FRESH_MINUTES`): an account with a passkey uses
that (`passkey_api`, `verify`), another one lets its device sign a challenge, which is
used once. Either marks the sign-in that asked, and no other.

| Act                          | has a passkey | has none | staff without one |
|---|---|---|---|
| export of the account        | passkey       | device   | a passkey first   |
| deleting the account         | passkey       | device   | device            |
| adding or removing a passkey | passkey       | device   | device            |
| change of roles, of policy   | passkey       | –        | a passkey first   |
| word about a credential      | passkey       | –        | a passkey first   |
| word about somebody's reward | passkey       | –        | a passkey first   |
| where events are sent        | passkey       | –        | a passkey first   |

The errors are the instruction: `device_proof_required` (sign a challenge, then ask
again) and `passkey_required` (use a passkey, or make one first). Whoever lost all their
passkeys asks the operator, who can forget them.

The signed bytes carry another label than a sign-in, so neither serves as the other.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Final

from .account_api import ChallengeId, Signature
from .errors import DeviceProofRequired, PasskeyRequired, SignalingError
from .fields import Payload
from .ids import id_bytes
from .roles import STAFF, Role

PROOF_LABEL: Final = b"MentalVerse fresh proof v1"


class Act(StrEnum):
    """What needs a fresh proof."""

    EXPORT = "export"
    DELETE = "delete"
    PASSKEYS = "passkeys"
    ROLES = "roles"
    POLICY = "policy"
    CREDENTIALS = "credentials"
    """To sign for an application, to suspend or revoke, or to undo that."""
    REWARDS = "rewards"
    """To decide about an entry, an award or a pack."""
    WEBHOOKS = "webhooks"
    """To add an endpoint, give it a fresh key, or enable it."""


_STAFF_BY_PASSKEY: Final = frozenset(
    {Act.EXPORT, Act.ROLES, Act.POLICY, Act.CREDENTIALS, Act.REWARDS, Act.WEBHOOKS}
)


class ProofGive(Payload, frozen=True):
    """The device's signature over `proof_message`."""

    challenge: ChallengeId
    signature: Signature


def proof_message(server: str, challenge: str, device: str, nonce: bytes) -> bytes:
    """The bytes a device signs: label ‖ server ‖ challenge ‖ device ‖ nonce.

    As `account_api.sign_in_message`, under a label of its own.
    """
    ids = id_bytes(server) + id_bytes(challenge) + id_bytes(device)
    return PROOF_LABEL + ids + nonce


def missing_proof(
    act: Act,
    roles: Collection[Role],
    *,
    has_passkey: bool,
    passkey_is_fresh: bool,
    device_is_fresh: bool,
) -> SignalingError | None:
    """What keeps an account from an act at this moment; None if nothing does."""
    is_staff = not STAFF.isdisjoint(roles)
    if passkey_is_fresh and has_passkey:
        return None
    if has_passkey:
        return PasskeyRequired("use your passkey first; that counts for five minutes")
    if is_staff and act in _STAFF_BY_PASSKEY:
        return PasskeyRequired("for this your role needs a passkey: make one first")
    if device_is_fresh:
        return None
    return DeviceProofRequired(
        "sign a challenge with this device first; that counts for five minutes"
    )
