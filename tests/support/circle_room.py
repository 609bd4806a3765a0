"""A circle of Python clients in a room with a waiting room, over a real server."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mentalverse_client import Client, Conversation
from mentalverse_client.calls.call import Call
from mentalverse_client.calls.sources import Source, Tone
from mentalverse_client.errors import CallOver
from mentalverse_crypto.media_slots import Slot
from mentalverse_signaling.call_events import CallView
from mentalverse_signaling.conversation import Leaf
from support.clients import eventually, only_conversation, person
from support.server import ServerProcess

KIND = "small_room"
_KINDS = [
    {
        "id": KIND,
        "min_participants": 2,
        "max_participants": 5,
        "staff_seats": 2,
        "is_led": True,
        "has_waiting_room": True,
    }
]
_numbers = itertools.count(1)


def room_settings(folder: Path) -> dict[str, str]:
    """Settings of a server that holds such rooms on the loopback."""
    kinds = folder / "kinds.json"
    kinds.write_text(json.dumps(_KINDS))
    kinds.chmod(0o600)
    return {
        "CALLS__KINDS_FILE": str(kinds),
        "MEDIA__ADDRESSES": '["127.0.0.1"]',
        "MEDIA__LINGER_SECONDS": "0",
    }


@dataclass
class InRoom:
    """Somebody who is in the room."""

    client: Client
    call: Call
    task: asyncio.Task[None]
    over: list[BaseException]
    """Why it ended, if it did."""
    _done: asyncio.Event

    @property
    def leaf(self) -> Leaf:
        return self.client._device.leaf

    def decoded(self, other: InRoom, slot: Slot = Slot.MICROPHONE) -> int:
        """Frames of another one, so far."""
        return self.call.sink.decoded[other.leaf, slot]

    async def leave(self) -> None:
        """Give the seat up."""
        self._done.set()
        await self.task


class CircleRoom:
    """A circle; its first account leads. Made by `circle_room`."""

    def __init__(
        self, clients: dict[str, Client], circle: Conversation, view: CallView
    ) -> None:
        self.clients, self.circle, self.view = clients, circle, view
        self.inside: dict[str, InRoom] = {}

    async def enter(self, name: str, source: Source | None = None) -> InRoom:
        """Join, and be let in by whoever leads if somebody does."""
        client = self.clients[name]
        entered: asyncio.Future[Call] = asyncio.get_running_loop().create_future()
        done, over = asyncio.Event(), list[BaseException]()

        async def takes_part() -> None:
            try:
                async with client.calls.join(
                    self.view, source or Tone(video=False)
                ) as call:
                    entered.set_result(call)
                    await done.wait()
            except* CallOver as ended:
                over.extend(ended.exceptions)

        task = asyncio.create_task(takes_part())
        call = await entered
        who = self.inside[name] = InRoom(client, call, task, over, done)
        await eventually(lambda: call.joined.is_set() or call.is_waiting)
        if call.is_waiting:
            lead = self.inside["lead"].call
            await eventually(lambda: client.account in waits(lead))
            await lead.lead.admit(client.account)
        await eventually(call.joined.is_set)
        return who

    async def close(self) -> None:
        """Everybody leaves."""
        await asyncio.gather(*(who.leave() for who in self.inside.values()))


def waits(call: Call) -> set[str]:
    """Who is in the waiting room, as who leads sees it."""
    return set() if call.roster is None else {it.member for it in call.roster.waiting}


async def together(*people: InRoom, frames: int = 10) -> None:
    """Each decodes so many more frames of each other one."""
    pairs = [(one, other) for one in people for other in people if one is not other]
    before = {(one.leaf, other.leaf): one.decoded(other) for one, other in pairs}

    def lacking() -> list[str]:
        return [
            f"{one.client.handle} of {other.client.handle}"
            for one, other in pairs
            if one.decoded(other) < before[one.leaf, other.leaf] + frames
        ]

    try:
        await eventually(lambda: not lacking())
    except AssertionError:
        told = [(who.client.handle, who.call.status()) for who in people]
        raise AssertionError(f"{lacking()} did not come: {told}") from None


@asynccontextmanager
async def circle_room(
    server: ServerProcess, folder: Path, *names: str
) -> AsyncIterator[CircleRoom]:
    """A circle of `lead` and these, with a room that is open and empty."""
    number = next(_numbers)
    handles = {name: f"{name}-room-{number}" for name in ("lead", *names)}
    async with AsyncExitStack() as stack:
        clients = {
            name: await stack.enter_async_context(person(server, folder, handle))
            for name, handle in handles.items()
        }
        lead = clients["lead"]
        circle = await lead.create_circle([handles[name] for name in names])
        for name in names:
            await only_conversation(clients[name])
        session = await lead.calls.plan(circle.id, KIND, datetime.now(UTC))
        view = await lead.calls.start(circle.id, session=session.session)
        room = CircleRoom(clients, circle, view)
        try:
            yield room
        finally:
            await room.close()
