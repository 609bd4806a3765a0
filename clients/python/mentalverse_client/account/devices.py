"""The devices of one's own account: which there are, adding one, revoking one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from mentalverse_crypto import pairing
from mentalverse_crypto.device_list import DeviceList, ListedDevice, sign_next
from mentalverse_crypto.identity import AccountIdentity
from mentalverse_signaling.device_api import (
    AddedDevice,
    DevicesPublish,
)
from mentalverse_signaling.errors import Conflict, SignalingError
from mentalverse_signaling.ids import AccountId, DeviceId, id_bytes, id_text

from ..errors import (
    ClientError,
    NotConnected,
    NotYourDevice,
    PairingFailed,
    UntrustedServer,
)
from ..line.http import AccountApi
from .device import Device
from .enrol import MAX_PUBLISH_ATTEMPTS, newest_list, sign_credential
from .kept import gather
from .pairing import OldDevice, mailbox_for, one_cause, read_invitation
from .renewal import Renewal
from .rotation import Rotation, publish_surely

ARCHIVE_SECONDS = 120.0
"""How long a new device waits for the history; invitations last ten minutes."""
AskCode = Callable[[], Awaitable[str]]
"""Asks the person for the six digits that the new device shows."""


@dataclass(frozen=True, slots=True)
class OwnDevice:
    """A device of this account."""

    id: str
    added_at: datetime
    """By the clock of the device that added it. UTC."""
    this: bool


class Devices:
    """What `client.devices` offers."""

    def __init__(
        self,
        device: Device,
        checked_list: Callable[[AccountId], Awaitable[object]],
        changed: Callable[[], Awaitable[None]],
        archive: Callable[[], Awaitable[None]],
        rotation: Rotation,
        follow: Callable[[], None],
    ) -> None:
        """Attach to the running client.

        Args:
            device: This one.
            checked_list: Asks for the newest list of an account, and stores it.
            changed: Brings groups in line with a list that was just published.
            archive: Archives the history, so that a new device can read it.
            rotation: Changes the account's key.
            follow: Lets everything be compared with the server soon.
        """
        self._device = device
        self._profile = device.profile
        self._checked_list = checked_list
        self._changed = changed
        self._archive = archive
        self._rotation = rotation
        self._follow = follow

    def list(self) -> list[OwnDevice]:
        """The account's devices as this one knows them, the oldest first."""
        known = self._known()
        devices = [
            OwnDevice(
                id=id_text(each.device_id),
                added_at=datetime.fromtimestamp(each.added_at, UTC),
                this=id_text(each.device_id) == self._profile.identity.device,
            )
            for each in known.devices
        ]
        return sorted(devices, key=lambda each: (each.added_at, each.id))

    async def refresh(self) -> None:
        """Ask the server for the newest list, and check it.

        Raises:
            NotProven, PeerChanged, NotConnected, SignalingError.
        """
        await self._checked_list(self._profile.identity.account)

    async def approve(self, invitation: str, ask_code: AskCode) -> OwnDevice:
        """Add the device that shows this invitation to the account.

        Args:
            invitation: As scanned from its screen, or as text.
            ask_code: Called once the devices have met; the digits that it gives are
                tried once, and wrong ones end the pairing.

        Raises:
            PairingFailed: the devices did not come together; nothing was added.
            SignalingError: the server refuses, as when there are eight devices.
            NotConnected: the server cannot be reached.
        """
        await self._rotation.finish_begun()
        identity, key = self._profile.identity, self._profile.account_key
        account = AccountIdentity(id_bytes(identity.account), key.public)
        read = read_invitation(invitation)
        async with mailbox_for(identity.server_url, read) as mailbox:
            old = OldDevice(mailbox, read)
            compared = await old.meet(account, self._device.rng)
            typed = await ask_code()
            with one_cause():
                approved = pairing.approve(compared, typed)
            with suppress(TimeoutError):
                async with asyncio.timeout(ARCHIVE_SECONDS):
                    await self._archive()
            added, credential = await self._add(approved)
            await self._grant(old, approved, added, credential)
        await self._changed()
        return added

    async def revoke(self, device_id: str, *, this: bool = False) -> None:
        """Take a device out of the account for good: it can read nothing that follows.

        Returns when the account's list is published; the groups follow as their
        members hear of it.

        Args:
            device_id: As `list` shows it.
            this: Must be set to revoke the device one is at.

        Raises:
            NotYourDevice: no such device, the only one, or this one.
            SignalingError, NotConnected: it was not published.
        """
        is_this = device_id == self._profile.identity.device
        if is_this and not this:
            raise NotYourDevice("this is the device you are at")

        def without(before: DeviceList) -> list[ListedDevice]:
            if before.find(id_bytes(device_id)) is None:
                raise NotYourDevice("the account has no such device")
            if len(before.devices) == 1:
                raise NotYourDevice("the only device of an account cannot be revoked")
            return [d for d in before.devices if id_text(d.device_id) != device_id]

        await self._publish(without)
        if not is_this:
            await self._changed()

    async def rotate_account_key(self) -> None:
        """Give the account another key, when somebody may have got hold of this one.

        This device goes on with it. The account's other devices are out and have to be
        added again; recovery words open nothing any more, and new ones have to be
        made. Contacts are told that the safety number has changed, and whoever had
        compared it sends nothing before they decide. After a crash it goes on with the
        next connection.

        Raises:
            NotYourDevice: this device is not on the account's list any more.
            UntrustedServer: the newest list is not signed by the account's key.
            SignalingError: the server refuses; the key has not changed.
            NotConnected: not known whether it has; it goes on by itself later.
        """
        await self._rotation.rotate()
        with suppress(NotConnected, SignalingError):
            await Renewal(self._device).renew_if_due()
        self._follow()
        await self._changed()

    # --- within ---

    async def _grant(
        self,
        old: OldDevice,
        approved: pairing.Approved,
        added: OwnDevice,
        credential: bytes,
    ) -> None:
        """Give the new device what it needs; take it off the list if that fails."""
        try:
            with one_cause():
                sealed = pairing.seal_grant(
                    approved, credential, gather(self._profile), self._device.rng
                )
            await old.grant(sealed)
        except PairingFailed as error:
            try:
                await self.revoke(added.id)
            except (ClientError, SignalingError):
                raise PairingFailed(
                    f"{error}. Device {added.id} is on your list without its keys:"
                    " revoke it once you are connected"
                ) from None
            raise

    def _known(self) -> DeviceList:
        known = self._profile.lists.get(self._profile.identity.account)
        if known is None:
            raise UntrustedServer("this account's device list is missing")
        return known

    async def _add(self, approved: pairing.Approved) -> tuple[OwnDevice, bytes]:
        """Publish the list that names the new device; its complete credential."""
        identity, now = self._profile.identity, self._device.now()
        offer, device = approved.offer, DeviceId(id_text(approved.offer.device_id))
        credential = sign_credential(
            self._profile.account_key,
            id_bytes(identity.account),
            device,
            offer.signature_key,
            now,
        )
        listed = ListedDevice(
            offer.device_id, offer.signature_key, int(now.timestamp())
        )
        added = AddedDevice(device, offer.signature_key, credential)
        complete = await self._publish(
            lambda before: [*before.devices, listed], (added,)
        )
        shown = OwnDevice(device, datetime.fromtimestamp(listed.added_at, UTC), False)
        return shown, complete[device]

    async def _publish(
        self,
        change: Callable[[DeviceList], Sequence[ListedDevice]],
        added: tuple[AddedDevice, ...] = (),
    ) -> dict[DeviceId, bytes]:
        """Publish a list that follows the newest one; the credentials completed."""
        await self._rotation.finish_begun()
        identity, key = self._profile.identity, self._profile.account_key
        async with AccountApi(identity.server_url) as api:
            for _ in range(MAX_PUBLISH_ATTEMPTS):
                newest = await newest_list(
                    api, identity.account, key.public, self._known().encode()
                )
                signed = sign_next(key, newest, change(newest))
                request = DevicesPublish(identity.account, signed.encode(), added)
                try:
                    answer = await publish_surely(api, request)
                except Conflict:
                    continue
                with self._profile.vault.transaction() as write:
                    self._profile.lists.put(write, identity.account, signed)
                self._profile.lists.confirm(identity.account)
                return answer.credentials
        raise Conflict("other devices changed the account's list at the same time")
