"""The transparency log on this device: everything that follows it, and its loop.

At each connect, and every hour, the log is read to its end (`log_watch`) and the
heads that others sent are looked into (`gossip`). Device lists are asked for in
between, when somebody is met (`key_log`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_signaling.errors import SignalingError

from ..account.device import Device
from ..account.trust import contacts
from ..errors import NotConnected, NotProven, ReportKeyChanged
from ..groups.people import handle_of
from ..line.connection import backoff_seconds
from ..line.http import AccountApi
from .alarms import Alarm, AlarmKind, Alarms
from .gossip import Gossip
from .key_log import KeyLog
from .log_state import Call, LogState
from .log_watch import Watch
from .service_keys import ServiceKeys

LOOK_AGAIN_SECONDS = 3_600.0
"""How often the log is read while connected."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReportKey:
    """The key of the safety team, as everybody sees it in the log."""

    suite: CipherSuite
    """Whose KEM and AEAD seal a report."""
    public: bytes


class Transparency:
    """Owns what follows the log. `run` it in one task."""

    def __init__(self, device: Device, call: Call, told: Callable[[], None]) -> None:
        """`told` is called when there is an alarm."""
        self._device = device
        self.alarms = Alarms(device, told)
        self.state = LogState(device, self.alarms)
        self.log = KeyLog(device, call, self.state, self.alarms)
        self.gossip = Gossip(device, call, self.state)
        self.watch = Watch(device, call, self.state, self.alarms, self.log.checked_list)
        self.service_keys = ServiceKeys(device, self.watch, self.alarms)
        self._again = asyncio.Event()

    def look_again(self) -> None:
        """Read the log soon: there may be something new in it."""
        self._again.set()

    def describe(self, alarm: Alarm) -> str:
        """What to tell the person, with the name of whom it is about."""
        return alarm.text(handle_of(self._device, alarm.subject))

    def people(self) -> tuple[int, int]:
        """How many accounts were found in the log, and how many were met."""
        profile = self._device.profile
        met = {known.account for known in contacts(profile.vault)}
        met.discard(profile.identity.account)
        found = [each for each in met if profile.lists.get(each) is not None]
        return len(found), len(met)

    async def report_key(self) -> ReportKey | None:
        """The key that reports are sealed to; None if nobody takes reports here.

        Raises:
            ReportKeyChanged: it is another one than before, and the person was not
                told so far; they are now, and may report again.
            NotProven: the server shows another key than the newest in the log.
            SignalingError, NotConnected: the server gave no answer.
        """
        async with AccountApi(self._device.profile.identity.server_url) as api:
            info = await api.server()
        if not info.safety_pub:
            return None
        was_told = self.alarms.stands(AlarmKind.REPORT_KEY)
        await self.watch.look()
        if self.alarms.stands(AlarmKind.REPORT_KEY) and not was_told:
            raise ReportKeyChanged("the safety team has another key than before")
        try:
            key = ReportKey(CipherSuite(info.safety_suite), info.safety_pub)
        except ValueError:
            raise NotProven("the key for reports is of an unknown suite") from None
        if not self.watch.logged_report_key(key.suite, key.public):
            self.alarms.tell(AlarmKind.NOT_PROVEN, detail="the key for reports")
            raise NotProven("the key for reports is not the newest one in the log")
        return key

    async def run(self, ready: Callable[[], Awaitable[None]]) -> None:
        """Follow the log until cancelled; `ready` returns while there is a line."""
        attempt = 0
        while True:
            await ready()
            self._again.clear()
            try:
                await self._look()
            except (NotConnected, SignalingError) as error:
                _log.debug("the log was not read to its end: %s", error)
                asked = getattr(error, "retry_after_ms", None)
                await asyncio.sleep(backoff_seconds(attempt, asked))
                attempt += 1
                continue
            attempt = 0
            await self._until_again()

    async def _look(self) -> None:
        try:
            await self.watch.look()
            await self.service_keys.compare()
        except NotProven as error:
            _log.warning("%s", error)  # told to the person already
        await self.gossip.settle()

    async def _until_again(self) -> None:
        try:
            async with asyncio.timeout(LOOK_AGAIN_SECONDS):
                await self._again.wait()
        except TimeoutError:
            return
