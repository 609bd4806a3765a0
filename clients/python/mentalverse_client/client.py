"""The client: one registered device, its conversations, and its connection.

    async with Client.open("profiles/ada", passphrase="…") as client:
        talk = await client.direct("ben")
        await talk.send("hello")
        async for message in talk.messages():
            await talk.reply(message.id, "thanks")

What is written is durable when the call returns and is sent as soon as there is a
connection, in order, exactly once, also across crashes. What is received is stored
before the program sees it.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.crisis_events import BandSetBy, CaseChannel, Taken
from mentalverse_signaling.events import ConversationFind, ConversationsFound
from mentalverse_signaling.ids import AccountId

from .account import guest, guest_words, profile
from .account.device import Device
from .account.devices import Devices
from .account.pairing import Dialogue, pair_new_device
from .backup import restore
from .backup.backup import Backup
from .blocks import Blocks
from .conversation import Conversation
from .crisis import asking
from .crisis.desk import Desk
from .crisis.help import Help
from .engine import Engine
from .errors import UnknownConversation
from .files.transfers import Transfer
from .finding import find
from .groups.fresh import is_stuck
from .groups.room import Room
from .line.connection import ConnectionState
from .log.alarms import Alarm
from .log.transparency import Transparency
from .of_account import OfAccount
from .own_account import OwnAccount
from .reading import unread
from .store.help_request import new_request
from .store.messages import Message
from .updates import Update

if TYPE_CHECKING:
    from .calls.calls import Calls

FLUSH_SECONDS = 5.0
"""How long closing waits for the outbox while connected. What is left is sent when
the profile is opened the next time."""


class Client(OfAccount):
    """An open profile. `async with Client.open(…)` makes one."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._device = engine.device
        self._help = Help(engine)
        self._desk = Desk(engine)
        engine.run_beside(self._help.run)
        engine.run_beside(self._desk.run)

    @staticmethod
    async def register(
        server_url: str,
        invite_code: str,
        handle: str,
        profile_dir: str | Path,
        passphrase: str,
    ) -> None:
        """Make an account on a server, with this directory as its first device.

        May be repeated with the same directory until it succeeds.

        Raises:
            ProfileExists, WrongPassphrase, UntrustedServer, NotConnected.
            SignalingError: the server does not accept invitation or handle.
        """
        folder, now = Path(profile_dir), datetime.now(UTC)
        await profile.register(
            folder, passphrase, server_url, invite_code, handle, now, os.urandom
        )

    @staticmethod
    async def begin_guest(
        server_url: str, profile_dir: str | Path, passphrase: str
    ) -> None:
        """Be here without an account, with this directory as the guest's device.

        May be repeated with the same directory until it succeeds. A guest takes part
        in conversations that others let it into, and begins none.

        Raises:
            ProfileExists, WrongPassphrase, UntrustedServer, NotConnected.
            SignalingError: the server refuses.
        """
        now = datetime.now(UTC)
        await guest.begin_guest(
            Path(profile_dir), passphrase, server_url, now, os.urandom
        )

    @staticmethod
    async def ask_for_help(
        server_url: str,
        profile_dir: str | Path,
        passphrase: str,
        *,
        band: int | None = None,
        set_by: BandSetBy = BandSetBy.SELF,
        language: str = "",
        region: str = "",
        needs: Iterable[str] = (),
        channel: CaseChannel = CaseChannel.TEXT,
        is_minor: bool = False,
    ) -> Taken:
        """Ask for help without an account: one call makes a guest and opens a case.

        With this directory as the guest's device; who has one asks with `help.ask`,
        where the arguments are told. May be repeated with the same directory until it
        succeeds: the tap is durable before the server hears of it, and counts from
        then. Once it is `STORED`, open the client: it follows the case by itself.

        Returns:
            `SPOOLED` while the database of the server is away: somebody is looked for
            already; the same call again, after a few seconds, makes the guest.

        Raises:
            NotFound: this server has no crisis desk.
            ProfileExists, WrongPassphrase, UntrustedServer, NotConnected.
            SignalingError: the server refuses.
        """
        now = datetime.now(UTC)
        asked = new_request(
            int(now.timestamp() * 1000),
            os.urandom,
            band=band,
            set_by=set_by,
            language=language,
            region=region,
            needs=tuple(needs),
            channel=channel,
            is_minor=is_minor,
        )
        return await asking.ask_for_help(
            Path(profile_dir), passphrase, server_url, asked, now, os.urandom
        )

    @staticmethod
    async def return_guest(
        server_url: str, words: str, profile_dir: str | Path, passphrase: str
    ) -> None:
        """Make this directory the device of the guest whose five words these are.

        The place comes back, what was said does not; the device before is out. May be
        repeated with the same directory until it succeeds.

        Raises:
            NotFound: the words find no place. A new guest can always begin.
            WordsError: of `mentalverse_crypto`; they are not five words of the list.
            ProfileExists, WrongPassphrase, UntrustedServer, NotConnected.
            SignalingError: the server refuses.
        """
        now, folder = datetime.now(UTC), Path(profile_dir)
        await guest_words.come_back(
            folder, passphrase, server_url, words, now, os.urandom
        )

    @staticmethod
    def require_free(profile_dir: str | Path) -> None:
        """Raise `ProfileExists` if a directory holds a device already."""
        profile.require_free(Path(profile_dir))

    @staticmethod
    async def join(
        server_url: str, profile_dir: str | Path, passphrase: str, dialogue: Dialogue
    ) -> None:
        """Make this directory another device of an account, by one that it has.

        The other device calls `client.devices.approve` with what `dialogue` shows.

        Raises:
            ProfileExists, WrongPassphrase, UntrustedServer, NotConnected.
            PairingFailed: the devices did not come together: begin again.
            SignalingError: the server refuses.
        """
        await pair_new_device(
            Path(profile_dir),
            passphrase,
            server_url,
            dialogue,
            datetime.now(UTC),
            os.urandom,
        )

    @staticmethod
    async def restore(
        server_url: str, words: str, profile_dir: str | Path, passphrase: str
    ) -> None:
        """Make this directory a new device of the account that recovery words open.

        Its history comes back in the background once it is open. May be repeated
        with the same directory until it succeeds.

        Raises:
            BackupNotOpened: the server has no backup for these words.
            WordsError: of `mentalverse_crypto`; they are not 24 words of the list.
            ProfileExists, UntrustedServer, NotConnected, SignalingError.
        """
        opened = await restore.open_by_words(server_url, words)
        now, folder = datetime.now(UTC), Path(profile_dir)
        await restore.restore(folder, passphrase, server_url, opened, now, os.urandom)

    @classmethod
    @asynccontextmanager
    async def open(
        cls, profile_dir: str | Path, *, passphrase: str
    ) -> AsyncIterator[Client]:
        """The registered client in a directory, connecting in the background.

        Raises:
            ProfileMissing, WrongPassphrase, ProfileInUse, ProfileDamaged.
        """
        opened = profile.open_profile(Path(profile_dir), passphrase, os.urandom)
        try:
            engine = Engine(Device(opened, lambda: datetime.now(UTC), os.urandom))
            running = asyncio.create_task(engine.run())
            try:
                yield cls(engine)
                await _flush_briefly(engine)
            finally:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
        finally:
            opened.vault.close()

    # --- this device ---

    @property
    def account(self) -> str:
        """This account's id."""
        return self._device.profile.identity.account

    @property
    def handle(self) -> str:
        """The name others find this account by."""
        return self._device.profile.identity.handle

    @property
    def is_guest(self) -> bool:
        """Whether this is the device of somebody without an account."""
        return guest.is_guest(self._device.profile.identity)

    async def new_resume_words(self) -> tuple[str, ...]:
        """Five words that bring this guest back elsewhere; to be shown once.

        Those of before find nothing any more.

        Raises:
            NotConnected, SignalingError: nothing was kept; ask again.
        """
        return await guest_words.new_words(self._device)

    @property
    def devices(self) -> Devices:
        """The devices of this account: list, approve, revoke."""
        return self._engine.devices

    @property
    def blocks(self) -> Blocks:
        """From whom this account wants to hear nothing new: add, remove, list."""
        return Blocks(self._device, self._engine.call, self.find)

    @property
    def own_account(self) -> OwnAccount:
        """This account as a whole: sign its devices out, export it, delete it."""
        engine = self._engine
        return OwnAccount(self._device, engine.token, engine.call)

    @property
    def connection_state(self) -> ConnectionState:
        """How the connection stands."""
        return self._engine.connection.state

    async def connected(self) -> None:
        """Wait until connected and caught up with every conversation.

        Raises:
            SignedOut: the server has ended this device's sign-in.
        """
        await self._engine.until_ready()

    async def flush(self) -> None:
        """Wait until the server has everything that was written."""
        await self._engine.flush()

    # --- conversations ---

    def conversations(self) -> list[Conversation]:
        """Every conversation this device is, or was, in.

        Without the groups that calls have of their own: nothing is said in those.
        """
        rooms = sorted(self._engine.rooms.values(), key=lambda room: room.id)
        return [
            Conversation(self._engine, room)
            for room in rooms
            if room.record.kind is not ConversationKind.CALL
        ]

    async def conversations_elsewhere(self) -> int:
        """How many conversations the account is in and this device is not.

        Another device of the account adds it to them.

        Raises:
            NotConnected: needed to ask.
        """
        found = await self._engine.call(
            "conversation.find", ConversationFind(), ConversationsFound
        )
        return len(found.conversations)

    def conversation(self, conversation_id: str) -> Conversation:
        """One conversation.

        Raises:
            UnknownConversation: there is none of this id on this device.
        """
        room = self._engine.rooms.get(conversation_id)
        if room is None:
            raise UnknownConversation("there is no such conversation here")
        return Conversation(self._engine, room)

    async def direct(self, handle: str) -> Conversation:
        """The conversation with one other person, made if there is none.

        Raises:
            NotFound: nobody has this handle, or no device of theirs can be added.
            NotConnected: needed to look the handle up or to make a conversation.
            PeerChanged: the account shows another key than the one known here.
        """
        return await self.direct_with(await self.find(handle))

    async def direct_with(self, account: str) -> Conversation:
        """The same with an account that is known by its id, such as a guest's.

        Raises:
            NotFound: there is no such account, or no device of it can be added.
            NotConnected, NotProven.
        """
        room = self._direct_with(AccountId(account))
        if room is None:
            people_in_it = [AccountId(account)]
            room = await self._engine.create(ConversationKind.DIRECT, people_in_it)
        return Conversation(self._engine, room)

    async def create_circle(
        self, handles: Iterable[str], staff: Iterable[str] = ()
    ) -> Conversation:
        """A new circle with these people; this account is its facilitator.

        Args:
            handles: At most eight participants.
            staff: At most one more facilitator.

        Raises:
            NotFound: a handle is nobody's, or has no device to add.
            ConversationFull: more people than seats.
        """
        helping = [AccountId(await self.find(handle)) for handle in staff]
        joining = [AccountId(await self.find(handle)) for handle in handles]
        room = await self._engine.create(
            ConversationKind.CIRCLE, [*joining, *helping], helping
        )
        return Conversation(self._engine, room)

    async def find(self, handle: str) -> str:
        """The account id behind a handle; looked up once, then pinned.

        Raises:
            NotFound: nobody has this handle.
            PeerChanged, NotProven: the key that the server shows does not hold.
        """
        return await find(self._engine, handle)

    @property
    def transfers(self) -> list[Transfer]:
        """The files that are on their way at this moment."""
        return self._engine.transfers.current()

    @property
    def backup(self) -> Backup:
        """What recovery words bring back."""
        return self._engine.backup

    # --- help ---

    @property
    def help(self) -> Help:
        """Asking for help, and how it stands."""
        return self._help

    @cached_property
    def calls(self) -> Calls:
        """Audio and video; the codecs are loaded by whoever asks for them."""
        from .calls.calls import Calls

        return Calls(self._engine)

    @property
    def desk(self) -> Desk:
        """Answering those who ask, for responders and supervisors."""
        return self._desk

    # --- keys ---

    @property
    def transparency(self) -> Transparency:
        """What this device knows of the log of keys, and how to look into it."""
        return self._engine.transparency

    def alarms(self) -> list[Alarm]:
        """What the person has to be told about keys, the oldest first."""
        return self.transparency.alarms.current()

    def acknowledge(self, alarm_id: str) -> bool:
        """Note that the person has seen an alarm; whether there was one."""
        return self.transparency.alarms.acknowledge(alarm_id)

    # --- listening ---

    async def messages(self) -> AsyncGenerator[Message, None]:
        """What others write in every conversation; see `Conversation.messages`."""
        async for message in unread(self._engine, self.conversations):
            yield message

    def updates(self) -> AsyncGenerator[Update, None]:
        """Everything that changes from this call on, for programs that show it."""
        return self._engine.updates.subscribe()

    # --- within ---

    def _direct_with(self, account: AccountId) -> Room | None:
        """The same one every time, should both people have made one at once."""
        people_in_it = {account, AccountId(self.account)}
        rooms = sorted(self._engine.rooms.values(), key=lambda room: room.id)
        for room in rooms:
            planned = {a for _, entry in room.waiting() for a in entry.add}
            is_direct = room.record.kind is ConversationKind.DIRECT
            there = room.accounts | planned
            goes_on = room.is_followed or room.record.frozen
            if is_direct and goes_on and there == people_in_it and not is_stuck(room):
                return room
        return None


async def _flush_briefly(engine: Engine) -> None:
    if engine.connection.state is ConnectionState.ONLINE:
        with suppress(TimeoutError):
            async with asyncio.timeout(FLUSH_SECONDS):
                await engine.flush()
        await engine.backup.close()
