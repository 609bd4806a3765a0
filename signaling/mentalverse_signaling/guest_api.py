"""Guests: help without an account, JSON over HTTPS as in `account_api`.

    POST /api/v1/guests          GuestBegin → GuestBegun
    PUT  /api/v1/guests/words    (bearer token) GuestWords → Empty
    POST /api/v1/guests/find     GuestFind → GuestPlace
    POST /api/v1/guests/return   GuestReturn → GuestBegun

A guest is somebody in a crisis who says nothing about themselves: no invitation, no
name, no address that is kept. The device makes the ids and keys, as it does for an
account, and its credential is of the kind `guest`. One call makes the guest and signs
it in, and it is never refused for being one of many: over the limit it only waits
behind others. What a guest may do afterwards is said in `guest_rules`.

The device chooses the token and the server keeps its hash. So the same call, repeated
after a lost answer, gives the same answer, and whoever knows what of it is public
(the credential and the list are shown to every member) gains nothing by repeating it.

Five words bring a guest back whose device is gone (`mentalverse_crypto.resume_words`).
They find its sealed place, which holds the account's key; that signs a list with a new
device and without the one before. What was said stays lost: its keys went with the
device. A wrong guess costs nobody anything, since a new guest can always begin.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from .account_api import CredentialBytes, DeviceListBytes, PublicKey
from .device_api import AddedDevice
from .fields import Fact, Payload, TimestampMs
from .ids import AccountIdField, DeviceIdField, SignInIdField

# The length is stated as well because `$` also matches before a final newline.
NewToken = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{43}$", max_length=43)]
"""256 random bits in base64url (RFC 4648 §5), made by the device."""


Lookup = Annotated[bytes, Meta(min_length=32, max_length=32)]
SealedPlace = Annotated[bytes, Meta(min_length=1, max_length=128)]


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


class GuestWords(Payload, frozen=True):
    """Keep a sealed place for who finds it by `lookup`; those of before find none."""

    lookup: Lookup
    sealed: SealedPlace


class GuestFind(Payload, frozen=True):
    """Ask for the place of five words."""

    lookup: Lookup


class GuestPlace(Fact, frozen=True):
    """The sealed place, and the account's newest device list to go on from."""

    account: AccountIdField
    device_list: bytes
    sealed: bytes


class GuestReturn(Payload, frozen=True):
    """Come back with a new device: the account's next list, which names it alone.

    The devices before are revoked. The account's signature is the authority, and the
    call signs the new device in with `token`. Repeating it gives the same answer.
    """

    account: AccountIdField
    device_list: DeviceListBytes
    added: AddedDevice
    token: NewToken
