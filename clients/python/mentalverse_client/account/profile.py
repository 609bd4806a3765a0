"""A profile directory: one device, its keys, its history.

    profile.key     the data key, sealed under the passphrase (Argon2id)
    profile.db      everything else, sealed under the data key (see `vault`)
    profile.note    the highest write counter of profile.db

The passphrase is stretched once, at opening; every later write uses the data key.
Whoever loses the directory or the passphrase has lost the device: there is no copy
elsewhere, and a copy put back from a backup is noticed and not sent from.

Registering can be repeated after a crash or a refused invitation. Keys and ids are
stored before the server hears of them, and the same request gives the same answer.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from mentalverse_crypto import credential as credentials
from mentalverse_crypto import errors as crypto_errors
from mentalverse_crypto import keystore
from mentalverse_crypto.ciphersuite import (
    SignatureKeyPair,
    generate_signature_key_pair,
    signature_key_pair,
)
from mentalverse_crypto.credential import DeviceCredential, DeviceKind
from mentalverse_crypto.device_list import DeviceList, ListedDevice, sign_first
from mentalverse_signaling.account_api import InviteRedeem, ServerInfo
from mentalverse_signaling.ids import AccountId, DeviceId, id_bytes, new_id

from ..errors import (
    ProfileDamaged,
    ProfileExists,
    ProfileMissing,
    UntrustedServer,
    WrongPassphrase,
)
from ..line.http import AccountApi
from ..store.device_lists import DeviceLists
from ..store.records import (
    Contact,
    EarlierKey,
    Identity,
    PendingRotation,
    load,
    save,
)
from ..store.vault import KEY_BYTES, Vault

Rng = Callable[[int], bytes]
_KEY_FILE = "profile.key"
_DATABASE_FILE = "profile.db"


@dataclass(slots=True)
class Profile:
    """An open profile; `vault.close` closes it."""

    vault: Vault
    identity: Identity
    lists: DeviceLists = field(init=False)
    """The device lists that were checked, this account's own among them."""

    def __post_init__(self) -> None:
        self.lists = DeviceLists(self.vault, self.identity)

    def renew_credential(self, credential: bytes) -> None:
        """Store a later credential of this device."""
        renewed = msgspec.structs.replace(self.identity, credential=credential)
        with self.vault.transaction() as write:
            save(write, "identity", renewed)
        self.identity = renewed

    def accept_as_keys(self, keys: Mapping[bytes, bytes]) -> None:
        """Accept, from now on, what these keys of the authentication service sign.

        Args:
            keys: Public keys by raw key id, proven to follow on those accepted so far.
        """
        known = {key_id.hex(): public for key_id, public in keys.items()}
        accepted = msgspec.structs.replace(
            self.identity, as_keys=self.identity.as_keys | known
        )
        with self.vault.transaction() as write:
            save(write, "identity", accepted)
        self.identity = accepted

    def change_account_key(self, private: bytes, listed: DeviceList) -> None:
        """Go on with another account key, which the one so far has signed.

        There is no backup from here on: recovery words open the key before.

        Args:
            private: The new key.
            listed: The list in force that hands over to it.
        """
        before, account = self.account_key.public, self.identity.account
        changed = msgspec.structs.replace(
            self.identity,
            account_private=private,
            earlier_keys=(
                *self.identity.earlier_keys,
                EarlierKey(public=before, until=listed.counter),
            ),
        )
        own = load(self.vault, Contact, "contact", account)
        with self.vault.transaction() as write:
            save(write, "identity", changed)
            self.lists.put(write, account, listed)
            if own is not None:
                known = msgspec.structs.replace(
                    own,
                    account_pub=listed.account_public,
                    earlier=(*own.earlier, before),
                )
                save(write, "contact", known, account)
            write.delete("rotation", "")
            write.delete("backup", "")
        self.identity = changed
        self.lists.confirm(account)

    def signs_list(self, listed: DeviceList) -> bool:
        """Whether a list is signed with the key that the account had at its number.

        That of a new key may be in force before this device has heard so.
        """
        pending = load(self.vault, PendingRotation, "rotation")
        if pending is not None and pending.device_list == listed.encode():
            return True
        for earlier in self.identity.earlier_keys:
            if listed.counter < earlier.until:
                return listed.account_public == earlier.public
        return listed.account_public == self.account_key.public

    @property
    def shows_its_key(self) -> bool:
        """Whether the credential is of the account's key, and no other key comes."""
        shown = DeviceCredential.decode(self.identity.credential).account_public
        is_changing = load(self.vault, PendingRotation, "rotation") is not None
        return shown == self.account_key.public and not is_changing

    @property
    def earlier_account_keys(self) -> tuple[bytes, ...]:
        """Public keys that the account had before, the oldest first."""
        return tuple(each.public for each in self.identity.earlier_keys)

    @property
    def account_key(self) -> SignatureKeyPair:
        """Signs this account's devices."""
        return signature_key_pair(self.identity.account_private)

    @property
    def device_key(self) -> SignatureKeyPair:
        """Signs in, and signs this device's leaves."""
        return signature_key_pair(self.identity.device_private)


def open_profile(folder: Path, passphrase: str, rng: Rng) -> Profile:
    """The registered profile in `folder`. Takes about 0.1 s of Argon2id.

    Raises:
        ProfileMissing, WrongPassphrase, ProfileInUse, ProfileDamaged.
    """
    key_file = folder / _KEY_FILE
    if not key_file.exists():
        raise ProfileMissing("no profile here: register first")
    vault = Vault(folder / _DATABASE_FILE, _open_key(key_file, passphrase), rng)
    try:
        identity = load(vault, Identity, "identity")
        if identity is None or not identity.registered:
            raise ProfileMissing("registration was not finished: register again")
    except BaseException:
        vault.close()
        raise
    return Profile(vault, identity)


async def register(
    folder: Path,
    passphrase: str,
    server_url: str,
    invite_code: str,
    handle: str,
    now: datetime,
    rng: Rng,
) -> Identity:
    """Make a profile in `folder` and an account for it on the server.

    Raises:
        ProfileExists: a registered profile is there.
        UntrustedServer: another server than an unfinished registration began with,
            a protocol version not spoken here, or plain HTTP to another machine.
        SignalingError: the invitation or the handle is not accepted.
    """
    check_url(server_url)
    vault = create_vault(folder, passphrase, rng)
    try:
        begun = load(vault, Identity, "identity")
        if begun is not None and begun.registered:
            raise ProfileExists("an account lives in this directory")
        async with AccountApi(server_url) as api:
            info = await api.server()
            if begun is None:
                fresh = first_identity(info, server_url, DeviceKind.MEMBER, now, rng)
            else:
                fresh = same_server(begun, info)
            identity = msgspec.structs.replace(
                fresh, invite_code=invite_code, handle=handle
            )
            with vault.transaction() as write:
                save(write, "identity", identity)
            answer = await api.redeem(_request(identity))
        check_answer(identity, answer.credential, now)
        done = msgspec.structs.replace(
            identity, credential=answer.credential, registered=True
        )
        with vault.transaction() as write:
            save(write, "identity", done)
        return done
    finally:
        vault.close()


def first_identity(
    info: ServerInfo, server_url: str, kind: DeviceKind, now: datetime, rng: Rng
) -> Identity:
    """New keys and ids, and the account's signature on its first device."""
    account, device = AccountId(new_id(rng)), DeviceId(new_id(rng))
    account_key = generate_signature_key_pair(rng)
    device_key = generate_signature_key_pair(rng)
    request = credentials.sign_by_account(
        account_key,
        device_key.public,
        kind=kind,
        account_id=id_bytes(account),
        device_id=id_bytes(device),
        now=now,
    )
    listed = ListedDevice(id_bytes(device), device_key.public, int(now.timestamp()))
    return Identity(
        server_url=server_url,
        server=info.server,
        as_keys=info.as_keys,
        log_pub=info.log_pub,
        account=account,
        device=device,
        handle="",
        invite_code="",
        account_private=account_key.private,
        device_private=device_key.private,
        credential=request.encode(),
        device_list=sign_first(account_key, id_bytes(account), [listed]).encode(),
    )


def same_server(begun: Identity, info: ServerInfo) -> Identity:
    """The keys and ids of an unfinished attempt, for another one.

    Raises:
        UntrustedServer: it was another server.
    """
    if begun.server != info.server:
        raise UntrustedServer("this registration began with another server")
    return begun


def _request(identity: Identity) -> InviteRedeem:
    return InviteRedeem(
        code=identity.invite_code,
        handle=identity.handle,
        account=identity.account,
        account_pub=signature_key_pair(identity.account_private).public,
        device=identity.device,
        signature_pub=signature_key_pair(identity.device_private).public,
        credential=identity.credential,
        device_list=identity.device_list,
    )


def check_answer(identity: Identity, credential: bytes, now: datetime) -> None:
    """The server must have signed what was asked, with a key that is pinned.

    Raises:
        UntrustedServer: it has not.
    """
    try:
        signed = DeviceCredential.decode(credential)
        asked = DeviceCredential.decode(identity.credential)
        credentials.check_successor(asked, signed)
        device_key = signature_key_pair(identity.device_private)
        credentials.verify(signed, device_key.public, as_keys(identity), now)
    except crypto_errors.MlsError:
        raise UntrustedServer("the server's signature is not acceptable") from None


def as_keys(identity: Identity) -> dict[bytes, bytes]:
    """The pinned keys of the authentication service, by raw key id."""
    return {bytes.fromhex(key_id): key for key_id, key in identity.as_keys.items()}


def require_free(folder: Path) -> None:
    """Raise `ProfileExists` if a device was made, or begun, in a directory.

    A fresh passphrase would not open what is there.
    """
    if (folder / _KEY_FILE).exists():
        raise ProfileExists("there is a device in this directory: choose another one")


def check_url(url: str) -> None:
    """Accept an address that is encrypted, or on this machine.

    Raises:
        UntrustedServer: it is neither.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UntrustedServer("a server address begins with https://")
    if parts.scheme == "http" and not _is_this_machine(parts.hostname):
        raise UntrustedServer("plain http:// is accepted only for this machine")


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def create_vault(folder: Path, passphrase: str, rng: Rng) -> Vault:
    """The vault of a folder, made if there is none.

    Raises:
        WrongPassphrase, ProfileInUse, ProfileDamaged.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key_file = folder / _KEY_FILE
    if not key_file.exists():
        key = keystore.new_key(passphrase.encode(), rng)
        _write_durably(key_file, keystore.seal(key, rng(KEY_BYTES), 0, rng))
    return Vault(folder / _DATABASE_FILE, _open_key(key_file, passphrase), rng)


def _open_key(key_file: Path, passphrase: str) -> bytes:
    try:
        return keystore.open_(key_file.read_bytes(), passphrase.encode()).plaintext
    except crypto_errors.WrongPassphrase:
        raise WrongPassphrase("the passphrase does not open this profile") from None
    except crypto_errors.KeystoreError:
        raise ProfileDamaged("the profile's key file is damaged") from None


def _write_durably(path: Path, data: bytes) -> None:
    """Write a file so that after a crash it is there whole or not at all."""
    beside = path.with_suffix(".tmp")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    os.replace(beside, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
