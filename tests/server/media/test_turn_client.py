"""Asking a relay that answers late, wrongly, or not at all."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import cast

import pytest

from mentalverse_server.media import stun, turn_client
from mentalverse_server.media.stun import Attribute, Kind, Message, Method
from mentalverse_server.media.turn_client import TurnRefused, TurnUnreachable
from mentalverse_signaling.calls.ice import Credential, TurnUrl
from support.ports import lasting_port

NAME = Credential("2000000000:ada", "password", 2_000_000_000)
KEY = stun.long_term_key(NAME.username, "realm", NAME.password)
CHALLENGE = (
    (Attribute.ERROR_CODE, b"\0\0\4\1Unauthorized"),
    (Attribute.REALM, b"realm"),
    (Attribute.NONCE, b"nonce"),
)
GRANTED = (
    (Attribute.LIFETIME, b"\0\0\2\x58"),
    (Attribute.XOR_RELAYED_ADDRESS, bytes.fromhex("0001a147e112a643")),
)
Answer = Callable[[Message], bytes | None]


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn_client, "ANSWER_SECONDS", 0.4)
    monkeypatch.setattr(turn_client, "_FIRST_WAIT_SECONDS", 0.05)


def _granting(request: Message) -> bytes:
    if request.get(Attribute.USERNAME) is None:
        return _encoded(request, Kind.ERROR, CHALLENGE)
    return _encoded(request, Kind.SUCCESS, GRANTED, KEY)


def _encoded(
    request: Message,
    kind: Kind,
    attributes: tuple[tuple[int, bytes], ...],
    key: bytes | None = None,
) -> bytes:
    answer = Message(request.method, kind, request.transaction_id, attributes)
    return stun.encode(answer, key)


class _Relay(asyncio.DatagramProtocol):
    def __init__(self, answer: Answer, lost: int):
        self._answer = answer
        self._lost = lost

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._lost -= 1
        answer = self._answer(stun.decode(data)) if self._lost < 0 else None
        if answer is not None:
            self._transport.sendto(answer, addr)


@asynccontextmanager
async def _asked(answer: Answer, lost: int = 0) -> AsyncIterator[TurnUrl]:
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Relay(answer, lost), local_addr=("127.0.0.1", 0)
    )
    port = transport.get_extra_info("sockname")[1]
    yield TurnUrl("turn", "127.0.0.1", port, "udp")
    transport.close()


async def _allocated(url: TurnUrl) -> turn_client.Allocation:
    async with turn_client.turn_client(url, NAME) as client:
        return await client.allocate()


async def test_a_lost_datagram_is_sent_again() -> None:
    async with _asked(_granting, lost=2) as url:
        allocation = await _allocated(url)

    assert str(allocation.address) != "0.0.0.0"
    assert allocation.lifetime_seconds == 600


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_where_nobody_listens_the_wait_is_short(transport: str) -> None:
    began = time.monotonic()
    with pytest.raises(TurnUnreachable):
        await _allocated(TurnUrl("turn", "127.0.0.1", lasting_port(), transport))
    assert time.monotonic() - began < 2


async def test_silence_ends_at_the_deadline() -> None:
    async with _asked(lambda request: None) as url:
        with pytest.raises(TurnUnreachable, match=r"no answer in 0\.4 s"):
            await _allocated(url)


@pytest.mark.parametrize(
    "forge",
    [
        lambda request: _encoded(request, Kind.SUCCESS, GRANTED),
        lambda request: _encoded(request, Kind.SUCCESS, GRANTED, b"another key"),
        lambda request: stun.encode(
            Message(Method.REFRESH, Kind.SUCCESS, request.transaction_id, GRANTED), KEY
        ),
        lambda request: b"\0" * 8 + request.transaction_id + b"\0",
        lambda request: _encoded(request, Kind.SUCCESS, (), KEY),
        lambda request: _encoded(request, Kind.ERROR, ()),
    ],
    ids=["unsigned", "another's", "to something else", "noise", "empty", "no code"],
)
async def test_what_the_relay_did_not_grant_is_not_believed(forge: Answer) -> None:
    def answer(request: Message) -> bytes | None:
        if request.get(Attribute.USERNAME) is None:
            return _granting(request)
        return forge(request)

    async with _asked(answer) as url:
        with pytest.raises(TurnUnreachable, match="its answer"):
            await _allocated(url)


async def test_an_answer_to_another_question_is_dropped() -> None:
    def answer(request: Message) -> bytes:
        other = Message(request.method, request.kind, b"?" * 12)
        return _encoded(other, Kind.SUCCESS, GRANTED, KEY)

    async with _asked(answer) as url:
        with pytest.raises(TurnUnreachable, match="no answer"):
            await _allocated(url)


async def test_a_relay_that_challenges_for_ever_is_answered_once() -> None:
    asked = 0

    def answer(request: Message) -> bytes:
        nonlocal asked
        asked += 1
        return _encoded(request, Kind.ERROR, CHALLENGE)

    async with _asked(answer) as url:
        with pytest.raises(TurnRefused, match="401"):
            await _allocated(url)
    assert asked == 2


async def test_a_stream_that_is_no_stun_is_left() -> None:
    async def chatter(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n" * 4000)
        await reader.read()
        writer.close()

    server = await asyncio.start_server(chatter, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        with pytest.raises(TurnUnreachable, match="closed"):
            await _allocated(TurnUrl("turn", "127.0.0.1", port, "tcp"))
