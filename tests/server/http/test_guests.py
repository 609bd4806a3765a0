"""Guests over real HTTP: made by one call, refused to nobody."""

from __future__ import annotations

import asyncio
import secrets
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from mentalverse_crypto.credential import DeviceCredential, DeviceKind, verify
from mentalverse_server.auth.rate_keys import RateKeys
from mentalverse_server.auth.tokens import new_token
from mentalverse_server.store import accounts
from mentalverse_signaling.account_api import InviteRedeemed, ServerInfo
from mentalverse_signaling.device_api import (
    CredentialRenew,
    CredentialRenewed,
    DevicesPublish,
    DevicesPublished,
)
from mentalverse_signaling.errors import BadRequest, Conflict, Forbidden, Unauthorised
from mentalverse_signaling.events import Empty
from mentalverse_signaling.guest_api import GuestBegun
from support.account_api import Api
from support.clock import ManualClock
from support.devices import new_device, next_list


def _token() -> str:
    return new_token(secrets.token_bytes)


async def test_one_call_makes_a_guest_and_signs_it_in(api: Api) -> None:
    """With a credential that says what it is, under the keys of the service."""
    device, token = new_device(), _token()

    request = device.begin_guest(token, api.clock.now())
    begun = await api.call("/guests", request, GuestBegun)

    _, body = await api.get("/api/v1/server")
    info = msgspec.convert(body, ServerInfo, strict=False)
    keys = {bytes.fromhex(name): key for name, key in info.as_keys.items()}
    credential = DeviceCredential.decode(begun.credential)
    verify(credential, device.device_key.public, keys, api.clock.now())
    assert credential.kind is DeviceKind.GUEST
    principal = await api.server.identity.authenticate(token)
    assert (principal.account, principal.device) == (device.account, device.device)
    assert principal.is_guest


async def test_the_same_call_gives_the_same_answer(api: Api) -> None:
    """A lost answer is asked for again; nothing comes of it a second time."""
    request = new_device().begin_guest(_token(), api.clock.now())
    first = await api.call("/guests", request, GuestBegun)
    api.clock.advance(60)
    assert await api.call("/guests", request, GuestBegun) == first


async def test_what_is_public_of_a_guest_signs_nobody_in(api: Api) -> None:
    """Members see credential and list; with another token they are a stranger's."""
    device, token = new_device(), _token()
    request = device.begin_guest(token, api.clock.now())
    await api.call("/guests", request, GuestBegun)
    stolen = msgspec.structs.replace(request, token=_token())
    with pytest.raises(Conflict):
        await api.call("/guests", stolen, GuestBegun)
    with pytest.raises(Unauthorised):
        await api.server.identity.authenticate(stolen.token)
    other = new_device().begin_guest(token, api.clock.now())
    with pytest.raises(Conflict):
        await api.call("/guests", other, GuestBegun)


async def test_a_guest_is_not_made_as_a_member_nor_the_other_way(api: Api) -> None:
    """The kind in a credential is what the service signs for, at every door."""
    now, device = api.clock.now(), new_device()
    as_member = device.credential(now)
    as_guest = device.credential(now, kind=DeviceKind.GUEST)
    begin = device.begin_guest(_token(), now)
    with pytest.raises(BadRequest):
        wrong = msgspec.structs.replace(begin, credential=as_member)
        await api.call("/guests", wrong, GuestBegun)
    redeem = device.redeem(api.invite(), "ada", now)
    with pytest.raises(BadRequest):
        odd = msgspec.structs.replace(redeem, credential=as_guest)
        await api.call("/invites/redeem", odd, InviteRedeemed)

    member = await api.newcomer("ben")
    sibling = member.device.sibling()
    listed = next_list(
        member.device.first_list(now), member.device.account_key, [sibling.listed(now)]
    )
    added = msgspec.structs.replace(
        sibling.added(now), credential=sibling.credential(now, kind=DeviceKind.GUEST)
    )
    with pytest.raises(BadRequest):
        publish = DevicesPublish(sibling.account, listed.encode(), (added,))
        await api.call("/devices", publish, DevicesPublished)

    guest, later = await api.guest(), now + timedelta(days=1)
    as_guest = member.device.credential(later, kind=DeviceKind.GUEST)
    for caller, wrong_kind in (
        (guest, guest.device.credential(later)),
        (member, as_guest),
    ):
        with pytest.raises(BadRequest):
            renewal = CredentialRenew(wrong_kind)
            await api.call(
                "/devices/renew", renewal, CredentialRenewed, **caller.bearer
            )


async def test_a_guest_has_one_device(api: Api) -> None:
    """Its account key adds no second one."""
    guest, now = await api.guest(), api.clock.now()
    sibling = guest.device.sibling()
    listed = next_list(
        guest.device.first_list(now), guest.device.account_key, [sibling.listed(now)]
    )
    publish = DevicesPublish(sibling.account, listed.encode(), (sibling.added(now),))
    with pytest.raises(Forbidden):
        await api.call("/devices", publish, DevicesPublished)


async def test_nobody_is_refused_for_being_one_of_many(api: Api) -> None:
    """A school, a shelter, a flood: each one is helped, in its turn."""
    await asyncio.gather(*(api.guest() for _ in range(60)))


async def test_a_guest_is_nobody_that_an_operator_lists_or_waits_for(api: Api) -> None:
    """The first operator's link is printed until somebody has an account."""
    await api.guest()
    assert not await api.server.database.read(accounts.any_account)
    assert await api.server.database.read(accounts.all_accounts) == []


async def test_a_guest_may_leave_at_any_time(api: Api) -> None:
    guest = await api.guest()
    await api.call("/sign-out", Empty(), Empty, **guest.bearer)
    with pytest.raises(Unauthorised):
        await api.server.identity.authenticate(guest.token)


async def test_a_guest_signs_in_again_like_any_device(api: Api) -> None:
    """As long as it is kept: the token ends no later than the guest."""
    guest = await api.guest()
    again = await api.sign_in(guest.device)
    principal = await api.server.identity.authenticate(again.token)
    assert principal.is_guest
    kept = timedelta(days=api.server.config.guests.keep_days)
    assert principal.expires_at == api.clock.now() + kept


async def test_no_address_is_stored(api: Api, tmp_path: Path) -> None:
    """Neither as it is, nor as what stands for it where guests are counted."""
    for _ in range(api.server.config.guests.crowd_guests + 1):
        await api.guest()
    stored = b"".join(
        file.read_bytes() for file in (tmp_path / "data").rglob("*") if file.is_file()
    )
    assert b"127.0.0.1" not in stored


def test_what_stands_for_an_address_lasts_a_day() -> None:
    """Within the day the same for a network; across days, and servers, unrelated."""
    clock = ManualClock()
    keys, others = (RateKeys(clock, secrets.token_bytes) for _ in range(2))
    first = keys.of("192.0.2.7")
    assert keys.of("192.0.2.7") == first
    assert keys.of("2001:db8::1") == keys.of("2001:db8::2")
    assert len({first, keys.of("192.0.2.8"), others.of("192.0.2.7")}) == 3
    clock.advance(24 * 3600)
    assert keys.of("192.0.2.7") != first
