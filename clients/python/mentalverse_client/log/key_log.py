"""What the transparency log proves: the device list of an account, as everyone sees it.

A list counts when the account signed it with the key it is known by, when it is not
older than the one that was known, and when the log records it: its entry is in a tree
whose head the log signed and which only grew since this device last looked.

An account's key may change: by a list that is signed by the new key, which the old one
signed. However many lists were missed, they lead back to the known key one by one, or
the new key is refused. What follows is the person's to decide if they had compared
safety numbers: until they have, nothing is sent to that account. Others are told.

Before anything is sent to a group, every device in it has to be on such a list. That
takes one question for each account that is met for the first time; after that, only
for a device that the list does not name yet.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable
from typing import Protocol

import msgspec

from mentalverse_crypto import device_list as lists
from mentalverse_crypto import group
from mentalverse_crypto.device_list import DeviceList, ListedDevice
from mentalverse_crypto.errors import AccountKeyChanged, DeviceListError, MlsError
from mentalverse_crypto.leaf import Credential
from mentalverse_crypto.log_entry import LogEntry, check_account_entry
from mentalverse_crypto.log_view import LogView, Observed
from mentalverse_crypto.transparency import SignedHead, verify_entry
from mentalverse_signaling.device_events import DeviceListRequest, DeviceListShown
from mentalverse_signaling.errors import Fault, RateLimited, SignalingError
from mentalverse_signaling.ids import AccountId, id_bytes, id_text

from ..account.device import Device
from ..account.trust import contact, leaf_of
from ..errors import NotProven, PeerChanged
from ..groups.people import handle_of
from ..groups.room import Room
from ..store.records import Contact, save
from .alarms import AlarmKind, Alarms
from .log_state import Call, LogState

MAX_FOLLOWED = 64
"""How many lists back the key is looked for that an account is known by."""
PAUSE_SECONDS = 6.0
"""Between two questions, once the server says that there were too many."""
MAX_PAUSES = 10
"""In a row."""
_PROVEN = (Observed.ADVANCED, Observed.KNOWN)


class SignedLeaf(Protocol):
    """A leaf of a tree or of a KeyPackage."""

    @property
    def credential(self) -> Credential:
        """Whose it claims to be."""

    @property
    def signature_key(self) -> bytes:
        """What it signs with."""


class KeyLog:
    """Asks the server for device lists, and believes those that the log proves."""

    def __init__(
        self, device: Device, call: Call, state: LogState, alarms: Alarms
    ) -> None:
        self._device = device
        self._vault = device.profile.vault
        self._lists = device.profile.lists
        self._call = call
        self._state = state
        self._alarms = alarms
        self._checked: dict[str, tuple[tuple[bytes, int], int]] = {}

    @property
    def view(self) -> LogView:
        """What is known of the log."""
        return self._state.view

    async def checked_list(
        self, account: AccountId, account_public: bytes | None = None
    ) -> DeviceList:
        """The newest device list of an account, verified and stored.

        Args:
            account: Whose.
            account_public: The key that it must be signed with, where one is claimed
                and none was pinned.

        Raises:
            PeerChanged: it is signed by another key than the account is known by.
            NotProven: the list, or the log that should record it, does not hold.
            SignalingError, NotConnected: the server gave no answer.
        """
        # The proof is asked for from the size that is known, which must not move.
        async with self._state.asking:
            while True:
                known = self._lists.get(account)
                shown = await self._show(account)
                try:
                    checked = self._proven(account, shown)
                    earlier = await self._keys_before(account, checked)
                    # This device put a list of its own in force meanwhile.
                    if self._lists.get(account) != known:
                        continue
                    return self._take(account, checked, account_public, earlier)
                except PeerChanged as error:
                    self._alarms.tell(AlarmKind.OTHER_KEY, account, str(error))
                    raise
                except NotProven as error:
                    self._alarms.tell(AlarmKind.NOT_PROVEN, account, str(error))
                    raise

    async def require_members(self, room: Room) -> None:
        """Return if every device in a group is on its account's list.

        Raises:
            PeerChanged, NotProven: nothing may be sent there; the message says why.
            SignalingError, NotConnected: the server gave no answer.
        """
        self._require_decided(room.accounts)
        # Again if the group changed meanwhile: what holds is what is encrypted for.
        while self._checked.get(room.id) != (_at(room), self._lists.version):
            at, members = _at(room), group.members(room.state)
            await self._require(members)
            self._checked[room.id] = (at, self._lists.version)

    async def require_listed(self, leaves: Collection[SignedLeaf]) -> None:
        """Return if these devices, which are to be added, are on the lists.

        Raises:
            As `require_members`.
        """
        try:
            await self._require(leaves)
        except NotProven as error:
            self._alarms.tell(AlarmKind.REFUSED, detail=str(error))
            raise
        self._require_decided({leaf_of(leaf.credential)[0] for leaf in leaves})

    def _require_decided(self, accounts: Iterable[AccountId]) -> None:
        for account in sorted(accounts):
            known = contact(self._vault, account)
            if known is not None and known.undecided:
                name = handle_of(self._device, account)
                raise PeerChanged(f"the safety number with {name} has changed")

    async def _require(self, leaves: Iterable[SignedLeaf]) -> None:
        missing = [leaf for leaf in leaves if not self._is_listed(leaf)]
        for account in sorted({leaf_of(leaf.credential)[0] for leaf in missing}):
            await self._ask_again(account)
        for leaf in missing:
            if not self._is_listed(leaf):
                name = handle_of(self._device, leaf_of(leaf.credential)[0])
                raise NotProven(f"a device of {name} is not on their signed list")

    def _is_listed(self, leaf: SignedLeaf) -> bool:
        account, device = leaf_of(leaf.credential)
        known = self._lists.get(account)
        listed = None if known is None else known.find(id_bytes(device))
        return listed is not None and listed.signature_key == leaf.signature_key

    async def _ask_again(self, account: AccountId) -> None:
        name = handle_of(self._device, account)
        try:
            await self.checked_list(account)
        except PeerChanged:
            raise PeerChanged(f"the key of {name} is another one than before") from None
        except NotProven as error:
            raise NotProven(f"the keys of {name} are not proven: {error}") from None
        except SignalingError as error:
            if error.fault is Fault.SERVER:
                raise
            raise NotProven(f"the server shows no keys of {name}") from None

    # --- one answer ---

    async def _show(
        self, account: AccountId, counter: int | None = None
    ) -> DeviceListShown:
        request = DeviceListRequest(account, self._state.size, counter)
        return await self._call("device.list", request, DeviceListShown)

    def _proven(self, account: AccountId, shown: DeviceListShown) -> DeviceList:
        """The list of an answer, signed by the key that it names, and in the log.

        Raises:
            NotProven: it is not.
        """
        try:
            head = SignedHead.decode(shown.head)
            observed = self._state.observe(head, shown.consistency)
            if observed not in _PROVEN:
                raise NotProven("the server's log does not continue the one known here")
            listed = DeviceList.decode(shown.device_list)
            if listed.account_id != id_bytes(account):
                raise NotProven("the device list is of another account")
            lists.verify(listed)
            entry = LogEntry.decode(shown.entry)
            check_account_entry(entry, listed)
            verify_entry(entry, shown.inclusion, head)
        except MlsError as error:
            raise NotProven(f"the log does not record it ({error.code})") from None
        return listed

    async def _keys_before(
        self, account: AccountId, newest: DeviceList
    ) -> tuple[bytes, ...]:
        """From the key that the account is known by to that of its newest list.

        Every list from the newest back to one of the known key is asked for: each has
        to follow on the one before, and to be in the log. The last key is not among
        those returned; empty if the key is still the same.

        Raises:
            PeerChanged: they do not lead to the known key.
            NotProven: one of them is not in the log.
        """
        pinned, known = self._pinned(account), self._lists.get(account)
        is_own = account == self._device.profile.identity.account
        is_later = known is None or newest.counter > known.counter
        if pinned in (None, newest.account_public) or is_own or not is_later:
            return ()
        keys: list[bytes] = []
        after, least = newest, 1 if known is None else known.counter
        while after.account_public != pinned:
            if after.counter <= least or newest.counter - after.counter > MAX_FOLLOWED:
                raise PeerChanged("this account's devices are signed with another key")
            before = (
                known
                if known is not None and known.counter == after.counter - 1
                else await self._earlier(account, after.counter - 1)
            )
            _check_later(before, after)
            if before.account_public != after.account_public:
                keys.append(before.account_public)
            after = before
        return tuple(reversed(keys))

    async def _earlier(self, account: AccountId, counter: int) -> DeviceList:
        for _ in range(MAX_PAUSES):
            try:
                return self._proven(account, await self._show(account, counter))
            except RateLimited:
                await asyncio.sleep(PAUSE_SECONDS)
            except SignalingError as error:
                if error.fault is Fault.SERVER:
                    raise
                break
        raise PeerChanged("the server does not show how this account's key changed")

    def _take(
        self,
        account: AccountId,
        checked: DeviceList,
        claimed: bytes | None,
        earlier: tuple[bytes, ...],
    ) -> DeviceList:
        """Accept a list that the log proves, if it follows on what is known.

        Raises:
            PeerChanged, NotProven.
        """
        known = self._lists.get(account)
        self._check_follows(account, known, checked, claimed, bool(earlier))
        if known is None and self._alarms.stands(AlarmKind.SPLIT_VIEW):
            raise NotProven("the server showed different logs to different people")
        if known is None or known.counter < checked.counter:
            self._store(account, known, checked, earlier)
        self._lists.confirm(account)
        return checked

    def _store(
        self,
        account: AccountId,
        known: DeviceList | None,
        checked: DeviceList,
        earlier: tuple[bytes, ...],
    ) -> None:
        identity = self._device.profile.identity
        if account == identity.account and known is not None:
            for added in _added(known, checked):
                if id_text(added.device_id) != identity.device:
                    self._alarms.tell(AlarmKind.NEW_DEVICE, id_text(added.device_id))
        person = contact(self._vault, account)
        with self._vault.transaction() as write:
            self._lists.put(write, account, checked)
            if earlier and person is not None:
                save(write, "contact", _rekeyed(person, checked, earlier), account)
        if earlier and person is not None and (known is not None or person.verified):
            self._alarms.tell(
                AlarmKind.KEY_CHANGED, account, checked.account_public.hex()
            )

    def _check_follows(
        self,
        account: AccountId,
        known: DeviceList | None,
        shown: DeviceList,
        claimed: bytes | None,
        was_handed_over: bool,
    ) -> None:
        """Check that a list is of the account's key and not older than the one known.

        Raises:
            PeerChanged, NotProven.
        """
        profile = self._device.profile
        wanted = self._pinned(account) or claimed or shown.account_public
        if account == profile.identity.account and profile.signs_list(shown):
            wanted = shown.account_public
        if known is not None and shown.counter < known.counter:
            raise NotProven("the device list is older than the one known here")
        if shown.account_public != wanted and not was_handed_over:
            raise PeerChanged("this account's devices are signed with another key")
        if known is not None and shown.counter == known.counter and shown != known:
            raise NotProven("two device lists have one number")
        if known is not None and shown.counter == known.counter + 1:
            _check_later(known, shown)

    def _pinned(self, account: AccountId) -> bytes | None:
        profile = self._device.profile
        if account == profile.identity.account:
            return profile.account_key.public
        known = contact(self._vault, account)
        return None if known is None else known.account_pub


def _at(room: Room) -> tuple[bytes, int]:
    return room.state.group_id, room.state.epoch


def _added(known: DeviceList, checked: DeviceList) -> list[ListedDevice]:
    return [each for each in checked.devices if known.find(each.device_id) is None]


def _rekeyed(
    person: Contact, checked: DeviceList, earlier: tuple[bytes, ...]
) -> Contact:
    """What is known of an account once its key has changed hands."""
    return msgspec.structs.replace(
        person,
        account_pub=checked.account_public,
        earlier=tuple(dict.fromkeys((*person.earlier, *earlier))),
        verified=False,
        undecided=person.verified or person.undecided,
    )


def _check_later(known: DeviceList, shown: DeviceList) -> None:
    """Check a list against the one before it."""
    try:
        lists.check_successor(known, shown)
    except AccountKeyChanged:
        raise PeerChanged("this account shows another key than before") from None
    except DeviceListError as error:
        raise NotProven(f"the device list is not the next ({error.code})") from None
