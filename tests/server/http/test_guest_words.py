"""Resume words over real HTTP: the place comes back, and nobody is locked out."""

from __future__ import annotations

import secrets
from pathlib import Path

import msgspec
import pytest

from mentalverse_crypto.credential import DeviceKind
from mentalverse_server.auth.tokens import new_token
from mentalverse_server.http.guests import FINDS
from mentalverse_server.services.guest_words import MAX_FOUND_PER_DAY
from mentalverse_signaling.envelope import unwrap
from mentalverse_signaling.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    NotFound,
    RateLimited,
    Unauthorised,
)
from mentalverse_signaling.guest_api import (
    GuestBegun,
    GuestFind,
    GuestPlace,
    GuestReturn,
    GuestWords,
)
from support.account_api import Api, Caller
from support.devices import DeviceKeys, next_list

LOOKUP, SEALED = b"l" * 32, b"a sealed place"


@pytest.fixture
async def guest(api: Api) -> Caller:
    """Somebody without an account who has words."""
    guest = await api.guest()
    await _keep(api, guest, LOOKUP)
    return guest


async def _keep(api: Api, caller: Caller, lookup: bytes) -> None:
    async with api.http.put(
        f"{api.server.url}/api/v1/guests/words",
        data=msgspec.json.encode(GuestWords(lookup, SEALED)),
        headers={"Content-Type": "application/json", **caller.bearer},
    ) as answer:
        content = await answer.json()
        if answer.status >= 400:
            unwrap(content)


async def _find(api: Api, lookup: bytes) -> GuestPlace:
    return await api.call("/guests/find", GuestFind(lookup), GuestPlace)


def _return(
    api: Api, before: DeviceKeys, after: DeviceKeys, kind: DeviceKind = DeviceKind.GUEST
) -> GuestReturn:
    """The guest's second list, with the new device alone."""
    now = api.clock.now()
    listed = next_list(
        before.first_list(now), before.account_key, [after.listed(now)], [before]
    )
    added = msgspec.structs.replace(
        after.added(now), credential=after.credential(now, kind=kind)
    )
    token = new_token(secrets.token_bytes)
    return GuestReturn(after.account, listed.encode(), added, token)


async def test_who_has_the_words_comes_back_with_a_new_device(
    api: Api, guest: Caller
) -> None:
    """The same guest; the device before is out; the same call, the same answer."""
    place = await _find(api, LOOKUP)
    assert (place.account, place.sealed) == (guest.device.account, SEALED)
    assert place.device_list == guest.device.first_list(api.clock.now()).encode()
    fresh = guest.device.sibling()
    request = _return(api, guest.device, fresh)

    back = await api.call("/guests/return", request, GuestBegun)

    assert (back.account, back.device) == (guest.device.account, fresh.device)
    principal = await api.server.identity.authenticate(request.token)
    assert principal.is_guest and principal.device == fresh.device
    with pytest.raises(Unauthorised):
        await api.server.identity.authenticate(guest.token)
    with pytest.raises(Unauthorised):
        await api.sign_in(guest.device)
    assert await api.call("/guests/return", request, GuestBegun) == back
    other = msgspec.structs.replace(request, token=new_token(secrets.token_bytes))
    with pytest.raises(Conflict):
        await api.call("/guests/return", other, GuestBegun)


async def test_only_the_account_s_key_brings_a_guest_back(
    api: Api, guest: Caller
) -> None:
    """Not another key, not as a member, not beside the device before."""
    stranger = (await api.guest()).device
    fresh = guest.device.sibling()
    forged = _return(api, stranger, fresh)
    with pytest.raises((Forbidden, BadRequest)):
        await api.call("/guests/return", forged, GuestBegun)
    as_member = _return(api, guest.device, fresh, DeviceKind.MEMBER)
    with pytest.raises(BadRequest):
        await api.call("/guests/return", as_member, GuestBegun)
    now = api.clock.now()
    both = next_list(
        guest.device.first_list(now), guest.device.account_key, [fresh.listed(now)]
    )
    two = msgspec.structs.replace(
        _return(api, guest.device, fresh), device_list=both.encode()
    )
    with pytest.raises(BadRequest):
        await api.call("/guests/return", two, GuestBegun)
    member = await api.newcomer("ada")
    of_member = _return(api, member.device, member.device.sibling())
    with pytest.raises(NotFound):
        await api.call("/guests/return", of_member, GuestBegun)
    assert await api.server.identity.authenticate(guest.token)


async def test_other_words_replace_those_of_before(api: Api, guest: Caller) -> None:
    await _keep(api, guest, b"n" * 32)
    assert (await _find(api, b"n" * 32)).account == guest.device.account
    with pytest.raises(NotFound):
        await _find(api, LOOKUP)


async def test_words_are_nobody_else_s(api: Api, guest: Caller) -> None:
    """Two guests do not share a place, and people with an account have none."""
    with pytest.raises(Conflict):
        await _keep(api, await api.guest(), LOOKUP)
    with pytest.raises(Forbidden):
        await _keep(api, await api.newcomer("ada"), b"n" * 32)


async def test_a_place_is_found_so_often_a_day_and_again_the_next(
    api: Api, guest: Caller
) -> None:
    """By whoever has its words; the address waits, and nothing is lost for good."""
    for _ in range(MAX_FOUND_PER_DAY):
        await _find(api, LOOKUP)
    api.clock.advance(60)
    with pytest.raises(RateLimited) as refused:
        await _find(api, LOOKUP)
    assert refused.value.retry_after_ms is not None
    assert refused.value.retry_after_ms <= 24 * 3600 * 1000
    api.clock.advance(24 * 3600)
    await _keep(api, await api.sign_in(guest.device), b"o" * 32)
    assert (await _find(api, b"o" * 32)).account == guest.device.account


async def test_guessing_is_slowed_and_keeps_nobody_from_help(
    api: Api, guest: Caller
) -> None:
    """A wrong guess counts against no place, and a new guest can always begin."""
    for guess in range(int(FINDS.burst)):
        with pytest.raises(NotFound):
            await _find(api, bytes([guess]) * 32)
    with pytest.raises(RateLimited):
        await _find(api, LOOKUP)
    await api.guest()
    api.clock.advance(60)
    assert (await _find(api, LOOKUP)).account == guest.device.account


async def test_what_words_become_is_not_stored(
    api: Api, guest: Caller, tmp_path: Path
) -> None:
    """Neither in the database nor beside it."""
    stored = b"".join(
        file.read_bytes() for file in (tmp_path / "data").iterdir() if file.is_file()
    )
    assert SEALED in stored
    assert LOOKUP not in stored
