"""A profile of somebody without an account: made by one call, without an invitation.

Keys, ids and the token of the first sign-in are stored before the server hears of
them, so a call whose answer was lost is made again as it was.
"""

from __future__ import annotations

import base64
from datetime import datetime
from pathlib import Path

import msgspec

from mentalverse_crypto.ciphersuite import signature_key_pair
from mentalverse_crypto.credential import DeviceCredential, DeviceKind
from mentalverse_signaling.account_api import ServerInfo
from mentalverse_signaling.guest_api import GuestBegin, GuestBegun

from ..errors import ProfileExists
from ..line.http import AccountApi
from ..store.records import Identity, StoredSignIn, load, save
from ..store.vault import Vault
from .profile import (
    Rng,
    check_answer,
    check_url,
    create_vault,
    first_identity,
    same_server,
)

TOKEN_BYTES = 32


async def begin_guest(
    folder: Path, passphrase: str, server_url: str, now: datetime, rng: Rng
) -> Identity:
    """Make a profile in `folder` and a guest for it on the server.

    May be repeated with the same folder until it succeeds.

    Raises:
        ProfileExists: a registered profile is there, or an account was begun.
        UntrustedServer: another server than an unfinished attempt began with, a
            protocol version not spoken here, or plain HTTP to another machine.
        NotConnected, SignalingError.
    """
    check_url(server_url)
    vault = create_vault(folder, passphrase, rng)
    try:
        require_unfinished(vault)
        async with AccountApi(server_url) as api:
            info = await api.server()
            identity, sign_in = prepare(vault, info, server_url, now, rng)
            answer = await api.begin_guest(guest_begin(identity, sign_in.token))
        return finish(vault, identity, sign_in, answer, now)
    finally:
        vault.close()


def require_unfinished(vault: Vault) -> None:
    """Let a guest be begun here, or an attempt go on.

    Raises:
        ProfileExists: a registered profile is there, or an account was begun.
    """
    begun = load(vault, Identity, "identity")
    if begun is not None and (begun.registered or not is_guest(begun)):
        raise ProfileExists("a device lives in this directory, or was begun")


def prepare(
    vault: Vault, info: ServerInfo, server_url: str, now: datetime, rng: Rng
) -> tuple[Identity, StoredSignIn]:
    """Whom the server is to know, stored before it hears of them.

    Raises:
        UntrustedServer: another server than an unfinished attempt began with.
    """
    begun = load(vault, Identity, "identity")
    if begun is None:
        identity = first_identity(info, server_url, DeviceKind.GUEST, now, rng)
    else:
        identity = same_server(begun, info)
    sign_in = load(vault, StoredSignIn, "sign_in") or new_sign_in(rng)
    with vault.transaction() as write:
        save(write, "identity", identity)
        save(write, "sign_in", sign_in)
    return identity, sign_in


def is_guest(identity: Identity) -> bool:
    """Whether a device is that of a guest, by its own credential."""
    credential = DeviceCredential.decode(identity.credential)
    return credential.kind is DeviceKind.GUEST


def guest_begin(identity: Identity, token: str) -> GuestBegin:
    """The call that makes the guest of an identity that was begun."""
    return GuestBegin(
        account=identity.account,
        account_pub=signature_key_pair(identity.account_private).public,
        device=identity.device,
        signature_pub=signature_key_pair(identity.device_private).public,
        credential=identity.credential,
        device_list=identity.device_list,
        token=token,
    )


def new_sign_in(rng: Rng) -> StoredSignIn:
    """A token that the server has not heard of."""
    token = base64.urlsafe_b64encode(rng(TOKEN_BYTES)).rstrip(b"=").decode("ascii")
    return StoredSignIn(token=token, expires_at_ms=0)


def finish(
    vault: Vault,
    identity: Identity,
    sign_in: StoredSignIn,
    answer: GuestBegun,
    now: datetime,
) -> Identity:
    """Store that the server knows the device.

    Raises:
        UntrustedServer: its signature is not acceptable.
    """
    check_answer(identity, answer.credential, now)
    done = msgspec.structs.replace(
        identity, credential=answer.credential, registered=True
    )
    lasting = msgspec.structs.replace(sign_in, expires_at_ms=answer.expires_at)
    with vault.transaction() as write:
        save(write, "identity", done)
        save(write, "sign_in", lasting)
    return done
