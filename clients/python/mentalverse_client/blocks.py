"""From whom an account wants to hear nothing new."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from mentalverse_signaling.block_events import BlockList, BlockSet
from mentalverse_signaling.block_events import Blocks as Listed
from mentalverse_signaling.events import Empty, Fact, Payload
from mentalverse_signaling.ids import AccountId

from .account.device import Device
from .groups.people import handle_of

_F = TypeVar("_F", bound=Fact)


class Call(Protocol):
    """One call of the server."""

    async def __call__(self, name: str, payload: Payload, answer: type[_F]) -> _F:
        """See `Engine.call`."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """Somebody whom this account has blocked."""

    account: str
    handle: str
    """As this device knows them; "someone" if it has never met them."""


class Blocks:
    """What `client.blocks` offers. The server keeps them, for every device alike.

    Who is blocked can neither find this account any more nor begin a conversation with
    it, and is not told why. Conversations that both are in go on.
    """

    def __init__(
        self, device: Device, call: Call, find: Callable[[str], Awaitable[str]]
    ) -> None:
        """`find`: the account id behind a handle."""
        self._device = device
        self._call = call
        self._find = find

    async def add(self, handle: str) -> None:
        """Block the account with this handle; again is fine.

        Raises:
            NotFound: nobody has this handle.
            Forbidden: an account that answers calls for help stays reachable.
            QuotaExceeded: it has blocked as many as it can.
            BadRequest: the handle is one's own.
            NotConnected, PeerChanged, NotProven.
        """
        await self._set(await self._find(handle), on=True)

    async def remove(self, handle: str) -> None:
        """End a block, by handle or account id; that there is none is fine.

        Raises:
            NotFound: nobody has this handle.
            NotConnected, PeerChanged, NotProven.
        """
        listed = await self.list()
        known = {
            each.account for each in listed if handle in (each.account, each.handle)
        }
        account = known.pop() if len(known) == 1 else await self._find(handle)
        await self._set(account, on=False)

    async def list(self) -> list[Blocked]:
        """Everybody who is blocked.

        Raises:
            NotConnected: needed to ask.
        """
        answer = await self._call("block.list", BlockList(), Listed)
        return [
            Blocked(account, handle_of(self._device, account))
            for account in answer.accounts
        ]

    async def _set(self, account: str, *, on: bool) -> None:
        await self._call("block.set", BlockSet(AccountId(account), on), Empty)
