"""An account with its first device: by an invitation, or for a guest."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from mentalverse_crypto.public import (
    AccountIdentity,
    DeviceKind,
    DeviceList,
    MlsError,
    check_device_list,
)
from mentalverse_signaling.errors import BadRequest, Conflict
from mentalverse_signaling.ids import AccountId, DeviceId, id_bytes

from ..keyring import Keyring
from ..store import accounts, device_lists, retired_names
from ..store.engine import Connection
from ..store.transaction import Transaction
from .credentials import sign_credential
from .transparency import record_device_list


class FirstDevice(Protocol):
    """What a device sends that begins an account."""

    @property
    def account(self) -> AccountId:
        """Chosen by the device, as all ids are."""

    @property
    def account_pub(self) -> bytes:
        """The account's key."""

    @property
    def device(self) -> DeviceId:
        """The first device."""

    @property
    def signature_pub(self) -> bytes:
        """The device's key."""

    @property
    def credential(self) -> bytes:
        """Signed by the account."""

    @property
    def device_list(self) -> bytes:
        """The account's first."""


def first_list(request: FirstDevice) -> DeviceList:
    """The account's first list, which names its first device and no other.

    Raises `BadRequest`.
    """
    account = AccountIdentity(id_bytes(request.account), request.account_pub)
    try:
        device_list = check_device_list(
            request.device_list, account=account, before=None
        )
    except MlsError:
        raise BadRequest("not a first device list of this account") from None
    named = [(listed.device_id, listed.signature_key) for listed in device_list.devices]
    if named != [(id_bytes(request.device), request.signature_pub)]:
        raise BadRequest("the device list does not name this device alone")
    return device_list


def signed(
    keyring: Keyring, request: FirstDevice, kind: DeviceKind, now: datetime
) -> bytes:
    """The first device's credential with the service's signature, else `BadRequest`."""
    return sign_credential(
        keyring,
        request.credential,
        request.signature_pub,
        (request.account, request.account_pub),
        request.device,
        now,
        kind,
    )


def store(
    transaction: Transaction,
    keyring: Keyring,
    request: FirstDevice,
    handle: str,
    credential: bytes,
) -> None:
    """Store the account, its device and its list, which is logged.

    Raises `Conflict` if an id or the handle is taken.
    """
    connection, now = transaction.connection, transaction.now
    if retired_names.is_retired(connection, request.account, handle, now):
        raise Conflict("the handle is taken")
    accounts.create_account(
        connection, request.account, handle, request.account_pub, now=now
    )
    accounts.create_device(
        connection,
        request.device,
        request.account,
        request.signature_pub,
        credential,
        now=now,
    )
    record_device_list(transaction, keyring.log_key.private, first_list(request))


def stored(connection: Connection, request: FirstDevice, handle: str) -> bytes | None:
    """The credential that this very request led to; None if it led to none."""
    account = accounts.account(connection, request.account)
    device = accounts.device(connection, request.device)
    listed = device_lists.device_list(connection, request.account, 1)
    if account is None or device is None or listed is None:
        return None
    is_same = (
        device.account == account.id
        and account.handle == handle
        and account.account_pub == request.account_pub
        and device.signature_pub == request.signature_pub
        and listed.device_list == request.device_list
    )
    return device.credential if is_same else None
