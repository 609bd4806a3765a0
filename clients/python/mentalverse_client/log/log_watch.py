"""Reads the whole log, entry by entry, and looks for one's own account in it.

Whoever reads every entry needs no proof: the entries give the root, and the root was
signed. Nobody else can say which entries about an account are right, so its own
devices look at each: it records the next list that the account signed, or somebody
passes for the account, and the person is told.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from mentalverse_crypto import device_list as lists
from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.device_list import DeviceList
from mentalverse_crypto.errors import MlsError
from mentalverse_crypto.log_entry import (
    EntryKind,
    LogEntry,
    check_account_entry,
    report_key_entry,
    tag_of,
)
from mentalverse_crypto.log_view import Observed
from mentalverse_crypto.merkle import Frontier
from mentalverse_crypto.transparency import SignedHead, check_frontier, follow
from mentalverse_signaling.device_events import (
    DeviceListRequest,
    DeviceListShown,
    LogConsistency,
    LogConsistencyRequest,
    LogEntries,
    LogEntriesRequest,
)
from mentalverse_signaling.errors import Fault, RateLimited, SignalingError
from mentalverse_signaling.ids import AccountId, id_bytes, id_text

from ..account.device import Device
from ..errors import NotProven
from ..store.records import Record, load, save
from .alarms import AlarmKind, Alarms
from .log_state import Call, LogState

MAX_UNKNOWN = 8
"""Entries about this account that are not its own, looked into at one time."""
PAUSE_SECONDS = 6.0
"""Between two questions, once the server says that there were too many."""
MAX_PAUSES = 10
"""In a row. Reports wait for this reading, and must not wait for ever."""
_SPACE = "log_read"


class Read(Record, frozen=True):
    """How far the log was read, under a root that was signed."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()
    """Of the tree over what was read (`merkle.Frontier`)."""
    report_key: bytes = b""
    """The newest entry of a key that reports are sealed to; empty if there is none."""
    as_keys: tuple[bytes, ...] | None = None
    """Every recorded key of the service; None if an earlier version read the log."""
    own_counter: int = 0
    """Of the newest own list that is recorded: the next one has a higher number."""


@dataclass(frozen=True, slots=True)
class Audit:
    """What a reading of the whole log showed: its entries give its signed root."""

    head: SignedHead
    accounts: int
    """Entries about accounts: one for each device list that ever was."""
    own: int
    """Of them, those about one's own account."""
    own_unknown: int
    """Of those, the ones that record no list which the account signed in its turn."""
    foreign_as_keys: int
    """Keys of the authentication service that this device does not accept."""


@dataclass(slots=True)
class Reading:
    """One pass over the entries that were added."""

    frontier: Frontier
    report_key: bytes = b""
    own: list[LogEntry] = field(default_factory=list)
    kinds: Counter[EntryKind] = field(default_factory=Counter)
    as_keys: list[bytes] = field(default_factory=list)
    """Of the authentication service, each key once."""

    def take(self, entries: list[LogEntry], own_tag: bytes) -> None:
        """Go on by these entries.

        Raises:
            LogEntriesMissing: one of them is not the next.
        """
        self.frontier = follow(self.frontier, entries)
        for entry in entries:
            self.kinds[entry.kind] += 1
            if entry.kind is EntryKind.AS_KEY and entry.public_key not in self.as_keys:
                self.as_keys.append(entry.public_key)
            if entry.tag == own_tag:
                self.own.append(entry)
            if entry.kind is EntryKind.REPORT_KEY:
                self.report_key = entry.encode()


class Watch:
    """Reads the log for the owner of an account."""

    def __init__(
        self,
        device: Device,
        call: Call,
        state: LogState,
        alarms: Alarms,
        newest_list: Callable[[AccountId], Awaitable[DeviceList]],
    ) -> None:
        self._device = device
        self._vault = device.profile.vault
        self._call = call
        self._state = state
        self._alarms = alarms
        self._newest_list = newest_list
        self._one_at_a_time = asyncio.Lock()

    async def look(self) -> None:
        """Read what was added since the last time, and tell what is wrong with it.

        Raises:
            NotProven: the entries are not those of the log known here.
            SignalingError, NotConnected: the server gave no answer.
        """
        async with self._one_at_a_time:
            known = self._known()
            reading = Reading(
                Frontier(known.size, known.peaks),
                known.report_key,
                as_keys=list(known.as_keys or ()),
            )
            try:
                await self._read(reading)
            except (MlsError, NotProven) as error:
                detail = getattr(error, "code", str(error))
                self._alarms.tell(AlarmKind.NOT_PROVEN, detail=detail)
                raise NotProven(f"the log could not be followed ({detail})") from None
            self._compare_report_keys(known.report_key, reading.report_key)
            own_counter = await self._check_own(reading.own, known.own_counter)
            with self._vault.transaction() as write:
                done = Read(
                    size=reading.frontier.size,
                    peaks=reading.frontier.peaks,
                    report_key=reading.report_key,
                    as_keys=tuple(reading.as_keys),
                    own_counter=own_counter,
                )
                save(write, _SPACE, done)

    async def audit(self, progress: Callable[[int, int], None]) -> Audit:
        """Read the log from its first entry, and compare it with what is held.

        Nothing that was read before is relied on, and nothing is stored but heads.

        Args:
            progress: Called with the entries read and their number.

        Raises:
            MlsError, NotProven: it does not hold.
            SignalingError, NotConnected: the server gave no answer.
        """
        reading = Reading(Frontier())
        head = await self._read(reading, progress)
        identity, known, counter = self._device.profile.identity, 0, 0
        for entry in reading.own:
            if await self._signed_next(entry, counter) is not None:
                known, counter = known + 1, entry.counter
        return Audit(
            head=head,
            accounts=reading.kinds[EntryKind.ACCOUNT],
            own=len(reading.own),
            own_unknown=len(reading.own) - known,
            foreign_as_keys=len(set(reading.as_keys) - set(identity.as_keys.values())),
        )

    @property
    def logged_as_keys(self) -> frozenset[bytes]:
        """Every key of the authentication service in what was read."""
        return frozenset(self._known().as_keys or ())

    def logged_report_key(self, suite: CipherSuite, public: bytes) -> bool:
        """Whether the newest report key that was read is this one."""
        known = self._known().report_key
        if not known:
            return False
        wanted = report_key_entry(0, suite, public, 0, self._device.now())
        return LogEntry.decode(known).content_hash == wanted.content_hash

    def _known(self) -> Read:
        known = load(self._vault, Read, _SPACE)
        if known is None or known.as_keys is None:
            return Read()  # what was read without noting the keys is read again
        return known

    def _compare_report_keys(self, before: bytes, after: bytes) -> None:
        if not before or before == after:
            return
        was, now = LogEntry.decode(before), LogEntry.decode(after)
        if was.content_hash != now.content_hash:
            self._alarms.tell(AlarmKind.REPORT_KEY, detail=now.content_hash.hex())

    async def _read(
        self,
        reading: Reading,
        progress: Callable[[int, int], None] = lambda done, size: None,
    ) -> SignedHead:
        """Read to the end of the log, and hold it against its signed head."""
        own_tag = tag_of(id_bytes(self._device.profile.identity.account))
        while True:
            request = LogEntriesRequest(reading.frontier.size)
            page = await self._call("log.entries", request, LogEntries)
            head = SignedHead.decode(page.head)
            entries = [LogEntry.decode(each) for each in page.entries]
            reading.take(entries, own_tag)
            progress(reading.frontier.size, head.size)
            if not entries or reading.frontier.size >= head.size:
                break
        async with self._state.asking:
            observed = self._state.observe(head, await self._growth(head))
        if observed in (Observed.UNPROVEN, Observed.SPLIT):
            raise NotProven("it does not continue the log known here")
        if observed is not Observed.EARLIER or reading.frontier.size <= head.size:
            check_frontier(reading.frontier, head)
        return head

    async def _growth(self, head: SignedHead) -> tuple[bytes, ...] | None:
        held = self._state.size
        if not held or held == head.size:
            return None
        sizes = LogConsistencyRequest(min(held, head.size), max(held, head.size))
        try:
            return (await self._call("log.consistency", sizes, LogConsistency)).proof
        except SignalingError as error:
            if error.fault is Fault.SERVER:
                raise
            return None

    # --- one's own entries ---

    async def _check_own(self, entries: list[LogEntry], counter: int) -> int:
        """Compare what is recorded about this account with what it signed.

        Args:
            entries: Those that were added, in order.
            counter: The number of the own list before them.

        Returns:
            The number of the newest own list.
        """
        account = self._device.profile.identity.account
        before = self._device.profile.lists.get(account)
        unknown, is_later = 0, before is None
        for entry in entries:
            signed = await self._signed_next(entry, counter)
            if signed is not None:
                counter = entry.counter
                if before is not None and counter > before.counter:
                    self._tell_added(before, signed)
                    is_later = True
                continue
            where = f"entry {entry.seq} of the log"
            self._alarms.tell(AlarmKind.OWN_ACCOUNT, account, where)
            unknown += 1
            if unknown == MAX_UNKNOWN:
                break
        if is_later:
            await self._newest_list(account)
        return counter

    def _tell_added(self, before: DeviceList, signed: DeviceList) -> None:
        """Tell of a device that came, also if a later list is without it again."""
        own = id_bytes(self._device.profile.identity.device)
        for each in signed.devices:
            if each.device_id != own and before.find(each.device_id) is None:
                self._alarms.tell(AlarmKind.NEW_DEVICE, id_text(each.device_id))

    async def _signed_next(self, entry: LogEntry, counter: int) -> DeviceList | None:
        """The list that an entry records, if this account signed it, and in its turn.

        Whoever got hold of the account's key can sign a second list under a number
        that was used. Devices that know the first one refuse it, and people who meet
        the account for the first time would not.
        """
        if entry.counter <= counter:
            return None
        known = self._device.profile.lists.get(self._device.profile.identity.account)
        if known is not None and _records(entry, known):
            return known
        return await self._signed_list(entry)

    async def _signed_list(self, entry: LogEntry) -> DeviceList | None:
        """The list that an entry records, if this account signed it."""
        profile = self._device.profile
        try:
            shown = await self._show(entry.counter)
            listed = DeviceList.decode(shown.device_list)
            lists.verify(listed)
            check_account_entry(entry, listed)
        except MlsError:
            return None
        except SignalingError as error:
            if error.fault is Fault.SERVER:
                raise
            return None
        return listed if profile.signs_list(listed) else None

    async def _show(self, counter: int) -> DeviceListShown:
        account = self._device.profile.identity.account
        request = DeviceListRequest(account, 0, counter)
        for _ in range(MAX_PAUSES):
            with suppress(RateLimited):
                return await self._call("device.list", request, DeviceListShown)
            await asyncio.sleep(PAUSE_SECONDS)
        return await self._call("device.list", request, DeviceListShown)


def _records(entry: LogEntry, known: DeviceList) -> bool:
    try:
        check_account_entry(entry, known)
    except MlsError:
        return False
    return True
