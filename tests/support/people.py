"""People with true keys and signed device lists, on a hub or another server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from mentalverse_crypto import key_package
from mentalverse_crypto.ciphersuite import CipherSuite, SignatureKeyPair
from mentalverse_crypto.device_list import DeviceList, ListedDevice
from mentalverse_crypto.framing import encode_message
from mentalverse_crypto.leaf import basic_credential, lifetime_from
from mentalverse_server.auth.invites import invite_code_hash, new_invite_code
from mentalverse_server.store import accounts, sign_ins
from mentalverse_server.store.writer import Transaction, WriterLane
from mentalverse_signaling.device_api import DevicesPublish, DevicesPublished
from mentalverse_signaling.ids import AccountId, DeviceId
from mentalverse_signaling.roles import Role
from support.devices import DeviceKeys, new_device, next_list
from support.hub import Device, Hub

SUITE = next(iter(CipherSuite))


@dataclass
class Person:
    """An account: its keys, its devices on the hub, and its newest list."""

    hub: Hub
    handle: str
    keys: DeviceKeys
    """Of the first device."""
    device_list: DeviceList
    online: dict[DeviceId, Device] = field(default_factory=dict)
    credentials: dict[DeviceId, bytes] = field(default_factory=dict)

    @property
    def account(self) -> AccountId:
        return self.keys.account

    @property
    def device(self) -> Device:
        """The first device."""
        return self.online[self.keys.device]

    def request(
        self,
        add: Sequence[DeviceKeys] = (),
        remove: Sequence[DeviceKeys] = (),
        *,
        listed: Sequence[ListedDevice] | None = None,
        account_key: SignatureKeyPair | None = None,
        previous_key: SignatureKeyPair | None = None,
        before: DeviceList | None = None,
    ) -> DevicesPublish:
        """What publishes the next list. Everything can be made to be wrong."""
        now = self.hub.clock.now()
        following = next_list(
            before or self.device_list,
            account_key or self.keys.account_key,
            [key.listed(now) for key in add] if listed is None else listed,
            remove,
            previous_key,
        )
        added = tuple(key.added(now) for key in add)
        return DevicesPublish(self.account, following.encode(), added)

    async def publish(
        self, add: Sequence[DeviceKeys] = (), remove: Sequence[DeviceKeys] = ()
    ) -> DevicesPublished:
        """Put the next list in force and bring the added devices online."""
        request = self.request(add, remove)
        published = await self.hub.devices.publish(request)
        self.device_list = DeviceList.decode(request.device_list)
        self.credentials |= published.credentials
        for keys in add:
            await self.connect(keys)
        return published

    async def connect(self, keys: DeviceKeys) -> Device:
        """A live connection of a device, with a stored sign-in."""
        device = self.hub.connect(self.handle, self.account, keys.device)
        sign_in = device.connection.principal.sign_in

        def store(transaction: Transaction) -> None:
            sign_ins.create_sign_in(
                transaction.connection,
                sign_in,
                sign_in.encode(),
                self.account,
                keys.device,
                now=transaction.now,
                expires_at=transaction.now,
            )

        await self.hub.writer.run(store, lane=WriterLane.OTHER)
        self.online[keys.device] = device
        return device

    def package(self, keys: DeviceKeys, suite: CipherSuite = SUITE) -> bytes:
        """A sound KeyPackage of a device."""
        package, _ = key_package.generate(
            suite,
            keys.device_key,
            basic_credential(self.credentials[keys.device]),
            lifetime_from(self.hub.clock.now(), days=30),
            self.hub.rng,
            False,
        )
        return encode_message(package)


async def join(hub: Hub, handle: str) -> Person:
    """Somebody with an account and one connected device, by invitation."""
    keys, now, code = new_device(), hub.clock.now(), new_invite_code(hub.rng)

    def invite(transaction: Transaction) -> None:
        accounts.create_invite(
            transaction.connection,
            invite_code_hash(code),
            (Role.MENTEE,),
            now=now,
            expires_at=now.replace(year=now.year + 1),
        )

    await hub.writer.run(invite, lane=WriterLane.OTHER)
    redeemed = await hub.identity.redeem(keys.redeem(code, handle, now))
    person = Person(hub, handle, keys, keys.first_list(now))
    person.credentials[keys.device] = redeemed.credential
    await person.connect(keys)
    return person
