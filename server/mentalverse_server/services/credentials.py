"""The signature of the Authentication Service (RFC 9420 §5.3.1)."""

from __future__ import annotations

from datetime import datetime

from mentalverse_crypto.public import (
    AccountIdentity,
    DeviceCredential,
    DeviceKind,
    MlsError,
    sign_device_credential,
)
from mentalverse_signaling.errors import BadRequest
from mentalverse_signaling.ids import AccountId, DeviceId, id_bytes

from ..keyring import Keyring


def sign_credential(
    keyring: Keyring,
    credential: bytes,
    signature_pub: bytes,
    account: tuple[AccountId, bytes],
    device: DeviceId,
    now: datetime,
    kind: DeviceKind = DeviceKind.MEMBER,
) -> bytes:
    """A credential that the account signed, with the service's signature.

    `account` is its id and its key. Raises `BadRequest` if the credential is of
    another kind, account, key or device, not signed by the account, or not good now.
    """
    account_id, account_pub = account
    try:
        if DeviceCredential.decode(credential).kind is not kind:
            raise BadRequest("the credential is of another kind")
        return sign_device_credential(
            credential,
            signature_pub,
            account=AccountIdentity(id_bytes(account_id), account_pub),
            device_id=id_bytes(device),
            as_private=keyring.current.private,
            now=now,
        )
    except MlsError:
        raise BadRequest("the credential is not one of this device") from None
