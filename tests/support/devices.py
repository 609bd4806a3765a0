"""A person's first device as the account API sees it: ids, keys, signatures."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from mentalverse_crypto.ciphersuite import (
    SignatureKeyPair,
    generate_signature_key_pair,
    sign,
)
from mentalverse_crypto.credential import LIFETIME, DeviceKind, sign_by_account
from mentalverse_crypto.device_list import (
    DeviceList,
    ListedDevice,
    sign_first,
    sign_next,
)
from mentalverse_signaling.account_api import (
    Challenge,
    InviteRedeem,
    SignIn,
    sign_in_message,
)
from mentalverse_signaling.device_api import AddedDevice
from mentalverse_signaling.guest_api import GuestBegin
from mentalverse_signaling.ids import AccountId, DeviceId, id_bytes, new_id
from mentalverse_signaling.proof_api import ProofGive, proof_message


@dataclass(frozen=True, slots=True)
class DeviceKeys:
    """Everything a device makes before it registers."""

    account: AccountId
    device: DeviceId
    account_key: SignatureKeyPair
    device_key: SignatureKeyPair

    def credential(
        self,
        now: datetime | None = None,
        lifetime: timedelta = LIFETIME,
        kind: DeviceKind = DeviceKind.MEMBER,
    ) -> bytes:
        """The device credential, signed by the account and not yet by the server."""
        return sign_by_account(
            self.account_key,
            self.device_key.public,
            kind=kind,
            account_id=id_bytes(self.account),
            device_id=id_bytes(self.device),
            now=now or datetime.now(UTC),
            lifetime=lifetime,
        ).encode()

    def listed(self, now: datetime | None = None) -> ListedDevice:
        """This device in a list, added now."""
        added_at = int((now or datetime.now(UTC)).timestamp())
        return ListedDevice(id_bytes(self.device), self.device_key.public, added_at)

    def first_list(self, now: datetime | None = None) -> DeviceList:
        """The account's first list."""
        account = id_bytes(self.account)
        return sign_first(self.account_key, account, [self.listed(now)])

    def added(self, now: datetime | None = None) -> AddedDevice:
        """This device as one that a list names for the first time."""
        return AddedDevice(self.device, self.device_key.public, self.credential(now))

    def sibling(self) -> DeviceKeys:
        """Another device of the same account."""
        fresh = new_device()
        return replace(self, device=fresh.device, device_key=fresh.device_key)

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
            self.first_list(now).encode(),
        )

    def begin_guest(self, token: str, now: datetime | None = None) -> GuestBegin:
        """The request that makes a guest."""
        return GuestBegin(
            self.account,
            self.account_key.public,
            self.device,
            self.device_key.public,
            self.credential(now, kind=DeviceKind.GUEST),
            self.first_list(now).encode(),
            token,
        )

    def answer(self, server: str, challenge: Challenge) -> SignIn:
        """The challenge, signed for this server."""
        text = sign_in_message(
            server, challenge.challenge, self.device, challenge.nonce
        )
        return SignIn(challenge.challenge, sign(self.device_key, text))

    def prove(self, server: str, challenge: Challenge) -> ProofGive:
        """The challenge, signed to show that this device asks."""
        text = proof_message(server, challenge.challenge, self.device, challenge.nonce)
        return ProofGive(challenge.challenge, sign(self.device_key, text))


def next_list(
    before: DeviceList,
    account_key: SignatureKeyPair,
    add: Sequence[ListedDevice] = (),
    remove: Sequence[DeviceKeys] = (),
    previous_key: SignatureKeyPair | None = None,
) -> DeviceList:
    """The list that follows `before`."""
    gone = {id_bytes(device.device) for device in remove}
    kept = [listed for listed in before.devices if listed.device_id not in gone]
    return sign_next(account_key, before, [*kept, *add], previous_key=previous_key)


def new_device() -> DeviceKeys:
    """Fresh ids and keys."""
    rng = secrets.token_bytes
    return DeviceKeys(
        AccountId(new_id(rng)),
        DeviceId(new_id(rng)),
        generate_signature_key_pair(rng),
        generate_signature_key_pair(rng),
    )
