"""What runs while a client is open: connection, reader, couriers, and their owner.

One task group owns every task. A defect in any of them ends all, is kept as
`failure`, and is raised by the next thing the program asks for: nothing carries on
half alive. A lost connection is no defect.

On every connect the reader catches up first, and only then is the link `ready` for
the couriers. Whoever sends before knowing what others did encrypts for epochs that
are over.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Coroutine, Iterable, Sequence
from typing import Any, TypeVar

from mentalverse_crypto.device_list import DeviceList
from mentalverse_crypto.errors import MlsError
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.errors import SignalingError
from mentalverse_signaling.events import Fact, Payload
from mentalverse_signaling.ids import AccountId

from .account.device import Device
from .account.device_watch import DeviceWatch
from .account.devices import Devices
from .account.rotation import Rotation
from .account.sign_in import SignInSource
from .backup.backup import Backup
from .errors import ClientError, NotConnected, SignedOut
from .files.files import Files
from .files.saving import Saving
from .files.sealed_files import SealedFiles
from .files.transfers import Transfers
from .groups import opening
from .groups.room import Room
from .line.connection import Connection, ConnectionState, backoff_seconds
from .log.key_log import KeyLog, SignedLeaf
from .log.transparency import Transparency
from .reporting import Reporting
from .store.records import ConversationRecord, Part, Standing, load_all
from .store.withdrawn import Withdrawn
from .sync.courier import Courier
from .sync.mending import Mending
from .sync.parts import Parts
from .sync.reader import Reader
from .sync.returns import Returns
from .updates import Update, UpdateKind, Updates

RESYNC_SECONDS = 60.0
"""How often the logs are compared with the server's heads while connected."""

_log = logging.getLogger(__name__)
_F = TypeVar("_F", bound=Fact)


class Engine:
    """The running client. `run` it in one task, and cancel that to stop."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.updates = Updates()
        self.failure: BaseException | None = None
        profile = device.profile
        self.token = SignInSource(profile, device.now_ms)
        self.connection = Connection(
            profile.identity.server_url, self.token, self._on_state
        )
        self.transparency = Transparency(device, self.call, self._told)
        self.device_watch = DeviceWatch(self.checked_list, self.look_at_groups_of)
        self.backup = Backup(device, self.token, self.updates, self.ready)
        self.rotation = Rotation(device, self._forget_backup)
        self.devices = Devices(
            device,
            self.checked_list,
            self._look_at_own,
            self.backup.archive,
            self.rotation,
            self._follow,
        )
        self.parts = Parts(profile.identity.server_url, self.token)
        self.reader = Reader(
            device,
            self.connection,
            self.updates,
            self.adopt,
            self._spawn,
            self.transparency,
            self.device_watch,
            self.parts,
        )
        self.mending = Mending(device, self, self._come_back)
        self.returns = Returns(device, self, self.mending.may_return)
        self._couriers: dict[str, Courier] = {}
        self._beside: list[Callable[[], Coroutine[Any, Any, None]]] = []
        self._tasks: asyncio.TaskGroup | None = None
        self._online = asyncio.Event()
        self._ready = asyncio.Event()
        self._look_again = asyncio.Event()
        self._load_rooms()
        sealed = SealedFiles(profile.vault.folder / "files")
        self.transfers = Transfers(self.updates)
        self.files = Files(self, sealed)
        self.saving = Saving(
            profile.identity.server_url, self.token, sealed, self.transfers
        )
        self.reporting = Reporting(device, self.transparency, self.token)
        self.withdrawn = Withdrawn(profile.vault, device.now)

    @property
    def rooms(self) -> dict[str, Room]:
        """Every conversation of this device by id."""
        return self.reader.rooms

    # --- the link that couriers use ---

    async def ready(self) -> None:
        """Return once connected and caught up."""
        await self._ready.wait()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds; raises `failure` if that ends the waiting."""
        while not holds():
            coming = self.updates.next()
            if self.failure is not None:
                raise self.failure
            await coming.wait()

    async def until_ready(self) -> None:
        """`ready`, or the failure that keeps it from ever being so."""
        await self.until(self._ready.is_set)

    async def call(self, name: str, payload: Payload, answer: type[_F]) -> _F:
        """See `Connection.call`; raises `failure` if there is one."""
        if self.failure is not None:
            raise self.failure
        return await self.connection.call(name, payload, answer)

    async def checked_list(self, account: AccountId) -> DeviceList:
        """The newest device list of an account, proven; see `KeyLog`."""
        return await self.transparency.log.checked_list(account)

    async def store(self, parts: Iterable[Part]) -> None:
        """See `Parts.store`."""
        await self.parts.store(parts)

    async def whole(self, message: bytes) -> bytes:
        """See `Parts.whole`."""
        return await self.parts.whole(message)

    async def sync(self, room: Room) -> None:
        """Read the conversation's log to its end."""
        await self.reader.sync(room)

    async def entered(self, room: Room) -> None:
        """Learn who is called what in a conversation, and read its log."""
        await self.reader.entered(room)

    def _come_back(self) -> None:
        self.returns.look()

    async def look_at_views(self) -> None:
        """Ask the server how all conversations stand."""
        await self.reader.look_at_views()

    async def froze(self, room: Room) -> None:
        """The server takes nothing here before there is a fresh group."""
        room.update_record(frozen=True)
        self.changed(room)
        await self.look_at_views()

    def changed(self, room: Room) -> None:
        """Tell the program that something about a conversation changed."""
        self.updates.publish(Update(UpdateKind.CONVERSATION, room.id))

    def message_changed(self, room: Room, message_id: str) -> None:
        """Tell the program that a message looks another way now."""
        self.updates.publish(Update(UpdateKind.CHANGED, room.id, message_id))

    @property
    def log(self) -> KeyLog:
        """What the transparency log proves."""
        return self.transparency.log

    async def require_members(self, room: Room) -> None:
        """See `KeyLog.require_members`."""
        await self.log.require_members(room)

    async def require_listed(self, leaves: Collection[SignedLeaf]) -> None:
        """See `KeyLog.require_listed`."""
        await self.log.require_listed(leaves)

    def message_sent(self, room: Room) -> None:
        """Let the head of the log follow a message, if it is due."""
        if room.record.standing is Standing.ACTIVE:
            self.transparency.gossip.pass_on(room)

    # --- conversations ---

    def adopt(self, room: Room) -> None:
        """Take a conversation in; carry its outbox, or look into it again."""
        self.rooms[room.id] = room
        courier = self._couriers.get(room.id)
        if courier is None:
            courier = self._couriers[room.id] = Courier(room, self, self.device.rng)
            if self.failure is not None:
                courier.end(self.failure)
            elif self._tasks is not None:
                self._tasks.create_task(courier.run())
        courier.wake()
        if room.record.standing is Standing.BROKEN or room.record.frozen:
            self.mending.look()
            self.returns.look()
        self.connection.hurry()

    async def create(
        self,
        kind: ConversationKind,
        add: Sequence[AccountId],
        staff: Sequence[AccountId] = (),
    ) -> Room:
        """A new conversation with these people in it, once the server has it.

        Raises:
            SignalingError, ClientError, MlsError: somebody could not be added.
        """
        room, position = opening.create(self.device, kind, add, staff)
        self.adopt(room)
        try:
            await self.courier(room).settled(position)
        except (SignalingError, ClientError, MlsError):
            # A conversation nobody was added to is of no use to anyone.
            room.update_record(standing=Standing.LEFT, cause="could not be opened")
            raise
        return room

    def courier(self, room: Room) -> Courier:
        """What carries a conversation's outbox."""
        return self._couriers[room.id]

    async def flush(self) -> None:
        """Wait until no outbox holds anything that could be sent."""
        await self.until(self._is_idle)

    def _is_idle(self) -> bool:
        """A file that is stored wakes a courier before there is no file any more."""
        couriers = self._couriers.values()
        return self.files.idle.is_set() and all(c.idle.is_set() for c in couriers)

    def _load_rooms(self) -> None:
        vault = self.device.profile.vault
        for record in load_all(vault, ConversationRecord, "conversation"):
            room = Room.load(self.device, record)
            if vault.rolled_back:
                room.require_renewal()
            self.adopt(room)
        if vault.rolled_back:
            vault.accept_rollback()

    def look_at_groups_of(self, account: AccountId) -> None:
        """Bring the groups of an account in line with its device list."""
        for room in self.rooms.values():
            if room.is_followed and account in room.accounts:
                self._couriers[room.id].look_for_devices()
        self.updates.publish(Update(UpdateKind.DEVICES))

    async def _forget_backup(self) -> None:
        if self.backup.status() is not None:
            await self.backup.forget()

    def _follow(self) -> None:
        self._look_again.set()

    async def _look_at_own(self) -> None:
        self.look_at_groups_of(self.device.profile.identity.account)

    # --- running ---

    async def run(self) -> None:
        """Connect, follow and send, until cancelled."""
        try:
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                tasks.create_task(self._connect())
                tasks.create_task(self._stay_caught_up())
                tasks.create_task(self._hear())
                tasks.create_task(self.backup.run())
                tasks.create_task(self.transparency.run(self.ready))
                tasks.create_task(self.files.run())
                tasks.create_task(self.device_watch.run())
                tasks.create_task(self.mending.run())
                tasks.create_task(self.returns.run())
                tasks.create_task(self.withdrawn.run())
                for work in self._beside:
                    tasks.create_task(work())
                for courier in self._couriers.values():
                    tasks.create_task(courier.run())
        except BaseExceptionGroup as failures:
            self._end(failures.exceptions[0])
            raise
        finally:
            self._tasks = None

    def run_beside(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Own the task of something that stands on the engine, as long as it runs."""
        self._beside.append(work)
        if self._tasks is not None:
            self._tasks.create_task(work())

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        if self._tasks is None:
            work.close()
        else:
            self._tasks.create_task(work)

    def _end(self, failure: BaseException) -> None:
        self.failure = failure
        self.updates.end(failure)
        for courier in self._couriers.values():
            courier.end(failure)

    def _told(self) -> None:
        self.updates.publish(Update(UpdateKind.ALARM))

    async def _connect(self) -> None:
        try:
            await self.connection.run()
        except SignedOut as error:
            self._end(error)

    def _on_state(self, state: ConnectionState) -> None:
        if state is ConnectionState.ONLINE:
            self.reader.connected()
            self.returns.look(connected=True)
            self._online.set()
            self._look_again.set()
            self.transparency.look_again()
        else:
            self._online.clear()
            self._ready.clear()
        self.updates.publish(Update(UpdateKind.CONNECTION))

    async def _stay_caught_up(self) -> None:
        attempt = 0
        while True:
            await self._online.wait()
            self._look_again.clear()
            self.connection.missed_notices = False
            try:
                # First: what comes is judged by the key that the account has now.
                await self.rotation.finish_begun()
                await self.transparency.service_keys.follow()
                await self.reader.catch_up()
            except NotConnected:
                # The line is being made anew, at a pace of its own: waiting longer
                # each time would only add to that.
                attempt = 0
                await asyncio.sleep(backoff_seconds(attempt))
                continue
            except SignalingError as error:
                _log.debug("catching up was cut short: %s", error)
                await asyncio.sleep(backoff_seconds(attempt, error.retry_after_ms))
                attempt += 1
                continue
            attempt = 0
            if self._online.is_set():
                self._ready.set()
                self._renew_leaves()
                self.mending.look()
                self.returns.look()
                self.updates.publish(Update(UpdateKind.CONNECTION))
            await self._until_look_again()

    def _renew_leaves(self) -> None:
        """Let groups show a credential that was renewed since their courier looked."""
        for room in self.rooms.values():
            if room.keys_are_due:
                self._couriers[room.id].wake()

    async def _until_look_again(self) -> None:
        try:
            async with asyncio.timeout(RESYNC_SECONDS):
                await self._look_again.wait()
        except TimeoutError:
            return

    async def _hear(self) -> None:
        while True:
            received = await self.connection.notice()
            try:
                await self.reader.hear(received.fact)
            except (NotConnected, SignalingError) as error:
                _log.debug("a notice was not followed up: %s", error)
                self._look_again.set()
            if self.connection.missed_notices:
                self._look_again.set()
