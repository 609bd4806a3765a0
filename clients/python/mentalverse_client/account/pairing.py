"""Adding a device by an invitation that it shows and a code that a person types.

What is said, and against whom it stands, is told in `mentalverse_crypto.pairing`. Here
are the two ends of it: the new device, which has a folder and nothing else, and the old
one, which has the account.

    new device                          old device
    shows the invitation
    slot 0  offer            ───▶
                             ◀───       slot 1  answer
    slot 2  reveal           ───▶
    shows six digits                    asks for them
                                        publishes list and credential
    asks whether they matched  ◀───     slot 3  grant
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol

import msgspec

from mentalverse_crypto import pairing
from mentalverse_crypto.ciphersuite import signature_key_pair
from mentalverse_crypto.identity import AccountIdentity
from mentalverse_crypto.pairing_messages import Invitation, PairingGrant
from mentalverse_crypto.storage_errors import PairingError
from mentalverse_signaling.account_api import ServerInfo
from mentalverse_signaling.errors import Conflict
from mentalverse_signaling.ids import MailboxId, id_bytes, id_text

from ..errors import PairingFailed
from ..line.http import AccountApi
from ..store.records import Identity
from .enrol import DeviceKeys, finish, new_identity, newest_list
from .mailbox import Mailbox
from .profile import Rng, check_url, create_vault, require_free

OFFER, ANSWER, REVEAL, GRANT = range(4)
"""Slots of the mailbox."""


class Dialogue(Protocol):
    """The person at the new device."""

    async def show_invitation(self, text: str) -> None:
        """Show what the old device has to scan, or be given as text."""

    async def show_code(self, code: str) -> None:
        """Show the six digits that have to be typed into the old device."""

    async def was_accepted(self) -> bool:
        """Whether the old device says that the digits matched: look at it."""


async def pair_new_device(
    folder: Path,
    passphrase: str,
    server_url: str,
    dialogue: Dialogue,
    now: datetime,
    rng: Rng,
) -> Identity:
    """Make `folder` another device of an account, by one that it has.

    Raises:
        ProfileExists: a device lives there.
        PairingFailed: begin again; nothing was taken over.
        UntrustedServer: not the account's server.
        NotConnected, SignalingError: the server gave no answer, or refused.
    """
    check_url(server_url)
    require_free(folder)
    async with AccountApi(server_url) as api:
        info = await api.server()
        keys = DeviceKeys.fresh(rng)
        grant = await _receive(server_url, keys, dialogue, rng)
        identity = await _granted(api, info, server_url, keys, grant, now)
    # Only here: a pairing that came to nothing leaves nothing behind.
    vault = create_vault(folder, passphrase, rng)
    try:
        return finish(vault, identity, grant.record, now)
    finally:
        vault.close()


async def _receive(
    server_url: str, keys: DeviceKeys, dialogue: Dialogue, rng: Rng
) -> PairingGrant:
    """The new device's part, until it holds the grant."""
    public = signature_key_pair(keys.private).public
    new = pairing.invite(id_bytes(keys.device), public, rng)
    async with Mailbox(server_url, _mailbox_of(new.invitation)) as mailbox:
        with one_cause():
            await mailbox.put(OFFER, new.message)
            await dialogue.show_invitation(new.invitation.text())
            compared = pairing.reveal(new, await mailbox.get(ANSWER))
            await mailbox.put(REVEAL, compared.message)
            await dialogue.show_code(compared.code)
            sealed = await mailbox.get(GRANT)
            # Somebody who saw the invitation could have answered: only the person
            # knows whether it was the other device that took the code.
            if not await dialogue.was_accepted():
                raise PairingFailed("stopped: the other device did not take the code")
            return pairing.open_grant(compared, sealed)


async def _granted(
    api: AccountApi,
    info: ServerInfo,
    server_url: str,
    keys: DeviceKeys,
    grant: PairingGrant,
    now: datetime,
) -> Identity:
    """The identity that a grant makes, if the account's list names this device."""
    identity = new_identity(grant.record, info, server_url, keys, now)
    newest = await newest_list(
        api,
        identity.account,
        grant.record.account_key.public,
        grant.record.device_list,
    )
    if newest.find(id_bytes(keys.device)) is None:
        raise PairingFailed("the account's device list does not name this device")
    return msgspec.structs.replace(
        identity, credential=grant.credential, device_list=newest.encode()
    )


class OldDevice:
    """The old device's part: `meet`, ask the person for the code, then `grant`."""

    def __init__(self, mailbox: Mailbox, invitation: Invitation) -> None:
        self._mailbox = mailbox
        self._invitation = invitation

    async def meet(
        self, account: AccountIdentity, rng: Rng
    ) -> pairing.OldDeviceCompared:
        """Answer the new device's offer, and wait for its nonce.

        Raises:
            PairingFailed: it did not come, or is not of this invitation.
        """
        with one_cause():
            offer = await self._mailbox.get(OFFER)
            old = pairing.answer(self._invitation, offer, account, rng)
            await self._mailbox.put(ANSWER, old.message)
            return pairing.compare(old, await self._mailbox.get(REVEAL))

    async def grant(self, sealed: bytes) -> None:
        """Leave the sealed grant for the new device."""
        with one_cause():
            await self._mailbox.put(GRANT, sealed)


def read_invitation(text: str) -> Invitation:
    """What was scanned or pasted.

    Raises:
        PairingFailed: it is no invitation.
    """
    with one_cause():
        return Invitation.parse(text)


def mailbox_for(server_url: str, invitation: Invitation) -> Mailbox:
    """The mailbox that an invitation names."""
    return Mailbox(server_url, _mailbox_of(invitation))


@contextmanager
def one_cause() -> Iterator[None]:
    """Turn what can go wrong between two devices into `PairingFailed`."""
    try:
        yield
    except Conflict:
        raise PairingFailed(
            "somebody else has used this invitation: make a new one"
        ) from None
    except PairingError as error:
        raise PairingFailed(f"{error}; begin again on both devices") from None


def _mailbox_of(invitation: Invitation) -> MailboxId:
    return MailboxId(id_text(invitation.mailbox))
