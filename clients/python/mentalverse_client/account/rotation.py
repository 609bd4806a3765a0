"""Giving the account another key: for when somebody may have got hold of this one.

Whoever holds the account's key can add a device to the account. The next list of
devices is signed by a new key, and the old key signs that it takes over. The steps,
each of which a crash may follow:

    make     a new key, and a list of this device alone, signed by both: stored here
    publish  that list; the same one until the server has answered
    forget   the backup, since recovery words open the old key, on the server
    adopt    the new key, here

Until the server has taken the list the old key is in force, and afterwards the new
one, which was stored before: at no time is the account without a key that it has.
Whatever was begun is finished before this device does anything else with its account.

Other devices of the account go off the list. They hold the old key, and whoever made
this necessary may hold one of them, so none is sent the new key: the person adds
them again, by the pairing that compares digits.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from mentalverse_crypto.ciphersuite import (
    generate_signature_key_pair,
    signature_key_pair,
)
from mentalverse_crypto.device_list import DeviceList, sign_next
from mentalverse_signaling.device_api import DevicesPublish, DevicesPublished
from mentalverse_signaling.errors import Conflict, Fault, SignalingError
from mentalverse_signaling.ids import id_bytes

from ..errors import ClientError, NotConnected, NotYourDevice, UntrustedServer
from ..line.connection import backoff_seconds
from ..line.http import AccountApi
from ..store.records import PendingRotation, load, save
from .device import Device
from .enrol import MAX_PUBLISH_ATTEMPTS, newest_list

_log = logging.getLogger(__name__)


class Rotation:
    """Changes the account's key, and finishes what a crash interrupted."""

    def __init__(
        self, device: Device, forget_backup: Callable[[], Awaitable[None]]
    ) -> None:
        """`forget_backup` lets the server forget it, if there is one."""
        self._device = device
        self._profile = device.profile
        self._forget_backup = forget_backup
        self._one_at_a_time = asyncio.Lock()

    async def rotate(self) -> None:
        """Put a new key in force; what was begun before is finished instead.

        Raises:
            NotYourDevice: this device is not on the account's list any more.
            UntrustedServer: the newest list is not signed by the account's key.
            NotConnected, SignalingError: not done; it goes on by itself later, unless
                the server has refused it.
        """
        async with self._one_at_a_time:
            if self._pending is None:
                fresh = generate_signature_key_pair(self._device.rng).private
                async with AccountApi(self._profile.identity.server_url) as api:
                    await self._make(api, fresh)
            await self._finish()

    async def finish_begun(self) -> None:
        """Finish what was begun, if anything was.

        Raises:
            NotConnected, SignalingError: to be tried again, by the server's fault.
        """
        async with self._one_at_a_time:
            if self._pending is None:
                return
            try:
                await self._finish()
            except NotConnected:
                raise
            except SignalingError as error:
                if error.fault is Fault.SERVER:
                    raise
                _log.warning("a new account key was refused: %s", error.code)
            except ClientError as error:
                _log.warning("a new account key was not put in force: %s", error.code)

    # --- within ---

    @property
    def _pending(self) -> PendingRotation | None:
        return load(self._profile.vault, PendingRotation, "rotation")

    async def _make(self, api: AccountApi, private: bytes) -> PendingRotation:
        """Sign the list that puts a key in force, and store both."""
        identity, old = self._profile.identity, self._profile.account_key
        known = self._profile.lists.get(identity.account)
        newest = await newest_list(
            api, identity.account, old.public, known.encode() if known else b""
        )
        own = newest.find(id_bytes(identity.device))
        if own is None:
            raise NotYourDevice("this device is not on the account's list any more")
        signed = sign_next(signature_key_pair(private), newest, [own], previous_key=old)
        made = PendingRotation(account_private=private, device_list=signed.encode())
        with self._profile.vault.transaction() as write:
            save(write, "rotation", made)
        return made

    async def _finish(self) -> None:
        pending = await self._publish()
        await self._forget_backup()
        listed = DeviceList.decode(pending.device_list)
        self._profile.change_account_key(pending.account_private, listed)

    async def _publish(self) -> PendingRotation:
        """Have the server take the list; what it took."""
        identity = self._profile.identity
        async with AccountApi(identity.server_url) as api:
            for _ in range(MAX_PUBLISH_ATTEMPTS):
                pending = self._pending
                if pending is None:
                    raise UntrustedServer("there is no key to put in force")
                request = DevicesPublish(identity.account, pending.device_list)
                try:
                    await publish_surely(api, request)
                except Conflict:
                    # Another list has its number, so this one was never in force.
                    await self._make(api, pending.account_private)
                    continue
                except SignalingError as error:
                    if error.fault is not Fault.SERVER:
                        self._drop()
                    raise
                return pending
        raise Conflict("other devices changed the account's list at the same time")

    def _drop(self) -> None:
        with self._profile.vault.transaction() as write:
            write.delete("rotation", "")


async def publish_surely(api: AccountApi, request: DevicesPublish) -> DevicesPublished:
    """Publish; the same list again while it is not known whether it arrived."""
    for attempt in range(MAX_PUBLISH_ATTEMPTS):
        try:
            return await api.publish_devices(request)
        except NotConnected:
            await asyncio.sleep(backoff_seconds(attempt))
    return await api.publish_devices(request)
