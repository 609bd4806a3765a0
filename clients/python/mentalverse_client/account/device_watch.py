"""Follows the device lists of the people one writes with, and of one's own account.

That a list changed says the server, in a notice or when its conversations are listed;
what it says, the account and the log (`log`). The couriers then bring the groups in
line (`duty`). A server that keeps quiet about a list is found out by its log.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable

from mentalverse_crypto.device_list import DeviceList
from mentalverse_signaling.errors import RateLimited, SignalingError
from mentalverse_signaling.ids import AccountId

from ..errors import ClientError, NotConnected
from ..line.connection import backoff_seconds

MAX_ATTEMPTS = 5
"""How often a list is asked for that the server does not give."""

_log = logging.getLogger(__name__)


class DeviceWatch:
    """Asks for device lists one after the other, in the background."""

    def __init__(
        self,
        checked_list: Callable[[AccountId], Awaitable[DeviceList]],
        changed: Callable[[AccountId], None],
    ) -> None:
        """`changed` is told of every account whose list was looked at."""
        self._checked_list = checked_list
        self._changed = changed
        self._wanted: dict[AccountId, None] = {}
        self._work = asyncio.Event()

    def look(self, accounts: Iterable[AccountId]) -> None:
        """Ask for the lists of these accounts soon."""
        self._wanted.update(dict.fromkeys(accounts))
        self._work.set()

    async def run(self) -> None:
        """Ask, until cancelled."""
        while True:
            await self._work.wait()
            self._work.clear()
            while self._wanted:
                account = next(iter(self._wanted))
                del self._wanted[account]
                await self._ask(account)

    async def _ask(self, account: AccountId) -> None:
        """Ask for one list; what cannot be had is asked for at the next connect."""
        for attempt in range(MAX_ATTEMPTS):
            try:
                await self._checked_list(account)
            except RateLimited as error:
                await asyncio.sleep(backoff_seconds(attempt, error.retry_after_ms))
                continue
            except (NotConnected, SignalingError) as error:
                _log.debug("a device list was not given: %s", error)
                return
            except ClientError as error:
                _log.warning("a device list is not believed: %s", error.code)
                return
            self._changed(account)
            return
