"""Five words that bring a guest back to its place, on another device.

Coming back signs the account's next list, which names the new device alone: the one
before is out, and the members' devices let the new one in. It can be repeated like
everything that begins a device: what is sent is stored before.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

from mentalverse_crypto import resume_words
from mentalverse_crypto.ciphersuite import signature_key_pair
from mentalverse_crypto.credential import DeviceKind
from mentalverse_crypto.device_list import DeviceList, ListedDevice, sign_next, verify
from mentalverse_crypto.errors import MlsError
from mentalverse_crypto.resume_words import Place
from mentalverse_signaling.account_api import ServerInfo
from mentalverse_signaling.device_api import AddedDevice
from mentalverse_signaling.guest_api import GuestPlace, GuestReturn, GuestWords
from mentalverse_signaling.ids import AccountId, id_bytes, id_text

from ..errors import ProfileExists, UntrustedServer
from ..line.http import AccountApi
from ..store.records import Identity, StoredSignIn, load, save
from .device import Device
from .enrol import DeviceKeys, sign_credential
from .guest import finish, is_guest, new_sign_in
from .profile import Rng, check_url, create_vault, same_server
from .sign_in import SignInSource


async def new_words(device: Device) -> tuple[str, ...]:
    """Five words that bring this guest back; those of before do not any more.

    Raises:
        NotConnected, SignalingError: nothing was kept; draw others.
    """
    identity = device.profile.identity
    words = resume_words.new_words(device.rng)
    server = id_bytes(identity.server)
    keys = await asyncio.to_thread(resume_words.derive, " ".join(words), server)
    place = Place(id_bytes(identity.account), identity.account_private)
    sealed = resume_words.seal(keys, place, device.rng)
    token = await SignInSource(device.profile, device.now_ms)(fresh=False)
    async with AccountApi(identity.server_url) as api:
        await api.keep_place(token, GuestWords(keys.lookup, sealed))
    return words


async def come_back(
    folder: Path, passphrase: str, server_url: str, words: str, now: datetime, rng: Rng
) -> Identity:
    """Make `folder` the device of the guest whose words these are.

    May be repeated with the same folder until it succeeds.

    Raises:
        NotFound: the words find no place.
        WordsError: they are not five words of the list.
        ProfileExists: a device lives there, or another one was begun.
        UntrustedServer, NotConnected, SignalingError.
    """
    check_url(server_url)
    vault = create_vault(folder, passphrase, rng)
    try:
        begun = load(vault, Identity, "identity")
        if begun is not None and (begun.registered or not is_guest(begun)):
            raise ProfileExists("a device lives in this directory, or was begun")
        async with AccountApi(server_url) as api:
            info = await api.server()
            server = id_bytes(info.server)
            keys = await asyncio.to_thread(resume_words.derive, words, server)
            found = await api.find_place(keys.lookup)
            place = _opened(keys, found)
            if begun is None:
                identity = _new_identity(info, server_url, place, found, now, rng)
            else:
                identity = _same_guest(same_server(begun, info), found)
            sign_in = load(vault, StoredSignIn, "sign_in") or new_sign_in(rng)
            with vault.transaction() as write:
                save(write, "identity", identity)
                save(write, "sign_in", sign_in)
            answer = await api.return_guest(_request(identity, sign_in.token))
        return finish(vault, identity, sign_in, answer, now)
    finally:
        vault.close()


def _opened(keys: resume_words.ResumeKeys, found: GuestPlace) -> Place:
    try:
        place = resume_words.open_(keys, found.sealed)
    except MlsError:
        raise UntrustedServer("the server shows a place of somebody else") from None
    if id_text(place.account_id) != found.account:
        raise UntrustedServer("the server shows a place of somebody else")
    return place


def _new_identity(
    info: ServerInfo,
    server_url: str,
    place: Place,
    found: GuestPlace,
    now: datetime,
    rng: Rng,
) -> Identity:
    """A new device of the guest, and the list that names it alone."""
    key, made = signature_key_pair(place.account_private), DeviceKeys.fresh(rng)
    public = signature_key_pair(made.private).public
    listed = ListedDevice(id_bytes(made.device), public, int(now.timestamp()))
    before = _newest(found, key.public)
    return Identity(
        server_url=server_url,
        server=info.server,
        as_keys=info.as_keys,
        log_pub=info.log_pub,
        account=AccountId(found.account),
        device=made.device,
        handle="",
        invite_code="",
        account_private=key.private,
        device_private=made.private,
        credential=sign_credential(
            key, place.account_id, made.device, public, now, DeviceKind.GUEST
        ),
        device_list=sign_next(key, before, [listed]).encode(),
    )


def _newest(found: GuestPlace, account_public: bytes) -> DeviceList:
    """The guest's newest list, which only its own key can have signed."""
    try:
        newest = DeviceList.decode(found.device_list)
        verify(newest)
    except MlsError:
        raise UntrustedServer("the server shows no device list") from None
    if (newest.account_id, newest.account_public) != (
        id_bytes(found.account),
        account_public,
    ):
        raise UntrustedServer("the server shows a device list of somebody else")
    return newest


def _same_guest(begun: Identity, found: GuestPlace) -> Identity:
    if begun.account != found.account:
        raise ProfileExists("another guest's return was begun in this directory")
    return begun


def _request(identity: Identity, token: str) -> GuestReturn:
    public = signature_key_pair(identity.device_private).public
    added = AddedDevice(identity.device, public, identity.credential)
    return GuestReturn(identity.account, identity.device_list, added, token)
