"""What Janus says is read, or refused as what it is; a request always ends."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_server.media.driver import (
    BadSdp,
    E2eeRequired,
    EngineLost,
    NoSuchRoom,
    RoomFull,
    SfuError,
    WrongState,
)
from mentalverse_server.media.janus import line as line_module
from mentalverse_server.media.janus.line import Line
from mentalverse_server.media.janus.messages import (
    BadMessage,
    Message,
    failure,
    read_message,
)
from mentalverse_server.media.janus.sdp import (
    Transport,
    attribute,
    mids_of,
    origin_of,
    stand_in,
    transport_of,
)
from mentalverse_server.media.janus.state import State, read_state

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
ATTACHED = {
    "janus": "event",
    "session_id": 7652911508762376,
    "transaction": "19",
    "sender": 1699050556939828,
    "plugindata": {
        "plugin": "janus.plugin.videoroom",
        "data": {
            "videoroom": "attached",
            "room": "r",
            "streams": [
                {
                    "type": "audio",
                    "active": True,
                    "mindex": 0,
                    "mid": "0",
                    "ready": False,
                    "send": True,
                    "feed_id": "ada.1",
                    "feed_mid": "0",
                    "codec": "opus",
                },
                {"type": "video", "active": False, "mindex": 1, "mid": "1"},
            ],
        },
    },
    "jsep": {"type": "offer", "sdp": "v=0\r\n"},
}
OFFER = "\r\n".join(
    [
        "v=0",
        "o=- 1795353108438614 1 IN IP4 127.0.0.1",
        "s=VideoRoom r",
        "t=0 0",
        "a=group:BUNDLE 0 1",
        "a=fingerprint:sha-256 AA:BB",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111",
        "a=sendonly",
        "a=mid:0",
        "a=rtcp-mux",
        "a=ice-ufrag:K4SZ",
        "a=ice-pwd:Gz8ygyBSnFoAqdIZjvuLkU",
        "a=setup:actpass",
        "a=msid:ada.1 0",
        "a=ssrc:3094908471 cname:janus",
        "a=candidate:1 1 udp 2015363327 10.99.0.1 20289 typ host",
        "a=end-of-candidates",
        "m=video 9 UDP/TLS/RTP/SAVPF 96 97",
        "a=inactive",
        "a=mid:1",
        "a=ice-ufrag:K4SZ",
        "",
    ]
)


def test_what_is_used_is_read_and_the_rest_is_not_looked_at() -> None:
    message = read_message(json.dumps(ATTACHED))

    assert (message.janus, message.transaction) == ("event", "19")
    assert (message.session_id, message.sender) == (7652911508762376, 1699050556939828)
    assert [(s.mid, s.active, s.feed_id) for s in message.said.streams] == [
        ("0", True, "ada.1"),
        ("1", False, ""),
    ]
    assert message.jsep is not None
    assert failure(message) is None


@given(st.binary() | st.text())
def test_any_octets_are_a_message_or_refused(document: bytes | str) -> None:
    _read(document)


@given(JSON)
def test_any_value_is_a_message_or_refused(value: object) -> None:
    _read(json.dumps(value))


@given(st.data())
def test_a_message_with_anything_in_one_place_is_read_or_refused(
    data: st.DataObject,
) -> None:
    """A value of another kind in any place, at any depth."""
    document = json.loads(json.dumps(ATTACHED))
    place = document
    while True:
        keys = list(place) if isinstance(place, dict) else range(len(place))
        key = data.draw(st.sampled_from(list(keys)))
        if not isinstance(place[key], dict | list) or data.draw(st.booleans()):
            place[key] = data.draw(JSON)
            break
        place = place[key]
    _read(json.dumps(document))


def test_a_message_nested_without_end_is_refused() -> None:
    with pytest.raises(BadMessage):
        read_message('{"janus":"event","x":' + "[" * 100_000)


@pytest.mark.parametrize(
    ("said", "raised"),
    [
        ({"error_code": 426}, NoSuchRoom),
        ({"error_code": 428}, NoSuchRoom),
        ({"error_code": 432}, RoomFull),
        ({"error_code": 433}, E2eeRequired),
        ({"error_code": 436}, WrongState),
        ({"error_code": 437}, BadSdp),
        ({"error_code": 499}, SfuError),
    ],
)
def test_the_room_s_refusals_are_the_driver_s(
    said: dict[str, int], raised: type[SfuError]
) -> None:
    """They come inside of what Janus calls an event or a success."""
    for kind in ("event", "success"):
        message = {"janus": kind, "plugindata": {"data": {"videoroom": "event"} | said}}
        assert type(failure(read_message(json.dumps(message)))) is raised


@pytest.mark.parametrize(
    ("code", "raised"),
    [(403, EngineLost), (458, NoSuchRoom), (459, NoSuchRoom), (465, BadSdp)],
)
def test_janus_own_refusals_are_the_driver_s(code: int, raised: type[SfuError]) -> None:
    message = {"janus": "error", "error": {"code": code, "reason": "x"}}
    assert type(failure(read_message(json.dumps(message)))) is raised
    assert isinstance(failure(Message("error")), EngineLost)


def test_a_stand_in_takes_every_line_with_the_client_s_own_transport() -> None:
    client = Transport("user", "pass" * 6, "sha-256 CC:DD", "active")

    answer = stand_in(OFFER, client)

    assert mids_of(answer) == mids_of(OFFER) == ("0", "1")
    assert transport_of(answer) == client
    assert "a=recvonly" in answer
    assert "a=inactive" in answer
    for gone in ("a=sendonly", "a=ssrc", "a=candidate", "a=msid", "K4SZ", "AA:BB"):
        assert gone not in answer


@given(st.text())
def test_any_description_can_be_looked_at(sdp: str) -> None:
    client = Transport("u", "p", "f", "active")
    assert isinstance(stand_in(sdp, client), str)
    assert all(isinstance(each, str) for each in mids_of(sdp))
    assert transport_of(sdp) is None or attribute(sdp, "ice-ufrag")
    assert isinstance(origin_of(sdp), str)


@given(st.binary())
def test_a_damaged_state_is_an_empty_one(damage: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "rooms.json").write_bytes(damage)
        state = read_state(Path(folder))
    assert isinstance(state, State)


async def test_the_answer_is_found_among_garbage_events_and_acks() -> None:
    events: list[Message] = []

    async def janus(socket: web.WebSocketResponse, request: dict[str, str]) -> None:
        transaction = request["transaction"]
        await socket.send_str("{")
        await socket.send_str('{"janus":7}')
        await socket.send_json({"janus": "ack", "transaction": transaction})
        await socket.send_json({"janus": "webrtcup", "sender": 4})
        await socket.send_json({"janus": "event", "transaction": "another"})
        await socket.send_json(
            {"janus": "success", "transaction": transaction, "data": {"id": 12}}
        )
        await socket.send_json({"janus": "success", "transaction": transaction})

    async with open_line(janus, events.append) as line:
        assert (await line.ask("create")).made == 12
        assert (await line.ask("create")).made == 12

    # The second answer to each request is nobody's any more.
    assert [each.janus for each in events][:2] == ["webrtcup", "event"]


async def test_a_request_that_is_not_answered_ends_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(line_module, "DEADLINE_SECONDS", 0.05)

    async def silent(socket: web.WebSocketResponse, request: dict[str, str]) -> None:
        await socket.send_json({"janus": "ack", "transaction": request["transaction"]})

    async with open_line(silent) as line:
        with pytest.raises(EngineLost):
            await line.tell_room(1, 2, {"request": "join"})
        await line.ask("keepalive", session_id=1)


async def test_requests_end_with_the_line_and_none_begins_after_it() -> None:
    async def closing(socket: web.WebSocketResponse, _: dict[str, str]) -> None:
        await socket.close()

    async with open_line(closing) as line:
        asked = [asyncio.create_task(line.ask("create")) for _ in range(3)]
        for each in asked:
            with pytest.raises(EngineLost):
                await each
        with pytest.raises(EngineLost):
            await line.ask("create")


async def test_more_requests_than_the_bound_are_refused_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(line_module, "MAX_OPEN_REQUESTS", 2)

    async def silent(_: web.WebSocketResponse, __: dict[str, str]) -> None:
        return

    async with open_line(silent) as line:
        waiting = [asyncio.create_task(line.ask("create")) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(EngineLost, match="behind"):
            await line.ask("create")
        await line.close()
        await asyncio.gather(*waiting, return_exceptions=True)


async def test_every_request_carries_the_secret() -> None:
    seen: list[dict[str, str]] = []

    async def note(socket: web.WebSocketResponse, request: dict[str, str]) -> None:
        seen.append(request)
        await socket.send_json(
            {"janus": "success", "transaction": request["transaction"]}
        )

    async with open_line(note) as line:
        await line.ask("info")
        await line.tell_room(1, 2, {"request": "list"}, {"type": "offer", "sdp": ""})

    assert [each["apisecret"] for each in seen] == ["secret", "secret"]
    assert len({each["transaction"] for each in seen}) == 2


def _read(document: bytes | str) -> None:
    try:
        message = read_message(document)
    except BadMessage:
        return
    refused = failure(message)
    assert refused is None or isinstance(refused, SfuError)


@asynccontextmanager
async def open_line(
    janus: Callable[[web.WebSocketResponse, dict[str, str]], Awaitable[None]],
    on_event: Callable[[Message], None] = lambda _: None,
) -> AsyncIterator[Line]:
    """A line to somebody who answers each request as `janus` does."""

    async def serve(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=("janus-protocol",))
        await socket.prepare(request)
        async for frame in socket:
            await janus(socket, frame.json())
        return socket

    app = web.Application()
    app.router.add_get("/", serve)
    async with TestServer(app) as server, aiohttp.ClientSession() as http:
        socket = await line_module.connect(http, str(server.make_url("/")))
        line = Line(socket, "secret", on_event)
        reading = asyncio.create_task(line.run())
        try:
            yield line
        finally:
            await line.close()
            await reading
