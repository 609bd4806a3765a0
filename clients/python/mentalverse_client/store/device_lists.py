"""The signed device lists that were checked, as this device knows them.

Only `log` puts lists here, after it has verified them. They decide which leaves of
a group may stay (`duty`), and who may come back into one from outside.
"""

from __future__ import annotations

from mentalverse_crypto.device_list import DeviceList
from mentalverse_signaling.ids import AccountId, DeviceId, id_bytes, id_text

from .records import Identity
from .vault import Transaction, Vault

_SPACE = "device_list"


class DeviceLists:
    """The newest checked list of each account."""

    def __init__(self, vault: Vault, identity: Identity) -> None:
        self._vault = vault
        self._own = (identity.account, identity.device_list)
        self._read: dict[AccountId, DeviceList | None] = {}
        self.version = 0
        """Rises with every list that comes or changes."""
        self.asked = 0
        """Rises with every answer to what an account's newest list is."""
        self._asked_last: dict[AccountId, int] = {}

    def get(self, account: AccountId) -> DeviceList | None:
        """The newest checked list of an account."""
        if account not in self._read:
            stored = self._vault.get(_SPACE, account)
            if stored is None and account == self._own[0]:
                stored = self._own[1]
            self._read[account] = None if stored is None else DeviceList.decode(stored)
        return self._read[account]

    def devices(self, account: AccountId) -> frozenset[DeviceId] | None:
        """The devices an account vouches for; None if no list of it is known."""
        known = self.get(account)
        if known is None:
            return None
        return frozenset(DeviceId(id_text(each.device_id)) for each in known.devices)

    def approved_at(self, account: AccountId, device: DeviceId) -> int | None:
        """When the account put a device on its list, in Unix seconds; None if not."""
        known = self.get(account)
        listed = None if known is None else known.find(id_bytes(device))
        return None if listed is None else listed.added_at

    def confirm(self, account: AccountId) -> None:
        """The list that is known was just shown to be the newest one."""
        self.asked += 1
        self._asked_last[account] = self.asked

    def was_asked_since(self, account: AccountId, asked: int) -> bool:
        """Whether the newest list was asked for after `self.asked` was this."""
        return self._asked_last.get(account, 0) > asked

    def put(self, write: Transaction, account: AccountId, checked: DeviceList) -> None:
        """Store a list that was checked."""
        write.put(_SPACE, account, checked.encode())
        # Read again, should the transaction not come to its end.
        self._read.pop(account, None)
        self.version += 1
