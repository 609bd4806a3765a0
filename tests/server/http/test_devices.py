"""Device lists over real HTTP: who may call, and what a wrong call is told."""

from __future__ import annotations

from dataclasses import dataclass

import aiohttp
import msgspec
import pytest

from mentalverse_crypto.device_list import DeviceList
from mentalverse_server.app import running_server
from mentalverse_server.config import Config, load_config
from mentalverse_signaling.account_api import (
    Challenge,
    ChallengeRequest,
    InviteRedeemed,
    ServerInfo,
    SignedIn,
)
from mentalverse_signaling.device_api import (
    CredentialRenew,
    CredentialRenewed,
    DeviceListView,
    DevicesPublish,
    DevicesPublished,
)
from mentalverse_signaling.errors import BadRequest, RateLimited, Unauthorised
from support.account_api import Api
from support.clock import ManualClock
from support.devices import DeviceKeys, new_device, next_list

DAY_SECONDS = 24 * 3600


@dataclass
class Ada:
    """An account on a running server, and its newest list."""

    api: Api
    keys: DeviceKeys
    device_list: DeviceList

    async def publish(
        self, add: list[DeviceKeys], remove: list[DeviceKeys]
    ) -> DevicesPublished:
        now = self.api.clock.now()
        listed = [keys.listed(now) for keys in add]
        following = next_list(self.device_list, self.keys.account_key, listed, remove)
        added = tuple(keys.added(now) for keys in add)
        request = DevicesPublish(self.keys.account, following.encode(), added)
        published = await self.api.call("/devices", request, DevicesPublished)
        self.device_list = following
        return published


async def registered(api: Api, handle: str = "ada") -> Ada:
    keys, now = new_device(), api.clock.now()
    request = keys.redeem(api.invite(), handle, now)
    await api.call("/invites/redeem", request, InviteRedeemed)
    return Ada(api, keys, keys.first_list(now))


async def bearer(api: Api, keys: DeviceKeys) -> dict[str, str]:
    _, body = await api.get("/api/v1/server")
    info = msgspec.convert(body, ServerInfo, strict=False)
    challenge = await api.call(
        "/sign-in/challenge", ChallengeRequest(keys.device), Challenge
    )
    answer = keys.answer(info.server, challenge)
    signed_in = await api.call("/sign-in", answer, SignedIn)
    return {"Authorization": f"Bearer {signed_in.token}"}


async def newest(api: Api, keys: DeviceKeys) -> DeviceListView:
    status, body = await api.get(f"/api/v1/accounts/{keys.account}/devices")
    assert status == 200
    return msgspec.convert(body, DeviceListView, strict=False)


async def test_an_account_begins_with_a_list_of_its_first_device(api: Api) -> None:
    ada = await registered(api)
    view = await newest(api, ada.keys)
    assert (view.account, view.counter) == (ada.keys.account, 1)
    assert view.device_list == ada.device_list.encode()


async def test_a_device_without_a_sign_in_becomes_one_by_the_account_key(
    api: Api,
) -> None:
    ada = await registered(api)
    laptop = ada.keys.sibling()

    published = await ada.publish(add=[laptop], remove=[ada.keys])

    assert set(published.credentials) == {laptop.device}
    assert (await newest(api, ada.keys)).counter == published.counter == 2
    assert await bearer(api, laptop)
    with pytest.raises(Unauthorised):
        await bearer(api, ada.keys)


async def test_a_credential_is_renewed_for_the_device_that_is_signed_in(
    api: Api,
) -> None:
    ada, ben = await registered(api), await registered(api, "ben")
    headers = await bearer(api, ada.keys)
    api.clock.advance(DAY_SECONDS)
    asked = CredentialRenew(ada.keys.credential(api.clock.now()))

    renewed = await api.call("/devices/renew", asked, CredentialRenewed, **headers)

    assert renewed.credential
    with pytest.raises(Unauthorised):
        await api.call("/devices/renew", asked, CredentialRenewed)
    with pytest.raises(BadRequest):
        foreign = await bearer(api, ben.keys)
        await api.call("/devices/renew", asked, CredentialRenewed, **foreign)
    await ada.publish(add=[ada.keys.sibling()], remove=[ada.keys])
    with pytest.raises(Unauthorised):
        await api.call("/devices/renew", asked, CredentialRenewed, **headers)


async def test_an_account_that_is_not_there_has_no_list(api: Api) -> None:
    nobody = new_device().account
    for path in (nobody, "A" * 32, nobody[1:], f"{nobody}0"):
        status, body = await api.get(f"/api/v1/accounts/{path}/devices")
        assert (status, body["error"]["code"]) == (404, "not_found")


@pytest.fixture
def strict(config: Config) -> Config:
    flags = {
        "server.port": 0,
        "metrics.port": 0,
        "server.data_dir": config.server.data_dir,
        "accounts.attempts_per_minute": 5,
    }
    return load_config(None, {}, flags).config


async def test_calls_without_a_sign_in_are_limited_by_address(strict: Config) -> None:
    clock = ManualClock()
    async with running_server(strict, clock) as server, aiohttp.ClientSession() as http:
        api = Api(server, clock, http)
        request = DevicesPublish(new_device().account, b"no list")
        for _ in range(5):
            with pytest.raises(BadRequest):
                await api.call("/devices", request, DevicesPublished)

        with pytest.raises(RateLimited):
            await api.call("/devices", request, DevicesPublished)
        status, _ = await api.get(f"/api/v1/accounts/{request.account}/devices")
        assert status == 429
