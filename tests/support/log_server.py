"""A server that answers from a log in memory, for a client's side of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from mentalverse_client.account.device import Device
from mentalverse_client.log.alarms import Alarm, AlarmKind, Alarms
from mentalverse_client.log.gossip import Gossip
from mentalverse_client.log.key_log import KeyLog
from mentalverse_client.log.log_state import LogState
from mentalverse_client.log.log_watch import Watch
from mentalverse_crypto.device_list import DeviceList
from mentalverse_crypto.transparency import SignedHead
from mentalverse_signaling.device_events import (
    DeviceListRequest,
    DeviceListShown,
    LogConsistency,
    LogConsistencyRequest,
    LogEntries,
    LogEntriesRequest,
)
from mentalverse_signaling.errors import NotFound
from mentalverse_signaling.ids import AccountId, id_text
from support.clock import ManualClock
from support.rooms import World
from support.transparency_log import LoggingService


@dataclass
class LogServer:
    """Answers the commands about the log; `asked` is what was asked."""

    clock: ManualClock
    service: LoggingService
    newest: dict[AccountId, tuple[DeviceList, int]] = field(default_factory=dict)
    earlier: dict[tuple[AccountId, int], tuple[DeviceList, int]] = field(
        default_factory=dict
    )
    asked: list[str] = field(default_factory=list)

    def record(self, shown: DeviceList) -> None:
        """Log a list and show it from now on."""
        account = AccountId(id_text(shown.account_id))
        self.service.record_account(shown)
        self.newest[account] = shown, len(self.service.entries) - 1
        self.earlier[account, shown.counter] = self.newest[account]

    @property
    def size(self) -> int:
        return len(self.service.entries)

    def head(self) -> SignedHead:
        return self.service.head(self.clock.now())

    async def __call__(self, name: str, payload: Any, answer: type[Any]) -> Any:
        self.asked.append(name)
        match payload:
            case DeviceListRequest(account=account, known_size=known, counter=counter):
                return self._show(account, known, counter)
            case LogEntriesRequest(since=since, limit=limit):
                found = self.service.entries[since : since + min(limit, 3)]
                entries = tuple(entry.encode() for entry in found)
                return LogEntries(entries, self.head().encode())
            case LogConsistencyRequest(from_size=first, to_size=second):
                return LogConsistency(self._growth(first, second))
        raise AssertionError(name)

    def _show(
        self, account: AccountId, known: int, counter: int | None
    ) -> DeviceListShown:
        found = self.newest.get(account)
        if counter is not None:
            found = self.earlier.get((account, counter))
        if found is None:
            raise NotFound("no such device list")
        shown, seq = found
        entry, inclusion = self.service.prove(seq)
        growth = self._growth(known, self.size) if known <= self.size else ()
        return DeviceListShown(
            shown.encode(), entry.encode(), inclusion, self.head().encode(), growth
        )

    def _growth(self, first: int, second: int) -> tuple[bytes, ...]:
        if second > self.size:
            raise NotFound("the log is not that long")
        return self.service.growth(first, second)


@dataclass
class Follower:
    """A device and all that follows the log on it."""

    device: Device
    server: LogServer

    def __post_init__(self) -> None:
        self.told = 0
        self.alarms = Alarms(self.device, self._tell)
        self.state = LogState(self.device, self.alarms)
        self.log = KeyLog(self.device, self.server, self.state, self.alarms)
        self.gossip = Gossip(self.device, self.server, self.state)
        self.watch = Watch(
            self.device, self.server, self.state, self.alarms, self.log.checked_list
        )

    @property
    def account(self) -> AccountId:
        return self.device.profile.identity.account

    @property
    def first_list(self) -> DeviceList:
        return DeviceList.decode(self.device.profile.identity.device_list)

    def kinds(self) -> list[AlarmKind]:
        """Of the alarms that have to be shown."""
        return [alarm.kind for alarm in self.current()]

    def current(self) -> list[Alarm]:
        return self.alarms.current()

    def _tell(self) -> None:
        self.told += 1


def follower(world: World, server: LogServer, handle: str) -> Follower:
    """A device of the world that believes this server's log, and its clock."""
    device = replace(world.device(handle), now=server.clock.now)
    profile = device.profile
    profile.identity = msgspec.structs.replace(
        profile.identity, log_pub=server.service.public
    )
    return Follower(device, server)
