"""Whether a device has signed what it says."""

from __future__ import annotations

from mentalverse_crypto.public import MlsError, verify_signature
from mentalverse_signaling.errors import BadRequest
from mentalverse_signaling.ids import DeviceId

from ...store import accounts
from ...store.engine import Connection


def require_signed(
    connection: Connection, device: DeviceId, signature: bytes, octets: bytes
) -> None:
    """`BadRequest` unless the device has signed these octets."""
    row = accounts.device(connection, device)
    try:
        if row is None:
            raise BadRequest("no such device")
        verify_signature(row.signature_pub, octets, signature)
    except MlsError:
        raise BadRequest("the signature is not the device's") from None
