"""The authentication service's keys as they change: followed where that is proven.

A device credential counts if a key of the service signed it that this device accepts.
The first ones were pinned when the account was made. A later one is accepted when the
keys before it introduce it, signature by signature, and the transparency log records
it, where everybody looks. Whoever holds the server could otherwise give one person
devices under a key of which nobody else knows.

A server has a new key from a start on, which ends all connections. So the keys are
looked at after each connect, before any message is read: a device that the new key
vouches for is never met first.
"""

from __future__ import annotations

import logging

from mentalverse_crypto.errors import MlsError
from mentalverse_signaling.account_api import ServerInfo

from ..account.as_keys import follow_as_keys
from ..account.device import Device
from ..errors import NotProven, UntrustedServer
from ..line.http import AccountApi
from .alarms import AlarmKind, Alarms
from .log_watch import Watch

_log = logging.getLogger(__name__)


class ServiceKeys:
    """Accepts later keys of the authentication service for one device."""

    def __init__(self, device: Device, watch: Watch, alarms: Alarms) -> None:
        self._profile = device.profile
        self._watch = watch
        self._alarms = alarms

    async def follow(self) -> None:
        """Look at the server's keys, and accept those that are proven.

        What is not proven is not accepted and told to the person; nothing is raised
        for it, since whoever was known before can still be written to.

        Raises:
            SignalingError, NotConnected: the server gave no answer.
        """
        try:
            async with AccountApi(self._profile.identity.server_url) as api:
                info = await api.server()
            if self._accepted.issuperset(info.as_keys.values()):
                return
            await self._watch.look()
        except (NotProven, UntrustedServer) as error:
            _log.warning("the service's keys were not followed: %s", error)
            return
        self._take(info)

    async def compare(self) -> None:
        """Hold what is accepted against the log, which was read to its end.

        Raises:
            As `follow`.
        """
        if self._watch.logged_as_keys - self._accepted:
            await self.follow()
        for key in sorted(self._watch.logged_as_keys ^ self._accepted):
            self._alarms.tell(AlarmKind.SERVICE_KEY, detail=key.hex())

    @property
    def _accepted(self) -> frozenset[bytes]:
        return frozenset(self._profile.identity.as_keys.values())

    def _take(self, info: ServerInfo) -> None:
        try:
            keys = follow_as_keys(self._accepted, info.as_succession)
        except MlsError as error:
            self._alarms.tell(AlarmKind.SERVICE_KEY, detail=error.code)
            return
        missing = set(keys.values()) - self._accepted - self._watch.logged_as_keys
        if missing:
            self._alarms.tell(AlarmKind.SERVICE_KEY, detail=min(missing).hex())
            return
        self._profile.accept_as_keys(keys)
