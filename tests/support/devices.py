"""A person's first device as the account API sees it: ids, keys, signatures."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from mentalverse_crypto.ciphersuite import (
    SignatureKeyPair,
    generate_signature_key_pair,
    sign,
)
from mentalverse_crypto.credential import DeviceKind, sign_by_account
from mentalverse_signaling.account_api import (
    Challenge,
    InviteRedeem,
    SignIn,
    sign_in_message,
)
from mentalverse_signaling.ids import AccountId, DeviceId, id_bytes, new_id


@dataclass(frozen=True, slots=True)
class DeviceKeys:
    """Everything a device makes before it registers."""

    account: AccountId
    device: DeviceId
    account_key: SignatureKeyPair
    device_key: SignatureKeyPair

    def credential(self, now: datetime | None = None) -> bytes:
        """The device credential, signed by the account and not yet by the server."""
        return sign_by_account(
            self.account_key,
            self.device_key.public,
            kind=DeviceKind.MEMBER,
            account_id=id_bytes(self.account),
            device_id=id_bytes(self.device),
            now=now or datetime.now(UTC),
        ).encode()

    def redeem(
        self, code: str, handle: str, now: datetime | None = None
    ) -> InviteRedeem:
        """The request that makes the account."""
        return InviteRedeem(
            code,
            handle,
            self.account,
            self.account_key.public,
            self.device,
            self.device_key.public,
            self.credential(now),
        )

    def answer(self, server: str, challenge: Challenge) -> SignIn:
        """The challenge, signed for this server."""
        text = sign_in_message(
            server, challenge.challenge, self.device, challenge.nonce
        )
        return SignIn(challenge.challenge, sign(self.device_key, text))


def new_device() -> DeviceKeys:
    """Fresh ids and keys."""
    rng = secrets.token_bytes
    return DeviceKeys(
        AccountId(new_id(rng)),
        DeviceId(new_id(rng)),
        generate_signature_key_pair(rng),
        generate_signature_key_pair(rng),
    )
