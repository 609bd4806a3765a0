"""Conversations in memory: never older than what was announced, never overtaken."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from mentalverse_server.services.directory import Room, RoomChanged
from mentalverse_signaling.errors import NotFound, SignalingError
from support.hub import Hub, eventually


async def test_nobody_who_finds_a_room_in_memory_overtakes_who_waited_for_it(
    hub: Hub,
) -> None:
    ana = await hub.add_device("ana")
    talk = await hub.open(ana)
    directory = hub.directory
    directory._rooms.clear()
    loop, order = asyncio.get_running_loop(), list[str]()

    def look() -> None:
        if directory.get(talk.id) is None:
            loop.call_soon(look)
        else:
            order.append("looked")

    directory.when_loaded(talk.id, lambda _: order.append("first"))
    directory.when_loaded(talk.id, lambda _: order.append("second"))
    look()
    await eventually(lambda: "looked" in order)
    assert order == ["first", "second", "looked"]


async def test_a_change_committed_during_a_load_is_not_forgotten(hub: Hub) -> None:
    ana = await hub.add_device("ana")
    talk = await hub.open(ana)
    before = hub.directory.get(talk.id)
    assert before is not None
    hub.directory._rooms.clear()
    found: list[Room | SignalingError] = []
    hub.directory.when_loaded(talk.id, found.append)
    changed = replace(before, epoch=before.epoch + 1)
    hub.directory.replace(RoomChanged(talk.id, changed))
    await eventually(lambda: found)
    assert found == [changed]
    assert hub.directory.get(talk.id) == changed


async def test_an_unknown_conversation_is_not_found_and_not_remembered(
    hub: Hub,
) -> None:
    found: list[Room | SignalingError] = []
    nowhere = hub.id()
    for _ in range(2):
        hub.directory.when_loaded(nowhere, found.append)
    await eventually(lambda: len(found) == 2)
    assert [type(result) for result in found] == [NotFound, NotFound]
    assert hub.directory.get(nowhere) is None
