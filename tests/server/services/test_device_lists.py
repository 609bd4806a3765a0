"""Device lists: the account's signature changes its devices, and nothing else does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec
import pytest

from mentalverse_crypto.credential import DeviceCredential, verify
from mentalverse_crypto.device_list import DeviceList
from mentalverse_server.store import accounts, device_lists, key_packages, log, sign_ins
from mentalverse_signaling.conversation import MAX_DEVICES_PER_ACCOUNT
from mentalverse_signaling.device_api import DevicesPublish
from mentalverse_signaling.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    NotFound,
    SignalingError,
)
from support.devices import DeviceKeys, new_device
from support.hub import Hub
from support.people import Person, join


async def live_devices(person: Person) -> set[str]:
    database = person.hub.database
    return set(await database.read(device_lists.own_devices, person.account))


async def log_size(hub: Hub) -> int:
    return (await hub.database.read(log.head)).size


async def test_a_list_adds_a_device_that_may_then_speak(any_hub: Hub) -> None:
    hub = any_hub
    ada = await join(hub, "ada")
    laptop = ada.keys.sibling()

    published = await ada.publish(add=[laptop])

    assert published.counter == 2
    credential = DeviceCredential.decode(published.credentials[laptop.device])
    verify(credential, laptop.device_key.public, hub.as_keys, hub.clock.now())
    assert await live_devices(ada) == {ada.keys.device, laptop.device}
    view = await hub.devices.newest(ada.account)
    assert (view.counter, view.device_list) == (2, ada.device_list.encode())


async def test_a_list_without_a_device_ends_it(any_hub: Hub) -> None:
    hub = any_hub
    ada = await join(hub, "ada")
    laptop = ada.keys.sibling()
    await ada.publish(add=[laptop])
    phone = ada.device
    await hub.call(phone, "keys.publish", packages=(ada.package(ada.keys),))

    await ada.publish(remove=[ada.keys])

    assert await live_devices(ada) == {laptop.device}
    assert phone.inbox.closed == "revoked"
    assert phone.inbox.of("account.signed_out") == [{"reason": "revoked"}]
    row = await hub.database.read(sign_ins.sign_in, phone.connection.principal.sign_in)
    assert row is not None and row.revoked_at is not None
    taken = await hub.call(
        ada.online[laptop.device], "keys.take", account=ada.account, suites=(1,)
    )
    assert taken.packages == ()
    assert not await hub.database.read(key_packages.published_suites, ada.keys.device)


async def test_the_same_list_again_gives_the_same_answer_for_ever(
    any_hub: Hub,
) -> None:
    hub = any_hub
    ada = await join(hub, "ada")
    laptop = ada.keys.sibling()
    request = ada.request(add=[laptop])
    first = await ada.publish(add=[laptop])
    size = await log_size(hub)
    assert await hub.devices.publish(request) == first
    await ada.publish(remove=[laptop])

    assert await hub.devices.publish(request) == first
    assert await log_size(hub) == size + 1
    assert await live_devices(ada) == {ada.keys.device}


async def test_of_two_lists_at_a_time_one_counts(any_hub: Hub) -> None:
    hub = any_hub
    ada = await join(hub, "ada")
    rivals = [ada.keys.sibling() for _ in range(6)]
    size = await log_size(hub)

    outcomes = await asyncio.gather(
        *(hub.devices.publish(ada.request(add=[rival])) for rival in rivals),
        return_exceptions=True,
    )

    refused = [outcome for outcome in outcomes if isinstance(outcome, Conflict)]
    assert len(refused) == len(rivals) - 1
    assert await log_size(hub) == size + 1
    assert len(await live_devices(ada)) == 2


@dataclass
class Scene:
    """Ada, who had an old phone once, and somebody else."""

    ada: Person
    first: DeviceList
    old: DeviceKeys
    somebody: DeviceKeys

    def now(self) -> datetime:
        return self.ada.hub.clock.now()


async def set_scene(hub: Hub) -> Scene:
    """Ada's newest list has counter 3 and names one device."""
    ada, somebody = await join(hub, "ada"), await join(hub, "ben")
    first, old = ada.device_list, ada.keys.sibling()
    await ada.publish(add=[old])
    await ada.publish(remove=[old])
    return Scene(ada, first, old, somebody.keys)


change = msgspec.structs.replace


def _of_nobody(scene: Scene) -> DevicesPublish:
    nobody = new_device()
    return DevicesPublish(nobody.account, nobody.first_list(scene.now()).encode())


def _altered(scene: Scene) -> DevicesPublish:
    request = scene.ada.request()
    last = request.device_list[-1] ^ 1
    return change(request, device_list=request.device_list[:-1] + bytes([last]))


def _two_ahead(scene: Scene) -> DevicesPublish:
    ahead = DeviceList.decode(scene.ada.request().device_list)
    return scene.ada.request(before=ahead)


def _of_an_old_counter(scene: Scene) -> DevicesPublish:
    return scene.ada.request(add=[scene.ada.keys.sibling()], before=scene.first)


def _of_too_many(scene: Scene) -> DevicesPublish:
    others = [scene.ada.keys.sibling() for _ in range(MAX_DEVICES_PER_ACCOUNT)]
    return change(scene.ada.request(add=others), added=())


def _with_a_used_key(scene: Scene) -> DevicesPublish:
    return scene.ada.request(add=[replace(scene.old, device=new_device().device)])


def _with_somebodys_device(scene: Scene) -> DevicesPublish:
    sibling = scene.ada.keys.sibling()
    return scene.ada.request(add=[replace(sibling, device=scene.somebody.device)])


def _with_another_key(scene: Scene) -> DevicesPublish:
    keys = scene.ada.keys
    other = replace(keys, device_key=new_device().device_key)
    later = other.listed(scene.now() + timedelta(hours=1))
    return scene.ada.request(remove=[keys], listed=[later])


def _with_one_unlisted(scene: Scene) -> DevicesPublish:
    return scene.ada.request(add=[scene.ada.keys.sibling()], listed=[])


def _with_one_not_added(scene: Scene) -> DevicesPublish:
    return change(scene.ada.request(add=[scene.ada.keys.sibling()]), added=())


def _with_one_added_twice(scene: Scene) -> DevicesPublish:
    request = scene.ada.request(add=[scene.ada.keys.sibling()])
    return change(request, added=request.added * 2)


def _with_a_known_one_added(scene: Scene) -> DevicesPublish:
    return change(scene.ada.request(), added=(scene.ada.keys.added(scene.now()),))


def _with_the_wrong_credential(scene: Scene) -> DevicesPublish:
    request = scene.ada.request(add=[scene.ada.keys.sibling()])
    credential = scene.ada.keys.sibling().credential(scene.now())
    return change(request, added=(change(request.added[0], credential=credential),))


REFUSED: dict[str, tuple[Callable[[Scene], DevicesPublish], type[SignalingError]]] = {
    "of nobody": (_of_nobody, NotFound),
    "of somebody else": (
        lambda s: change(s.ada.request(), account=s.somebody.account),
        BadRequest,
    ),
    "that is none": (lambda s: DevicesPublish(s.ada.account, b"none"), BadRequest),
    "signed by somebody": (
        lambda s: s.ada.request(account_key=s.somebody.account_key),
        Forbidden,
    ),
    "altered": (_altered, Forbidden),
    "that skips a counter": (_two_ahead, Conflict),
    "of an old counter": (_of_an_old_counter, Conflict),
    "of no device": (lambda s: s.ada.request(remove=[s.ada.keys]), BadRequest),
    "of nine devices": (_of_too_many, BadRequest),
    "with a revoked device": (lambda s: s.ada.request(add=[s.old]), Conflict),
    "with a revoked device's key": (_with_a_used_key, Conflict),
    "with somebody's device": (_with_somebodys_device, Conflict),
    "with another key for a device": (_with_another_key, Conflict),
    "without the one that is added": (_with_one_unlisted, BadRequest),
    "with one that is not added": (_with_one_not_added, BadRequest),
    "with one added twice": (_with_one_added_twice, BadRequest),
    "with a known one added": (_with_a_known_one_added, BadRequest),
    "with the wrong credential": (_with_the_wrong_credential, BadRequest),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_list_is_refused_and_changes_nothing(hub: Hub, name: str) -> None:
    make, error = REFUSED[name]
    scene = await set_scene(hub)
    live, size = await live_devices(scene.ada), await log_size(hub)

    with pytest.raises(error):
        await hub.devices.publish(make(scene))

    assert await live_devices(scene.ada) == live
    assert await log_size(hub) == size
    assert scene.ada.device.inbox.closed is None


async def test_the_account_key_changes_hands_by_the_old_ones_signature(
    hub: Hub,
) -> None:
    ada = await join(hub, "ada")
    fresh = new_device().account_key
    old = ada.keys.account_key

    await hub.devices.publish(ada.request(account_key=fresh, previous_key=old))

    row = await hub.database.read(accounts.account, ada.account)
    assert row is not None and row.account_pub == fresh.public
    view = await hub.devices.newest(ada.account)
    with pytest.raises(Forbidden):
        await hub.devices.publish(
            ada.request(before=DeviceList.decode(view.device_list))
        )
