"""KeyPackages: only sound ones are stored, and each is given out once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from mentalverse_crypto import key_package
from mentalverse_crypto.ciphersuite import (
    CipherSuite,
    SignatureKeyPair,
    generate_signature_key_pair,
    signature_key_pair,
)
from mentalverse_crypto.credential import DeviceKind, sign_by_account, sign_by_as
from mentalverse_crypto.framing import decode_message, encode_message
from mentalverse_crypto.key_package import KeyPackage
from mentalverse_crypto.leaf import basic_credential, lifetime_from
from mentalverse_server.services.keys import LOW_POOL, MAX_POOL
from mentalverse_server.transport.connections import Connection
from mentalverse_signaling.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    NotFound,
    RateLimited,
)
from mentalverse_signaling.ids import id_bytes
from mentalverse_signaling.key_events import MAX_KEY_PACKAGES_PER_UPLOAD, SuitePool
from support.hub import Device, Hub
from support.people import join

SUITE = CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519
HYBRID = CipherSuite.MLS_128_MLKEM768X25519_AES128GCM_SHA256_Ed25519
SUITES = (SUITE, HYBRID)


def suite_of(message: bytes) -> CipherSuite:
    package = decode_message(message)
    assert isinstance(package, KeyPackage)
    return package.cipher_suite


@dataclass
class Owner:
    """A device and the private keys its packages are made with."""

    hub: Hub
    device: Device
    account_key: SignatureKeyPair
    leaf_key: SignatureKeyPair

    def package(
        self,
        *,
        last_resort: bool = False,
        device: Device | None = None,
        suite: CipherSuite = SUITE,
    ) -> bytes:
        """A sound package, for `device` if another one than the owner's."""
        now, of = self.hub.clock.now(), device or self.device
        request = sign_by_account(
            self.account_key,
            self.leaf_key.public,
            kind=DeviceKind.MEMBER,
            account_id=id_bytes(of.account),
            device_id=id_bytes(of.id),
            now=now,
        )
        as_key = signature_key_pair(self.hub.as_private)
        credential = sign_by_as(request, self.leaf_key.public, as_key, now)
        package, _ = key_package.generate(
            suite,
            self.leaf_key,
            basic_credential(credential.encode()),
            lifetime_from(now, days=30),
            self.hub.rng,
            last_resort,
        )
        return encode_message(package)

    async def fill(self, count: int, suite: CipherSuite = SUITE) -> list[bytes]:
        """Publish so many packages; what they are."""
        packages = [self.package(suite=suite) for _ in range(count)]
        step = MAX_KEY_PACKAGES_PER_UPLOAD
        for start in range(0, count, step):
            part = tuple(packages[start : start + step])
            await self.hub.call(self.device, "keys.publish", packages=part)
        return packages


async def left(owner: Owner) -> dict[int, int]:
    """How many packages there are by suite."""
    answer = await owner.hub.call(owner.device, "keys.count")
    return {pool.suite: pool.remaining for pool in answer.pools}


async def owner(hub: Hub, handle: str = "ana", of: Device | None = None) -> Owner:
    account_key = generate_signature_key_pair(hub.rng)
    leaf_key = generate_signature_key_pair(hub.rng)
    device = await hub.add_device(handle, of=of, signature_pub=leaf_key.public)
    return Owner(hub, device, account_key, leaf_key)


async def test_what_is_published_is_counted_and_publishing_again_adds_nothing(
    any_hub: Hub,
) -> None:
    hub = any_hub
    ana = await owner(hub)
    upload = {
        "packages": (ana.package(), ana.package()),
        "last_resort": ana.package(last_resort=True),
    }
    for _ in range(2):
        left = await hub.call(ana.device, "keys.publish", **upload)
        assert left.pools == (SuitePool(SUITE, 2, True),)
    assert await hub.call(ana.device, "keys.count") == left


async def test_concurrent_takers_never_get_the_same_package(any_hub: Hub) -> None:
    hub = any_hub
    ana = await owner(hub)
    packages = await ana.fill(30)
    takers = [await hub.add_device(f"t{n}") for n in range(30)]
    account = ana.device.account
    results = await asyncio.gather(
        *(
            hub.call(taker, "keys.take", account=account, suites=(SUITE,))
            for taker in takers
        )
    )
    given = [package.package for taken in results for package in taken.packages]
    assert sorted(given) == sorted(packages)


async def test_the_last_resort_is_given_when_the_pool_is_empty_and_stays(
    any_hub: Hub,
) -> None:
    hub = any_hub
    ana = await owner(hub)
    last = ana.package(last_resort=True)
    single = ana.package()
    await hub.call(ana.device, "keys.publish", packages=(single,), last_resort=last)
    given = []
    for n in range(3):
        taker = await hub.add_device(f"t{n}")
        taken = await hub.call(
            taker, "keys.take", account=ana.device.account, suites=(SUITE,)
        )
        given += [package.package for package in taken.packages]
    assert given == [single, last, last]


async def test_every_device_of_an_account_gives_one_and_revoked_ones_none(
    hub: Hub,
) -> None:
    ana = await owner(hub)
    phone = await owner(hub, of=ana.device)
    lost = await owner(hub, of=ana.device)
    await hub.add_device("ana", of=ana.device)  # never published
    for each in (ana, phone, lost):
        await each.fill(1)
    await hub.revoke(lost.device)
    ben = await hub.add_device("ben")
    taken = await hub.call(
        ben, "keys.take", account=ana.device.account, suites=(SUITE,)
    )
    expected = {ana.device.id, phone.device.id}
    assert {package.device for package in taken.packages} == expected


async def test_only_the_devices_that_were_asked_for_give_one(any_hub: Hub) -> None:
    hub = any_hub
    ana = await owner(hub)
    phone = await owner(hub, of=ana.device)
    for each in (ana, phone):
        await each.fill(1)
    ben = await hub.add_device("ben")
    asked = {
        "account": ana.device.account,
        "suites": (SUITE,),
        "devices": (phone.device.id, ben.id),
    }
    taken = await hub.call(ben, "keys.take", **asked)
    assert [package.device for package in taken.packages] == [phone.device.id]
    assert await left(ana) == {SUITE: 1}


async def test_a_device_is_told_when_its_pool_runs_low(hub: Hub) -> None:
    ana = await owner(hub)
    await ana.fill(LOW_POOL + 2)
    for n in range(3):
        taker = await hub.add_device(f"t{n}")
        await hub.call(taker, "keys.take", account=ana.device.account, suites=(SUITE,))
    assert ana.device.inbox.of("keys.ran_low") == [
        {"pools": [{"suite": SUITE, "remaining": count, "has_last_resort": False}]}
        for count in (LOW_POOL, LOW_POOL - 1)
    ]


async def test_a_pool_has_a_bound(hub: Hub) -> None:
    ana = await owner(hub)
    await ana.fill(MAX_POOL)
    with pytest.raises(Conflict):
        await ana.fill(1)
    assert await left(ana) == {SUITE: MAX_POOL}


async def test_every_suite_has_a_pool_and_a_last_resort_of_its_own(
    any_hub: Hub,
) -> None:
    """What is published, taken and replaced for one leaves the others alone."""
    hub = any_hub
    ana = await owner(hub)
    last = {suite: ana.package(suite=suite, last_resort=True) for suite in SUITES}
    for suite in SUITES:
        await ana.fill(MAX_POOL, suite)
        await hub.call(ana.device, "keys.publish", packages=(), last_resort=last[suite])
    with pytest.raises(Conflict):
        await ana.fill(1, HYBRID)
    ben = await hub.add_device("ben")
    asked = {"account": ana.device.account}
    both = await hub.call(ben, "keys.take", **asked, suites=SUITES)
    assert [suite_of(taken.package) for taken in both.packages] == [SUITE, HYBRID]
    one = await hub.call(ben, "keys.take", **asked, suites=(HYBRID,))
    assert [suite_of(taken.package) for taken in one.packages] == [HYBRID]
    assert await left(ana) == {SUITE: MAX_POOL - 1, HYBRID: MAX_POOL - 2}
    count = await hub.call(ana.device, "keys.count")
    assert all(pool.has_last_resort for pool in count.pools)


async def test_a_device_without_the_suite_is_named_and_gives_nothing(
    any_hub: Hub,
) -> None:
    hub = any_hub
    ana = await owner(hub)
    phone = await owner(hub, of=ana.device)
    await hub.add_device("ana", of=ana.device)  # never published
    await ana.fill(2, HYBRID)
    await phone.fill(2)
    ben = await hub.add_device("ben")
    taken = await hub.call(
        ben, "keys.take", account=ana.device.account, suites=(HYBRID,)
    )
    assert [package.device for package in taken.packages] == [ana.device.id]
    assert taken.lacking == (phone.device.id,)
    assert await left(phone) == {SUITE: 2}


async def test_the_others_of_an_account_hear_of_the_first_packages_of_each_suite(
    hub: Hub,
) -> None:
    """Else a device that offers a suite later stays out of the groups of that suite."""
    ada = await join(hub, "ada")
    laptop = ada.keys.sibling()
    await ada.publish(add=[laptop])
    told = len(ada.device.inbox.of("account.devices_changed"))
    for suite in SUITES:
        for _ in range(2):
            package = ada.package(laptop, suite=suite)
            await hub.call(
                ada.online[laptop.device], "keys.publish", packages=(package,)
            )
        told += 1
        assert len(ada.device.inbox.of("account.devices_changed")) == told


async def test_a_pool_cannot_be_drained_at_once(hub: Hub) -> None:
    ana, eva = await owner(hub), await owner(hub, "eva")
    ben, phone = await hub.add_device("ben"), await hub.add_device("x")
    phone.connection = Connection(
        hub.id(),
        replace(phone.connection.principal, account=ben.account),
        "127.0.0.1",
        phone.inbox,
    )
    for device in (ben, phone) * 5:
        await hub.call(device, "keys.take", account=ana.device.account, suites=(SUITE,))
    for device in (ben, phone):
        with pytest.raises(RateLimited) as refused:
            await hub.call(
                device, "keys.take", account=ana.device.account, suites=(SUITE,)
            )
    await hub.call(ben, "keys.take", account=eva.device.account, suites=(SUITE,))
    assert refused.value.retry_after_ms == 6_000
    hub.clock.advance(6)
    await hub.call(ben, "keys.take", account=ana.device.account, suites=(SUITE,))


async def test_an_unknown_account_is_not_found(hub: Hub) -> None:
    ben = await hub.add_device("ben")
    with pytest.raises(NotFound):
        await hub.call(ben, "keys.take", account=hub.id(), suites=(SUITE,))


async def test_an_unsound_upload_is_refused_as_a_whole(hub: Hub) -> None:
    ana, ben = await owner(hub), await owner(hub, "ben")
    good = ana.package()
    damaged = bytearray(good)
    damaged[-1] ^= 1
    impostor = replace(ana, leaf_key=generate_signature_key_pair(hub.rng))
    bad = {
        "junk": b"package",
        "a damaged one": bytes(damaged),
        "one of somebody else": ben.package(),
        "one that names another device": ana.package(device=ben.device),
        "one of another leaf key": impostor.package(),
        "a last-resort one among the single ones": ana.package(last_resort=True),
    }
    for what, package in bad.items():
        with pytest.raises(BadRequest):
            await hub.call(ana.device, "keys.publish", packages=(good, package))
            pytest.fail(what)
    with pytest.raises(BadRequest):
        await hub.call(ana.device, "keys.publish", packages=(), last_resort=good)
    assert await left(ana) == {}


async def test_an_expired_package_is_neither_taken_nor_counted(hub: Hub) -> None:
    ana = await owner(hub)
    stale = await ana.fill(1)
    hub.clock.advance(timedelta(days=31).total_seconds())
    assert await left(ana) == {}
    ben = await hub.add_device("ben")
    taken = await hub.call(
        ben, "keys.take", account=ana.device.account, suites=(SUITE,)
    )
    assert taken.packages == ()
    with pytest.raises(BadRequest):
        await hub.call(ana.device, "keys.publish", packages=tuple(stale))


async def test_a_revoked_device_publishes_nothing(hub: Hub) -> None:
    ana = await owner(hub)
    await hub.revoke(ana.device)
    with pytest.raises(Forbidden):
        await ana.fill(1)
