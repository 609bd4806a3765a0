"""Somebody is removed in a call: what they can still open of all that is said later.

Three devices of the Python client talk through a forwarder. Whoever is removed keeps
every key that they ever had and is handed each frame that the others seal from then on,
whether or not it would have reached them. Nobody forgets a key on their behalf: the
epoch that they knew lasts for ever.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from mentalverse_client import Client
from mentalverse_client.calls.call import Call
from mentalverse_client.calls.groups import EngineGroups
from mentalverse_client.calls.key_ring import KeyRing
from mentalverse_client.calls.sources import Tone
from mentalverse_client.errors import CallOver
from mentalverse_crypto.media_slots import Slot
from mentalverse_server.media.forwarder import hooks
from mentalverse_signaling.call_events import CallMedia, CallView
from mentalverse_signaling.conversation import Leaf
from support.clients import eventually, only_conversation, person
from support.server import ServerProcess

from .report import Report

OVER_MS = 2_000
"""What a removal takes to be in force everywhere, at the most."""
HEARD_FRAMES = 100
"""At 50 a second and person."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A frame as it left a device."""

    sender: Leaf
    slot: Slot
    frame: bytes
    at_ms: float


async def removal(report: Report, server: ServerProcess, folder: Path) -> None:
    """The figures of one removal."""
    hooks.use_addresses(["127.0.0.1"])
    try:
        async with (
            person(server, folder, "one") as one,
            person(server, folder, "two") as two,
            person(server, folder, "removed") as removed,
        ):
            await _talk(report, one, two, removed)
    finally:
        hooks.use_addresses([])


async def _talk(report: Report, one: Client, two: Client, removed: Client) -> None:
    circle = await one.create_circle(["two", "removed"])
    for other in (two, removed):
        await only_conversation(other)
    view = await one.calls.start(circle.id, CallMedia.AUDIO)
    sound = Tone(video=False)
    async with (
        one.calls.join(view, sound) as first,
        two.calls.join(view, sound) as second,
        _taking_part(removed, view),
    ):
        await eventually(lambda: _heard(first, removed) > 10)
        await eventually(lambda: _heard(second, removed) > 10)
        ring = await _all_keys(removed, circle.id)
        with overheard(one, two) as sealed:
            await remove(one, circle.id, removed)
            began_ms = _now_ms()
            await eventually(lambda: _now_ms() > began_ms + OVER_MS)
            before = _heard(second, one)
            await eventually(lambda: _heard(second, one) > before + HEARD_FRAMES)
    add_removal(report, ring, sealed, began_ms)


@asynccontextmanager
async def _taking_part(client: Client, view: CallView) -> AsyncIterator[None]:
    """In the call until it is over for this client."""

    async def take_part() -> None:
        with suppress(CallOver):
            try:
                async with client.calls.join(view, Tone(video=False)):
                    await asyncio.Event().wait()
            except* CallOver as over:
                raise over.exceptions[0] from None

    task = asyncio.create_task(take_part())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _all_keys(client: Client, conversation: str) -> KeyRing:
    """A ring of its own with what this device has, that has seen no frame yet.

    The frames that its call opens would be refused as replayed.
    """
    group = await EngineGroups(client._engine).group(conversation)
    ring = KeyRing(client._device.leaf, os.urandom, lambda: int(_now_ms()))
    ring.enter(group.keys())
    return ring


def _heard(call: Call, other: Client) -> int:
    return call.sink.decoded[other._device.leaf, Slot.MICROPHONE]


def _now_ms() -> float:
    return time.monotonic() * 1000


async def remove(by: Client, conversation: str, whom: Client) -> None:
    """Out of the group, and so out of the call."""
    await by.conversation(conversation).remove(whom.account)


def add_removal(
    report: Report, ring: KeyRing, sealed: list[Sealed], began_ms: float
) -> None:
    """What somebody with these keys opens of frames that were sealed since then."""
    opened = [
        each
        for each in sealed
        if each.at_ms > began_ms and ring.open(each.sender, each.slot, each.frame)
    ]
    late = [each for each in opened if each.at_ms > began_ms + OVER_MS]
    last_ms = max((each.at_ms - began_ms for each in opened), default=0.0)
    report.add("removed_member_frames_decrypted", len(late))
    report.add("removed_member_last_frame_ms", last_ms)
    report.add(
        "removed_member_frames_offered",
        sum(each.at_ms > began_ms + OVER_MS for each in sealed),
    )


@contextmanager
def overheard(*clients: Client) -> Iterator[list[Sealed]]:
    """Every frame that these seal."""
    leaves = {each._device.leaf for each in clients}
    found: list[Sealed] = []
    seal = KeyRing.seal

    def seal_aloud(ring: KeyRing, slot: Slot, frame: bytes) -> bytes | None:
        sealed = seal(ring, slot, frame)
        if sealed is not None and ring._own in leaves:
            found.append(Sealed(ring._own, slot, sealed, _now_ms()))
        return sealed

    with mock.patch.object(KeyRing, "seal", seal_aloud):
        yield found
