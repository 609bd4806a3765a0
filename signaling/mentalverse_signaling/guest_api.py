"""Guests: help without an account, JSON over HTTPS as in `account_api`.

    POST /api/v1/guests          GuestBegin → GuestBegun

A guest is somebody in a crisis who says nothing about themselves: no invitation, no
name, no address that is kept. The device makes the ids and keys, as it does for an
account, and its credential is of the kind `guest`. One call makes the guest and signs
it in, and it is never refused for being one of many: over the limit it only waits
behind others. What a guest may do afterwards is said in `guest_rules`.

The device chooses the token and the server keeps its hash. So the same call, repeated
after a lost answer, gives the same answer, and whoever knows what of it is public
(the credential and the list are shown to every member) gains nothing by repeating it.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from .account_api import CredentialBytes, DeviceListBytes, PublicKey
from .fields import Fact, Payload, TimestampMs
from .ids import AccountIdField, DeviceIdField, SignInIdField

# The length is stated as well because `$` also matches before a final newline.
NewToken = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{43}$", max_length=43)]
"""256 random bits in base64url (RFC 4648 §5), made by the device."""


class GuestBegin(Payload, frozen=True):
    """Make a guest with its first device, and sign it in with `token`.

    `credential` is of the kind `guest`, signed by the account key; `device_list` is
    the first one and names this device alone. Repeating the same call gives the same
    answer for as long as the guest is kept.
    """

    account: AccountIdField
    account_pub: PublicKey
    device: DeviceIdField
    signature_pub: PublicKey
    credential: CredentialBytes
    device_list: DeviceListBytes
    token: NewToken


class GuestBegun(Fact, frozen=True):
    """The guest is here and signed in; `credential` is complete."""

    account: AccountIdField
    device: DeviceIdField
    credential: bytes
    sign_in: SignInIdField
    expires_at: TimestampMs
    """When the token ends. The guest is kept as long, counted from its last use."""
