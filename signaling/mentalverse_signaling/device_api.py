"""An account's devices: JSON over HTTPS, as in `account_api`.

    GET  /api/v1/accounts/{account}/devices    → DeviceListView
    POST /api/v1/devices                       DevicesPublish → DevicesPublished
    POST /api/v1/devices/renew  (bearer token) CredentialRenew → CredentialRenewed

The first two need no sign-in: an account key that was restored from recovery words
has no device to sign in with. The account's signature on the list is the authority.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from .account_api import CredentialBytes, DeviceListBytes, PublicKey
from .conversation import MAX_DEVICES_PER_ACCOUNT
from .fields import Fact, Payload, Seq
from .ids import AccountIdField, DeviceIdField


class DeviceListView(Fact, frozen=True):
    """The newest list of an account."""

    account: AccountIdField
    counter: Seq
    device_list: bytes


class AddedDevice(Payload, frozen=True):
    """A device that the list names for the first time.

    `credential` is signed by the account key and not yet by the server.
    """

    device: DeviceIdField
    signature_pub: PublicKey
    credential: CredentialBytes


class DevicesPublish(Payload, frozen=True):
    """Make `device_list` the account's list: its counter is the next one.

    Devices of the list before that are missing are revoked for good. `added` are
    the devices that were not in the list before, and no others. Publishing the
    same list again gives the same answer.
    """

    account: AccountIdField
    device_list: DeviceListBytes
    added: Annotated[
        tuple[AddedDevice, ...], Meta(max_length=MAX_DEVICES_PER_ACCOUNT)
    ] = ()


class DevicesPublished(Fact, frozen=True):
    """The list is in force and in the log; `credentials` are complete, by device."""

    account: AccountIdField
    counter: Seq
    credentials: dict[DeviceIdField, bytes]


class CredentialRenew(Payload, frozen=True):
    """A credential of the signed-in device that lasts longer, signed by its account."""

    credential: CredentialBytes


class CredentialRenewed(Fact, frozen=True):
    """The credential with the server's signature."""

    credential: bytes
