"""The server from router to database, without sockets.

Calls go through the router as the transport makes them, and what would be sent
to a device is kept in its `Inbox`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import msgspec

from mentalverse_crypto.framing import ContentType
from mentalverse_crypto.public import (
    as_key_id,
    generate_signing_key,
    read_header,
)
from mentalverse_server.config_rewards import RewardsSection
from mentalverse_server.events import handler_groups, hot_handler
from mentalverse_server.hooks.egress import Outcome, Reply
from mentalverse_server.hooks.endpoint_keys import EndpointKeys
from mentalverse_server.keyring import Keyring, SigningKey
from mentalverse_server.publisher import Publisher
from mentalverse_server.router import Router
from mentalverse_server.services.blocks import Blocking
from mentalverse_server.services.claims import Claiming
from mentalverse_server.services.consents import Consenting
from mentalverse_server.services.conversations import ConversationService
from mentalverse_server.services.credential_keys import Issuer, IssuerKeys, Seal
from mentalverse_server.services.credential_parts import credential_parts
from mentalverse_server.services.delivery import Delivery
from mentalverse_server.services.devices import Devices
from mentalverse_server.services.directory import Directory
from mentalverse_server.services.freezing import Freezing
from mentalverse_server.services.groups import Groups
from mentalverse_server.services.identity import Identity
from mentalverse_server.services.keys import Keys
from mentalverse_server.services.match_parts import match_parts
from mentalverse_server.services.people import People
from mentalverse_server.services.rejoin import Rejoin
from mentalverse_server.services.report_course import ReportCourses
from mentalverse_server.services.reward_parts import reward_parts
from mentalverse_server.services.transparency import TransparencyLog
from mentalverse_server.services.webhooks import WebhookService
from mentalverse_server.store import accounts, guests
from mentalverse_server.store.desk_time import DeskTime
from mentalverse_server.store.engine import Database, open_database
from mentalverse_server.store.writer import Transaction, Writer, WriterLane
from mentalverse_server.transport.connections import (
    Connection,
    Connections,
    Principal,
)
from mentalverse_server.transport.frames import Push
from mentalverse_server.transport.limits import CloseCode
from mentalverse_signaling.conversation import ConversationKind, Leaf
from mentalverse_signaling.events import (
    COMMANDS,
    CommitAccepted,
    ConversationView,
    Fact,
    GroupCommit,
    GroupRejoin,
    MessageAccepted,
    MessageSend,
)
from mentalverse_signaling.freeze_events import GroupRecreate, RejectionNoted
from mentalverse_signaling.freezing import RejectReason
from mentalverse_signaling.ids import (
    AccountId,
    ClientId,
    ConversationId,
    DeviceId,
    GroupId,
    SignInId,
    new_id,
)
from support.clock import ManualClock
from support.deterministic import seeded_rng
from support.mls_frames import external_commit, private_message, welcome

ORIGIN = "https://example.org"


async def _reached_by_nobody(*_: object) -> Reply:
    return Reply(Outcome.CONNECT)


class Inbox:
    """A socket's sending side that keeps what it is given."""

    def __init__(self) -> None:
        self.is_congested = False
        self.pushes: list[tuple[str, dict[str, Any]]] = []
        self.hints: dict[str, tuple[str, dict[str, Any]]] = {}
        self.closed: str | None = None

    def send(self, push: Push) -> None:
        self.pushes.append(_decoded(push))

    def hint(self, key: str, push: Push) -> None:
        self.hints[key] = _decoded(push)

    def close(self, code: CloseCode, reason: str) -> None:
        self.closed = reason

    def abort(self) -> None:
        self.closed = "aborted"

    def of(self, event: str) -> list[dict[str, Any]]:
        """The payloads of one event, in order."""
        return [payload for name, payload in self.pushes if name == event]


def _decoded(push: Push) -> tuple[str, dict[str, Any]]:
    name, payload = msgspec.msgpack.decode(push.packet)["data"]
    return name, payload


@dataclass
class Device:
    """A signed-in device with one live connection."""

    handle: str
    connection: Connection
    inbox: Inbox

    @property
    def id(self) -> DeviceId:
        return self.connection.device

    @property
    def account(self) -> AccountId:
        return self.connection.principal.account

    @property
    def leaf(self) -> Leaf:
        return self.account, self.id


@dataclass
class Talk:
    """A conversation as its client knows it: the epoch it has reached."""

    id: ConversationId
    group: GroupId
    epoch: int = 0


class Hub:
    """Services over one database; made by `running_hub`."""

    def __init__(self, database: Database, seed: int = 0) -> None:
        self.database = database
        self.rng = seeded_rng(seed)
        self.clock = ManualClock()
        private, public = generate_signing_key(self.rng)
        self.as_private = private
        self.as_keys = {as_key_id(public): public}
        self.connections = Connections(max_per_device=4)
        self.directory = Directory(database)
        self.publisher = Publisher(self.connections, self.directory)
        self.also: list[Callable[[Sequence[object]], None]] = []
        self.writer = Writer(database, self.clock, self._announce)
        self.delivery = Delivery(self.writer, self.directory)
        self.keys = Keys(database, self.writer, self.clock, self.as_keys)
        log_private, log_public = generate_signing_key(self.rng)
        self.keyring = Keyring(
            self.id(),
            (SigningKey(public, private),),
            SigningKey(log_public, log_private),
        )
        self.devices = Devices(database, self.writer, self.keyring, self.clock)
        self.log = TransparencyLog(database, self.writer, self.keyring)
        self.identity = Identity(
            database, self.writer, self.keyring, self.clock, self.rng
        )
        self.freezing = Freezing(database, self.writer, self.rng)
        issuer = Issuer(IssuerKeys(self.keyring, ORIGIN), "House", lambda: ORIGIN)
        self.credentials = credential_parts(
            database,
            self.writer,
            issuer,
            Seal(self.keyring, self.rng),
            DeskTime(self.clock),
            self.rng,
        )
        self.rewards = reward_parts(
            database,
            self.writer,
            self.keyring,
            RewardsSection(),
            DeskTime(self.clock).own_ms,
        )
        self.matching = match_parts(database, self.writer, "", self.clock, self.rng)
        self.router = Router(
            hot_handler(self.delivery),
            handler_groups(
                conversation_service=ConversationService(database, self.writer),
                group_service=Groups(database, self.writer, self.rng),
                rejoining=Rejoin(database, self.writer),
                freezing=self.freezing,
                key_service=self.keys,
                people=People(database),
                identity=self.identity,
                blocking=Blocking(database, self.writer),
                claiming=Claiming(database, self.writer, DeskTime(self.clock)),
                consenting=Consenting(database, self.writer, self.rng),
                report_courses=ReportCourses(database, self.writer, self.clock),
                device_service=self.devices,
                credential_parts=self.credentials,
                reward_parts=self.rewards,
                webhooks=WebhookService(
                    database,
                    self.writer,
                    self.clock,
                    self.rng,
                    EndpointKeys(Path("nowhere")),
                    _reached_by_nobody,
                    lambda: None,
                ),
                match_parts=self.matching,
                log=self.log,
                crisis=None,
            ),
        )

    def _announce(self, facts: Sequence[object]) -> None:
        for listener in (*self.also, self.publisher.on_committed):
            listener(facts)

    def id(self) -> Any:
        """A fresh id of whatever type is needed."""
        return new_id(self.rng)

    # --- people -----------------------------------------------------------

    async def add_device(
        self,
        handle: str,
        of: Device | None = None,
        signature_pub: bytes = b"s" * 32,
    ) -> Device:
        """A device of a new account, or another one of `of`'s account."""
        account = self.id() if of is None else of.account
        device = self.id()

        def store(transaction: Transaction) -> None:
            connection, now = transaction.connection, transaction.now
            if of is None:
                accounts.create_account(connection, account, handle, b"a" * 32, now=now)
            accounts.create_device(
                connection, device, account, signature_pub, b"credential", now=now
            )

        await self.writer.run(store, lane=WriterLane.OTHER)
        return self.connect(handle, account, device)

    async def add_guest(self) -> Device:
        """The device of somebody without an account."""
        guest = await self.add_device("")

        def store(transaction: Transaction) -> None:
            guests.add(transaction.connection, guest.account, transaction.now)

        await self.writer.run(store, lane=WriterLane.OTHER)
        principal = replace(guest.connection.principal, is_guest=True)
        guest.connection.principal = principal
        return guest

    def connect(self, handle: str, account: AccountId, device: DeviceId) -> Device:
        """A live connection of a stored device."""
        sign_in = cast(SignInId, self.id())
        principal = Principal(account, device, sign_in, self.clock.now())
        inbox = Inbox()
        connection = Connection(self.id(), principal, "127.0.0.1", inbox)
        assert self.connections.add(connection)
        return Device(handle, connection, inbox)

    async def revoke(self, device: Device) -> None:
        def store(transaction: Transaction) -> None:
            accounts.revoke_device(transaction.connection, device.id, transaction.now)

        await self.writer.run(store, lane=WriterLane.OTHER)

    # --- calls ------------------------------------------------------------

    async def call(self, device: Device, event: str, **fields: Any) -> Any:
        """One call, through the router, with its typed payload."""
        command = COMMANDS[event]
        payload = command.payload(**fields)
        if isinstance(payload, MessageSend):
            return await self.router.dispatch_hot(device.connection, payload)
        answer = await self.router.dispatch(device.connection, command, payload)
        assert isinstance(answer, command.answer)
        return answer

    async def open(
        self, creator: Device, kind: ConversationKind = ConversationKind.CIRCLE
    ) -> Talk:
        """A conversation with its creator alone."""
        talk = Talk(self.id(), self.id())
        view = await self.call(
            creator,
            "conversation.create",
            conversation=talk.id,
            group=talk.group,
            kind=kind,
        )
        assert isinstance(view, ConversationView)
        return talk

    def message(
        self,
        talk: Talk,
        body: bytes = b"ciphertext",
        *,
        epoch: int | None = None,
        client_id: str | None = None,
        content_type: ContentType = ContentType.APPLICATION,
    ) -> MessageSend:
        """A message that fits the conversation unless told otherwise."""
        key = ClientId(client_id or self.id())
        at = talk.epoch if epoch is None else epoch
        payload = private_message(talk.group, at, key, content_type, body=body)
        return MessageSend(talk.id, key, payload)

    async def send(self, device: Device, message: MessageSend) -> MessageAccepted:
        answer = await self.router.dispatch_hot(device.connection, message)
        assert isinstance(answer, MessageAccepted)
        return answer

    def commit(
        self,
        talk: Talk,
        *,
        adds: tuple[Device, ...] = (),
        removes: tuple[Device, ...] = (),
        staff: tuple[Device, ...] = (),
        body: bytes = b"commit",
    ) -> GroupCommit:
        """A commit of the conversation's current epoch."""
        key = ClientId(self.id())
        commit = private_message(
            talk.group,
            talk.epoch,
            key,
            ContentType.COMMIT,
            body=body,
            adds=[device.leaf for device in adds],
            removes=[device.leaf for device in removes],
        )
        return GroupCommit(
            conversation=talk.id,
            client_id=key,
            commit=commit,
            welcome=welcome(len(adds)) if adds else None,
            group_info=b"group info",
            staff=tuple(device.account for device in staff),
        )

    def rejoin(
        self, talk: Talk, device: Device, *, replaces: bool = True, proven: bool = True
    ) -> GroupRejoin:
        """An external commit that brings `device` back into the current epoch."""
        key = ClientId(self.id())
        commit = external_commit(
            talk.group,
            talk.epoch,
            key,
            device.leaf,
            adds=[device.leaf],
            removes=[device.leaf] if replaces else [],
            removed_leaves=int(replaces),
            psk_group=talk.group if proven else None,
        )
        return GroupRejoin(talk.id, key, commit, b"group info")

    async def come_back(
        self, device: Device, talk: Talk, rejoin: GroupRejoin
    ) -> CommitAccepted:
        """Rejoin, and move on with it."""
        answer = await self.router.dispatch(
            device.connection, COMMANDS["group.rejoin"], rejoin
        )
        assert isinstance(answer, CommitAccepted)
        talk.epoch = answer.epoch
        return answer

    async def reject(self, device: Device, talk: Talk, epoch: int) -> bool:
        """Say that the commit that ended `epoch` does not apply; whether that froze."""
        answer = await self.call(
            device,
            "group.reject",
            conversation=talk.id,
            group=talk.group,
            epoch=epoch,
            reason=RejectReason.INVALID,
        )
        assert isinstance(answer, RejectionNoted)
        return answer.frozen

    def recreation(self, talk: Talk, *adds: Device) -> GroupRecreate:
        """The first commit of a fresh group with these devices added."""
        key, group = ClientId(self.id()), self.id()
        commit = private_message(
            group, 0, key, ContentType.COMMIT, adds=[device.leaf for device in adds]
        )
        return GroupRecreate(
            talk.id, key, talk.group, commit, welcome(len(adds)), b"fresh"
        )

    async def recreate(
        self, device: Device, talk: Talk, recreation: GroupRecreate
    ) -> CommitAccepted:
        """Go on in a fresh group; `talk` moves there."""
        answer = await self.router.dispatch(
            device.connection, COMMANDS["group.recreate"], recreation
        )
        assert isinstance(answer, CommitAccepted)
        talk.group = GroupId(read_header(recreation.commit).group_id.hex())
        talk.epoch = answer.epoch
        return answer

    async def take_epoch(
        self, device: Device, talk: Talk, commit: GroupCommit
    ) -> CommitAccepted:
        """Commit, and move on with it."""
        answer = await self.dispatch(device, commit)
        assert isinstance(answer, CommitAccepted)
        talk.epoch = answer.epoch
        return answer

    async def dispatch(self, device: Device, commit: GroupCommit) -> Fact:
        return await self.router.dispatch(
            device.connection, COMMANDS["group.commit"], commit
        )

    async def add(
        self, by: Device, talk: Talk, *devices: Device, staff: tuple[Device, ...] = ()
    ) -> CommitAccepted:
        return await self.take_epoch(
            by, talk, self.commit(talk, adds=devices, staff=staff)
        )

    async def remove(self, by: Device, talk: Talk, *devices: Device) -> CommitAccepted:
        return await self.take_epoch(by, talk, self.commit(talk, removes=devices))


@asynccontextmanager
async def running_hub(url: str, seed: int = 0) -> AsyncIterator[Hub]:
    """A hub on a fresh database, with its writer running."""
    database = open_database(url)
    try:
        await asyncio.to_thread(database.migrate)
        hub = Hub(database, seed)
        await hub.writer.start()
        await hub.log.begin()
        try:
            yield hub
        finally:
            hub.keys.close()
            await hub.directory.close()
            await hub.writer.close()
    finally:
        database.close()


async def eventually(condition: Callable[[], object], seconds: float = 60) -> None:
    """Wait until something is true that no future announces.

    Nothing that comes for certain takes so long, on a machine with much to do.
    """
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - nothing to wait on
            await asyncio.sleep(0.005)
