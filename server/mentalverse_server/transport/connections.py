"""Who is connected: one `Connection` per live socket, and the table of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

import msgspec

from mentalverse_signaling.events import Command, SignedOut
from mentalverse_signaling.ids import AccountId, DeviceId, SignInId
from mentalverse_signaling.quota import Bucket, Lane

from .frames import Push, encode_push
from .limits import CloseCode


@dataclass(frozen=True, slots=True)
class Principal:
    """Who a sign-in speaks for, and until when."""

    account: AccountId
    device: DeviceId
    sign_in: SignInId
    expires_at: datetime
    is_guest: bool = False
    """May do only what `mentalverse_signaling.guest_rules` says."""


class Outlet(Protocol):
    """The sending side of one socket. Nothing here waits."""

    @property
    def is_congested(self) -> bool:
        """Whether more is queued than a reader that keeps up ever has."""

    def send(self, push: Push) -> None:
        """Write or queue; over the queue's bounds the socket is aborted."""

    def hint(self, key: str, push: Push) -> None:
        """Send once the queue is empty; a later hint with the same key replaces it."""

    def close(self, code: CloseCode, reason: str) -> None:
        """Flush, say goodbye with `code`, and end the socket within the bound."""

    def abort(self) -> None:
        """End the socket at once."""


class Calls(Protocol):
    """The calls of one socket that run or wait."""

    def submit(
        self, command: Command, raw: msgspec.Raw, ack_id: int | None, now: float
    ) -> None:
        """Start a call or queue it; `now` is in monotonic seconds."""

    def discard(self) -> None:
        """The socket is gone: forget what has not started."""


class Connection:
    """One authenticated socket. `principal` is replaced when it signs in again."""

    __slots__ = (
        "account",
        "address",
        "buckets",
        "calls",
        "device",
        "id",
        "outlet",
        "principal",
        "refusals",
    )

    def __init__(
        self, id: str, principal: Principal, address: str, outlet: Outlet
    ) -> None:
        self.id = id
        self.principal = principal
        self.device = principal.device
        """Fixed for the socket's life, whatever sign-in follows."""
        self.account = principal.account
        """As fixed: the device's."""
        self.address = address
        """Peer's IP address, behind trusted proxies the client's."""
        self.buckets: dict[Lane, Bucket] = {}
        """Quota left per lane; an absent one is full."""
        self.refusals: Bucket | None = None
        self.calls: Calls | None = None
        """Calls in progress; made with the first one."""
        self.outlet = outlet

    def __repr__(self) -> str:
        return f"Connection({self.id!r})"

    @property
    def is_congested(self) -> bool:
        """Whether the peer reads too slowly for rows: send it hints instead."""
        return self.outlet.is_congested

    def send(self, push: Push) -> None:
        """Push to this socket. Never waits, never raises; drops once it is closed."""
        self.outlet.send(push)

    def hint(self, key: str, push: Push) -> None:
        """Push when there is room again, only the latest per `key`."""
        self.outlet.hint(key, push)

    def close(self, reason: str, code: CloseCode = CloseCode.POLICY) -> None:
        """Flush what is queued, then close with `code`."""
        self.outlet.close(code, reason)


class Connections:
    """The live connections, by device and by account."""

    def __init__(self, *, max_per_device: int, ended_memory: int = 10_000) -> None:
        self._all: dict[str, Connection] = {}
        self._by_device: dict[DeviceId, list[Connection]] = {}
        self._by_account: dict[AccountId, list[Connection]] = {}
        self._max_per_device = max_per_device
        self._ended: dict[SignInId, str] = {}
        self._ended_memory = ended_memory

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Connection]:
        return iter(tuple(self._all.values()))

    def by_device(self, device: DeviceId) -> Sequence[Connection]:
        """The live sockets of a device; empty when it is offline."""
        return self._by_device.get(device, ())

    def by_account(self, account: AccountId) -> Sequence[Connection]:
        """The live sockets of all devices of an account."""
        return self._by_account.get(account, ())

    def add(self, connection: Connection) -> bool:
        """Register; False if its sign-in ended while it was being checked."""
        if connection.principal.sign_in in self._ended:
            return False
        self._all[connection.id] = connection
        siblings = self._by_device.setdefault(connection.device, [])
        if len(siblings) >= self._max_per_device:
            siblings[0].close("replaced by a newer connection")
        siblings.append(connection)
        self._by_account.setdefault(connection.account, []).append(connection)
        return True

    def remove(self, connection: Connection) -> bool:
        """Forget a connection; False if it was not here."""
        if self._all.pop(connection.id, None) is None:
            return False
        _forget(self._by_device, connection.device, connection)
        _forget(self._by_account, connection.account, connection)
        return True

    def end_sign_in(self, sign_in: SignInId, reason: str) -> None:
        """Tell and close the sockets of a sign-in that is over.

        A socket that has just authenticated with it and registers after this is
        refused, and one that just renewed with it ends at the next sweep: ended
        sign-ins are remembered.
        """
        self._ended[sign_in] = reason
        while len(self._ended) > self._ended_memory:
            del self._ended[next(iter(self._ended))]
        for connection in self:
            if connection.principal.sign_in == sign_in:
                _sign_out(connection, reason)

    def sweep(self, now: datetime) -> None:
        """Tell and close the sockets whose sign-in has expired or ended."""
        for connection in self:
            principal = connection.principal
            if principal.expires_at <= now:
                _sign_out(connection, "expired")
            elif principal.sign_in in self._ended:
                _sign_out(connection, self._ended[principal.sign_in])


_Key = TypeVar("_Key")


def _forget(
    table: dict[_Key, list[Connection]], key: _Key, connection: Connection
) -> None:
    siblings = table.get(key, [])
    if connection in siblings:
        siblings.remove(connection)
    if not siblings:
        table.pop(key, None)


def _sign_out(connection: Connection, reason: str) -> None:
    connection.send(encode_push("account.signed_out", SignedOut(reason)))
    connection.close(reason)
