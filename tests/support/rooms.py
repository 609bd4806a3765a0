"""Conversations of several devices over a log in memory: no server, no socket."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mentalverse_client.account.device import Device
from mentalverse_client.account.keys import KeyPool
from mentalverse_client.account.profile import Profile
from mentalverse_client.groups import opening
from mentalverse_client.groups.receiving import Applied
from mentalverse_client.groups.room import Room
from mentalverse_client.store.records import (
    ConversationRecord,
    Identity,
    Outgoing,
    Standing,
    Task,
    load,
)
from mentalverse_client.store.vault import Vault
from mentalverse_crypto.ciphersuite import generate_signature_key_pair
from mentalverse_crypto.content import Text
from mentalverse_crypto.credential import (
    DeviceKind,
    as_key_id,
    sign_by_account,
    sign_by_as,
)
from mentalverse_crypto.device_list import ListedDevice, sign_first
from mentalverse_crypto.framing import decode_message
from mentalverse_crypto.key_package import KeyPackage
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.events import GroupWelcomed, LogRow
from mentalverse_signaling.ids import (
    AccountId,
    ClientId,
    DeviceId,
    WelcomeId,
    id_bytes,
    new_id,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class World:
    """An authentication service, devices, and one log."""

    folder: Path
    rows: list[LogRow] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)

    def __post_init__(self) -> None:
        pair = generate_signature_key_pair(os.urandom)
        self._as_key = pair

    def device(
        self,
        handle: str,
        account: AccountId | None = None,
        sibling: Device | None = None,
    ) -> Device:
        """A registered device of an account of its own, or of its sibling's.

        With `account`, one that claims another's account.
        """
        account_key = generate_signature_key_pair(os.urandom)
        if sibling is not None:
            account = sibling.profile.identity.account
            account_key = sibling.profile.account_key
        device_key = generate_signature_key_pair(os.urandom)
        account = account or AccountId(new_id(os.urandom))
        device = DeviceId(new_id(os.urandom))
        asked = sign_by_account(
            account_key,
            device_key.public,
            kind=DeviceKind.MEMBER,
            account_id=id_bytes(account),
            device_id=id_bytes(device),
            now=NOW,
        )
        listed = ListedDevice(id_bytes(device), device_key.public, int(NOW.timestamp()))
        signed = sign_by_as(asked, device_key.public, self._as_key, NOW)
        identity = Identity(
            server_url="http://localhost",
            server=new_id(os.urandom),
            as_keys={as_key_id(self._as_key.public).hex(): self._as_key.public},
            log_pub=self._as_key.public,
            account=account,
            device=device,
            handle=handle,
            invite_code="",
            account_private=account_key.private,
            device_private=device_key.private,
            credential=signed.encode(),
            device_list=sign_first(account_key, id_bytes(account), [listed]).encode(),
            registered=True,
        )
        vault = Vault(self.folder / f"{handle}.db", bytes(32), os.urandom)
        made = Device(Profile(vault, identity), lambda: NOW, os.urandom)
        self.devices.append(made)
        return made

    def append(self, payload: bytes) -> LogRow:
        """The next row of the log."""
        at = NOW + timedelta(seconds=len(self.rows))
        row = LogRow(len(self.rows) + 1, int(at.timestamp() * 1000), payload)
        self.rows.append(row)
        return row

    def send(self, room: Room, text: str = "hello") -> LogRow:
        """Write, encrypt and append a message; not yet received by anyone."""
        room.write(Text(text))
        *_, (position, entry) = room.waiting()
        return self.append(room.seal(position, entry).payload)

    def read(self, room: Room) -> Applied:
        """Give a room every row it has not seen, as the log."""
        rows = self.rows[room.record.cursor :]
        return room.receive(rows, from_log=True)

    def close(self) -> None:
        """Close every vault."""
        for device in self.devices:
            device.profile.vault.close()


def at(device: Device, later: timedelta) -> Device:
    """The device when its clock has gone on."""
    return replace(device, now=lambda: NOW + later)


def pool(device: Device) -> KeyPool:
    """A device's KeyPackages."""
    return KeyPool(device)


def package_of(device: Device, *, last_resort: bool = False) -> KeyPackage:
    """One KeyPackage of a device, its secrets stored."""
    payload = pool(device).make(device.suites[0], 0 if last_resort else 1, last_resort)
    package = decode_message(payload.last_resort or payload.packages[0])
    assert isinstance(package, KeyPackage)
    return package


def plan(add: Sequence[Device] = (), remove: Sequence[Device] = ()) -> Outgoing:
    """A change of members."""
    return Outgoing(
        task=Task.CHANGE,
        client_id=ClientId(new_id(os.urandom)),
        written_at_ms=0,
        add=tuple(device.profile.identity.account for device in add),
        remove=tuple(device.profile.identity.account for device in remove),
    )


def founded(world: World, founder: Device, kind: ConversationKind) -> Room:
    """A new conversation whose founder is alone in it."""
    room, position = opening.create(founder, kind, [])
    for waiting, _ in list(room.waiting()):
        room.finish(waiting)
    assert position == 1
    room.update_record(standing=Standing.ACTIVE)
    return room


def invite(world: World, room: Room, joiner: Device) -> Room:
    """Add a device to a room; its own room."""
    staged = room.stage(plan(add=[joiner]), [package_of(joiner)])
    row = world.append(staged.commit)
    world.read(room)
    assert staged.welcome is not None
    return joined(joiner, room, row.seq, staged.welcome)


def joined(
    joiner: Device, room: Room, seq: int, welcome: bytes, before: Room | None = None
) -> Room:
    """What a device makes of a Welcome. `before`: the conversation as it has it."""
    welcomed = GroupWelcomed(
        WelcomeId(new_id(os.urandom)), room.id, room.record.kind, seq, welcome
    )
    record, state = opening.join(joiner, pool(joiner), welcomed, before)
    return Room(joiner, record, state)


def pair(world: World, kind: ConversationKind = ConversationKind.DIRECT) -> list[Room]:
    """Ada's and Ben's side of a conversation."""
    ada, ben = world.device("ada"), world.device("ben")
    room = founded(world, ada, kind)
    return [room, invite(world, room, ben)]


def reopened(room: Room) -> Room:
    """The room as a restarted client finds it in its store."""
    vault = room._device.profile.vault
    record = load(vault, ConversationRecord, "conversation", room.id)
    assert record is not None
    return Room.load(room._device, record)
