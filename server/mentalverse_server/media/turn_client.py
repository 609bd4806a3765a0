"""A client of a relay (TURN, RFC 8656) that asks, and sends no media.

One client is one connection and so at most one allocation: a relay tells clients apart
by the addresses at both ends. Requests carry long-term credentials; the relay names its
realm and a nonce in its first refusal, which is answered once. Over UDP a request is
sent again after 0.5, 1, 2 … seconds (RFC 8489 §6.2.1), over TCP it is sent once, and in
either case the wait ends at a deadline.
"""

from __future__ import annotations

import asyncio
import secrets
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from enum import IntEnum

from mentalverse_signaling.calls.ice import Credential, TurnUrl

from . import stun
from .stun import Address, Attribute, Kind, Message, Method

ANSWER_SECONDS = 3.0
"""How long a connection or an answer may take: the pre-call check gives as much."""
_FIRST_WAIT_SECONDS = 0.5
_UDP, _TCP = 17, 6
_UNAUTHENTICATED, _MISMATCH, _STALE_NONCE = 401, 437, 438


class Family(IntEnum):
    """REQUESTED-ADDRESS-FAMILY (RFC 8656 §18.6)."""

    IPV4 = 1
    IPV6 = 2


@dataclass(frozen=True, slots=True)
class Allocation:
    """An address at the relay that is ours for a time."""

    address: Address
    port: int
    lifetime_seconds: int


class TurnRefused(Exception):
    """The relay answered with an error of RFC 8489 or 8656."""

    def __init__(self, code: int, reason: str):
        super().__init__(f"{code} {reason}")
        self.code = code


class TurnUnreachable(Exception):
    """No connection, or no answer in time; the text says which."""


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, line: _Line):
        self._line = line

    def datagram_received(self, data: bytes, addr: object) -> None:
        self._line.received(data)

    def error_received(self, exc: Exception) -> None:
        self._line.failed(TurnUnreachable("nobody listens there"))


class _Line:
    """The connection: matches answers to requests by their transaction id."""

    def __init__(self, url: TurnUrl, tls: ssl.SSLContext | None) -> None:
        self._url = url
        self._tls = tls
        self._waiting: dict[bytes, asyncio.Future[bytes]] = {}
        self._datagrams: asyncio.DatagramTransport | None = None
        self._stream: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._failure: TurnUnreachable | None = None

    async def open(self) -> None:
        """Connect. Raises `TurnUnreachable`."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._open()
        except TimeoutError:
            raise TurnUnreachable(f"no connection in {ANSWER_SECONDS:g} s") from None
        except OSError as error:
            raise TurnUnreachable(error.strerror or str(error)) from None

    async def _open(self) -> None:
        where = (self._url.host, self._url.port)
        if self._url.transport == "udp":
            loop = asyncio.get_running_loop()
            self._datagrams, _ = await loop.create_datagram_endpoint(
                lambda: _Datagrams(self), remote_addr=where
            )
            return
        secured = self._url.scheme == "turns"
        reader, self._stream = await asyncio.open_connection(
            *where,
            ssl=(self._tls or ssl.create_default_context()) if secured else None,
            limit=stun.MAX_MESSAGE_BYTES,
        )
        self._reading = asyncio.create_task(self._read(reader))

    async def ask(self, octets: bytes, transaction_id: bytes) -> bytes:
        """The answer to a request. The caller bounds the wait."""
        if self._failure is not None:
            raise self._failure
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting[transaction_id] = answer
        try:
            if self._datagrams is not None:
                return await _sent_again(self._datagrams, octets, answer)
            if self._stream is not None:
                self._stream.write(octets)
            return await answer
        finally:
            del self._waiting[transaction_id]

    def received(self, octets: bytes) -> None:
        """Give an answer to whoever waits for it; anything else is dropped."""
        transaction_id = octets[8 : stun.HEADER_BYTES]
        answer = self._waiting.get(transaction_id)
        if answer is not None and not answer.done():
            answer.set_result(octets)

    def failed(self, error: TurnUnreachable) -> None:
        """Nothing more will come."""
        self._failure = error
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(error)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                header = await reader.readexactly(stun.HEADER_BYTES)
                rest = stun.message_bytes(header) - stun.HEADER_BYTES
                self.received(header + await reader.readexactly(rest))
        except (OSError, EOFError, stun.BadMessage):
            self.failed(TurnUnreachable("it closed the connection"))

    async def close(self) -> None:
        if self._datagrams is not None:
            self._datagrams.close()
        if self._reading is not None:
            self._reading.cancel()
            with suppress(asyncio.CancelledError):
                await self._reading
        if self._stream is not None:
            self._stream.close()
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(1):
                    await self._stream.wait_closed()


class TurnClient:
    """Asks one relay over one connection, in the name of one credential.

    Raises, in every request: `TurnRefused`, `TurnUnreachable`.
    """

    def __init__(self, line: _Line, credential: Credential | None):
        self._line = line
        self.credential = credential
        """Whose name the requests carry; None for nobody's. It may be replaced."""
        self._realm = ""
        self._nonce = b""
        self._holds_allocation = False

    async def allocate(
        self,
        family: Family = Family.IPV4,
        *,
        over_tcp: bool = False,
        lifetime_seconds: int | None = None,
    ) -> Allocation:
        """An address of `family` to send from; with `over_tcp` as RFC 6062 has it."""
        transport = _TCP if over_tcp else _UDP
        attributes = [
            (Attribute.REQUESTED_TRANSPORT, bytes([transport, 0, 0, 0])),
            (Attribute.REQUESTED_ADDRESS_FAMILY, bytes([family, 0, 0, 0])),
        ]
        if lifetime_seconds is not None:
            attributes.append((Attribute.LIFETIME, _seconds(lifetime_seconds)))
        try:
            answer = await self._request(Method.ALLOCATE, *attributes)
        except TurnRefused as error:
            if error.code != _MISMATCH:
                raise
            await self._from_elsewhere()
            answer = await self._request(Method.ALLOCATE, *attributes)
        relayed = answer.get(Attribute.XOR_RELAYED_ADDRESS)
        if relayed is None:
            raise TurnUnreachable("its answer names no address")
        try:
            address, port = stun.read_xor_address(relayed, answer.transaction_id)
        except stun.BadMessage as error:
            raise TurnUnreachable(f"its answer: {error}") from None
        self._holds_allocation = True
        return Allocation(address, port, _lifetime(answer))

    async def permit(self, peer: Address) -> None:
        """Ask that `peer` may be sent to. Nothing is sent to it."""
        await self._request(Method.CREATE_PERMISSION, peer=peer)

    async def refresh(self, lifetime_seconds: int) -> int:
        """Keep the allocation, or give it back with 0; how long it has now."""
        lifetime = (Attribute.LIFETIME, _seconds(lifetime_seconds))
        return _lifetime(await self._request(Method.REFRESH, lifetime))

    async def give_back(self) -> None:
        """End the allocation, if there is one: it counts against the quota."""
        if self._holds_allocation:
            self._holds_allocation = False
            with suppress(TurnRefused, TurnUnreachable):
                await self.refresh(0)

    async def _from_elsewhere(self) -> None:
        """Another port: an allocation of somebody's before us lingers at this one."""
        await self._line.close()
        await self._line.open()
        self._nonce = b""

    async def _request(
        self,
        method: Method,
        *attributes: tuple[int, bytes],
        peer: Address | None = None,
    ) -> Message:
        """The answer to a request that succeeded; with the next nonce if need be."""
        for last_attempt in (False, True):
            answer = await self._ask(method, attributes, peer)
            if answer.kind is Kind.SUCCESS:
                return answer
            try:
                code, reason = stun.read_error(answer)
            except stun.BadMessage as error:
                raise TurnUnreachable(f"its answer: {error}") from None
            was_fresh = bool(self._nonce) and code == _UNAUTHENTICATED
            self._learn(answer)
            may_differ = code in {_UNAUTHENTICATED, _STALE_NONCE} and not was_fresh
            if last_attempt or not may_differ or self.credential is None:
                raise TurnRefused(code, reason)
        raise AssertionError("the second attempt returns or raises")

    async def _ask(
        self,
        method: Method,
        attributes: tuple[tuple[int, bytes], ...],
        peer: Address | None,
    ) -> Message:
        transaction_id = secrets.token_bytes(stun.TRANSACTION_ID_BYTES)
        if peer is not None:
            where = stun.xor_address(peer, 0, transaction_id)
            attributes = (*attributes, (Attribute.XOR_PEER_ADDRESS, where))
        key = self._key()
        if key is not None and self.credential is not None:
            attributes = (
                *attributes,
                (Attribute.USERNAME, self.credential.username.encode()),
                (Attribute.REALM, self._realm.encode()),
                (Attribute.NONCE, self._nonce),
            )
        request = Message(method, Kind.REQUEST, transaction_id, attributes)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                octets = await self._line.ask(stun.encode(request, key), transaction_id)
            return _checked(octets, method, key)
        except TimeoutError:
            raise TurnUnreachable(f"no answer in {ANSWER_SECONDS:g} s") from None
        except stun.BadMessage as error:
            raise TurnUnreachable(f"its answer: {error}") from None

    def _learn(self, refusal: Message) -> None:
        """Realm and nonce of a refusal, for the next request."""
        realm, nonce = refusal.get(Attribute.REALM), refusal.get(Attribute.NONCE)
        if realm is not None and nonce is not None:
            self._realm, self._nonce = realm.decode("utf-8", "replace"), nonce

    def _key(self) -> bytes | None:
        if self.credential is None or not self._nonce:
            return None
        return stun.long_term_key(
            self.credential.username, self._realm, self.credential.password
        )


@asynccontextmanager
async def turn_client(
    url: TurnUrl, credential: Credential | None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[TurnClient]:
    """A client that is connected; its allocation is given back at the end.

    `tls` replaces the system's certificates. Raises `TurnUnreachable`.
    """
    line = _Line(url, tls)
    try:
        await line.open()
        client = TurnClient(line, credential)
        try:
            yield client
        finally:
            await client.give_back()
    finally:
        await line.close()


async def _sent_again(
    line: asyncio.DatagramTransport, octets: bytes, answer: asyncio.Future[bytes]
) -> bytes:
    """The answer to a datagram that is sent until it comes."""
    wait_seconds = _FIRST_WAIT_SECONDS
    while not answer.done():
        line.sendto(octets)
        await asyncio.wait([answer], timeout=wait_seconds)
        wait_seconds *= 2
    return answer.result()


def _checked(octets: bytes, method: Method, key: bytes | None) -> Message:
    """The answer, if it is one to `method`, and one that the relay signed if it grants.

    Raises:
        BadMessage: it is not.
    """
    answer = stun.decode(octets)
    if answer.method != method or answer.kind not in {Kind.SUCCESS, Kind.ERROR}:
        raise stun.BadMessage("an answer to something else")
    is_unsigned = key is not None and not stun.is_authentic(octets, key)
    if answer.kind is Kind.SUCCESS and is_unsigned:
        raise stun.BadMessage("signed by nobody who knows the password")
    return answer


def _seconds(value: int) -> bytes:
    return value.to_bytes(4, "big")


def _lifetime(answer: Message) -> int:
    value = answer.get(Attribute.LIFETIME)
    return int.from_bytes(value, "big") if value is not None and len(value) == 4 else 0
