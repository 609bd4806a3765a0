"""Subscribing to Web Push over real HTTP."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from typing import Any, TypeVar

import aiohttp
import msgspec
import pytest

from mentalverse_server.app import running_server
from mentalverse_server.config import Config
from mentalverse_server.keyring import make_push_key, open_keyring
from mentalverse_signaling.account_api import ServerInfo
from mentalverse_signaling.envelope import unwrap
from mentalverse_signaling.errors import BadRequest, NotFound, Unauthorised
from mentalverse_signaling.events import Empty
from mentalverse_signaling.push_api import (
    PushMuted,
    PushState,
    QuietHours,
    QuietHoursShown,
)
from support.account_api import Api, Caller
from support.clock import ManualClock
from support.push import Subscription

T = TypeVar("T")
ENDPOINT = "https://push.example.net/one"


@pytest.fixture
async def api(config: Config, clock: ManualClock) -> AsyncIterator[Api]:
    """A server whose operator made a key for Web Push."""
    config.server.data_dir.mkdir(mode=0o700)
    open_keyring(config.server.data_dir, secrets.token_bytes)
    make_push_key(config.server.data_dir, secrets.token_bytes)
    async with running_server(config, clock) as server, aiohttp.ClientSession() as http:
        yield Api(server, clock, http)


async def _asked(
    api: Api,
    caller: Caller | None,
    method: str,
    path: str = "",
    body: object = None,
    answer: type[T] = Empty,  # type: ignore[assignment]
) -> T:
    headers = dict(caller.bearer) if caller else {}
    data = None
    if body is not None:
        data = msgspec.json.encode(body)
        headers["Content-Type"] = "application/json"
    url = f"{api.server.url}/api/v1/push{path}"
    async with api.http.request(method, url, data=data, headers=headers) as response:
        content = await response.read()
        if response.status >= 400:
            unwrap(msgspec.json.decode(content))
        return msgspec.json.decode(content, type=answer)


async def _info(api: Api) -> ServerInfo:
    _, body = await api.get("/api/v1/server")
    return msgspec.convert(body, ServerInfo, strict=False)


async def _subscribed(api: Api, caller: Caller) -> bool:
    return (await _asked(api, caller, "GET", answer=PushState)).subscribed


async def _subscribe(api: Api, caller: Caller, browser: Subscription) -> None:
    asked = browser.asked((await _info(api)).push_key)
    await _asked(api, caller, "PUT", body=asked)


async def test_a_device_subscribes_and_unsubscribes_once_or_twice(api: Api) -> None:
    """The state says which; nobody does it without signing in."""
    ada = await api.newcomer("ada")
    assert not await _subscribed(api, ada)
    for _ in range(2):
        await _subscribe(api, ada, Subscription(ENDPOINT))
        assert await _subscribed(api, ada)
    for _ in range(2):
        await _asked(api, ada, "DELETE")
        assert not await _subscribed(api, ada)
    for method, path in (("GET", ""), ("PUT", ""), ("DELETE", ""), ("PUT", "/quiet")):
        with pytest.raises(Unauthorised):
            await _asked(api, None, method, path)


async def test_a_browser_that_changed_hands_pushes_for_its_last_device_alone(
    api: Api,
) -> None:
    """An address stands for one browser, and that shows one account's pushes."""
    ada, ben = await api.newcomer("ada"), await api.newcomer("ben")
    browser = Subscription(ENDPOINT)
    await _subscribe(api, ada, browser)
    await _subscribe(api, ben, browser)
    assert not await _subscribed(api, ada)
    assert await _subscribed(api, ben)


async def test_signing_out_ends_the_subscription(api: Api) -> None:
    """Unless the device has another sign-in, which a fresh one of its own is."""
    ada = await api.newcomer("ada")
    await _subscribe(api, ada, Subscription(ENDPOINT))
    again = await api.sign_in(ada.device)
    await api.call("/sign-out", {}, Empty, **again.bearer)
    assert await _subscribed(api, ada)
    await api.call("/sign-out", {}, Empty, **ada.bearer)
    back = await api.sign_in(ada.device)
    assert not await _subscribed(api, back)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"endpoint": "https://127.0.0.1/x"}, BadRequest),
        ({"endpoint": "http://push.example.net/x"}, BadRequest),
        ({"p256dh": bytes(65)}, BadRequest),
        ({"p256dh": b"\x04" + bytes(64)}, BadRequest),
        ({"key": b"\x04" + bytes(64)}, NotFound),
    ],
)
async def test_what_cannot_be_pushed_to_is_refused(
    api: Api, change: dict[str, Any], refusal: type[Exception]
) -> None:
    """And changes nothing."""
    ada = await api.newcomer("ada")
    good = Subscription(ENDPOINT).asked((await _info(api)).push_key)
    with pytest.raises(refusal):
        await _asked(api, ada, "PUT", body=msgspec.structs.replace(good, **change))
    assert not await _subscribed(api, ada)


async def test_without_a_key_there_is_no_web_push(
    config: Config, clock: ManualClock
) -> None:
    """And clients see it before they ask anybody for permission."""
    async with running_server(config, clock) as server, aiohttp.ClientSession() as http:
        api = Api(server, clock, http)
        assert (await _info(api)).push_key == b""
        ada = await api.newcomer("ada")
        made_up = Subscription(ENDPOINT)
        with pytest.raises(NotFound):
            await _asked(api, ada, "PUT", body=made_up.asked(made_up.p256dh))


async def test_quiet_hours_are_the_accounts_and_stay_until_taken_back(
    api: Api,
) -> None:
    """As they were given, in a zone that exists, and never the whole day."""
    ada = await api.newcomer("ada")
    await _asked(api, ada, "PUT", "/quiet", QuietHours("Europe/Berlin", 1320, 420))
    state = await _asked(api, ada, "GET", answer=PushState)
    assert state.quiet == QuietHoursShown("Europe/Berlin", 1320, 420)
    for bad in (
        QuietHours("Mars/Base", 1320, 420),
        QuietHours("Europe/Berlin", 420, 420),
        QuietHours("Europe/Berlin", 1320, 1440),
    ):
        with pytest.raises(BadRequest):
            await _asked(api, ada, "PUT", "/quiet", bad)
    assert (await _asked(api, ada, "GET", answer=PushState)) == state
    await _asked(api, ada, "DELETE", "/quiet")
    assert (await _asked(api, ada, "GET", answer=PushState)).quiet is None


async def test_the_address_of_a_browser_is_in_no_answer(api: Api) -> None:
    """It is as good as a key to that browser."""
    ada = await api.newcomer("ada")
    await _subscribe(api, ada, Subscription(ENDPOINT))
    async with api.http.get(
        f"{api.server.url}/api/v1/push", headers=ada.bearer
    ) as answer:
        assert "push.example.net" not in await answer.text()


def test_muting_is_bounded() -> None:
    """More conversations than fit are a request that does not fit."""
    ids = [secrets.token_hex(16) for _ in range(257)]
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"conversations": ids}, PushMuted)
    assert isinstance(msgspec.convert({"conversations": ids[1:]}, PushMuted), PushMuted)
