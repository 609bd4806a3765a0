"""A chat as it runs: lines in, commands out, what changes shown as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

from rich.text import Text

from mentalverse_client import (
    SPOKEN,
    Client,
    ClientError,
    ConnectionState,
    Conversation,
    Message,
    MessageKind,
    NotConnected,
    UnknownMessage,
    Update,
    UpdateKind,
)
from mentalverse_crypto.errors import ContentUnsendable
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.errors import SignalingError

from . import chat_view as view
from .backup_view import NEEDS_A_PERSON, TROUBLE
from .chat_alarms import ChatAlarms
from .chat_files import ChatFiles
from .chat_report import WITHOUT_FILES, YES, parse_report, show_report, told
from .chat_view import Command
from .device_view import described
from .printable import one_line, printable
from .terminal import Terminal, open_terminal

SHOWN_AT_FIRST = 20
CONNECT_SECONDS = 10.0
SEND_SECONDS = 30.0
"""How long nothing may move at the end before it is said that not all is sent."""


async def run_chat(
    profile: Path,
    passphrase: str,
    handle: str | None,
    conversation: str | None,
    *,
    tell_typing: bool,
) -> None:
    """Chat until the lines end or somebody types /quit.

    `tell_typing`: the others see that one writes.
    """
    async with Client.open(profile, passphrase=passphrase) as client:
        with open_terminal() as terminal:
            session = ChatSession(client, terminal, tell_typing=tell_typing)
            updates = client.updates()
            await session.begin(handle, conversation)
            tasks = (
                asyncio.create_task(session.listen(updates)),
                asyncio.create_task(session.run()),
                asyncio.create_task(session.tell()),
            )
            try:
                # Whichever ends first: who could not be shown anything any more must
                # not go on writing.
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in filter(asyncio.Task.done, tasks):
                    task.result()
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)


class ChatSession:
    """One person, one conversation at a time."""

    def __init__(
        self, client: Client, terminal: Terminal, *, tell_typing: bool
    ) -> None:
        self._client = client
        self._terminal = terminal
        self._tell_typing = tell_typing
        self._typed = asyncio.Event()
        self._talk: Conversation | None = None
        self._shown = 0
        self._was = client.connection_state
        self._alarms = ChatAlarms(client, terminal)
        self._files = ChatFiles(client, self._say)
        self._asked: Mapping[str, Callable[[], Awaitable[None]]] = {}
        """What each answer does, while a question is open."""
        self._refused: set[str] = set()
        self._read: dict[tuple[str, str], int] = {}
        """How far it was said that somebody has read, by conversation and handle."""
        self._commands: dict[str, Callable[[Command], Awaitable[None]]] = {
            "": self._send,
            "react": self._react,
            "unreact": self._react,
            "reply": self._reply,
            "edit": self._edit,
            "delete": self._delete,
            "forget": self._forget,
            "read": self._tell_read,
            "send": self._send_file,
            "stop": self._stop_file,
            "save": self._save_file,
            "report": self._report,
            "history": self._history,
            "members": self._members,
            "safety": self._safety,
            "verify": self._verify,
            "accept": self._accept,
            "status": self._status,
            "devices": self._devices,
            "list": self._list,
            "open": self._open,
            "add": self._add,
            "remove": self._remove,
            "leave": self._leave,
            "seen": self._seen,
            "help": self._help,
        }

    def status_line(self) -> str:
        """The line below the prompt."""
        who = self._client.handle
        if self._talk is not None:
            who = f"{who} with {self._talk.title}"
        state = view.connection_line(self._client.connection_state)
        parts = [one_line(who), state, self._writing(), self._files.status(), "/help"]
        return " | ".join(filter(None, parts))

    def _writing(self) -> str:
        names = self._talk.writing() if self._talk is not None else []
        return f"{one_line(', '.join(names))} writing …" if names else ""

    async def begin(self, handle: str | None, conversation: str | None) -> None:
        """Open what was asked for, the only conversation there is, or the list."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._client.connected()
        self._was = self._client.connection_state
        self._alarms.show()
        self._show_backup()
        if conversation is not None:
            await self._enter(self._client.conversation(conversation))
        elif handle is not None:
            await self._enter(await self._client.direct(handle))
        elif len(self._client.conversations()) == 1:
            await self._enter(self._client.conversations()[0])
        else:
            await self._list(Command("list", ""))

    async def run(self) -> None:
        """Carry out what is typed, and see to it that it arrives."""
        await self.obey(self._terminal.lines(self.status_line, self._on_typed))
        await self.end()

    async def obey(self, lines: AsyncIterator[str]) -> None:
        """Carry out line after line; what goes wrong is said, and the next follows."""
        async for line in lines:
            command = view.parse(line)
            if command is None:
                continue
            if command.name == "quit":
                return
            try:
                await self._carry_out(command)
            except ClientError as error:
                self._say(f"That did not work: {error}.")
            except SignalingError as error:
                self._say(f"That did not work: {error.detail or error.code}.")
            except ContentUnsendable as error:
                self._say(f"That cannot be sent: {error}.")

    async def _carry_out(self, command: Command) -> None:
        if self._asked:
            answers, self._asked = self._asked, {}
            if not command.name and command.text in answers:
                await answers[command.text]()
                return
            self._say("Nothing was reported.")
            if not command.name:
                return  # an answer to the question, not words for the conversation
        handler = self._commands.get(command.name)
        if handler is None:
            self._say(f"There is no /{command.name}. /help lists what there is.")
        else:
            await handler(command)

    def _on_typed(self, line: str) -> None:
        """Words for the others are told of; a command is nobody's business.

        Whoever is reported must not see that something is being written.
        """
        command = view.parse(line)
        is_words = command is not None and not command.name and command.text
        if self._tell_typing and is_words and not self._asked:
            self._typed.set()

    async def tell(self) -> None:
        """Tell the others that one writes, for as long as one does."""
        while True:
            await self._typed.wait()
            self._typed.clear()
            if self._talk is not None:
                await self._talk.tell_writing()

    async def listen(self, updates: AsyncIterator[Update]) -> None:
        """Show what changes."""
        async for update in updates:
            if update.kind is UpdateKind.CONNECTION:
                self._show_connection()
            elif update.kind is UpdateKind.ALARM:
                self._alarms.show()
            elif update.kind in (UpdateKind.TRANSFER, UpdateKind.TYPING):
                self._terminal.refresh()
            elif self._talk is not None and update.conversation == self._talk.id:
                self._show_update(self._talk, update)

    async def end(self) -> None:
        """Let what was written arrive, and what was asked for, while it moves on."""
        rest = asyncio.gather(self._client.flush(), self._files.finish())
        with self._terminal.waiting(self._files.status):
            before = ""
            while not (await asyncio.wait({rest}, timeout=SEND_SECONDS))[0]:
                status = self._files.status()
                if status == before:
                    rest.cancel()
                    self._files.stop()
                    self._say(
                        "Not everything is sent; the rest goes out the next time."
                    )
                    return
                before = status
        await rest

    # --- showing ---

    def _say(self, text: str) -> None:
        self._terminal.show(Text(printable(text)))

    def _show_message(self, talk: Conversation, message: Message) -> None:
        handles = {member.account: member.handle for member in talk.members()}
        block = view.show_message(
            message, lambda account: handles.get(account, "someone"), None
        )
        self._terminal.show(block)
        self._shown = max(self._shown, message.seq)

    def _show_update(self, talk: Conversation, update: Update) -> None:
        if update.kind is UpdateKind.REWOUND:
            self._say("The server was put back to an earlier state; you lost nothing.")
        if update.kind is UpdateKind.CONVERSATION:
            self._alarms.show_check(talk)
            self._show_refused(talk)
        if update.kind is UpdateKind.READ:
            self._show_read(talk)
        if not update.message:
            return
        with suppress(UnknownMessage):
            message = talk.message(update.message)
            if update.kind is UpdateKind.CHANGED or message.seq > self._shown:
                self._show_message(talk, message)
                talk.mark_read(message)

    def _show_read(self, talk: Conversation) -> None:
        for handle, seq in sorted(talk.read_by().items()):
            if seq > self._read.get((talk.id, handle), 0):
                self._read[talk.id, handle] = seq
                self._say(f"({one_line(handle)} has read up to {seq})")

    def _show_backup(self) -> None:
        """Say it if this device keeps no backup any more: nothing else would."""
        status = self._client.backup.status()
        if status is not None and status.trouble in NEEDS_A_PERSON:
            self._terminal.show(Text(TROUBLE[status.trouble], style="yellow"))

    def _show_refused(self, talk: Conversation) -> None:
        for message in talk.history(0):
            if message.failed and message.id not in self._refused:
                self._refused.add(message.id)
                self._show_message(talk, message)

    def _show_connection(self) -> None:
        state = self._client.connection_state
        if state is not self._was:
            self._was = state
            if self._terminal.is_interactive:
                self._terminal.refresh()
            else:
                self._say(f"({view.connection_line(state)})")

    async def _enter(self, talk: Conversation) -> None:
        self._talk, self._shown = talk, 0
        self._say(f"With {one_line(talk.title)}, end-to-end encrypted.")
        for message in talk.history(SHOWN_AT_FIRST):
            self._show_message(talk, message)
            if message.failed:
                self._refused.add(message.id)
            talk.mark_read(message)

    def _here(self) -> Conversation:
        if self._talk is None:
            raise ClientError("no conversation is open; /open HANDLE begins one")
        return self._talk

    def _about(
        self, command: Command, *, mine: bool, kind: MessageKind | None = None
    ) -> Message:
        """The message a command names, or the last one it can be about."""
        for message in reversed(self._here().history(1_000)):
            if command.number is not None:
                if message.seq == command.number:
                    return message
            elif (
                message.mine is mine
                and message.kind in ({kind} if kind else SPOKEN)
                and message.seq
                and not message.deleted
            ):
                return message
        raise UnknownMessage("there is no such message")

    # --- commands ---

    async def _send(self, command: Command) -> None:
        await self._here().send(command.text)
        if self._client.connection_state is not ConnectionState.ONLINE:
            self._show_message(self._here(), self._here().history(0)[-1])

    async def _react(self, command: Command) -> None:
        target = self._about(command, mine=False)
        on = command.name == "react"
        await self._here().react(target.id, _needed(command), on)

    async def _reply(self, command: Command) -> None:
        target = self._about(command, mine=False)
        await self._here().reply(target.id, _needed(command))

    async def _edit(self, command: Command) -> None:
        target = self._about(command, mine=True, kind=MessageKind.TEXT)
        await self._here().edit(target.id, _needed(command))

    async def _delete(self, command: Command) -> None:
        await self._here().delete(self._about(command, mine=True).id)

    async def _forget(self, command: Command) -> None:
        if command.number is None:
            raise UnknownMessage("name the deleted message, such as /forget 4")
        message = self._about(command, mine=False)
        self._here().forget(message.id)
        self._say("Nothing of it is kept on this device any more.")

    async def _tell_read(self, command: Command) -> None:
        await self._here().tell_read(self._about(command, mine=False))

    async def _send_file(self, command: Command) -> None:
        await self._files.send(self._here(), _needed(command))

    async def _stop_file(self, _: Command) -> None:
        files = [m for m in self._here().history(0) if m.file is not None]
        if not files:
            raise UnknownMessage("no file waits to be sent")
        await self._here().delete(files[-1].id)
        self._say(f"Not sent: {one_line(files[-1].text)}")

    async def _save_file(self, command: Command) -> None:
        talk = self._here()
        message = self._about(command, mine=False, kind=MessageKind.FILE)
        self._files.fetch(talk, message, command.text)

    async def _report(self, command: Command) -> None:
        talk, (numbers, reason) = self._here(), parse_report(_needed(command))
        named = [m for m in talk.history(1_000) if m.seq in numbers]
        ids = [m.id for m in named if m.is_reportable]
        wordings = {m.id: numbers[m.seq] for m in named}
        if not ids:
            raise UnknownMessage("name the messages to report, such as /report 4-9")
        self._terminal.show(show_report(talk.report_preview(ids, wordings), reason))

        async def send(keep_files: bool) -> None:
            reported = await talk.report(
                ids, reason, keep_files=keep_files, wordings=wordings
            )
            self._say(told(reported))

        self._asked = {YES: partial(send, True), WITHOUT_FILES: partial(send, False)}

    async def _history(self, command: Command) -> None:
        count = int(command.text) if view.is_number(command.text) else 100
        for message in self._here().history(count):
            self._show_message(self._here(), message)

    async def _members(self, _: Command) -> None:
        self._terminal.show(view.show_members(self._here().members()))

    async def _safety(self, _: Command) -> None:
        direct = self._here().kind is ConversationKind.DIRECT
        number = self._here().safety_number()
        self._terminal.show(view.show_safety(number, direct=direct))

    async def _verify(self, command: Command) -> None:
        self._here().set_verified(_needed(command))
        await self._members(command)

    async def _accept(self, command: Command) -> None:
        self._here().accept_key(_needed(command))
        await self._members(command)

    async def _status(self, _: Command) -> None:
        state = self._here().encryption_state
        self._terminal.show(view.show_status(state, self._client.connection_state))

    async def _devices(self, _: Command) -> None:
        with suppress(NotConnected, SignalingError):
            await self._client.devices.refresh()
        devices = self._client.devices.list()
        self._say("\n".join(f"  {described(device)}" for device in devices))
        if len(devices) > 1:
            self._say("To end one, leave this chat: mentalverse device revoke ID")

    async def _list(self, _: Command) -> None:
        self._terminal.show(view.show_conversations(self._client.conversations()))
        if self._talk is None:
            self._say("/open and a number goes to one, /open and a handle begins one.")

    async def _open(self, command: Command) -> None:
        talks = self._client.conversations()
        wanted = _needed(command)
        if view.is_number(wanted) and 0 < int(wanted) <= len(talks):
            await self._enter(talks[int(wanted) - 1])
        else:
            await self._enter(await self._client.direct(wanted))

    async def _add(self, command: Command) -> None:
        await self._here().add([await self._client.find(_needed(command))])

    async def _remove(self, command: Command) -> None:
        await self._here().remove(await self._client.find(_needed(command)))

    async def _leave(self, _: Command) -> None:
        await self._here().leave()
        self._say("Asked. You are out as soon as another member's device is online.")

    async def _seen(self, _: Command) -> None:
        self._say(f"{self._alarms.seen()} noted as read.")

    async def _help(self, _: Command) -> None:
        self._say(view.HELP)


def _needed(command: Command) -> str:
    if not command.text:
        raise ClientError(f"/{command.name} needs something after it; see /help")
    return command.text
