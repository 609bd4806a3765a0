"""What follows from device lists: who is told, what is proven, what is renewed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mentalverse_crypto.credential import LIFETIME, DeviceCredential, DeviceKind, verify
from mentalverse_crypto.device_list import DeviceList
from mentalverse_crypto.log_entry import LogEntry, check_account_entry
from mentalverse_crypto.transparency import (
    SignedHead,
    verify_entry,
    verify_growth,
    verify_head,
)
from mentalverse_server.store import key_packages
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.device_api import CredentialRenew
from mentalverse_signaling.device_events import DeviceListShown
from mentalverse_signaling.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    NotFound,
    RateLimited,
)
from support.devices import new_device
from support.hub import Device, Hub
from support.people import Person, join

DAY_SECONDS = 24 * 3600


def told(device: Device) -> list[dict[str, Any]]:
    return device.inbox.of("account.devices_changed")


# --- who is told ---


async def test_whoever_shares_a_group_hears_of_a_list_and_nobody_else(
    any_hub: Hub,
) -> None:
    hub = any_hub
    ada, ben, eve = [await join(hub, handle) for handle in ("ada", "ben", "eve")]
    talk = await hub.open(ada.device)
    await hub.add(ada.device, talk, ben.device, eve.device)
    await hub.remove(ada.device, talk, eve.device)
    laptop = ada.keys.sibling()

    await ada.publish(add=[laptop])
    await ada.publish(remove=[ada.keys])

    second = {"account": ada.account, "counter": 2}
    third = {"account": ada.account, "counter": 3}
    assert told(ben.device) == [second, third]
    assert told(ada.device) == [second]
    assert told(ada.online[laptop.device]) == [third]
    assert told(eve.device) == []


async def test_the_account_hears_when_a_device_can_be_added_to_groups(
    any_hub: Hub,
) -> None:
    hub = any_hub
    ada = await join(hub, "ada")
    laptop = ada.keys.sibling()
    await ada.publish(add=[laptop])
    before = len(told(ada.device))

    for _ in range(2):
        await hub.call(
            ada.online[laptop.device], "keys.publish", packages=(ada.package(laptop),)
        )

    assert told(ada.device)[before:] == [{"account": ada.account, "counter": 2}]
    assert told(ada.online[laptop.device]) == []


async def test_a_revoked_device_is_put_out_by_anybody_once_another_takes_its_place(
    any_hub: Hub,
) -> None:
    hub = any_hub
    ada, ben = await join(hub, "ada"), await join(hub, "ben")
    talk = await hub.open(ada.device, ConversationKind.DIRECT)
    await hub.add(ada.device, talk, ben.device)
    phone, laptop = ben.device, ben.keys.sibling()
    with pytest.raises(Forbidden):
        await hub.remove(ada.device, talk, phone)

    await ben.publish(add=[laptop], remove=[ben.keys])
    with pytest.raises(Forbidden):
        await hub.remove(ada.device, talk, phone)
    commit = hub.commit(talk, adds=(ben.online[laptop.device],), removes=(phone,))
    await hub.take_epoch(ada.device, talk, commit)

    room = hub.directory.get(talk.id)
    assert room is not None
    assert room.devices == {ada.device.id, laptop.device}


# --- what is proven ---


def check(hub: Hub, shown: DeviceListShown) -> tuple[DeviceList, SignedHead]:
    """What a client checks of an answer that is its first."""
    device_list = DeviceList.decode(shown.device_list)
    head, entry = SignedHead.decode(shown.head), LogEntry.decode(shown.entry)
    verify_head(head, hub.keyring.log_key.public)
    check_account_entry(entry, device_list)
    verify_entry(entry, shown.inclusion, head)
    return device_list, head


async def test_a_list_is_shown_with_the_proof_that_it_is_logged(any_hub: Hub) -> None:
    hub = any_hub
    ada, ben = await join(hub, "ada"), await join(hub, "ben")
    first = await hub.call(ben.device, "device.list", account=ada.account)
    device_list, known = check(hub, first)
    assert device_list == ada.device_list
    await ada.publish(add=[ada.keys.sibling()])

    second = await hub.call(
        ben.device, "device.list", account=ada.account, known_size=known.size
    )

    device_list, head = check(hub, second)
    assert device_list == ada.device_list
    verify_growth(known, head, second.consistency)


async def test_an_earlier_list_is_shown_on_request(hub: Hub) -> None:
    ada = await join(hub, "ada")
    first = ada.device_list
    await ada.publish(add=[ada.keys.sibling()])

    shown = await hub.call(ada.device, "device.list", account=ada.account, counter=1)

    assert check(hub, shown)[0] == first
    with pytest.raises(NotFound):
        await hub.call(ada.device, "device.list", account=ada.account, counter=3)


async def test_who_knows_a_longer_log_gets_the_head_and_no_proof(hub: Hub) -> None:
    ada = await join(hub, "ada")
    shown = await hub.call(
        ada.device, "device.list", account=ada.account, known_size=1_000
    )
    assert shown.consistency == ()
    assert check(hub, shown)[1].size < 1_000


async def test_lists_of_somebody_else_are_shown_ten_times_a_minute(hub: Hub) -> None:
    ada, ben = await join(hub, "ada"), await join(hub, "ben")
    for _ in range(10):
        await hub.call(ben.device, "device.list", account=ada.account)

    with pytest.raises(RateLimited):
        await hub.call(ben.device, "device.list", account=ada.account)

    for _ in range(20):
        await hub.call(ben.device, "device.list", account=ben.account)
    hub.clock.advance(6)
    await hub.call(ben.device, "device.list", account=ada.account)


# --- renewing ---


async def renewed(person: Person, credential: bytes) -> bytes:
    principal = person.device.connection.principal
    answer = await person.hub.devices.renew(principal, CredentialRenew(credential))
    return answer.credential


async def test_a_credential_is_renewed_once_and_the_answer_stays(
    any_hub: Hub,
) -> None:
    hub = any_hub
    ada = await join(hub, "ada")
    hub.clock.advance(300 * DAY_SECONDS)
    asked = ada.keys.credential(hub.clock.now())

    first = await renewed(ada, asked)

    credential, now = DeviceCredential.decode(first), hub.clock.now()
    verify(credential, ada.keys.device_key.public, hub.as_keys, now)
    assert credential.not_after == int((now + LIFETIME).timestamp())
    assert await renewed(ada, asked) == first


async def test_a_credential_that_was_complete_already_comes_back(hub: Hub) -> None:
    ada = await join(hub, "ada")
    asked = ada.keys.credential(hub.clock.now())
    assert await renewed(ada, asked) == ada.credentials[ada.keys.device]


async def test_a_new_account_key_ends_what_shows_the_one_before(hub: Hub) -> None:
    """KeyPackages are gone; a credential of the new key need not last longer."""
    ada = await join(hub, "ada")
    await hub.call(ada.device, "keys.publish", packages=(ada.package(ada.keys),))
    fresh, old = new_device().account_key, ada.keys.account_key
    under_old = ada.keys.credential(hub.clock.now())
    await hub.devices.publish(ada.request(account_key=fresh, previous_key=old))

    assert not await hub.database.read(key_packages.published_suites, ada.keys.device)
    keys = replace(ada.keys, account_key=fresh)
    asked = keys.credential(hub.clock.now())
    credential = DeviceCredential.decode(await renewed(ada, asked))
    assert credential.account_public == fresh.public
    assert await renewed(ada, asked) == credential.encode()
    with pytest.raises(BadRequest):
        await renewed(ada, under_old)


async def test_a_credential_is_not_renewed_into_another(hub: Hub) -> None:
    ada = await join(hub, "ada")
    hub.clock.advance(DAY_SECONDS)
    now = hub.clock.now()
    strangers = [
        ada.keys.sibling(),
        replace(ada.keys, device_key=new_device().device_key),
        replace(ada.keys, account_key=new_device().account_key),
        replace(ada.keys, account=new_device().account),
    ]
    wrong = [keys.credential(now) for keys in strangers]
    wrong += [b"none", ada.keys.credential(now, kind=DeviceKind.GUEST)]
    for credential in wrong:
        with pytest.raises(BadRequest):
            await renewed(ada, credential)
    shorter = ada.keys.credential(now, LIFETIME - timedelta(days=1))
    with pytest.raises(Conflict):
        await renewed(ada, shorter)


async def test_a_revoked_device_renews_and_reports_nothing(hub: Hub) -> None:
    ada = await join(hub, "ada")
    await ada.publish(add=[ada.keys.sibling()], remove=[ada.keys])
    hub.clock.advance(DAY_SECONDS)
    with pytest.raises(Forbidden):
        await renewed(ada, ada.keys.credential(hub.clock.now()))
    with pytest.raises(Forbidden):
        await hub.call(ada.device, "device.checkpoint", counter=1)


# --- rollback ---


async def test_a_device_learns_how_far_it_had_written(any_hub: Hub) -> None:
    hub = any_hub
    ada = await join(hub, "ada")
    told_and_reached = [(5, 0), (5, 5), (3, 5), (9, 5), (9, 9)]
    for counter, reached in told_and_reached:
        answer = await hub.call(ada.device, "device.checkpoint", counter=counter)
        assert answer.reached == reached
