"""The account's envelope on the server, which every device of the account writes.

Its counter only rises. A device that finds a higher one than it knows takes over what
that envelope says before it writes the next, so that nothing is lost that another
device keeps: the ways to open it among that, such as a passkey of a browser. If no slot
that it keeps opens it, there are new recovery words, and writing would put the old ones
back in force.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from contextlib import suppress

from mentalverse_crypto import backup as backups
from mentalverse_crypto.account_record import AccountRecord
from mentalverse_crypto.errors import InvalidRequest, MlsError
from mentalverse_crypto.key_slots import Slot
from mentalverse_crypto.storage_errors import BackupLocked
from mentalverse_signaling.errors import Conflict, NotFound

from ..account.device import Device
from ..account.kept import BackupAccess, BackupState, gather, merge, settings_of
from ..errors import BackupGone, BackupReplaced, BackupTooLarge
from ..line.connection import TokenSource
from .backup_api import BackupApi

_MAX_ATTEMPTS = 5
"""Against other devices that write at the same time."""
_log = logging.getLogger(__name__)


class Envelope:
    """Reads and writes it for one device. One call at a time."""

    def __init__(self, device: Device, token: TokenSource) -> None:
        self._device = device
        self._profile = device.profile
        self._token = token

    def differs(self, state: BackupState) -> bool:
        """Whether the account knows something else than what was written last."""
        return _digest(gather(self._profile)) != state.digest

    def copy(self, state: BackupState, slot: Slot) -> bytes:
        """The same account in an envelope that another slot opens.

        Who restores from it goes on with the recovery words that there are.

        Raises:
            BackupTooLarge: it does not fit.
        """
        return self._seal(gather(self._profile), (slot,), state.counter)

    async def check(self, state: BackupState) -> None:
        """Compare with the server.

        Raises:
            BackupGone, BackupReplaced, NotConnected, SignalingError.
        """
        async with self._api() as api:
            await self._look(api, state)

    async def write(self, state: BackupState, *, is_asked: bool) -> BackupState:
        """Write it, unless the server has the very same; what is known then.

        Args:
            state: What is known.
            is_asked: Whether to write it as well when the server has none any more.

        Raises:
            BackupGone, BackupReplaced, BackupTooLarge, NotConnected, SignalingError.
        """
        async with self._api() as api:
            for _ in range(_MAX_ATTEMPTS):
                with suppress(Conflict):
                    return await self._write_once(api, state, is_asked)
        raise Conflict("other devices write backups at the same time")

    async def replace(
        self,
        before: BackupState | None,
        renewed: Callable[[BackupAccess | None], BackupAccess],
    ) -> BackupState:
        """Write it for new recovery words, whoever wrote it before.

        Args:
            before: What was known, if there was one.
            renewed: The ways to open it that come after those there were.

        Raises:
            BackupTooLarge, NotConnected, SignalingError: the words before still count.
        """
        async with self._api() as api:
            access = None if before is None else before.access
            if before is not None:
                with suppress(BackupReplaced, BackupGone):
                    _, access = await self._look(api, before)
            for _ in range(_MAX_ATTEMPTS):
                there = await api.status(self._token)
                reached = 0 if there is None else there.counter
                known = 0 if before is None else before.counter
                with suppress(Conflict):
                    return await self._put(
                        api, renewed(access), max(reached, known) + 1
                    )
        raise Conflict("other devices write backups at the same time")

    async def delete(self) -> None:
        """Let the server forget it."""
        async with self._api() as api:
            await api.delete(self._token)

    # --- within ---

    def _api(self) -> BackupApi:
        return BackupApi(self._profile.identity.server_url)

    async def _write_once(
        self, api: BackupApi, state: BackupState, is_asked: bool
    ) -> BackupState:
        try:
            reached, access = await self._look(api, state)
        except BackupGone:
            if not is_asked:
                raise
            reached, access = 0, state.access
        if reached == state.counter and not self.differs(state):
            return state
        return await self._put(api, access, max(reached, state.counter) + 1)

    async def _put(
        self, api: BackupApi, access: BackupAccess, counter: int
    ) -> BackupState:
        record = gather(self._profile, access)
        envelope = self._seal(record, access.slots, counter)
        stored = await api.put(self._token, envelope, counter, access.lookup)
        return BackupState(
            access=access,
            counter=counter,
            at_ms=stored.at,
            size=stored.size,
            digest=_digest(record),
        )

    async def _look(
        self, api: BackupApi, state: BackupState
    ) -> tuple[int, BackupAccess]:
        """The counter that was reached and the ways in, with all else taken over."""
        there = await api.status(self._token)
        if there is None and state.counter:
            raise BackupGone("the server has no backup of this account any more")
        reached = 0 if there is None else there.counter
        if reached > state.counter:
            return reached, await self._catch_up(api, state, reached)
        return reached, state.access

    async def _catch_up(
        self, api: BackupApi, state: BackupState, reached: int
    ) -> BackupAccess:
        try:
            envelope = await api.fetch(state.access.lookup)
            record = self._reopened(envelope, state.access, reached)
        except (NotFound, BackupLocked):
            raise BackupReplaced("another device has made new recovery words") from None
        except MlsError as error:
            # Not ours, or an old one of ours again: the next one takes its place.
            _log.warning("the backup on the server is not sound: %s", error.code)
            return state.access
        merge(self._profile, record)
        return settings_of(record).backup or state.access

    def _reopened(
        self, envelope: bytes, access: BackupAccess, reached: int
    ) -> AccountRecord:
        """By whichever slot of this device is in it.

        Raises:
            MlsError: `BackupLocked` if none is.
        """
        for slot in access.slots:
            with suppress(BackupLocked):
                return backups.reopen(
                    envelope,
                    slot,
                    account_public=self._profile.account_key.public,
                    minimum_counter=reached,
                ).record
        raise BackupLocked("no slot of this device is in the backup")

    def _seal(
        self, record: AccountRecord, slots: tuple[Slot, ...], counter: int
    ) -> bytes:
        try:
            return backups.seal(record, slots, counter, self._device.rng)
        except InvalidRequest:
            raise BackupTooLarge("the account knows more than a backup holds") from None


def _digest(record: AccountRecord) -> bytes:
    return hashlib.sha256(record.encode()).digest()
