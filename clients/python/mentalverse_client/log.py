"""What the transparency log proves: the device list of an account, as everyone sees it.

A list counts when the account signed it with the key it is known by, when it is not
older than the one that was known, and when the log records it: its entry is in a tree
whose head the log signed and which only grew since this device last looked.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Protocol, TypeVar

from mentalverse_crypto import device_list as lists
from mentalverse_crypto.device_list import DeviceList
from mentalverse_crypto.errors import AccountKeyChanged, DeviceListError, MlsError
from mentalverse_crypto.log_entry import LogEntry, check_account_entry
from mentalverse_crypto.log_view import LogView, Observed, observe
from mentalverse_crypto.transparency import SignedHead, verify_entry
from mentalverse_signaling.device_events import DeviceListRequest, DeviceListShown
from mentalverse_signaling.events import Fact, Payload
from mentalverse_signaling.ids import AccountId, id_bytes

from .device import Device
from .errors import NotProven, PeerChanged
from .trust import contact

_F = TypeVar("_F", bound=Fact)
_PROVEN = (Observed.ADVANCED, Observed.KNOWN)


class Call(Protocol):
    """How the server is asked."""

    async def __call__(self, name: str, payload: Payload, answer: type[_F]) -> _F:
        """See `Connection.call`."""


class KeyLog:
    """This device's view of the log, and what it learns from it."""

    def __init__(self, device: Device, call: Call) -> None:
        self._device = device
        self._vault = device.profile.vault
        self._call = call
        self._one_at_a_time = asyncio.Lock()

    @property
    def view(self) -> LogView:
        """What is known of the log."""
        stored = self._vault.get("log", "")
        if stored is None:
            return LogView(self._device.profile.identity.log_pub)
        return LogView.decode(stored)

    async def checked_list(self, account: AccountId) -> DeviceList:
        """The newest device list of an account, verified and stored.

        Raises:
            PeerChanged: it is signed by another key than the account is known by.
            NotProven: the list, or the log that should record it, does not hold.
            SignalingError, NotConnected: the server gave no answer.
        """
        # The proof is asked for from the size that is known, which must not move.
        async with self._one_at_a_time:
            view = self.view
            known_size = 0 if view.head is None else view.head.size
            request = DeviceListRequest(account, known_size)
            shown = await self._call("device.list", request, DeviceListShown)
            return self._take(account, view, shown, self._device.now())

    def _take(
        self, account: AccountId, view: LogView, shown: DeviceListShown, now: datetime
    ) -> DeviceList:
        try:
            checked = self._read_list(account, shown.device_list)
            entry, head = LogEntry.decode(shown.entry), SignedHead.decode(shown.head)
            check_account_entry(entry, checked)
            view, observed = observe(view, head, now, shown.consistency)
        except MlsError as error:
            raise NotProven(f"the device list is not proven ({error.code})") from None
        known = self._device.profile.lists.get(account)
        with self._vault.transaction() as write:
            write.put("log", "", view.encode())
        if observed not in _PROVEN:
            raise NotProven("the server's log does not continue the one known here")
        try:
            verify_entry(entry, shown.inclusion, head)
        except MlsError:
            raise NotProven("the device list is not in the log") from None
        if known is None or known.counter < checked.counter:
            with self._vault.transaction() as write:
                self._device.profile.lists.put(write, account, checked)
        return checked

    def _read_list(self, account: AccountId, octets: bytes) -> DeviceList:
        """The list, signed by the account's key and not older than the one known.

        Raises:
            PeerChanged, NotProven, MlsError.
        """
        shown = DeviceList.decode(octets)
        if shown.account_id != id_bytes(account):
            raise NotProven("the device list is of another account")
        known = self._device.profile.lists.get(account)
        if known is None:
            lists.verify(shown)
        elif shown.counter < known.counter:
            raise NotProven("the device list is older than the one known here")
        elif shown.counter == known.counter and shown != known:
            raise NotProven("two device lists have one number")
        else:
            _check_later(known, shown)
        if shown.account_public != self._pinned(account, shown.account_public):
            raise PeerChanged("this account's devices are signed with another key")
        return shown

    def _pinned(self, account: AccountId, otherwise: bytes) -> bytes:
        profile = self._device.profile
        if account == profile.identity.account:
            return profile.account_key.public
        known = contact(self._vault, account)
        return otherwise if known is None else known.account_pub


def _check_later(known: DeviceList, shown: DeviceList) -> None:
    """Check a list against an earlier one; lists between them may have been missed."""
    if shown.counter == known.counter + 1:
        try:
            lists.check_successor(known, shown)
        except AccountKeyChanged:
            raise PeerChanged("this account shows another key than before") from None
        except DeviceListError as error:
            raise NotProven(f"the device list is not the next ({error.code})") from None
    else:
        lists.verify(shown)
