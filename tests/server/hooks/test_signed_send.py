"""What is sent is signed by the endpoint's own keys, with the time of the attempt."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web

from mentalverse_server.clock import to_millis
from mentalverse_server.errors import StartupError
from mentalverse_server.hooks.addresses import read_private
from mentalverse_server.hooks.egress import Egress
from mentalverse_server.hooks.endpoint_keys import FOLDER, EndpointKeys
from mentalverse_server.hooks.outward import Answered, Rendered
from mentalverse_server.hooks.signed_send import SignedSend, retry_after_seconds
from mentalverse_server.hooks.signing import (
    NotGenuine,
    PrivateKey,
    SigningKey,
    Verifier,
    new_secret,
)
from support.clock import ManualClock
from support.deterministic import seeded_rng
from support.outbox import endpoint

EVENT = Rendered("evt_ABC", b'{"type":"session.ended"}')


class Place:
    """A receiver, and what came last."""

    url = ""
    headers: dict[str, str]
    body = b""
    status = 204

    async def answer(self, request: web.Request) -> web.Response:
        self.headers, self.body = dict(request.headers), await request.read()
        return web.Response(status=self.status, headers={"Retry-After": "7"})


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    at, app = Place(), web.Application()
    app.router.add_post("/in", at.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    at.url = f"http://127.0.0.1:{runner.addresses[0][1]}/in"
    yield at
    await runner.cleanup()


@pytest.fixture
def keys(tmp_path: Path) -> EndpointKeys:
    return EndpointKeys(tmp_path)


@pytest.fixture
async def send(place: Place, keys: EndpointKeys) -> AsyncIterator[SignedSend]:
    where = place.url.removeprefix("http://").removesuffix("/in")
    egress = Egress(private=[read_private(where)])
    yield SignedSend(egress, keys, CLOCK)
    await egress.close()


CLOCK = ManualClock()


async def test_both_keys_sign_until_the_previous_is_over(
    place: Place, keys: EndpointKeys, send: SignedSend
) -> None:
    rng, now_ms = seeded_rng(1), to_millis(CLOCK.now())
    new, old = keys.make("new", rng), keys.put("old", new_secret(rng))
    to = endpoint(url=place.url, signing_key="new", previous_key="old")

    async def verified(until_ms: int) -> list[bool]:
        answered = await send(replace(to, previous_until_ms=until_ms), EVENT)
        assert answered == Answered(204, 7)
        return [_verifies(key, place, now_ms) for key in (new, old)]

    assert await verified(now_ms + 1) == [True, True]
    assert await verified(now_ms) == [True, False]
    with pytest.raises(StartupError):
        keys.get("old")  # deleted: it signs nothing any more


def _verifies(key: SigningKey, place: Place, now_ms: int) -> bool:
    verifying = key.public if isinstance(key, PrivateKey) else key
    try:
        Verifier([verifying]).verify(place.headers, place.body, now_ms)
    except NotGenuine:
        return False
    return True


async def test_where_nothing_may_go_nothing_is_sent(
    keys: EndpointKeys, send: SignedSend
) -> None:
    keys.make("one", seeded_rng(1))
    for url in ("http://127.0.0.1:1/in", "https://10.0.0.1/in", "ftp://a.b/"):
        assert await send(endpoint(url=url), EVENT) == Answered(None)


async def test_what_was_added_over_the_wire_reaches_no_network_of_ones_own(
    place: Place, keys: EndpointKeys, send: SignedSend
) -> None:
    keys.make("one", seeded_rng(1))
    to = endpoint(url=place.url)
    assert await send(replace(to, public_only=True), EVENT) == Answered(None)
    assert place.body == b""
    assert (await send(to, EVENT)).status == 204


async def test_without_its_key_nothing_is_sent(place: Place, send: SignedSend) -> None:
    assert await send(endpoint(url=place.url), EVENT) == Answered(None)
    assert place.body == b""


def test_keys_are_for_their_owner_alone(keys: EndpointKeys, tmp_path: Path) -> None:
    rng = seeded_rng(2)
    made = keys.make("one", rng)

    assert keys.get("one") == made
    assert (tmp_path / FOLDER / "one").stat().st_mode & 0o777 == 0o600
    keys.forget("one")
    keys.forget("one")
    for name in ("one", "../one", ""):
        with pytest.raises(StartupError):
            keys.get(name)


def test_pseudonyms_are_made_with_the_same_key_for_ever(
    keys: EndpointKeys, tmp_path: Path
) -> None:
    rng = seeded_rng(3)
    first = keys.names_key("a" * 32, rng)

    assert keys.names_key("a" * 32, rng) == first
    assert EndpointKeys(tmp_path).names_key("a" * 32, rng) == first
    assert keys.names_key("b" * 32, rng) != first


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120),
        ("999999999999", 86_400),
        ("Thu, 01 Jan 2026 00:01:00 GMT", 60),
        ("Thu, 01 Jan 2020 00:01:00 GMT", 0),
        ("soon", 0),
        ("-5", 0),
        ("", 0),
    ],
)
def test_what_an_endpoint_asks_for(said: str, seconds: int) -> None:
    now_ms = to_millis(ManualClock().now())
    assert retry_after_seconds({"RETRY-AFTER": said}, now_ms) == seconds
