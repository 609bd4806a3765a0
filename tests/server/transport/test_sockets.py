"""Who is let in, what a broken peer costs, and that a socket ends when told to."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta

import aiohttp
import msgpack  # type: ignore[import-untyped]
import pytest
import socketio  # type: ignore[import-untyped]
import structlog

from mentalverse_server.transport import TransportLimits, encode_push
from mentalverse_server.transport.admission import network_of
from mentalverse_signaling.events import SignedOut
from mentalverse_signaling.ids import DeviceId, SignInId
from mentalverse_signaling.quota import Rate
from support.transport import (
    GENEROUS,
    WAIT_SECONDS,
    Tokens,
    a_message,
    a_token,
    an_id,
    running,
    until,
)

DEVICE_1 = DeviceId(an_id(1))

MALFORMED = {
    "text": '42["message.send",{}]',
    "base64": "bAAAA",
    "upgrade": "5",
    "empty": b"",
    "not msgpack": b"\xc1",
    "not a map": msgpack.dumps([2, "/", []]),
    "no namespace": msgpack.dumps({"type": 2, "data": ["keys.count"]}),
    "another namespace": msgpack.dumps({"type": 2, "nsp": "/admin", "data": ["x"]}),
    "ack": msgpack.dumps({"type": 3, "nsp": "/", "id": 1, "data": []}),
    "connect error": msgpack.dumps({"type": 4, "nsp": "/", "data": {}}),
    "binary event": msgpack.dumps({"type": 5, "nsp": "/", "data": ["x"]}),
    "binary ack": msgpack.dumps({"type": 6, "nsp": "/", "data": ["x"]}),
    "negative type": msgpack.dumps({"type": -1, "nsp": "/", "data": ["x"]}),
    "name is a list": msgpack.dumps({"type": 2, "nsp": "/", "data": [[], {}]}),
    "no name": msgpack.dumps({"type": 2, "nsp": "/", "data": []}),
    "data is a map": msgpack.dumps({"type": 2, "nsp": "/", "data": {}}),
    "three arguments": msgpack.dumps({"type": 2, "nsp": "/", "data": ["x", {}, {}]}),
    "id is a string": msgpack.dumps({"type": 2, "nsp": "/", "id": "1", "data": ["x"]}),
    "id too large": msgpack.dumps({"type": 2, "nsp": "/", "id": 2**60, "data": ["x"]}),
    "connect twice": msgpack.dumps({"type": 0, "nsp": "/", "data": {}}),
    "deep": b"\x83\xa4type\x02\xa3nsp\xa1/\xa4data" + b"\x91" * 30_000 + b"\xc0",
}


@pytest.mark.parametrize("name", MALFORMED)
async def test_a_malformed_frame_closes_with_1008_and_one_short_line(
    fastpath: bool, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    frame = MALFORMED[name]
    async with running(fastpath=fastpath) as rig:
        socket = await rig.join(1)
        with structlog.testing.capture_logs() as logs:
            if isinstance(frame, str):
                await socket.ws.send_str(frame)
            else:
                await socket.ws.send_bytes(frame)
            assert await socket.close_code() == 1008
        await until(lambda: not rig.transport._sockets.links)
    assert [line["event"] for line in logs] == ["transport.malformed_frame"]
    assert len(str(logs[0])) <= 200
    assert not caplog.records, "nothing from the libraries"


async def test_a_schema_error_is_an_answer_and_not_the_end(fastpath: bool) -> None:
    async with running(fastpath=fastpath) as rig:
        socket = await rig.join(1)
        for payload in [{}, {"x": 1}, [], "x", a_message(1) | {"extra": 1}]:
            answer = await socket.call("message.send", payload)
            assert answer["error"]["code"] == "bad_request"
        deep: object = []
        for _ in range(100):
            deep = [deep]
        answer = await socket.call("keys.count", deep)
        assert answer["error"]["code"] == "bad_request"
        assert (await socket.call("keys.count"))["ok"]


async def test_a_frame_over_the_limit_closes_with_1009(fastpath: bool) -> None:
    async with running(fastpath=fastpath) as rig:
        socket = await rig.join(1)
        await socket.ws.send_bytes(bytes(70_000))
        assert await socket.close_code() == 1009


async def test_compression_is_not_negotiated(fastpath: bool) -> None:
    async with running(fastpath=fastpath) as rig:
        ws = await rig.session.ws_connect(
            f"{rig.url}/socket.io/?EIO=4&transport=websocket", compress=15
        )
        assert not ws.compress
        await ws.close()


@pytest.mark.parametrize(
    "query",
    [
        "EIO=4&transport=polling",
        "EIO=3&transport=websocket",
        "EIO=4",
        "EIO=4&transport=websocket&sid=x",
        "EIO=4&transport=websocket&j=0",
    ],
)
async def test_only_a_new_websocket_is_served(fastpath: bool, query: str) -> None:
    async with running(fastpath=fastpath) as rig:
        upgrade = {
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        }
        for headers in ({}, upgrade):
            address = f"{rig.url}/socket.io/?{query}"
            async with rig.session.get(address, headers=headers) as response:
                assert response.status == 400
        async with rig.session.post(f"{rig.url}/socket.io/?{query}") as response:
            assert response.status == 405
        assert not rig.transport._sockets.eio.sockets


async def test_a_foreign_origin_is_refused_and_none_or_the_own_is_not(
    fastpath: bool,
) -> None:
    origin = "https://chat.example"
    async with running(fastpath=fastpath, origins=(origin,)) as rig:
        await rig.open()
        await rig.open(Origin=origin)
        await rig.open(Origin=f"http://127.0.0.1:{rig.port}")
        for foreign in ("https://evil.example", "null", "http://127.0.0.1:1"):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await rig.open(Origin=foreign)
            assert refused.value.status == 403
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await rig.open(
                **{
                    "Origin": "https://evil.example",
                    "X-Forwarded-Host": "evil.example",
                    "X-Forwarded-Proto": "https",
                }
            )
        assert refused.value.status == 403


async def test_a_socket_that_never_signs_in_is_cut_off(fastpath: bool) -> None:
    limits = TransportLimits(rates=GENEROUS, authentication_seconds=0.2)
    async with running(limits, fastpath=fastpath) as rig:
        socket = await rig.open()
        assert await socket.close_code() is None
        await until(lambda: not rig.transport._sockets.links)
        assert not rig.transport._sockets.unauthenticated


async def test_an_authenticator_that_hangs_does_not_hold_the_socket(
    fastpath: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Else a sweep cuts off whoever took long from the accept to the CONNECT.
    monkeypatch.setattr("mentalverse_server.transport.server.SWEEP_SECONDS", 3.0)
    tokens = Tokens()
    tokens.delay = asyncio.Event().wait
    limits = TransportLimits(rates=GENEROUS, authentication_seconds=0.2)
    async with running(limits, tokens=tokens, fastpath=fastpath) as rig:
        socket = await rig.open()
        auth = {"token": a_token(1), "protocol": 1}
        await socket.send_packet({"type": 0, "nsp": "/", "data": auth})
        refusal = await socket.packet()
        assert refusal["data"]["message"] == "deadline"
        await until(lambda: not rig.transport._sockets.links)


@pytest.mark.parametrize(
    ("auth", "code"),
    [
        ({"token": "x" * 32, "protocol": 1}, "unauthorised"),
        ({"token": a_token(1), "protocol": 2}, "bad_request"),
        ({"token": a_token(1)}, "unauthorised"),
        ({"token": 5, "protocol": 1}, "unauthorised"),
        (None, "unauthorised"),
        ([], "unauthorised"),
    ],
)
async def test_a_refused_sign_in_names_its_code_and_closes(
    fastpath: bool, auth: object, code: str
) -> None:
    async with running(fastpath=fastpath) as rig:
        socket = await rig.open()
        await socket.send_packet({"type": 0, "nsp": "/", "data": auth})
        packet = await socket.packet()
        assert packet["type"] == 4
        assert packet["data"]["data"]["code"] == code
        assert await socket.close_code() == 1008
        await until(lambda: not rig.transport._sockets.links)
        assert not rig.relay.sockets


async def test_a_call_before_signing_in_is_malformed(fastpath: bool) -> None:
    async with running(fastpath=fastpath) as rig:
        socket = await rig.open()
        await socket.send_event("message.send", a_message(1), ack_id=1)
        assert await socket.close_code() == 1008
        assert not rig.relay.seen


async def test_one_address_holds_few_sockets_that_have_not_signed_in(
    fastpath: bool,
) -> None:
    limits = TransportLimits(rates=GENEROUS, max_unauthenticated_per_address=3)
    async with running(limits, fastpath=fastpath) as rig:
        waiting = [await rig.open() for _ in range(3)]
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await rig.open()
        assert refused.value.status == 429
        await waiting[0].sign_in(1)
        await rig.open()


async def test_one_address_holds_a_bounded_number_of_sockets(fastpath: bool) -> None:
    limits = TransportLimits(rates=GENEROUS, max_connections_per_address=2)
    async with running(limits, fastpath=fastpath) as rig:
        first = await rig.join(1)
        await rig.join(2)
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await rig.open()
        assert refused.value.status == 429
        await first.ws.close()
        await until(lambda: len(rig.transport._sockets.links) == 1)
        await rig.join(3)


async def test_connections_over_the_rate_are_told_when_to_return(
    fastpath: bool,
) -> None:
    limits = TransportLimits(rates=GENEROUS, connects=Rate(0.01, burst=2))
    async with running(limits, fastpath=fastpath) as rig:
        await rig.open()
        await rig.open()
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await rig.open()
        assert refused.value.status == 503
        assert refused.value.headers is not None
        assert 50 < int(refused.value.headers["Retry-After"]) <= 100


async def test_a_device_that_returns_too_often_loses_its_oldest_socket(
    fastpath: bool,
) -> None:
    limits = TransportLimits(rates=GENEROUS, max_connections_per_device=2)
    async with running(limits, fastpath=fastpath) as rig:
        first = await rig.join(1)
        await rig.join(1)
        await rig.join(1)
        assert await first.close_code() == 1008
        await until(lambda: len(rig.transport.connections) == 2)


async def test_an_expired_sign_in_is_told_and_closed(
    fastpath: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mentalverse_server.transport.server.SLOW_SWEEP_SECONDS", 0.2)
    tokens = Tokens(lifetime=timedelta(seconds=0.3))
    async with running(tokens=tokens, fastpath=fastpath) as rig:
        socket = await rig.join(1)
        tokens.lifetime = timedelta(days=1)
        kept = await rig.join(2)
        notice = await socket.packet()
        assert notice["data"] == ["account.signed_out", {"reason": "expired"}]
        assert await socket.close_code() == 1008
        assert (await kept.call("keys.count"))["ok"]


async def test_a_revoked_sign_in_is_told_and_closed_at_once(fastpath: bool) -> None:
    async with running(fastpath=fastpath) as rig:
        socket, kept = await rig.join(1), await rig.join(2)
        rig.transport.connections.end_sign_in(SignInId(an_id(1)), "revoked")
        notice = await socket.packet()
        assert notice["data"] == ["account.signed_out", {"reason": "revoked"}]
        assert await socket.close_code() == 1008
        assert (await kept.call("keys.count"))["ok"]


async def test_a_sign_in_revoked_while_it_is_checked_does_not_get_in(
    fastpath: bool,
) -> None:
    tokens = Tokens()
    checking, go_on = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        checking.set()
        await go_on.wait()

    tokens.delay = wait
    async with running(tokens=tokens, fastpath=fastpath) as rig:
        socket = await rig.open()
        auth = {"token": a_token(1), "protocol": 1}
        await socket.send_packet({"type": 0, "nsp": "/", "data": auth})
        await checking.wait()
        rig.transport.connections.end_sign_in(SignInId(an_id(1)), "revoked")
        go_on.set()
        await socket.packet()
        assert await socket.close_code() == 1008
        assert not rig.relay.sockets


async def test_a_socket_that_renews_with_an_ended_sign_in_is_closed(
    fastpath: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mentalverse_server.transport.server.SLOW_SWEEP_SECONDS", 0.1)
    async with running(fastpath=fastpath) as rig:
        socket = await rig.join(1)
        (connection,) = rig.transport.connections
        ended = SignInId("e" * 32)
        rig.transport.connections.end_sign_in(ended, "revoked")
        connection.principal = replace(connection.principal, sign_in=ended)
        notice = await socket.packet()
        assert notice["data"] == ["account.signed_out", {"reason": "revoked"}]
        assert await socket.close_code() == 1008


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::5", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("", ""),
    ],
)
def test_what_one_subscriber_holds_counts_as_one_address(
    address: str, network: str
) -> None:
    assert network_of(address) == network


async def test_what_was_sent_before_a_close_arrives_before_it(fastpath: bool) -> None:
    async with running(fastpath=fastpath) as rig:
        socket = await rig.join(1)
        (connection,) = rig.transport.connections
        for number in range(100):
            connection.send(encode_push("account.signed_out", SignedOut(str(number))))
        connection.close("over")
        connection.send(encode_push("account.signed_out", SignedOut("too late")))
        reasons = [(await socket.packet())["data"][1]["reason"] for _ in range(100)]
        assert reasons == [str(number) for number in range(100)]
        assert await socket.close_code() == 1008


async def test_a_peer_that_answers_no_ping_is_dropped(
    fastpath: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mentalverse_server.transport.server.SLOW_SWEEP_SECONDS", 0.1)
    limits = TransportLimits(
        rates=GENEROUS,
        ping_interval_seconds=0.2,
        ping_timeout_seconds=0.3,
        close_seconds=0.2,
    )
    async with running(limits, fastpath=fastpath) as rig:
        await rig.join(1)
        await until(lambda: not rig.transport._sockets.links)
        assert not rig.relay.sockets


async def test_draining_tells_everybody_when_to_return_then_closes_with_1012(
    fastpath: bool,
) -> None:
    async with running(fastpath=fastpath) as rig:
        socket = await rig.join(1)
        rig.relay.held = True
        await socket.send_event("message.send", a_message(1), ack_id=1)
        await until(lambda: len(rig.relay.waiting) == 1)
        drain = asyncio.create_task(rig.transport.drain(5))
        notice = await socket.packet()
        assert notice["data"][0] == "server.drain_started"
        await socket.send_event("message.send", a_message(2), ack_id=2)
        assert (await socket.packet())["data"][0]["error"]["code"] == "unavailable"
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await rig.open()
        assert refused.value.status == 503
        rig.relay.release()
        assert (await socket.packet())["data"][0]["ok"], "accepted calls are finished"
        await drain
        stop = asyncio.create_task(rig.transport.stop())
        assert await socket.close_code() == 1012
        await stop


async def test_the_stock_client_connects_calls_and_is_pushed_to(
    fastpath: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mentalverse_server.transport.server.SLOW_SWEEP_SECONDS", 0.1)
    limits = TransportLimits(
        rates=GENEROUS, ping_interval_seconds=1, ping_timeout_seconds=2
    )
    async with running(limits, fastpath=fastpath) as rig:
        client = socketio.AsyncClient(serializer="msgpack", reconnection=False)
        pushed: list[object] = []
        client.on("message.sent", pushed.append)
        await client.connect(
            rig.url,
            auth={"token": a_token(1), "protocol": 1},
            transports=["websocket"],
        )
        other = await rig.join(2)
        await other.call("message.send", a_message(1))
        await until(lambda: len(pushed) == 1)
        await asyncio.sleep(4.5)
        answer = await client.call("message.send", a_message(2), timeout=WAIT_SECONDS)
        assert answer == {"ok": True, "data": {"seq": 2, "at": 0}}
        assert client.connected, "pings were exchanged"
        await client.disconnect()
        await until(lambda: not rig.transport.connections.by_device(DEVICE_1))


async def test_the_libraries_log_nothing_of_what_passes(
    fastpath: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.INFO, logger="asyncio")
    async with running(fastpath=fastpath) as rig:
        socket, other = await rig.join(1), await rig.join(2)
        await socket.call("message.send", a_message(1, b"canary-of-content"))
        assert (await other.packet())["data"][1]["payload"] == b"canary-of-content"
        await socket.ws.close()
        await until(lambda: len(rig.transport.connections) == 1)
    assert not caplog.records
