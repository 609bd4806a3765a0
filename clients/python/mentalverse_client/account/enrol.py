"""Making a folder another device of an account that exists.

Whoever holds the account's key may add a device: the key signs the device's credential
and the account's next device list, and needs no sign-in. This is how an account comes
back from its recovery words. A device that is paired gets both from the other one.

Like registering it can be repeated: keys and the signed list are stored before the
server hears of them, and the same list gives the same answer.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec

from mentalverse_crypto import credential as credentials
from mentalverse_crypto import device_list as lists
from mentalverse_crypto.account_record import AccountRecord
from mentalverse_crypto.ciphersuite import (
    SignatureKeyPair,
    generate_signature_key_pair,
    signature_key_pair,
)
from mentalverse_crypto.credential import DeviceKind
from mentalverse_crypto.device_list import DeviceList, ListedDevice, sign_next
from mentalverse_crypto.errors import MlsError
from mentalverse_signaling.account_api import ServerInfo
from mentalverse_signaling.device_api import AddedDevice, DevicesPublish
from mentalverse_signaling.errors import Conflict
from mentalverse_signaling.ids import AccountId, DeviceId, id_bytes, id_text, new_id

from ..errors import ProfileExists, UntrustedServer
from ..line.http import AccountApi
from ..store.records import Identity, load, save
from ..store.vault import Vault
from .kept import check_server, settings_of, take_over
from .profile import Rng, check_answer, check_url, create_vault

MAX_PUBLISH_ATTEMPTS = 5
"""How often a list whose number another device took is signed anew."""


async def enrol(
    folder: Path,
    passphrase: str,
    server_url: str,
    record: AccountRecord,
    now: datetime,
    rng: Rng,
) -> Identity:
    """Make `folder` a new device of the record's account.

    May be repeated with the same folder until it succeeds.

    Raises:
        ProfileExists: a device lives there, or one of another account was begun.
        UntrustedServer: not the account's server, or its list is not the account's.
        SignalingError: the server refuses, as when there are eight devices.
        NotConnected: the server cannot be reached.
    """
    check_url(server_url)
    vault = create_vault(folder, passphrase, rng)
    try:
        begun = load(vault, Identity, "identity")
        _check_begun(begun, record)
        async with AccountApi(server_url) as api:
            info = await api.server()
            identity = begun or new_identity(
                record, info, server_url, DeviceKeys.fresh(rng), now
            )
            answer = await _publish(api, vault, identity, record, now)
        return finish(vault, answer, record, now)
    finally:
        vault.close()


class DeviceKeys(msgspec.Struct, frozen=True):
    """What a device makes for itself before it belongs to an account."""

    device: DeviceId
    private: bytes

    @classmethod
    def fresh(cls, rng: Rng) -> DeviceKeys:
        """A new id and key."""
        return cls(DeviceId(new_id(rng)), generate_signature_key_pair(rng).private)

    def __repr__(self) -> str:
        return f"DeviceKeys(device={self.device!r})"


def new_identity(
    record: AccountRecord,
    info: ServerInfo,
    server_url: str,
    keys: DeviceKeys,
    now: datetime,
) -> Identity:
    """The identity of a new device, with its credential as the account signs it.

    Raises:
        UntrustedServer: it is not the server that the account knows.
    """
    settings = settings_of(record)
    device_key = signature_key_pair(keys.private)
    return Identity(
        server_url=server_url,
        server=info.server,
        as_keys=check_server(settings, info),
        log_pub=info.log_pub,
        account=AccountId(id_text(record.account_id)),
        device=keys.device,
        handle=settings.handle,
        invite_code="",
        account_private=record.account_private,
        device_private=keys.private,
        credential=sign_credential(
            record.account_key, record.account_id, keys.device, device_key.public, now
        ),
        device_list=record.device_list,
        earlier_keys=settings.earlier_keys,
    )


def sign_credential(
    account_key: SignatureKeyPair,
    account_id: bytes,
    device: DeviceId,
    signature_key: bytes,
    now: datetime,
    kind: DeviceKind = DeviceKind.MEMBER,
) -> bytes:
    """A device's credential with the account's signature, for the server's."""
    return credentials.sign_by_account(
        account_key,
        signature_key,
        kind=kind,
        account_id=account_id,
        device_id=id_bytes(device),
        now=now,
    ).encode()


def finish(
    vault: Vault, identity: Identity, record: AccountRecord, now: datetime
) -> Identity:
    """Store the device as registered, with the people that the account knows.

    `identity.credential` is signed by the server as well.

    Raises:
        UntrustedServer: it is not.
    """
    check_answer(identity, identity.credential, now)
    done = msgspec.structs.replace(identity, registered=True)
    with vault.transaction() as write:
        save(write, "identity", done)
        take_over(write, record)
    return done


async def newest_list(
    api: AccountApi, account: AccountId, account_public: bytes, known: bytes
) -> DeviceList:
    """The account's newest list as the server has it, checked with the account's key.

    Args:
        api: The server.
        account: Whose list.
        account_public: Its key.
        known: The newest list that is known, encoded; empty if none is.

    Raises:
        UntrustedServer: not signed by the account, or older than the one known.
    """
    view = await api.device_list(account)
    try:
        shown = DeviceList.decode(view.device_list)
        lists.verify(shown)
        held = DeviceList.decode(known) if known else None
    except MlsError:
        raise UntrustedServer("the server shows no device list") from None
    if (shown.account_id, shown.account_public) != (id_bytes(account), account_public):
        raise UntrustedServer("the server shows a device list of somebody else")
    if held is not None and shown.counter < held.counter:
        raise UntrustedServer("the server shows an older device list than is known")
    return shown


async def _publish(
    api: AccountApi,
    vault: Vault,
    identity: Identity,
    record: AccountRecord,
    now: datetime,
) -> Identity:
    """The identity with the list that names it, and its complete credential."""
    account_key = record.account_key
    public = signature_key_pair(identity.device_private).public
    own = ListedDevice(id_bytes(identity.device), public, int(now.timestamp()))
    added = AddedDevice(identity.device, public, identity.credential)
    for _ in range(MAX_PUBLISH_ATTEMPTS):
        newest = await newest_list(
            api, identity.account, account_key.public, record.device_list
        )
        # Named already: an earlier attempt got that far, and its list is stored.
        if newest.find(own.device_id) is None:
            signed = sign_next(account_key, newest, [*newest.devices, own])
            identity = msgspec.structs.replace(identity, device_list=signed.encode())
            with vault.transaction() as write:
                save(write, "identity", identity)
        request = DevicesPublish(identity.account, identity.device_list, (added,))
        try:
            answer = await api.publish_devices(request)
        except Conflict:
            continue
        credential = answer.credentials.get(identity.device, b"")
        check_answer(identity, credential, now)
        return msgspec.structs.replace(identity, credential=credential)
    raise Conflict("other devices changed the account's list at the same time")


def _check_begun(begun: Identity | None, record: AccountRecord) -> None:
    if begun is None:
        return
    if begun.registered:
        raise ProfileExists("a device lives in this directory")
    if begun.account != id_text(record.account_id):
        raise ProfileExists("a device of another account was begun in this directory")
