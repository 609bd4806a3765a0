"""An account's devices, as its own signature says, and not as the server would.

The account signs a list of its devices; the list's counter rises by one. Whoever
brings the next list changes the account's devices, signed in or not: the signature
is the authority. A list takes force in one transaction with its consequences: new
devices exist, missing ones are revoked and signed out, and the log has an entry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import structlog

from mentalverse_crypto.public import (
    AccountIdentity,
    AccountKeyChanged,
    DeviceCredential,
    DeviceKind,
    DeviceList,
    DeviceListUnsigned,
    MlsError,
    NotTheNextDeviceList,
    check_device_list,
)
from mentalverse_signaling.conversation import MAX_DEVICES_PER_ACCOUNT, Leaf
from mentalverse_signaling.device_api import (
    AddedDevice,
    CredentialRenew,
    CredentialRenewed,
    DeviceListView,
    DevicesPublish,
    DevicesPublished,
)
from mentalverse_signaling.device_events import (
    CheckpointReached,
    DeviceListRequest,
    DeviceListShown,
)
from mentalverse_signaling.errors import BadRequest, Conflict, Forbidden, NotFound
from mentalverse_signaling.ids import AccountId, DeviceId, id_bytes, id_text
from mentalverse_signaling.quota import Rate

from ..clock import Clock
from ..keyring import Keyring
from ..store import accounts, device_lists, guests, key_packages, sign_ins
from ..store.accounts import AccountRow, DeviceRow
from ..store.device_lists import DeviceListRow
from ..store.engine import Connection, Database
from ..store.facts import DevicesChanged, SignInEnded
from ..store.transaction import Transaction
from ..store.writer import Writer, WriterLane
from ..throttle import Throttle
from ..transport.connections import Principal
from .credentials import sign_credential
from .guest_reach import require_reach
from .live import live_device
from .transparency import prove, record_device_list

SHOW_RATE = Rate(rate_per_second=10 / 60, burst=10)
"""Device lists shown, per requester and target."""

log = structlog.get_logger()


class Devices:
    """Shows, replaces and renews what an account vouches for."""

    def __init__(
        self, database: Database, writer: Writer, keyring: Keyring, clock: Clock
    ) -> None:
        self._database = database
        self._writer = writer
        self._keyring = keyring
        self._shows: Throttle[tuple[AccountId, AccountId]] = Throttle(
            SHOW_RATE, clock, "too many calls about this account"
        )

    async def newest(self, account: AccountId) -> DeviceListView:
        """The newest list of an account, else `NotFound`."""
        row = await self._database.read(_list, account, None)
        return DeviceListView(account, row.counter, row.device_list)

    async def show(
        self, principal: Principal, request: DeviceListRequest
    ) -> DeviceListShown:
        """A list with the proof that it is in the log.

        Raises `NotFound` or, beyond `SHOW_RATE`, `RateLimited`. One's own list may
        be asked for as often as anything else: each device of an account looks at
        it at every connect.
        """
        if request.account != principal.account:
            self._shows.check((principal.account, request.account))
        return await self._database.read(_show, principal, request)

    async def publish(self, request: DevicesPublish) -> DevicesPublished:
        """Put the account's next list in force.

        The same list again gives the same answer, whatever came after it. Raises
        `NotFound` (no such account), `Forbidden` (not signed by its key, or a guest's),
        `Conflict` (not the next list, or an id or key was used before) or
        `BadRequest` (malformed, or list and `added` do not fit).
        """
        script = partial(put_in_force, self._keyring, request, read_list(request))
        published = await self._writer.run(script, lane=WriterLane.OTHER)
        log.info(
            "devices.published", account=request.account, counter=published.counter
        )
        return published

    async def renew(
        self, principal: Principal, request: CredentialRenew
    ) -> CredentialRenewed:
        """The service's signature under a credential that lasts longer.

        The same credential again gives the same answer. Raises `Forbidden` (the
        device is revoked), `Conflict` (it does not last longer, under the same
        account key) or `BadRequest`.
        """
        script = partial(_renew, self._keyring, principal, request.credential)
        credential = await self._writer.run(script, lane=WriterLane.OTHER)
        return CredentialRenewed(credential)

    async def checkpoint(self, principal: Principal, counter: int) -> CheckpointReached:
        """The highest counter the device told before; `Forbidden` if revoked."""
        script = partial(_checkpoint, (principal.account, principal.device), counter)
        reached = await self._writer.run(script, lane=WriterLane.OTHER)
        return CheckpointReached(reached)


# --- reading -------------------------------------------------------------------


def _list(
    connection: Connection, account: AccountId, counter: int | None
) -> DeviceListRow:
    row = device_lists.device_list(connection, account, counter)
    if row is None:
        raise NotFound("no such device list")
    return row


def _show(
    connection: Connection, principal: Principal, request: DeviceListRequest
) -> DeviceListShown:
    require_reach(connection, principal, request.account)
    row = _list(connection, request.account, request.counter)
    proven = prove(connection, row.entry, request.known_size)
    return DeviceListShown(
        device_list=row.device_list,
        entry=proven.entry,
        inclusion=proven.inclusion,
        head=proven.head,
        consistency=proven.consistency,
    )


# --- publishing ----------------------------------------------------------------


def read_list(request: DevicesPublish) -> DeviceList:
    """The list in its one encoding, if it fits the rest of the request.

    Raises `BadRequest`.
    """
    try:
        device_list = DeviceList.decode(request.device_list)
    except MlsError:
        raise BadRequest("not a device list") from None
    if device_list.account_id != id_bytes(request.account):
        raise BadRequest("the device list is of another account")
    if not 1 <= len(device_list.devices) <= MAX_DEVICES_PER_ACCOUNT:
        raise BadRequest("an account has one to eight devices")
    for added in request.added:
        listed = device_list.find(id_bytes(added.device))
        if listed is None or listed.signature_key != added.signature_pub:
            raise BadRequest("an added device is not in the list with this key")
    if len({added.device for added in request.added}) != len(request.added):
        raise BadRequest("a device is added twice")
    return device_list


def put_in_force(
    keyring: Keyring,
    request: DevicesPublish,
    device_list: DeviceList,
    transaction: Transaction,
    kind: DeviceKind = DeviceKind.MEMBER,
) -> DevicesPublished:
    """`Devices.publish` within a script, for accounts of this kind."""
    connection = transaction.connection
    account = accounts.account(connection, request.account)
    if account is None:
        raise NotFound("no such account")
    if account.disabled_at is not None:
        raise Forbidden("the account has been disabled")
    is_guest = guests.used_at(connection, account.id) is not None
    if is_guest is not (kind is DeviceKind.GUEST):
        raise Forbidden("an account's devices are of its kind")
    newest = _list(connection, account.id, None)
    if device_list.counter <= newest.counter:
        return _published_before(connection, request, device_list.counter)
    _check_successor(account, newest, request.device_list)
    known = accounts.devices_of(connection, account.id)
    _check_devices(known, device_list, request.added)
    gone = [row for row in known if not _is_listed(row, device_list)]
    for row in gone:
        _revoke(transaction, row)
    credentials = {
        added.device: _add(keyring, device_list, added, kind, transaction)
        for added in request.added
    }
    if device_list.account_public != account.account_pub:
        accounts.replace_account_pub(connection, account.id, device_list.account_public)
        for row in known:
            # They show the account's key of before: each device makes new ones.
            key_packages.drop_packages(connection, row.id)
    record_device_list(transaction, keyring.log_key.private, device_list)
    _announce(transaction, account.id, device_list.counter, gone)
    return DevicesPublished(account.id, device_list.counter, credentials)


def _published_before(
    connection: Connection, request: DevicesPublish, counter: int
) -> DevicesPublished:
    """The first answer again, if this is the same request."""
    row = _list(connection, request.account, counter)
    if row.device_list != request.device_list:
        raise Conflict("another list of this account has this counter")
    credentials: dict[DeviceId, bytes] = {}
    for added in request.added:
        device = accounts.device(connection, added.device)
        if device is None or device.account != request.account:
            raise Conflict("this list was published without this device")
        credentials[added.device] = device.credential
    return DevicesPublished(request.account, counter, credentials)


def _check_successor(account: AccountRow, newest: DeviceListRow, list_: bytes) -> None:
    identity = AccountIdentity(id_bytes(account.id), account.account_pub)
    before = DeviceList.decode(newest.device_list)
    try:
        check_device_list(list_, account=identity, before=before)
    except (AccountKeyChanged, DeviceListUnsigned):
        raise Forbidden("the account's key has not signed this list") from None
    except NotTheNextDeviceList:
        raise Conflict("this is not the account's next list") from None


def _check_devices(
    known: Sequence[DeviceRow], device_list: DeviceList, added: Sequence[AddedDevice]
) -> None:
    """What is listed is live, with the key it has, or added and never seen before."""
    rows: Mapping[str, DeviceRow] = {row.id: row for row in known}
    keys = {row.signature_pub for row in known}
    fresh = set()
    for listed in device_list.devices:
        row = rows.get(id_text(listed.device_id))
        if row is None:
            fresh.add(id_text(listed.device_id))
            if listed.signature_key in keys:
                raise Conflict("this key is of another device")
        elif row.revoked_at is not None:
            raise Conflict("a revoked device does not come back")
        elif row.signature_pub != listed.signature_key:
            raise Conflict("a device keeps its key")
    if fresh != {device.device for device in added}:
        raise BadRequest("not all and only the new devices of the list are added")


def _is_listed(row: DeviceRow, device_list: DeviceList) -> bool:
    """Whether nothing changes for the device: listed, or revoked long ago."""
    return row.revoked_at is not None or device_list.find(id_bytes(row.id)) is not None


def _add(
    keyring: Keyring,
    device_list: DeviceList,
    added: AddedDevice,
    kind: DeviceKind,
    transaction: Transaction,
) -> bytes:
    account = AccountId(id_text(device_list.account_id))
    credential = sign_credential(
        keyring,
        added.credential,
        added.signature_pub,
        (account, device_list.account_public),
        added.device,
        transaction.now,
        kind,
    )
    accounts.create_device(
        transaction.connection,
        added.device,
        account,
        added.signature_pub,
        credential,
        now=transaction.now,
    )
    return credential


def _revoke(transaction: Transaction, device: DeviceRow) -> None:
    connection, now = transaction.connection, transaction.now
    accounts.revoke_device(connection, device.id, now)
    key_packages.drop_packages(connection, device.id)
    for ended in sign_ins.end_sign_ins_of(connection, device.id, now):
        transaction.publish(SignInEnded(ended.id, ended.device, "revoked"))


def _announce(
    transaction: Transaction,
    account: AccountId,
    counter: int,
    gone: Sequence[DeviceRow],
) -> None:
    connection = transaction.connection
    audience = device_lists.own_devices(connection, account)
    audience |= device_lists.devices_beside(connection, account)
    audience -= {row.id for row in gone}
    transaction.publish(DevicesChanged(account, counter, frozenset(audience)))


# --- one device ----------------------------------------------------------------


def _renew(
    keyring: Keyring, principal: Principal, asked: bytes, transaction: Transaction
) -> bytes:
    connection = transaction.connection
    device = live_device(connection, (principal.account, principal.device))
    account = accounts.account(connection, device.account)
    if account is None:
        raise NotFound("no such account")
    before = DeviceCredential.decode(device.credential)
    signed = sign_credential(
        keyring,
        asked,
        device.signature_pub,
        (account.id, account.account_pub),
        device.id,
        transaction.now,
        # A device stays of its kind.
        before.kind,
    )
    after = DeviceCredential.decode(signed)
    # The account's signature is over all that it asked for: the same, the same.
    if after.account_signature == before.account_signature:
        return device.credential
    is_same_key = after.account_public == before.account_public
    if is_same_key and after.not_after <= before.not_after:
        raise Conflict("the credential does not last longer than the one before")
    accounts.replace_credential(connection, device.id, signed)
    return signed


def _checkpoint(caller: Leaf, counter: int, transaction: Transaction) -> int:
    connection = transaction.connection
    device = live_device(connection, caller)
    accounts.raise_write_counter(connection, device.id, counter)
    return device.write_counter
