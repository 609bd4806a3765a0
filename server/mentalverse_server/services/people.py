"""Looking accounts up by the name they are known by."""

from __future__ import annotations

from mentalverse_signaling.errors import NotFound
from mentalverse_signaling.events import AccountView

from ..store.accounts import account_by_handle
from ..store.engine import Database


class People:
    """The directory of handles."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, handle: str) -> AccountView:
        """The account with this handle, else `NotFound`."""
        row = await self._database.read(account_by_handle, handle)
        if row is None:
            raise NotFound("no such account")
        return AccountView(row.id, row.handle, row.account_pub)
